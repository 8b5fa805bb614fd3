/*
 * Numbers of French that name something, whose groups are no thousands: `n° 4 512 887`.
 *
 * They are things, written as they are. Knows nothing of amounts: who asks says where the number ends.
 */
package io.github.allez

import java.util.Locale

private val NUMBERS_OF_FRENCH = SPEC.part("numbers").part("fr")

/** Words whose number names something; those that have one of [SIGNS_OF_NAMED] behind them: "n°". */
private val NAMED = words(NUMBERS_OF_FRENCH.text("named"))
private val SIGNED = words(NUMBERS_OF_FRENCH.text("signed"))

/** What may stand between, as names may: "n° de client 12 345 678", "RCS Paris". */
private val KINDS = words(NUMBERS_OF_FRENCH.text("kinds"))

/** Words whose number may count something, if no name. */
private val BARE = words(NUMBERS_OF_FRENCH.text("bare"))

/** Kinds that are verbs right before figures; words in s that are no plural of what is counted. */
private val COUNTING = words(NUMBERS_OF_FRENCH.text("counting"))
private val LITTLE = words(NUMBERS_OF_FRENCH.text("little"))
private const val PLURAL = "sx"
private const val SIGNS_OF_NAMED = "\u00b0."
private const val LONGEST_WORD = 20

/** So many words may stand between: "code de vérification PayPal". */
private const val MOST_BETWEEN = 2
private val IS = listOf("est :", "est\u00a0:", ":", "est le", "est")
private val OF_NAMED = setOf("de", "d")

/** A word before a position: where it begins, and whether its number is a name. */
private class WordBefore(val start: Int, val names: Boolean, val word: String)

/**
 * Whether a number from [start] to [stop] is the name of something.
 *
 * `n° 4 512`, `numéro de client : 4 512`, `Votre référence est le 4 512`, but not `Code : 3 200 lignes`.
 */
internal fun CodePoints.isNamed(start: Int, stop: Int): Boolean {
    val end = trimmedBefore(start)
    val said = IS.firstOrNull { startsWith(it, end - it.length) }.orEmpty()
    var place = trimmedBefore(end - said.length)
    val nearest = wordOfNumber(place)
    val isVerb = said.isEmpty() && nearest.word in COUNTING && wordOfNumber(nearest.start).word !in OF_NAMED
    repeat(MOST_BETWEEN + 1) {
        val last = wordOfNumber(place)
        val before = wordOfNumber(last.start)
        // "une valeur de référence 45 678" counts something
        if (last.names && before.word != "de") return last.word !in BARE || !counts(wordBehind(stop), isVerb)
        if (last.word !in KINDS && !isCapital(at(last.start))) return false
        place = if (before.word in OF_NAMED) before.start else last.start
    }
    return false
}

/** Whether what stands behind a number is counted: "ce numéro compte 12 000 Français". */
private fun counts(behind: String, isVerb: Boolean): Boolean {
    val isPlural = behind.isNotEmpty() && behind.last() in PLURAL && behind !in LITTLE
    return isPlural && behind == behind.lowercase(Locale.ROOT) || isVerb && behind.isNotEmpty()
}

private fun CodePoints.wordBehind(end: Int): String = if (hasOneOf(SPACES, end)) string(end + 1, run(end + 1, ::isLetter)) else ""

/** The word before a position; spaces or an apostrophe may stand behind it. */
private fun CodePoints.wordOfNumber(place: Int): WordBefore {
    val spaced = trimmedBefore(place)
    val end = if (hasOneOf(APOSTROPHES, spaced - 1)) spaced - 1 else spaced
    val isSigned = hasOneOf(SIGNS_OF_NAMED, end - 1)
    val stop = if (isSigned) end - 1 else end
    var start = stop
    while (stop - start < LONGEST_WORD && isLetter(at(start - 1))) start--
    val word = string(start, stop).lowercase(Locale.ROOT)
    return WordBefore(start, word in (if (isSigned) SIGNED else NAMED), word)
}

private fun CodePoints.trimmedBefore(end: Int): Int {
    var last = end
    while (hasOneOf(SPACES, last - 1)) last--
    return last
}
