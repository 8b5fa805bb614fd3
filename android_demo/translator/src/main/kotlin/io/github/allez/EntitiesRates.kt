/*
 * Rates of French: `3 h/jour`, `250 €/mois`, and what never closes: `24 h/24`, `7 j sur 7`.
 *
 * They are no entities but for their number: the model reads them in words, "par jour".
 */
package io.github.allez

import java.util.Locale

private val RATES = SPEC.part("rates").part("fr")

/** What stands behind the slash of a rate, and the word for it. */
private val PER = RATES.part("per").each<String>()

/** What a whole day or week has so many of, and how that is said. */
private val ROUND = RATES.part("round").each<List<String>>()
private val OF = RATES.names("of")

/** Numbers in words, whose word may stand before the slash. */
private val COUNTED = words(RATES.text("counted"))

/** Where something ends, and what is read in its place. */
internal class ReadAs(val end: Int, val text: String)

/**
 * The words for the rate whose slash stands at [start] (`/mois` is " par mois"), null if there is none.
 *
 * A number stands before the slash, also with a word or a unit behind it: `5 jours/semaine`, "un repas/jour".
 */
internal fun CodePoints.rate(start: Int): ReadAs? {
    if (!has('/', start)) return null
    val stop = run(start + 1, ::isLetter)
    val short = string(start + 1, stop).lowercase(Locale.ROOT)
    val word = PER[short] ?: return null
    if (!numberEnds(stop) || !isOfNumber(start)) return null
    if (has('/', stop) && rate(stop) == null) return null
    val isDotted = short != word && has('.', stop) && !all(stop + 1, size, ::isSpace)
    return ReadAs(if (isDotted) stop + 1 else stop, RATES.text("joint") + word)
}

/** Whether a number ends here, or the word or the signs behind one do. */
private fun CodePoints.isOfNumber(end: Int): Boolean {
    var start = end
    while (start > 0 && end - start < REACH && isInner(get(start - 1))) start--
    if (start == end) return false
    if ((start until end).any { isNumber(get(it)) } && !isLetter(get(start))) return true
    if (!hasOneOf(SPACES, start - 1)) return false
    return wordBefore(start - 1, SPACES) in COUNTED || isNumber(at(start - 2))
}

private fun isInner(character: Int): Boolean =
    isWord(character) || isOneOf(RATES.text("signs"), character) || isPrivate(character)

/** Whether this is a digit, or a number that is hidden. */
internal fun isNumber(character: Int): Boolean = isDigit(character) || isPrivate(character)

/** The words for what never closes, whose number begins at [start]: `24 h/24`; null if it is none. */
internal fun CodePoints.around(start: Int): ReadAs? {
    val end = digits(start)
    if (end - start !in 1..2 || isWord(at(start - 1))) return null
    val begin = behindSpace(end)
    val unit = run(begin, ::isLetter)
    val name = string(begin, unit)
    val (whole, said) = ROUND[name.lowercase(Locale.ROOT)] ?: return null
    val joint = OF.firstOrNull { startsWith(it, unit) } ?: return null
    if (!startsWith(whole, unit + joint.length)) return null
    var stop = unit + joint.length + whole.length
    if (name.length == 1 && has(name[0], stop)) stop++
    return if (numberEnds(stop)) ReadAs(stop, "${string(start, end)} $said") else null
}

/** Where ends what begins here and is read in words; [start], if nothing is. */
internal fun CodePoints.passed(start: Int): Int {
    val said = if (has('/', start)) rate(start) else if (isDigit(at(start))) around(start) else null
    return said?.end ?: start
}
