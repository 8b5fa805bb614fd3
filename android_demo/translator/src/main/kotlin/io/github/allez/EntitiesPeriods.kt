/*
 * The two dates of a period in French: `du 3 mars au 12 juin 2025`; each is one number.
 *
 * English says the month first, "from March 3 to June 12, 2025", and a model that reads days and months
 * apart says one month for both.
 */
package io.github.allez

import java.util.Locale

/** How many words of the calendar are days of the week; the months follow. */
private const val DAYS = 7
private val CALENDAR = SPEC.part("calendar")
private val ENGLISH_MONTHS = CALENDAR.text("en").split(" ").drop(DAYS)
private val FRENCH_MONTHS = CALENDAR.text("fr").split(" ").drop(DAYS)
private val WEEKDAYS = CALENDAR.text("fr").split(" ").take(DAYS)

/** What stands before a full stop for the name of a month. */
private val SHORT_MONTHS = SPEC.part("months").part("fr").each<String>()

/** The most characters from one date of a period to the other. */
private const val LONGEST = 50
private const val LAST_DAY = 31
private const val YEAR = 4

/** A day of a month, and where it ends: [month] counts from 1, [year] is "" if none is told. */
private class DateInWords(val end: Int, val year: String, val month: Int, val day: Int, val isLarge: Boolean) {
    /** What is the same in every language: `06-12`, `2025-06-12`. */
    val value: String
        get() = (if (year.isEmpty()) "" else "$year-") + "$month".padStart(2, '0') + "-" + "$day".padStart(2, '0')

    /** How English writes it. */
    fun written(): String {
        val name = ENGLISH_MONTHS[month - 1]
        return (if (isLarge) name.uppercase(Locale.ROOT) else name) + " $day" + if (year.isEmpty()) "" else ", $year"
    }
}

/** The date that begins at [start], null if it is none of the two of a period. */
internal fun CodePoints.period(start: Int): Entity? {
    val date = dateInWords(start) ?: return null
    val isFirst = otherDate(start) > 0
    if (!isFirst && (maxOf(0, start - LONGEST) until start).none { otherDate(it) == start }) return null
    return Entity(start, date.end, EntityKind.NUMBER, date.written(), date.value)
}

/** Where the second date of a period begins whose first does at [start]; 0: there is none. */
private fun CodePoints.otherDate(start: Int): Int {
    if (!hasOneOf(SPACES, start - 1)) return 0
    var before = wordBefore(start, SPACES)
    if (before in WEEKDAYS) before = wordBefore(start - 1 - before.length, SPACES)
    val date = (if (before == "du") dateInWords(start) else null) ?: return 0
    val joint = if (hasOneOf(SPACES, date.end)) behindWord(date.end + 1, listOf("au")) else 0
    if (joint == 0) return 0
    val other = behindWord(joint, WEEKDAYS).let { if (it == 0) joint else it }
    return if (dateInWords(other) == null) 0 else other
}

/** Where the next word begins if one of [known] stands at [start], 0 if none does. */
private fun CodePoints.behindWord(start: Int, known: List<String>): Int {
    val end = run(start, ::isLetter)
    return if (string(start, end).lowercase(Locale.ROOT) in known && hasOneOf(SPACES, end)) end + 1 else 0
}

/** Reads a date: `3 mars`, `1er avril 2025`, `12 févr. 2025`. */
private fun CodePoints.dateInWords(start: Int): DateInWords? {
    val figures = digits(start)
    if (figures - start !in 1..2) return null
    val day = string(start, figures).toInt()
    if (day !in 1..LAST_DAY) return null
    val isOrdinal = day == 1 && hasOneOf("eE", figures) && hasOneOf("rR", figures + 1)
    val end = if (isOrdinal) figures + 2 else figures
    if (!hasOneOf(SPACES, end)) return null
    val wordEnd = run(end + 1, ::isLetter)
    val word = string(end + 1, wordEnd).lowercase(Locale.ROOT)
    val whole = if (has('.', wordEnd)) SHORT_MONTHS[word] else null
    val stop = if (whole != null && !beginsSentence(wordEnd + 1)) wordEnd + 1 else wordEnd
    val month = FRENCH_MONTHS.indexOf(whole ?: word) + 1
    if (month == 0 || !numberEnds(stop) || has('-', stop)) return null
    val isLarge = allCapital(end + 1, wordEnd)
    val last = if (hasOneOf(SPACES, stop)) digits(stop + 1) else stop
    val isTold = last - stop == YEAR + 1 && hasOneOf("12", stop + 1) && numberEnds(last)
    return if (isTold) {
        DateInWords(last, string(stop + 1, last), month, day, isLarge)
    } else {
        DateInWords(stop, "", month, day, isLarge)
    }
}

/** Whether the full stop before [start] may be a sentence's, too. */
private fun CodePoints.beginsSentence(start: Int): Boolean =
    at(behindSpace(start)).let { it == NOTHING || isCapital(it) }
