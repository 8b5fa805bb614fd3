/*
 * Entities of digits that are copied as they stand: dates, clocks, versions, telephone numbers.
 *
 * Each scanner is as EntitiesCharacters.kt says, and is asked only where a number begins. What a
 * language writes in its own way (thousands, decimals, prices) is EntitiesNumbers.kt's affair.
 */
package io.github.allez

/** Some digits, from [start] to before [end]. */
internal data class Group(val start: Int, val end: Int) {
    /** How many digits. */
    val size: Int get() = end - start
}

/**
 * The groups of digits from [start] on that single [marks] of the same kind part, [most] of them at
 * most. The spaces are one kind, any other mark is its own.
 */
internal fun CodePoints.groups(start: Int, marks: String, most: Int = 20): List<Group> {
    val found = ArrayList<Group>()
    var between = NOTHING
    var begin = start
    var end = digits(begin)
    while (end > begin && found.size < most) {
        found.add(Group(begin, end))
        val kind = if (hasOneOf(SPACES, end)) ' '.code else at(end)
        if (!isOneOf(marks, kind) || (between != NOTHING && kind != between)) break
        between = kind
        begin = end + 1
        end = digits(begin)
    }
    return found
}

/** `20/05/2023`, `20.05.23`, `2023-05-20`, with a time behind it if there is one. */
internal fun CodePoints.date(start: Int): Int {
    for (mark in listOf("/", "-", ".")) {
        val parts = groups(start, mark, 3)
        if (parts.size < 3 || !isDate(parts)) continue
        var end = parts[2].end
        if (hasOneOf("T ", end) && parts[0].size == 4) {
            val time = clock(end + 1)
            end = if (time > end + 1) time else end
            if (has('Z', end) && !has('Z', end - 1)) end++
        }
        if (numberEnds(end)) return end
    }
    return start
}

private fun CodePoints.isDate(parts: List<Group>): Boolean {
    val sizes = parts.map { it.size }
    if (sizes.max() > 4 || sizes[1] > 2) return false
    val values = parts.map { string(it.start, it.end).toInt() }
    if (sizes[0] == 4) return sizes[2] <= 2 && values[1] in 1..12 && values[2] in 1..31
    val (least, most) = minOf(values[0], values[1]) to maxOf(values[0], values[1])
    return sizes[0] <= 2 && sizes[2] in listOf(2, 4) && least in 1..12 && most <= 31
}

/** `09:14:02`, `09:14:02,331`, `00:14.167`, `16:9`; a time of day is a number: see there. */
internal fun CodePoints.clock(start: Int): Int {
    val parts = groups(start, ":", 8)
    if (parts.size < 2) return start
    var end = parts.last().end
    if (hasOneOf(".,", end) && isDigit(at(end + 1)) && parts.last().size == 2) end = digits(end + 1)
    if (has('Z', end)) {
        end++
    } else if (hasOneOf("+-", end) && parts.size == 3 && isDigit(at(end + 1))) {
        end = groups(end + 1, ":", 2).last().end
    }
    return if (numberEnds(end)) end else start
}

/** `5 h 10 min`, `2 h 1 min 39 s`: a length of time, of two units or three. */
internal fun CodePoints.lapse(start: Int): Int {
    var position = start
    var stop = start
    var count = 0
    for (unit in listOf("h", "min", "s")) {
        val end = digits(position)
        val mark = behindSpace(end)
        if (position == end || !startsWith(unit, mark) || isLetter(at(mark + unit.length))) continue
        stop = mark + unit.length
        position = behindSpace(stop)
        count++
    }
    return if (count > 1 && numberEnds(stop)) stop else start
}

/** `12 bis`, `4ter`, `7 QUATER`: a number in a street or a law, and one that came between. */
internal fun CodePoints.house(start: Int): Int {
    val mark = behindSpace(digits(start))
    for (word in listOf("bis", "ter", "quater")) {
        val stop = mark + word.length
        if ((startsWith(word, mark) || startsWith(word.uppercase(), mark)) && numberEnds(stop)) return stop
    }
    return start
}

/** `1½`, `2 ¾`: a number and a fraction. */
internal fun CodePoints.mixed(start: Int): Int {
    val mark = behindSpace(digits(start))
    return if (hasOneOf(FRACTIONS, mark) && numberEnds(mark + 1)) mark + 1 else start
}

/** `5'10"`, `6′2″`: two lengths, each with its mark. */
internal fun CodePoints.feet(start: Int): Int {
    val end = digits(start)
    val stop = digits(minOf(end + 1, size))
    val measured = hasOneOf("'\u2019\u2032", end) && stop - end - 1 in 1..2 && hasOneOf("\"\u201d\u2033", stop)
    return if (measured && numberEnds(stop + 1)) stop + 1 else start
}

/** Signs of fractions. */
private val FRACTIONS = SPEC.text("fractions")

/** `1.2.3`, `3.11.4-rc1`, `10.0.0.12:8080`, `10.0.0.0/8`; thousands with points are none. */
internal fun CodePoints.version(start: Int): Int {
    val parts = groups(start, ".")
    if (parts.size < 3) return start
    val isAddress = parts.size == 4 && parts.all { part ->
        part.size <= 3 && string(part.start, part.end).toInt() < 256 && (!has('0', part.start) || part.size == 1)
    }
    val isThousands = parts.drop(1).all { it.size == 3 } && parts[0].size <= 3
    if (isThousands && !isAddress) return start
    var end = parts.last().end
    if (parts.size == 4 && hasOneOf(":/", end) && isDigit(at(end + 1))) {
        end = digits(end + 1)
    } else if (hasOneOf("-+", end) || isLetter(at(end))) {
        end = run(end) { isWord(it) || isOneOf("-+.", it) }
        while (hasOneOf("-+.", end - 1)) end--
    }
    return if (numberEnds(end)) end else start
}

/** How many digits a telephone number has at most, its country's code counted. */
private val COUNTRY_DIGITS = SPEC.part("things").part("telephones").each<Long>().mapValues { it.value.toInt() }

private val SHAPES = listOf(listOf(3, 3, 4), listOf(1, 3, 3, 4))

/** `06 12 34 56 78`, `+33 6 12 34 56 78`, `0612345678`, `(514) 555-0199`, `0800 12 34 56`. */
internal fun CodePoints.telephone(start: Int): Int {
    if (has('+', start) || startsWith("00", start)) return international(start)
    if (has('(', start)) {
        val area = digits(start + 1)
        if (area - start != 4 || !has(')', area)) return start
        val begin = if (has(' ', area + 1)) area + 2 else area + 1
        val parts = groups(begin, "-", 2).let { if (it.size == 2) it else groups(begin, " ", 2) }
        val complete = parts.map { it.size } == listOf(3, 4) && numberEnds(parts.last().end)
        return if (complete) parts.last().end else start
    }
    if (has('0', start)) return national(start)
    for (mark in listOf("-", ".", " ")) {
        val parts = groups(start, mark, 4)
        for (shape in SHAPES) {
            if (parts.take(shape.size).map { it.size } != shape) continue
            if (numberEnds(parts[shape.size - 1].end)) return parts[shape.size - 1].end
        }
    }
    return start
}

private fun CodePoints.international(start: Int): Int {
    var end = if (has('+', start)) start + 1 else start + 2
    var number = ""
    var best = start
    while (true) {
        val following = digits(end)
        if (following == end || number.length + following - end > 15) break
        number += string(end, following)
        end = following
        val most = COUNTRY_DIGITS.filterKeys { number.startsWith(it) }.values.maxOrNull() ?: 13
        if (number.length > most) break
        if (number.length >= 8 && numberEnds(end)) best = end
        if (startsWith("(0)", end + 1) && hasOneOf(SPACES, end)) {
            end += 4
        } else if (startsWith("(0)", end)) {
            end += 3
        }
        if (hasOneOf("$SPACES.-", end) && isDigit(at(end + 1))) end++
    }
    return best
}

/** Where a number that begins with 0 ends: of 10 digits, else 9, else 11. */
private fun CodePoints.national(start: Int): Int {
    val found = HashMap<Int, Int>()
    for (mark in listOf(" ", ".", "-", "/")) {
        var count = 0
        var parts = groups(start, mark, 7)
        if (parts.size > 1 && parts.any { it.size > 4 }) parts = parts.take(1)
        for (part in parts) {
            count += part.size
            if (numberEnds(part.end) && (count == 10 || part != parts[0]) && count !in found) found[count] = part.end
        }
    }
    return found[10] ?: found[9] ?: found[11] ?: start
}

/** Digits joined by hyphens, slashes or several commas: `7204-5518`, `2023/145`, `1,2,3`. */
internal fun CodePoints.joined(start: Int): Int {
    for (mark in listOf("-", "/", ",")) {
        val parts = groups(start, mark)
        if (parts.size >= (if (mark == ",") 3 else 2) && numberEnds(parts.last().end)) return parts.last().end
    }
    return start
}

/** Three groups of digits and more that are no thousands: `4111 1111 1111 1111`. */
internal fun CodePoints.spaced(start: Int): Int {
    val parts = groups(start, " ")
    val thousands = parts[0].size <= 3 && parts.drop(1).all { it.size == 3 }
    return if (parts.size >= 3 && !thousands && numberEnds(parts.last().end)) parts.last().end else start
}

/** Three digits and more that begin with a nought: a code, no amount. */
internal fun CodePoints.noughts(start: Int): Int {
    val end = digits(start)
    return if (end - start >= 3 && has('0', start) && numberEnds(end)) end else start
}
