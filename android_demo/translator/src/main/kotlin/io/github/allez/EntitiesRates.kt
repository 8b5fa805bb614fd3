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

/** Numbers in words, whose noun may stand before the slash. */
private val COUNTED = words(RATES.text("counted"))

/** Signs of currencies and the like. */
private val SIGNS_OF_RATES = RATES.text("signs")
private val MULTIPLES_OF_RATES = SPEC.part("prices").part("multiples").each<String>().keys + ""

/** What a number may have behind it before the slash, beside those. */
private val UNITS_OF_RATES = SPEC.part("units").let { words(it.text("alike")) + it.part("fr").each<String>().keys } +
    words(RATES.text("nouns"))

/** Words whose number counts nothing: "page 2/an". */
private val APART = words(SPEC.part("numbers").part("fr").text("designators"))

/** What is no end of a rate right before a word: `2/jour.txt`. */
private val GOES_ON = RATES.text("goes_on")

/** The most characters between the slash and the space before it, and of the number there. */
private const val LONGEST = 20

/** Where something ends, and what is read in its place. */
internal class ReadAs(val end: Int, val text: String)

/**
 * The words for the rate whose slash stands at [start] (`/mois` is " par mois"), null if there is none.
 *
 * A number stands before the slash, also with a unit, a currency or one of `nouns` behind it: `5 jours/semaine`,
 * "un repas/jour". A second slash with a word (`15 €/h/personne`) is left alone.
 */
internal fun CodePoints.rate(start: Int): ReadAs? {
    val per = per(start) ?: return null
    if (!isOfNumber(start)) return null
    val stop = per.end
    if (has('/', stop)) {
        val second = per(stop) ?: return null
        if (has('/', second.end)) return null
    }
    val short = string(start + 1, stop).lowercase(Locale.ROOT)
    val isDotted = short != per.text && has('.', stop) && run(stop + 1, ::isSpace) < size
    return ReadAs(if (isDotted) stop + 1 else stop, RATES.text("joint") + per.text)
}

/** Where the word of `per` behind a slash ends, and what is said for it. */
private fun CodePoints.per(start: Int): ReadAs? {
    if (!has('/', start)) return null
    val stop = run(start + 1, ::isLetter)
    val goesOn = hasOneOf(GOES_ON, stop) && isWord(at(stop + 1))
    if (!numberEnds(stop) || goesOn) return null
    return PER[string(start + 1, stop).lowercase(Locale.ROOT)]?.let { ReadAs(stop, it) }
}

/** Whether a number ends here, or the unit or the noun behind one does. */
private fun CodePoints.isOfNumber(end: Int): Boolean {
    var start = end
    while (start > 0 && end - start <= LONGEST && isInner(get(start - 1))) start--
    if (end - start > LONGEST) return false
    if (hasOneOf(SPACES, start - 1) && isUnit(string(start, end))) {
        return wordBefore(start - 1, SPACES) in COUNTED || isNumber(at(start - 2))
    }
    var unit = start
    while (unit < end && isNumber(get(unit))) unit++
    if (unit == start) return false
    val begin = numberBegin(start)
    if (!numberBegins(begin)) return false
    if (unit < end) return isUnit(string(unit, end))
    val isMarked = hasOneOf(".\u00b0", if (hasOneOf(SPACES, begin - 1)) begin - 2 else begin - 1)
    return !isMarked && wordBefore(begin, SPACES) !in APART
}

/** Where the number begins whose last digits begin at [start]: `1 000,50`. */
private fun CodePoints.numberBegin(start: Int): Int {
    var begin = start
    while (begin > 0 && start - begin < LONGEST) {
        val isMarked = hasOneOf("$SPACES.,", begin - 1) && isDigit(at(begin - 2))
        if (!isDigit(at(begin - 1)) && !isMarked) break
        begin--
    }
    return begin
}

private fun isUnit(word: String): Boolean {
    val isPrice = word.isNotEmpty() && word.last() in SIGNS_OF_RATES && word.dropLast(1) in MULTIPLES_OF_RATES
    return isPrice || word in UNITS_OF_RATES
}

private fun isInner(character: Int): Boolean =
    isWord(character) || isOneOf("$SIGNS_OF_RATES\u00b0\u00b2\u00b3/", character) || isPrivate(character)

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
    val again = behindSpace(stop)
    if (startsWith(name, again) && ends(again + name.length)) stop = again + name.length // "24 h/24 h"
    return if (numberEnds(stop)) ReadAs(stop, "${string(start, end)} $said") else null
}

/** Where ends what begins here and is read in words; [start], if nothing is. */
internal fun CodePoints.passed(start: Int): Int {
    val said = if (has('/', start)) rate(start) else if (isDigit(at(start))) around(start) else null
    return said?.end ?: start
}
