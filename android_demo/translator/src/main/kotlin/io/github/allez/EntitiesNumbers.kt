/*
 * Numbers as one language writes them, and as another does: thousands, decimals, prices, times.
 *
 * A number is read into an `Amount`, which any `NumberForm` can write again. Small whole numbers are
 * no entities: the model translates them with the words around them.
 */
package io.github.allez

import java.util.Locale

private const val NO_BREAK = "\u00a0"

/**
 * How a language writes numbers.
 *
 * @property thousands the marks between groups of three digits; " " stands for any space within a
 *   number.
 * @property group what is written there.
 * @property decimal the mark before a fraction.
 * @property percent what stands for per cent behind a number; the first is written.
 * @property currencyFirst whether a price begins with its currency.
 * @property hours whether `17 h 30` is a time.
 * @property designators words in small letters after which two groups of digits may be two numbers
 *   ("bus").
 * @property durations words before hours and minutes that are no time of day.
 * @property moments words before whole hours that are a time of day: "à 15 h".
 * @property units signs of units, and what they are in English.
 * @property until what joins two hours between which something is.
 */
internal class NumberForm(
    val thousands: List<String>,
    val group: String,
    val decimal: Char,
    val percent: List<String>,
    val currencyFirst: Boolean,
    val hours: Boolean,
    val designators: Set<String>,
    val durations: Set<String>,
    val moments: Set<String>,
    val units: Map<String, String>,
    val until: String,
)

private val HOURS = SPEC.part("hours")

/** The number forms that every host has, by language. */
internal val NUMBER_FORMS: Map<String, NumberForm> = mapOf(
    "fr" to NumberForm(
        thousands = listOf(" ", "."),
        group = NO_BREAK,
        decimal = ',',
        percent = listOf("$NO_BREAK%", " %", "%", "\u202f%"),
        currencyFirst = false,
        hours = true,
        designators = words(SPEC.part("numbers").part("fr").text("designators")),
        durations = words(HOURS.text("durations")),
        moments = words(HOURS.text("moments")),
        units = UNIT_SIGNS,
        until = " à ",
    ),
    "en" to NumberForm(
        thousands = listOf(",", " "),
        group = ",",
        decimal = '.',
        percent = listOf("%", " %", " percent", " per cent"),
        currencyFirst = true,
        hours = false,
        designators = words(SPEC.part("numbers").part("en").text("designators")),
        durations = emptySet(),
        moments = emptySet(),
        units = ENGLISH_SIGNS,
        until = " to ",
    ),
)

private val PRICES = SPEC.part("prices")
private val CURRENCIES = PRICES.text("currencies").split(" ")
private val CURRENCY_BEHIND = PRICES.part("behind").each<String>() + CURRENCIES.associateWith { it }
private val WRITTEN_BEHIND = PRICES.part("written").each<String>()

/** How a currency is known that stands there in English alone: in French, `A$1` is a cell. */
private val CURRENCY_BEFORE = PRICES.part("before").each<String>()

/** The currencies that are one sign. */
internal val CURRENCY_SIGNS = CURRENCIES.filter { it.length == 1 }.joinToString("")

/** What stands before a currency behind its number, and how it is known: `Mds`. */
private val MULTIPLES = PRICES.part("multiples").each<String>()

/** The one of them that has a number without a currency, too: `1,2 k`. */
private const val ALONE = "k"

/** What stands behind hours of a day, and behind hours that are a length of time. */
private val OF_DAY = HOURS.names("of_day")
private val LENGTHS = HOURS.names("lengths")

/** What stands before "de" and an hour of a day; and days, behind which a number is a date. */
private val SINCE = words(HOURS.text("since"))
internal val DAYS_OF_WEEK = words(HOURS.text("days"))

/**
 * A number apart from how it is written.
 *
 * @property sign "", "-", "+" or "±".
 * @property whole digits.
 * @property grouped whether the digits were parted into thousands.
 * @property fraction digits, "" if there are none.
 * @property multiple "", "k", "M" or "Md" before the currency, or "k" without one.
 * @property minutes two digits: then [whole] are hours.
 * @property hours whether `h` stands behind it: "48 h".
 * @property unit sign of the unit behind it, as in English.
 */
internal data class Amount(
    val whole: String,
    val sign: String = "",
    val grouped: Boolean = false,
    val fraction: String = "",
    val percent: Boolean = false,
    val currency: String = "",
    val multiple: String = "",
    val minutes: String = "",
    val decade: Boolean = false,
    val hours: Boolean = false,
    val unit: String = "",
) {
    /** Whether there is more to it than digits. */
    val isMarked: Boolean
        get() = sign.isNotEmpty() || grouped || fraction.isNotEmpty() || percent || currency.isNotEmpty() ||
            unit.isNotEmpty() || multiple.isNotEmpty()

    /** What is the same in every language. */
    val value: String
        get() {
            if (minutes.isNotEmpty()) return "${whole.toInt()}:$minutes"
            val behind = if (hours) "h" else unit
            val tail = if (behind.isNotEmpty()) " $behind" else if (percent) "%" else if (decade) "s" else multiple
            return sign + currency + whole + (if (fraction.isEmpty()) "" else ".$fraction") + tail
        }
}

/** A number that was read, and where it ends. */
internal data class ReadNumber(val end: Int, val amount: Amount)

/** The number at [start], null if there is none to carry. */
internal fun CodePoints.read(start: Int, form: NumberForm): ReadNumber? {
    if (!beginsNumber(start, form)) return null
    if (form.hours && startsWith("années ", start)) return decade(start + 7)
    val decade = if (form.hours) start else decadeEnd(start)
    if (decade > start) return ReadNumber(decade, Amount(string(start, decade).filter { it in '0'..'9' }, decade = true))
    val (position, sign, currency) = lead(start, form)
    if (!isDigit(at(position)) || (sign.isNotEmpty() && currency.isNotEmpty() && position - start > 4)) return null
    if (sign.isEmpty() && currency.isEmpty()) timeOfDay(position, form)?.let { return it }
    val plain = plain(position, form)
    if (!form.hours && has('s', plain.end) && numberEnds(plain.end + 1)) return null
    val number = behind(plain.end, plain.amount.copy(sign = sign, currency = currency), form) ?: return null
    val amount = number.amount
    if (amount.unit.isEmpty() && !isClosed(number.end)) return null
    if (isAmbiguous(start, position, amount, form)) return null
    val isLoose = !amount.copy(sign = "").isMarked && !isShared(number.end)
    if (has(EN_DASH, start) && isLoose) return null // "–3 œufs"
    if (!amount.isMarked && amount.hours && isMoment(start, number.end, form)) {
        return ReadNumber(number.end, amount.copy(hours = false, minutes = "00"))
    }
    return number.takeIf { amount.isMarked || amount.hours || amount.whole.length >= 4 }
}

/** Where thousands end that are no amount of anything; [start], if none are. */
internal fun CodePoints.nameEnd(start: Int, form: NumberForm): Int {
    val (end, amount) = plain(start, form)
    val isBare = amount.grouped && amount.fraction.isEmpty() && numberEnds(end) && !hasOneOf("-\u2013", end)
    return if (isBare && behind(end, amount, form)?.end == end) end else start
}

/** Whether neither a word nor a number goes on at [start], but a range that ends there. */
internal fun CodePoints.beginsNumber(start: Int, form: NumberForm?): Boolean =
    numberBegins(start) || (form != null && !form.hours && followsHyphen(start))

/** How a language writes an amount. */
internal fun write(amount: Amount, form: NumberForm): String {
    if (amount.minutes.isNotEmpty()) {
        if (form.hours && amount.minutes == "00") return "${amount.whole.toInt()}${NO_BREAK}h"
        if (form.hours) return "${amount.whole.toInt()}${NO_BREAK}h$NO_BREAK${amount.minutes}"
        return "${amount.whole}:${amount.minutes}"
    }
    if (amount.decade) return if (form.hours) "années ${amount.whole}" else "${amount.whole}s"
    val whole = if (amount.grouped) thousands(amount.whole).joinToString(form.group) else amount.whole
    val number = if (amount.fraction.isEmpty()) whole else whole + form.decimal + amount.fraction
    if (amount.percent) return amount.sign + number + form.percent[0]
    if (amount.currency.isEmpty() && !amount.hours && amount.unit.isEmpty()) {
        val multiple = if (form.hours && amount.multiple.isNotEmpty()) NO_BREAK + amount.multiple else amount.multiple
        return amount.sign + number + multiple
    }
    if (amount.currency.isEmpty()) {
        val unit = if (amount.hours) "h" else sign(amount.unit, form)
        return amount.sign + number + (if (form.hours) NO_BREAK else " ") + unit
    }
    if (form.currencyFirst) {
        val multiple = if (amount.multiple == "Md") "bn" else amount.multiple
        return amount.sign + amount.currency + number + multiple
    }
    return amount.sign + number + NO_BREAK + amount.multiple + (WRITTEN_BEHIND[amount.currency] ?: amount.currency)
}

/** How a language writes a unit that is known by its English sign. */
private fun sign(unit: String, form: NumberForm): String =
    form.units.entries.firstOrNull { (sign, known) -> form.hours && known == unit && sign != unit }?.key ?: unit

private fun thousands(whole: String): List<String> {
    val first = (whole.length - 1) % 3 + 1
    return listOf(whole.take(first)) + whole.drop(first).chunked(3)
}

/** Where the digits begin, and the sign and the currency before them. */
internal fun CodePoints.lead(start: Int, form: NumberForm): Triple<Int, String, String> {
    var position = start
    var sign = ""
    val isMinus = isNegative(position)
    if (isMinus || hasOneOf("+\u00b1", position)) {
        sign = if (isMinus) "-" else string(position, position + 1)
        position++
    }
    val names = if (form.currencyFirst) CURRENCIES + CURRENCY_BEFORE.keys else CURRENCIES
    val currency = names.firstOrNull { startsWith(it, position) } ?: return Triple(position, sign, "")
    return Triple(behindSpace(position + currency.length), sign, CURRENCY_BEFORE[currency] ?: currency)
}

/** A time of day, as either language writes it. */
private fun CodePoints.timeOfDay(start: Int, form: NumberForm): ReadNumber? = if (form.hours) {
    time(start, form)
} else {
    moment(start)?.let { ReadNumber(it.end, Amount(it.hours, minutes = it.minutes)) }
}

/** A time of day as French writes it: `17:30`, `17 h 30`. */
private fun CodePoints.time(start: Int, form: NumberForm): ReadNumber? {
    val end = digits(start)
    if (end - start > 2 || string(start, end).toInt() > 24) return null
    val mark = behindSpace(end)
    val colon = has(':', mark)
    if (if (colon) mark != end else !hasOneOf("hH", mark)) return null
    val minute = if (colon) mark + 1 else behindSpace(mark + 1)
    val stop = digits(minute)
    if (stop - minute != 2 || at(minute) > '5'.code || !numberEnds(stop)) return null
    if (!colon && isDuration(start, stop, form)) return null
    return ReadNumber(stop, Amount(string(start, end), minutes = string(minute, stop)))
}

/** Whether hours and minutes are a length of time. */
private fun CodePoints.isDuration(start: Int, stop: Int, form: NumberForm): Boolean {
    val behind = behindSpace(stop)
    return listOf("min", "de ", "d'", "d\u2019").any { startsWith(it, behind) } || wordBefore(start) in form.durations
}

/** The word before a position in small letters, "" if something else stands there than [between]. */
internal fun CodePoints.wordBefore(start: Int, between: String = "${SPACES}°."): String {
    var end = start
    while (hasOneOf(between, end - 1)) end--
    var begin = end
    while (end - begin < 20 && isLetter(at(begin - 1))) begin--
    return string(begin, end).lowercase(Locale.ROOT)
}

/** The decade of `années 1990`, `années 80`. */
private fun CodePoints.decade(start: Int): ReadNumber? {
    val end = digits(start)
    if (end - start !in listOf(2, 4) || !has('0', end - 1) || !numberEnds(end)) return null
    return ReadNumber(end, Amount(string(start, end), decade = true))
}

/** Digits, thousands and fraction. */
internal fun CodePoints.plain(start: Int, form: NumberForm): ReadNumber {
    var end = digits(start)
    var whole = string(start, end)
    var grouped = false
    for (mark in form.thousands) {
        val parts = groups(start, mark)
        val least = if (mark == "." && !hasFraction(parts.last().end, form)) 3 else 2
        val complete = parts.size >= least && parts.drop(1).all { it.size == 3 }
        if (complete && parts[0].size <= 3 && !whole.startsWith('0')) {
            end = parts.last().end
            whole = parts.joinToString("") { string(it.start, it.end) }
            grouped = true
            break
        }
    }
    val decimal = has(form.decimal, end)
    if (isDigit(at(end + 1)) && (decimal || has('.', end))) {
        val stop = digits(end + 1)
        if (decimal || (!grouped && stop - end != 4)) {
            return ReadNumber(stop, Amount(whole, grouped = grouped, fraction = string(end + 1, stop)))
        }
    }
    return ReadNumber(end, Amount(whole, grouped = grouped))
}

/** Whether the decimal mark and a digit stand here: then points parted thousands. */
private fun CodePoints.hasFraction(end: Int, form: NumberForm): Boolean = has(form.decimal, end) && isDigit(at(end + 1))

/** What belongs to a number behind it; null where it contradicts itself. */
internal fun CodePoints.behind(end: Int, amount: Amount, form: NumberForm): ReadNumber? {
    for (sign in form.percent) {
        if (!startsWith(sign, end) || !numberEnds(end + sign.length)) continue
        return if (amount.currency.isEmpty()) ReadNumber(end + sign.length, amount.copy(percent = true)) else null
    }
    if (amount.currency.isNotEmpty()) {
        if (!form.currencyFirst) return ReadNumber(end, amount)
        return factor(end)?.let { (stop, multiple) -> ReadNumber(stop, amount.copy(multiple = multiple)) }
    }
    val begin = behindSpace(end)
    val found = MULTIPLES.entries.firstOrNull { (name) ->
        startsWith(name, begin) && isCurrency(at(behindSpace(begin + name.length)))
    }
    val multiple = found?.value.orEmpty()
    val position = if (found == null) begin else behindSpace(begin + found.key.length)
    for ((name, currency) in CURRENCY_BEHIND) {
        if (!startsWith(name, position)) continue
        val cents = position + name.length
        val stop = digits(cents)
        if (form.hours && stop == cents + 2 && amount.fraction.isEmpty() && multiple.isEmpty()) { // "5€50"
            return ReadNumber(stop, amount.copy(fraction = string(cents, stop), currency = name))
        }
        if (!numberEnds(cents)) continue
        return ReadNumber(position + name.length, amount.copy(currency = currency, multiple = multiple))
    }
    val stop = if (form.hours) hoursEnd(end) else 0
    if (stop > 0) return ReadNumber(stop, amount.copy(hours = true))
    val over = begin + ALONE.length
    if (form.hours && found == null && startsWith(ALONE, begin) && isOver(over) && !has(')', over)) { // "alinéa 43k)"
        return ReadNumber(over, amount.copy(multiple = ALONE))
    }
    val sign = unitBehind(end, form.units, rates = form.hours) ?: return ReadNumber(end, amount)
    val unit = form.units.getValue(signAt(sign.first, sign.last + 1))
    return ReadNumber(sign.last + 1, amount.copy(unit = unit))
}

/** Where the `h` of whole hours ends behind a number; 0: there is none. */
private fun CodePoints.hoursEnd(end: Int): Int {
    val stop = behindSpace(end) + 1
    val isAlone = numberEnds(stop) && !hasOneOf("-\u2013\u2019", stop) && !isDigit(at(behindSpace(stop)))
    val isOver = isAlone && (!has('/', stop) || rate(stop) != null)
    return if (hasOneOf("hH", stop - 1) && isOver) stop else 0
}

/** Whether whole hours are a time of day: `à 15 h`, `de 9 h à 12 h`, `2 h du matin`. */
private fun CodePoints.isMoment(last: Int, lastEnd: Int, form: NumberForm): Boolean {
    fun isLength(place: Int) = LENGTHS.any { startsWith(it, place) }
    if (!isHour(last) || OF_DAY.any { startsWith(it, lastEnd) }) return isHour(last)
    if (isLength(lastEnd) || rate(lastEnd) != null) return false
    var start = last
    var end = lastEnd
    var first = hourBefore(start)
    while (first != NOTHING && last - start < REACH) {
        end = start - " à ".length
        start = first
        if (!isHour(start)) return false
        first = hourBefore(start)
    }
    return when (val before = wordBefore(start)) {
        "de", "entre" -> {
            val joint = listOf(" à ", " et ").firstOrNull { startsWith(it, end) } ?: return before == "de" && wordBefore(start - "de ".length, SPACES) in SINCE
            val other = end + joint.length
            val stop = (if (isDigit(at(other))) time(other, form) else null)?.end ?: hoursEnd(digits(other))
            stop > 0 && isHour(other) && !isLength(stop)
        }
        "et" -> {
            val joint = start - " et ".length
            val minutes = isDigit(at(joint - 1)) && isDigit(at(joint - 2))
            val stop = if (!minutes) joint else if (hasOneOf(SPACES, joint - 3)) joint - 3 else joint - 2
            val digit = if (hasOneOf(SPACES, stop - 2)) stop - 3 else stop - 2
            hasOneOf("hH", stop - 1) && startsWith(" et ", joint) && isDigit(at(digit))
        }
        else -> {
            val joint = start - " à ".length
            val bare = if (before == "à" && startsWith(" à ", joint)) bareBefore(joint) else NOTHING
            if (bare != NOTHING) {
                val opens = wordBefore(bare)
                return opens in form.designators || opens in DAYS_OF_WEEK
            }
            before in form.moments || (startsWith(" à ", end) && hasHourBehind(start, end + " à ".length, form))
        }
    }
}

/** Where the whole hour begins that "à" joins to the one at [start]: `2h à 3h`; NOTHING: there is none. */
private fun CodePoints.hourBefore(start: Int): Int {
    val joint = start - " à ".length
    val stop = if (hasOneOf(SPACES, joint - 2)) joint - 2 else joint - 1
    var first = stop
    while (isDigit(at(first - 1))) first--
    return if (first < stop && hasOneOf("hH", joint - 1) && startsWith(" à ", joint)) first else NOTHING
}

/** Where the number begins that "à" at [joint] joins to an hour and that has no `h`: `9 à 18 h`; NOTHING: there is none. */
private fun CodePoints.bareBefore(joint: Int): Int {
    var first = joint
    while (isDigit(at(first - 1))) first--
    return if (first < joint && numberBegins(first)) first else NOTHING
}

/** Whether an hour stands at [other], and is one of the day to which the one at [start] belongs. */
private fun CodePoints.hasHourBehind(start: Int, other: Int, form: NumberForm): Boolean {
    val stop = (if (isDigit(at(other))) time(other, form) else null)?.end ?: hoursEnd(digits(other))
    return stop > 0 && isHour(other) && areOfDay(start, other, stop, form)
}

/** Whether a number is an hour of a day. */
private fun CodePoints.isHour(start: Int): Boolean {
    val end = digits(start)
    return end - start in 1..2 && string(start, end).toInt() < 24
}

private fun isCurrency(character: Int): Boolean = CURRENCIES.any { it.length == 1 && isOneOf(it, character) }

/** Whether a number is over here; a unit may stand right behind it. */
internal fun CodePoints.isClosed(end: Int): Boolean {
    if (numberEnds(end)) return true
    val unit = run(end, ::isLetter)
    return string(end, unit) in UNITS && numberEnds(unit)
}

/** Whether `bus 38 300 personnes` may hold two numbers. */
private fun CodePoints.isAmbiguous(start: Int, position: Int, amount: Amount, form: NumberForm): Boolean {
    val spaced = amount.grouped && hasOneOf(SPACES, digits(position))
    return spaced && amount.whole.length <= 6 && wordBefore(start) in form.designators
}
