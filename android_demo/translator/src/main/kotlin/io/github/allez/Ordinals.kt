/*
 * Ordinals that a model misreads are written otherwise: `XXIe siècle` as `21e`, `1re` as a word. Of Roman
 * figures it makes another century, or none. Knows nothing of sentences.
 */
package io.github.allez

import java.util.Locale

/** By language, ordinals that are read as words. */
private val FIRSTS = SPEC.part("shortened").part("ordinals").each<Map<String, String>>()

/** What follows an ordinal of one Roman figure, which else is a word: "Xe" is xenon. */
private val BEFORE = words(SPEC.part("ordinals").text("before"))

/**
 * Where ordinals stand that are read otherwise, and how.
 *
 * @param line a sentence; numbers in it may be hidden.
 * @param language of it.
 * @return edits in code points.
 */
internal fun ordinals(line: CodePoints, language: String): List<Edit> {
    val firsts = FIRSTS[language] ?: return emptyList()
    val found = ArrayList<Edit>()
    var start = 0
    while (start < line.size) {
        var end = start
        while (isWord(line.at(end))) end++
        val word = line.string(start, end)
        val said = firsts[word] ?: romanOrdinal(word)
        val isRead = word in firsts || said.isNotEmpty() && line.isOrdinal(start, end)
        if (isRead && !line.hasOneOf("-.@#", start - 1)) {
            found.add(Edit(start, end, if (start == 0) said.take(1).uppercase(Locale.ROOT) + said.drop(1) else said))
        }
        start = maxOf(end, start + 1)
    }
    return found
}

/** Whether Roman figures are an ordinal there. */
private fun CodePoints.isOrdinal(start: Int, end: Int): Boolean {
    if (hasOneOf("([", start - 1) && hasOneOf(")]", end)) return false
    if (hasOneOf("IVX1", start + 1)) return true
    val word = string(minOf(end + 1, size), run(minOf(end + 1, size), ::isLetter)).lowercase(Locale.ROOT)
    return hasOneOf(SPACES, end) && word in BEFORE
}
