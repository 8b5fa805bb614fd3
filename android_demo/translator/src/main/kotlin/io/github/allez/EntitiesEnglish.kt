/*
 * How English alone writes numbers: half days (`9 a.m.-5:30 pm`), decades (`the '90s`), `$3.2bn`.
 *
 * Nothing here knows what becomes of them: places, and the digits that are meant, are all it gives.
 */
package io.github.allez

import java.util.Locale

/** What stands for the century that a decade leaves out. */
internal const val DECADE_QUOTES = "'\u2019\u2018"

private val RULES = SPEC.part("numbers").part("en")
private val HALVES = RULES.part("halves").each<Long>().mapValues { it.value.toInt() }

/** What stands between two times of which the second says which half of the day is meant. */
private val JOINTS = RULES.names("joints")

/** What stands behind hours and minutes that are a length of time, and before. */
private val LENGTHS = RULES.names("lengths")
private val LASTING = words(RULES.text("lasting"))

/** Words with a capital behind `p.m.` that begin no sentence. */
private val GOES_ON = words(SPEC.part("calendar").text("en")) + words(RULES.text("goes_on"))
private val OPENERS = RULES.text("openers")
private val CLOSERS = RULES.text("closers")

/** Words before `80s` that are years of a life, or degrees. */
private val AGES = words(RULES.text("ages"))

/** Letters right behind the figures of a price, and what they are in an amount. */
private val FACTORS = RULES.part("multiples").each<String>()

/** Words behind the figures of a price, which are translated: "$5 million". */
private val IN_WORDS = words(RULES.text("in_words"))

/** Words before `3.4` that is no fraction. */
private val NUMBERED = words(RULES.text("versions"))

/** Words behind `3.4` that is one. */
private val AMOUNTS = IN_WORDS + words(RULES.text("amounts"))

/** Words with a capital before numbers that are amounts: "in June 3.5 were born", "EUR 4.20". */
private val NO_NAMES_OF_NUMBERS = words(SPEC.part("calendar").text("en")) + words(RULES.text("money"))

/** What stands before the decades `1990's`, and before a hyphen and one: `mid-1990s`. */
private val DECADES = words(RULES.text("decades"))

/** Words before a chapter and a verse: "John 3:16". */
private val BOOKS = words(RULES.text("books"))

/** Initials that another language has of its own, without their full stops. */
private val TRANSLATED = words(RULES.text("initials"))

/** A time of day, in hours of 24. */
internal data class Moment(val end: Int, val hours: String, val minutes: String)

/** Hours, minutes if there are some, the mark between, and the hours that the half of the day begins with. */
private class Clock(val end: Int, val hours: Int, val minutes: String, val mark: Char?, val half: Int?)

/** `5:30 p.m.`, `9 am`, `7.30pm`, `17:30`, and the first of `9 to 5 p.m.`. */
internal fun CodePoints.moment(start: Int): Moment? {
    val clock = clockAt(start) ?: return null
    if (clock.half != null) {
        val end = if (endsSentence(start, clock.end)) clock.end - 1 else clock.end
        return Moment(end, ofDay(clock.hours, clock.half), clock.minutes.ifEmpty { "00" })
    }
    if (clock.mark == '.') return null
    val joint = JOINTS.firstOrNull { startsWith(it, clock.end) } ?: return plainTime(start, clock)
    val other = clockAt(clock.end + joint.length) ?: return plainTime(start, clock)
    if (other.half != null && clock.hours in 1..NOON) {
        if (joint == " and " && wordRightBefore(start) !in listOf("between", "at")) return plainTime(start, clock)
        val half = if (clock.hours % NOON <= other.hours % NOON) other.half else NOON - other.half
        return Moment(clock.end, ofDay(clock.hours, half), clock.minutes.ifEmpty { "00" })
    }
    if (joint == "-" && other.mark == ':' && clock.mark == ':') {
        return Moment(clock.end, clock.hours.toString(), clock.minutes)
    }
    return plainTime(start, clock)
}

private const val NOON = 12

/** A time of 24 hours, or of a half day that nobody says. */
private fun CodePoints.plainTime(start: Int, clock: Clock): Moment? {
    if (clock.mark != ':' || !numberEnds(clock.end)) return null
    if (LENGTHS.any { startsWith(it, clock.end) } || wordRightBefore(start) in LASTING + BOOKS) return null
    return Moment(clock.end, clock.hours.toString(), clock.minutes)
}

private fun ofDay(hours: Int, half: Int): String = (hours % NOON + half).toString()

private fun CodePoints.clockAt(start: Int): Clock? {
    var end = digits(start)
    if (end - start !in 1..2 || string(start, end).toInt() > 2 * NOON) return null
    val hours = string(start, end).toInt()
    val mark = if (hasOneOf(":.", end) && isDigit(at(end + 1))) get(end).toChar() else null
    var minutes = ""
    if (mark != null) {
        val stop = digits(end + 1)
        if (stop - end != 3 || get(end + 1) > '5'.code) return null
        minutes = string(end + 1, stop)
        end = stop
    }
    val half = if (mark == null && hours !in 1..NOON) null else halfAt(behindSpace(end))
    return if (half == null) Clock(end, hours, minutes, mark, null) else Clock(half.second, hours, minutes, mark, half.first)
}

/** Which half of the day stands at a position, and where it ends. */
private fun CodePoints.halfAt(start: Int): Pair<Int, Int>? {
    for ((half, later) in HALVES) {
        val stop = start + half.length
        if (stop > size || string(start, stop).lowercase(Locale.ROOT) != half || isWord(at(stop))) continue
        return later to stop
    }
    return null
}

/**
 * Whether the full stop of `p.m.` before [end] ends a sentence, too: at the end of a line, and before a
 * capital, but for days, months, zones and "I", and where a single word stands before the time.
 */
private fun CodePoints.endsSentence(start: Int, end: Int): Boolean {
    if (!has('.', end - 1)) return false
    var place = end
    while (hasOneOf(CLOSERS, place)) place++
    if (place == size) return true
    while (hasOneOf(SPACES + OPENERS, place)) place++
    if (place == end || !isCapital(at(place))) return false
    var last = place
    while (isLetter(at(last))) last++
    return string(place, last) !in GOES_ON && wordsBefore(start) != 1
}

/** How many words of a sentence stand before a position, 2 for all that are more. */
private fun CodePoints.wordsBefore(start: Int): Int {
    var count = 0
    var place = start - 1
    while (place >= 0 && count < 2 && start - place < 60) {
        if (hasOneOf(".!?", place) && (at(place + 1) == NOTHING || hasOneOf(SPACES, place + 1))) return count
        if (isWord(get(place)) && !isWord(at(place - 1))) count++
        place--
    }
    return count
}

/**
 * Whether the second of two times or prices that a hyphen joins begins here, or a decade, of which the
 * first is a word: `mid-1990s`.
 */
internal fun CodePoints.followsHyphen(start: Int): Boolean {
    if (!has('-', start - 1) || start < 2) return false
    if (wordBefore(start, "-") in DECADES) return decadeEnd(start) > start
    if (hasOneOf("$\u20ac\u00a3", start)) return isDigit(get(start - 2))
    if (!isDigit(at(start)) || !(isDigit(get(start - 2)) || hasOneOf("mM.", start - 2))) return false
    var first = start - 2
    while (first > 0 && start - first < 12 && !beginsTime(first)) first--
    val clock = clockAt(start) ?: return false
    val told = clock.mark == ':' || clock.half != null
    return told && beginsTime(first) && moment(first)?.end == start - 1
}

/** Whether a time may begin here. */
private fun CodePoints.beginsTime(start: Int): Boolean =
    isDigit(get(start)) && !isWord(at(start - 1)) && !hasOneOf(":.,-/", start - 1)

/** Where a decade ends, `1990s`, `'90s`, `80s`, `the 1990's`; [start] if none begins here. */
internal fun CodePoints.decadeEnd(start: Int): Int {
    val first = if (hasOneOf(DECADE_QUOTES, start)) start + 1 else start
    val last = digits(first)
    val year = string(first, last)
    val short = year.length == 2
    val end = if (hasOneOf(DECADE_QUOTES, last) && wordBefore(start, "$SPACES-") in DECADES) last + 1 else last
    if (!year.endsWith('0') || !has('s', end) || !numberEnds(end + 1)) return start
    if (!short && !(year.length == 4 && first == start)) return start
    if (year.endsWith("00") && year != "2000") return start // a century
    return if (short && wordRightBefore(start) in AGES) start else end + 1
}

/**
 * What multiplies a price behind its figures: where it ends, and how an amount has it, "" if there is
 * none; null: it is in words, for a translator.
 */
internal fun CodePoints.factor(end: Int): Pair<Int, String>? {
    var stop = end
    while (isLetter(at(stop))) stop++
    val letters = string(end, stop)
    FACTORS[letters]?.let { if (numberEnds(stop)) return stop to it }
    val place = if (has('-', end)) end + 1 else behindSpace(end)
    val inWords = place > end && IN_WORDS.any { startsWith(it, place) && !isWord(at(place + it.length)) }
    return if (inWords || letters == "tn" || letters == "T") null else end to ""
}

/** `3.4` behind "section", "fig." or a name ("USB 3.0"), or before a heading ("2.1 Scope"). */
internal fun CodePoints.numbered(start: Int): Int {
    val point = digits(start)
    val end = digits(minOf(point + 1, size))
    val alone = has('.', point) && end > point + 1 && numberEnds(end)
    if (!alone || isAmount(end)) return start
    val short = end - point <= ".12".length && end - start <= "12.34".length
    val told = isNumbered(start, short) || isSecond(start)
    return if (told || (short && isHeading(start, end))) end else start
}

/** Whether the word before a number says that it is no amount. */
private fun CodePoints.isNumbered(start: Int, short: Boolean): Boolean =
    wordBefore(start, "$SPACES.") in NUMBERED || (short && isNamedBy(start))

/** Whether a number is joined to one that is no amount: "USB 2.0 or 3.0". */
private fun CodePoints.isSecond(start: Int): Boolean = JOINTS.any { joint ->
    val end = start - joint.length
    var first = end
    while (first > 0 && end - first < "12.34".length && (isDigit(at(first - 1)) || has('.', first - 1))) first--
    val fraction = first < end && string(first, end).contains('.') && isDigit(at(first)) && isDigit(at(end - 1))
    fraction && startsWith(joint, end) && isNumbered(first, short = true)
}

/** Whether a word or a sign of a unit behind a fraction says that it is one. */
private fun CodePoints.isAmount(end: Int): Boolean {
    if (hasOneOf("%°", end)) return true
    val start = if (hasOneOf("$SPACES-", end)) end + 1 else end
    val word = string(start, run(start) { isWord(it) || isOneOf("%°/²³", it) })
    return word in ENGLISH_SIGNS || word.startsWith('%') || word.startsWith('°') || word.lowercase(Locale.ROOT) in AMOUNTS
}

/** Whether a name stands before a number: capitals, or one capital within a sentence. */
private fun CodePoints.isNamedBy(start: Int): Boolean {
    if (!hasOneOf(SPACES, start - 1)) return false
    var first = start - 1
    while (first > 0 && start - first < 20 && isLetter(at(first - 1))) first--
    val word = string(first, start - 1)
    if (start - 1 - first < 2 || !isCapital(at(first)) || word in NO_NAMES_OF_NUMBERS) return false
    val inside = hasOneOf(SPACES, first - 1) && (isWord(at(first - 2)) || has(',', first - 2))
    return inside || allCapital(first, start - 1)
}

/** Whether a number stands at the beginning of a line, and a capital behind it. */
private fun CodePoints.isHeading(start: Int, end: Int): Boolean {
    val begin = if (has('.', end)) end + 1 else end
    return hasOneOf(SPACES, begin) && isCapital(at(begin + 1)) && run(0, ::isSpace) == start
}

/** What a code is called without the plural that English gives it: `F-16s`. */
internal fun singular(code: String): String {
    val plural = code.length > 2 && isCapital(code.codePointAt(0)) && code.endsWith('s') && isDigit(code[code.length - 2].code)
    return if (plural) code.dropLast(1) else code
}

/** Whether initials are translated: `U.S.`, `PhD`. */
internal fun isTranslated(letters: String): Boolean = letters.replace(".", "") in TRANSLATED

/** The word right before a position or the space there, in small letters. */
private fun CodePoints.wordRightBefore(start: Int): String {
    var end = start
    while (hasOneOf(SPACES, end - 1)) end--
    var first = end
    while (end - first < 20 && isLetter(at(first - 1))) first--
    return string(first, end).lowercase(Locale.ROOT)
}
