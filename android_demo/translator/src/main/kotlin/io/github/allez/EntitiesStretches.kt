/*
 * Two numbers that are one: of French a stretch of a day, `8h-12h`, `9h à 12h`; a span, `10-15 €`.
 *
 * Of hours, what may as well be a length of time (`2h-3h`) is no stretch.
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

/** What opens two numbers, and what joins them; of hours each is a number then. */
private val OPEN = mapOf("de" to " à ", "entre" to " et ")

/** Two numbers, where the second one ends, and what stands between them. */
private class TwoNumbers(val end: Int, val first: Amount, val joint: String, val last: Amount) {
    /** How the other language writes it: a currency that stands first does so once. */
    fun written(source: NumberForm, target: NumberForm): String {
        val joined = if (joint == source.until) target.until else joint
        val currency = if (target.currencyFirst) last.currency else ""
        return currency + write(first, target) + joined + write(last, target).drop(currency.length)
    }
}

/**
 * A number that has the currency of the one it is joined to: "entre 10 et 15 €". "De 10 à 15 €" is one, too, where it
 * begins the text; else that may be ten things at €15.
 */
private fun CodePoints.shared(start: Int, form: NumberForm): ReadNumber? {
    val before = wordBefore(start, SPACES)
    val joint = OPEN[before] ?: return null
    if (before == "de" && start != "de ".length) return null
    val (end, first) = plain(start, form)
    val other = end + joint.length
    if (!startsWith(joint, end) || !isDigit(at(other))) return null
    val plain = plain(other, form)
    val (stop, last) = behind(plain.end, plain.amount, form) ?: return null
    val isLed = first.whole.length > 1 && first.whole.startsWith('0')
    val rises = valueIn(first) < valueIn(last) && last.whole.length <= first.whole.length + 1
    if (isLed || last.currency.isEmpty() || !rises || !isClosed(stop)) return null
    return ReadNumber(end, first.copy(currency = last.currency, multiple = last.multiple))
}

private fun valueIn(amount: Amount): Double = "${amount.whole}.${amount.fraction.ifEmpty { "0" }}".toDouble()

/** The stretch or span that begins where a number does, null if there is none. */
internal fun CodePoints.stretch(start: Int, source: NumberForm, target: NumberForm?): Entity? {
    val found = ofDay(start, source) ?: span(start, source)
    if (found == null) {
        val (end, first) = shared(start, source) ?: return null
        val said = if (target == null) string(start, end) else write(first, target)
        return Entity(start, end, EntityKind.NUMBER, said, first.value)
    }
    return twoNumbers(start, found, source, target)
}

/** The span that begins where a number of English does, null if there is none: `$10-15`, `20–30%`. */
internal fun CodePoints.englishSpan(start: Int, source: NumberForm, target: NumberForm?): Entity? =
    span(start, source)?.let { twoNumbers(start, it, source, target) }

private fun CodePoints.twoNumbers(start: Int, found: TwoNumbers, source: NumberForm, target: NumberForm?): Entity {
    val said = if (target == null) string(start, found.end) else found.written(source, target)
    return Entity(start, found.end, EntityKind.NUMBER, said, "${found.first.value}-${found.last.value}")
}

/**
 * Two numbers and a dash with what belongs to both: `10-15 €`, `2–3 kg`, `$10-15`. Per cent may stand
 * behind either: `40%-50%`.
 *
 * Spaces may be around the dash at the beginning of a line alone: "iPhone 12 - 500 €" is none.
 */
private fun CodePoints.span(start: Int, form: NumberForm): TwoNumbers? {
    val (position, sign, currency) = if (form.currencyFirst) lead(start, form) else Triple(start, "", "")
    if (sign.isNotEmpty() || !isDigit(at(position))) return null
    val figures = plain(position, form)
    val percent = form.percent.firstOrNull { startsWith(it, figures.end) }.orEmpty()
    val end = figures.end + percent.length
    val first = figures.amount.copy(percent = percent.isNotEmpty())
    val dash = behindSpace(end)
    val begin = behindSpace(dash + 1)
    val isSpaced = dash > end
    val isEven = isSpaced == begin > dash + 1
    val isSlash = has('/', dash) && dash == end && begin == dash + 1
    if (!(isSlash || hasOneOf(DASHES, dash)) || !isEven || !isDigit(at(begin))) return null
    if (isSpaced && run(0, ::isSpace) < start || hasOneOf(DASHES + MINUS, start - 1)) return null
    val plain = plain(begin, form)
    val (stop, last) = behind(plain.end, plain.amount.copy(currency = currency), form) ?: return null
    val isTold = last.percent || last.hours || last.currency.isNotEmpty() || last.unit.isNotEmpty()
    if (!isTold || last.unit.isEmpty() && !isClosed(stop)) return null
    if (first.percent && !last.percent) return null
    if (isSlash && !(last.hours && first.whole.length == 2 && last.whole.length == 2)) return null
    if (listOf(first, last).any { it.whole.length > 1 && it.whole.startsWith('0') }) return null
    return TwoNumbers(stop, first, string(end, begin), last)
}

/** Two times that a dash joins, or "à" where no word opens them: `9h-12h`, `9h à 12h`. */
private fun CodePoints.ofDay(start: Int, source: NumberForm): TwoNumbers? {
    val first = hour(start) ?: return null
    val isUntil = !first.isColon && startsWith(source.until, first.end)
    val begin = if (isUntil && wordBefore(start, SPACES) !in OPEN) {
        first.end + source.until.length
    } else {
        behindSpace(first.end).let { if (hasOneOf(DASHES, it)) behindSpace(it + 1) else return null }
    }
    val last = hour(begin) ?: return null
    if (last.isColon != first.isColon || !numberEnds(last.end) || goesOn(start, last.end)) return null
    if (first.hour == LAST_HOUR || (last.hour == LAST_HOUR && last.amount.minutes != "00")) return null
    if (!first.isColon && !areOfDay(start, begin, last.end, source)) return null
    return TwoNumbers(last.end, first.amount, string(first.end, begin), last.amount)
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
