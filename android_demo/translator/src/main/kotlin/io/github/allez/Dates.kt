/*
 * Names of months that are cut short, alone or beside a number, are read whole: `29 juil. 2026`.
 *
 * A model knows "juillet"; of "juil." it makes a word and a full stop. Knows nothing of numbers.
 */
package io.github.allez

import java.util.Locale

private val MONTHS = SPEC.part("months").each<Map<*, *>>().mapValues { it.value.each<String>() }

/** Months that are words, too. */
private val WORDS = words(SPEC.part("shortened").text("words"))

/** What stands behind the first of a month: "1er janv.". */
private const val ORDINAL = "er"

/**
 * Where names of months stand that are cut short, with their full stop, and the names.
 *
 * Such a name has a number before it, or behind its full stop, one space between, or is all of the text: then one
 * that is a word as well ("sept.") has small letters. At the end of the text its full stop is the sentence's, too,
 * and is left out.
 *
 * @param text a sentence; numbers in it may be hidden.
 * @param language of the text.
 * @return edits in UTF-16 units.
 */
internal fun months(text: String, language: String): List<Edit> {
    val known = MONTHS[language] ?: return emptyList()
    if ('.' !in text) return emptyList()
    val line = CodePoints(text)
    val units = line.offsets()
    val last = line.end()
    return (0 until line.size).filter { line.has('.', it) }.mapNotNull { dot ->
        var start = dot
        while (start > 0 && isLetter(line[start - 1])) start--
        val word = line.string(start, dot)
        val small = word.lowercase(Locale.ROOT)
        val name = known[small] ?: return@mapNotNull null
        val isAlone = start == 0 && dot + 1 >= last && (word == small || small !in WORDS)
        if (!(isAlone || isBehindNumber(line, start) || isBeforeNumber(line, dot + 1))) return@mapNotNull null
        val end = if (dot + 1 >= last) dot else dot + 1
        val isLarge = word == word.uppercase(Locale.ROOT)
        Edit(units[start], units[end], if (isLarge) name.uppercase(Locale.ROOT) else word.take(1) + name.drop(1))
    }
}

private fun isBehindNumber(line: CodePoints, start: Int): Boolean {
    if (!line.hasOneOf(SPACES, start - 1)) return false
    val isFirst = line.startsWith(ORDINAL, start - 1 - ORDINAL.length)
    return isNumber(line.at(start - 2 - if (isFirst) ORDINAL.length else 0))
}

private fun isBeforeNumber(line: CodePoints, end: Int): Boolean =
    line.hasOneOf(SPACES, end) && isNumber(line.at(end + 1))
