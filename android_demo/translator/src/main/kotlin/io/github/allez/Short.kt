/*
 * Words that are cut short are read whole: `env. 30 €`, `p. ex.`, `3 av. Foch`, `29 juil. 2026`.
 *
 * A model knows "environ"; of "env." it makes a word and a full stop. Knows nothing of numbers.
 */
package io.github.allez

import java.util.Locale

private val ANYWHERE = wordsOf("anywhere")
private val FIRST = wordsOf("first")
private val STREETS = wordsOf("streets")

/** What stands behind "av." where it is no street: "av. J.-C.". */
private val ERAS = words(SPEC.part("shortened").text("eras"))

/** By language, what stands before a full stop, in small letters, and the whole word. */
private fun wordsOf(key: String): Map<String, Map<String, String>> =
    SPEC.part("shortened").part(key).each<Map<*, *>>().mapValues { it.value.each<String>() }

/**
 * Where words stand that are cut short, with their full stop, and the whole words.
 *
 * Those of `first` begin the sentence; within one a model knows them. Those of streets stand behind a number,
 * with a comma or without, and before a space and none of `eras`; months are those of [months].
 * At the end of the text the full stop is the sentence's, too, and is left out.
 *
 * @param text a sentence; numbers in it may be hidden.
 * @param language of the text.
 * @return edits in UTF-16 units.
 */
internal fun shortened(text: String, language: String): List<Edit> {
    val months = months(text, language)
    val first = FIRST[language].orEmpty()
    val streets = STREETS[language].orEmpty()
    val known = ANYWHERE[language].orEmpty() + first + streets
    if (known.isEmpty() || '.' !in text) return months
    val line = CodePoints(text)
    val units = line.offsets()
    val found = (0 until line.size).filter { line.has('.', it) }.flatMap { dot ->
        known.mapNotNull { (short, whole) ->
            val start = dot - short.codePointCount(0, short.length)
            val word = if (start < 0) "" else line.string(start, dot)
            val isShort = word.lowercase(Locale.ROOT) == short && line.begins(start) && line.ends(dot + 1)
            if (!isShort || isPrivate(line.at(dot + 1))) return@mapNotNull null
            if (short in first && start > 0) return@mapNotNull null
            if (short in streets && !line.isStreet(start, dot + 1)) return@mapNotNull null
            val end = if (line.all(dot + 1, line.size, ::isSpace)) dot else dot + 1
            val isLarge = word == word.uppercase(Locale.ROOT)
            Edit(units[start], units[end], if (isLarge) whole.uppercase(Locale.ROOT) else word.take(1) + whole.drop(1))
        }
    }
    return (months + found).sortedBy { it.start }
}

/** Whether the number of a house stands before, and a name may stand behind. */
private fun CodePoints.isStreet(start: Int, end: Int): Boolean {
    if (!hasOneOf(SPACES, start - 1) || !hasOneOf(SPACES, end)) return false
    val hasComma = has(',', start - 2)
    val number = at(if (hasComma) start - 3 else start - 2)
    if (!isDigit(number) && !isPrivate(number)) return false
    return (hasComma || !isPrivate(at(end + 1))) && ERAS.none { startsWith(it, end + 1) }
}
