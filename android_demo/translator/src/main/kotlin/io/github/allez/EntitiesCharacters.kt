/*
 * Kinds of characters, and how far a run of them goes: what the scanners of entities are made of.
 *
 * A scanner is a function of `CodePoints`; it is given a position, and returns where what it knows
 * ends, or the position itself where there is nothing of it. A character is a code point, as on
 * every host. No regular expressions: hosts disagree about them. Nothing here looks further than
 * `REACH` characters ahead, so that any line takes linear time.
 */
package io.github.allez

/** What stands beyond either end of a text. */
internal const val NOTHING = -1

/** The spaces that stand within numbers: plain, no-break, thin, narrow no-break. */
internal const val SPACES = "\u0020\u00a0\u2009\u202f"

internal const val APOSTROPHES = "'\u2019"

/** Signs of a negative number: hyphen and minus. */
internal const val MINUS = "-\u2212"

internal const val EN_DASH = '\u2013'

/** What a value ends with; a dash behind it is none of the next one. */
private const val OVER = "%\u00b0$\u20ac"

/** The most characters that one entity has, and that are looked at to find its end. */
internal const val REACH = 300

/** A text whose positions count code points; a lone surrogate is one. */
internal class CodePoints(private val values: IntArray) {
    constructor(text: String) : this(valuesOf(text))

    val size: Int get() = values.size

    operator fun get(index: Int): Int = values[index]

    /** The character at [index], NOTHING beyond either end. */
    fun at(index: Int): Int = if (index in values.indices) values[index] else NOTHING

    /** Whether [character] stands at [index]. */
    fun has(character: Char, index: Int): Boolean = at(index) == character.code

    /** Whether one of [marks] stands at [index]. */
    fun hasOneOf(marks: String, index: Int): Boolean = isOneOf(marks, at(index))

    /** Whether [word], all of it in the first plane, stands at [index]. */
    fun startsWith(word: String, index: Int): Boolean {
        if (index < 0 || index + word.length > size) return false
        for (offset in word.indices) if (values[index + offset] != word[offset].code) return false
        return true
    }

    /** Where [character] first stands from [start] to before [end]; NOTHING if it does not. */
    fun find(character: Char, start: Int, end: Int): Int {
        for (index in start until minOf(end, size)) if (values[index] == character.code) return index
        return NOTHING
    }

    /** How often [character] stands from [start] to before [end]. */
    fun count(character: Char, start: Int, end: Int): Int = (start until end).count { values[it] == character.code }

    /** Whether all characters from [start] to before [end] are of a kind, as none are. */
    inline fun all(start: Int, end: Int, belongs: (Int) -> Boolean): Boolean {
        for (index in start until end) if (!belongs(get(index))) return false
        return true
    }

    /** Where a run of characters that belong together ends, at most [REACH] further. */
    inline fun run(start: Int, belongs: (Int) -> Boolean): Int {
        var end = start
        val last = minOf(size, start + REACH)
        while (end < last && belongs(get(end))) end++
        return end
    }

    fun slice(start: Int, end: Int): CodePoints = CodePoints(values.copyOfRange(start, end))

    /** Where each character begins, and where the text ends, in UTF-16 units. */
    fun offsets(): IntArray {
        val offsets = IntArray(size + 1)
        for (index in values.indices) offsets[index + 1] = offsets[index] + Character.charCount(values[index])
        return offsets
    }

    fun string(start: Int, end: Int): String = String(values, start, end - start)

    override fun toString(): String = string(0, size)

    private companion object {
        fun valuesOf(text: String): IntArray {
            val values = IntArray(text.codePointCount(0, text.length))
            var offset = 0
            for (index in values.indices) {
                values[index] = text.codePointAt(offset)
                offset += Character.charCount(values[index])
            }
            return values
        }
    }
}

/** The words of a string, which spaces part. */
internal fun words(text: String): Set<String> = text.split(" ").toSet()

/** Whether a character, or NOTHING, is one of [marks], all of them in the first plane. */
internal fun isOneOf(marks: String, character: Int): Boolean =
    character in 0..0xFFFF && marks.indexOf(character.toChar()) >= 0

/** Whether this is one of the ten digits of ASCII. */
internal fun isDigit(character: Int): Boolean = character in '0'.code..'9'.code

internal fun isAscii(character: Int): Boolean = character in 0..0x7F

internal fun isLetter(character: Int): Boolean = character >= 0 && Character.isLetter(character)

/** Whether this is a letter of ASCII. */
internal fun isPlainLetter(character: Int): Boolean = isAscii(character) && Character.isLetter(character)

/** Whether this is a letter or a digit of ASCII. */
internal fun isPlainWord(character: Int): Boolean = isDigit(character) || isPlainLetter(character)

/** Whether this is a capital from A to Z. */
internal fun isPlainCapital(character: Int): Boolean = character in 'A'.code..'Z'.code

internal fun isSmall(character: Int): Boolean = character >= 0 && Character.isLowerCase(character)

internal fun isCapital(character: Int): Boolean = character >= 0 && Character.isUpperCase(character)

/** Whether this is a letter or a number of any script. */
internal fun isAlphanumeric(character: Int): Boolean = isLetter(character) ||
    when (if (character < 0) Character.UNASSIGNED else Character.getType(character).toByte()) {
        Character.DECIMAL_DIGIT_NUMBER, Character.LETTER_NUMBER, Character.OTHER_NUMBER -> true
        else -> false
    }

/** Whether this is white space: what Unicode calls so, and the separators of ASCII. */
internal fun isSpace(character: Int): Boolean = when (character) {
    in 0x09..0x0D, in 0x1C..0x20, 0x85, 0xA0, 0x1680, in 0x2000..0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000 -> true
    else -> false
}

/** Whether this is a letter, a digit or an underscore. */
internal fun isWord(character: Int): Boolean = character == '_'.code || isDigit(character) || isLetter(character)

/** Whether there is a small letter from [start] to before [end], and nothing else that has a case. */
internal fun CodePoints.allSmall(start: Int = 0, end: Int = size): Boolean {
    var cased = false
    for (index in start until end) {
        if (Character.isUpperCase(get(index)) || Character.isTitleCase(get(index))) return false
        cased = cased || Character.isLowerCase(get(index))
    }
    return cased
}

/** Whether there is a capital from [start] to before [end], and nothing else that has a case. */
internal fun CodePoints.allCapital(start: Int = 0, end: Int = size): Boolean {
    var cased = false
    for (index in start until end) {
        if (Character.isLowerCase(get(index)) || Character.isTitleCase(get(index))) return false
        cased = cased || Character.isUpperCase(get(index))
    }
    return cased
}

/** Whether every run of letters that have a case begins with its only capital. */
internal fun CodePoints.titled(start: Int, end: Int): Boolean {
    var cased = false
    var within = false
    for (index in start until end) {
        val capital = Character.isUpperCase(get(index)) || Character.isTitleCase(get(index))
        val small = Character.isLowerCase(get(index))
        if ((capital && within) || (small && !within)) return false
        within = capital || small
        cased = cased || within
    }
    return cased
}

/** Where a run of digits ends. */
internal fun CodePoints.digits(start: Int): Int = run(start, ::isDigit)

/** The position behind [index] if one of [SPACES] stands there, else [index] itself. */
internal fun CodePoints.behindSpace(index: Int): Int = if (hasOneOf(SPACES, index)) index + 1 else index

/** Whether no word goes on at [start]. */
internal fun CodePoints.begins(start: Int): Boolean = !isWord(at(start - 1))

/** Whether no word goes on at [end]. */
internal fun CodePoints.ends(end: Int): Boolean = !isWord(at(end))

/** Whether a minus stands at [start]; an en dash is one where no word and no value goes on. */
internal fun CodePoints.isNegative(start: Int): Boolean {
    if (!has(EN_DASH, start) || !isDigit(at(start + 1))) return hasOneOf(MINUS, start)
    var end = start
    while (hasOneOf(SPACES, end - 1)) end--
    val isOver = isDigit(at(end - 1)) || hasOneOf(OVER, end - 1)
    return end == 0 || hasOneOf("([", end - 1) || (end < start && !isOver)
}

/** Whether a slash and a number with a sign stand behind one: `–3/–1 °C`. */
internal fun CodePoints.isShared(end: Int): Boolean =
    has('/', end) && hasOneOf("+$EN_DASH$MINUS", end + 1) && isDigit(at(end + 2))

/** Whether neither a word nor a number goes on at [start]. */
internal fun CodePoints.numberBegins(start: Int): Boolean {
    val joined = hasOneOf(".,:/-+", start - 1) && isWord(at(start - 2))
    return !isWord(at(start - 1)) && !joined
}

/** Whether neither a word nor a number goes on at [end]. */
internal fun CodePoints.numberEnds(end: Int): Boolean {
    val joined = hasOneOf(".,:/-", end) && isDigit(at(end + 1))
    return !isWord(at(end)) && !joined
}

/** Orders texts by code points, as every host does; UTF-16 puts the last of a plane behind the next. */
internal fun compareCodePoints(one: String, other: String): Int {
    var offset = 0
    while (offset < one.length && offset < other.length) {
        val (a, b) = one.codePointAt(offset) to other.codePointAt(offset)
        if (a != b) return a.compareTo(b)
        offset += Character.charCount(a)
    }
    return one.length.compareTo(other.length)
}
