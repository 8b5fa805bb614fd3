/*
 * Small letters that are written above the line: `XXIᵉ`, `1ᵉʳ`, `Mᵐᵉ`, `nᵒ` are read as `XXIe`.
 *
 * A model that never learnt them spells them out, byte by byte.
 */
package io.github.allez

private val SUPERSCRIPTS = SPEC.part("superscripts")

/** These letters, and what is read. */
private val ON_THE_LINE: Map<Int, Int> =
    SUPERSCRIPTS.part("letters").each<String>().entries.associate { (above, plain) -> above[0].code to plain[0].code }

/** What stands behind the figures of an ordinal, as it is read; words that are written so; Roman figures. */
private val ENDS_OF_ORDINALS = words(SUPERSCRIPTS.text("ends"))
private val WORDS_ABOVE = words(SUPERSCRIPTS.text("words"))
private val ROMAN_FIGURES = SUPERSCRIPTS.text("figures")

/** A text with these letters as plain ones; as long as it was. */
internal fun onTheLine(text: CodePoints): CodePoints {
    if (text.all(0, text.size) { it !in ON_THE_LINE }) return text
    val out = IntArray(text.size) { text[it] }
    var end = text.size
    while (end > 0) {
        var start = end
        while (isWord(text.at(start - 1))) start--
        var tail = end
        while (tail > start && text[tail - 1] in ON_THE_LINE) tail--
        val head = text.string(start, tail)
        val said = IntArray(end - tail) { ON_THE_LINE.getValue(text[tail + it]) }
        val ending = String(said, 0, said.size)
        val isFigures = text.all(start, tail, ::isDigit) || text.all(start, tail) { isOneOf(ROMAN_FIGURES, it) }
        val counts = tail > start && isFigures && ending in ENDS_OF_ORDINALS
        if (counts || head + ending in WORDS_ABOVE) said.copyInto(out, tail)
        end = minOf(start, end - 1)
    }
    return CodePoints(out)
}
