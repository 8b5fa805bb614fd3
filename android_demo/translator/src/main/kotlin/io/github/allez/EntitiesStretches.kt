/*
 * Stretches of a day in French, `8h-12h`, `9 h 30 - 12 h`: two times and a dash, one number.
 *
 * What may as well be a length of time (`2h-3h`) is none. Knows hours, and no other numbers.
 */
package io.github.allez

import java.util.Locale

private val HOUR_RULES = SPEC.part("hours")

/** The first hour of what goes on by day. */
private val EARLIEST = HOUR_RULES.whole("earliest")

/** Words around two hours between which a length of time is. */
private val BEFORE_LENGTHS = words(HOUR_RULES.text("before"))
private val BEHIND_LENGTHS = words(HOUR_RULES.text("behind"))

private const val DASHES = "-\u2013\u2014"
private const val LAST_HOUR = 24

private class HourOfDay(val end: Int, val amount: Amount, val isColon: Boolean) {
    val hour: Int = amount.whole.toInt()
}

/** The stretch of a day that begins where a number does, null if there is none. */
internal fun CodePoints.stretch(start: Int, source: NumberForm, target: NumberForm?): Entity? {
    val first = hour(start) ?: return null
    val dash = behindSpace(first.end)
    if (!hasOneOf(DASHES, dash)) return null
    val begin = behindSpace(dash + 1)
    val last = hour(begin) ?: return null
    if (last.isColon != first.isColon || !numberEnds(last.end) || goesOn(start, last.end)) return null
    if (first.hour == LAST_HOUR || (last.hour == LAST_HOUR && last.amount.minutes != "00")) return null
    if (!first.isColon && !areOfDay(start, begin, last.end, source)) return null
    val said = if (target == null) {
        string(start, last.end)
    } else {
        write(first.amount, target) + string(first.end, begin) + write(last.amount, target)
    }
    return Entity(start, last.end, EntityKind.NUMBER, said, "${first.amount.value}-${last.amount.value}")
}

/**
 * Whether two hours, joined by "à" or a dash, are times of a day: `9h à 12h`, `9h-12h`. If they are
 * not, a length of time lies between them: `laisser reposer 8h-12h`, `2h à 3h`.
 *
 * @param start where the first begins.
 * @param other where the second does.
 * @param end where that ends.
 */
internal fun CodePoints.areOfDay(start: Int, other: Int, end: Int, form: NumberForm): Boolean {
    val first = string(start, digits(start)).toInt()
    val second = string(other, digits(other)).toInt()
    val before = wordBefore(start)
    val begin = behindSpace(end)
    val behind = if (begin > end) string(begin, run(begin, ::isLetter)).lowercase(Locale.ROOT) else ""
    if (before in form.durations || before in BEFORE_LENGTHS || behind in BEHIND_LENGTHS) return false
    return first == 0 || first >= EARLIEST || first > second || before in form.moments
}

/** Whether another dash joins one more time: `8h - 12h - 14h`. */
private fun CodePoints.goesOn(start: Int, end: Int): Boolean {
    val behind = behindSpace(end)
    if (hasOneOf(DASHES, behind) && isDigit(at(behindSpace(behind + 1)))) return true
    val dash = beforeSpace(start) - 1
    val mark = beforeSpace(dash) - 1
    return hasOneOf(DASHES, dash) && (hasOneOf("hH", mark) || isDigit(at(mark)))
}

/** A time: `8h`, `17 h 30`, `8:00`. */
private fun CodePoints.hour(start: Int): HourOfDay? {
    val end = digits(start)
    if (end - start !in 1..2 || string(start, end).toInt() > LAST_HOUR) return null
    val mark = behindSpace(end)
    val isColon = mark == end && has(':', mark)
    if (!isColon && !hasOneOf("hH", mark)) return null
    val minute = if (isColon) mark + 1 else behindSpace(mark + 1)
    if (!isColon && !isDigit(at(minute))) {
        return HourOfDay(mark + 1, Amount(string(start, end), minutes = "00"), false).takeIf { ends(mark + 1) }
    }
    val stop = digits(minute)
    if (stop - minute != 2 || at(minute) > '5'.code || !ends(stop)) return null
    return HourOfDay(stop, Amount(string(start, end), minutes = string(minute, stop)), isColon)
}

private fun CodePoints.beforeSpace(position: Int): Int = if (hasOneOf(SPACES, position - 1)) position - 1 else position
