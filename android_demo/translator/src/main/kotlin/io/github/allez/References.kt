/* Character references of HTML: `&eacute;`, `&#233;`, `&#xE9;`, as `references.json` has them. */
package io.github.allez

private val REFERENCES: Map<*, *> by lazy {
    checkNotNull(TagToken::class.java.getResourceAsStream("references.json")) {
        "references.json is not among the resources of the engine"
    }.use { parseJson(decodeUtf8(it.readBytes())) as Map<*, *> }
}
private val NAMES: Map<String, String> by lazy { REFERENCES.part("names").each() }
private val NUMBERS: Map<String, String> by lazy { REFERENCES.part("numbers").each() }

/** The longest name of all, its semicolon included. */
private val LONGEST by lazy { NAMES.keys.maxOf { it.length } }

private const val HEXADECIMAL = 16
private const val DECIMAL = 10
private const val REPLACEMENT = "\ufffd"
private const val NO_NAME = "\t\n\u000c <&#;"

/** More digits are beyond all characters. */
private const val MOST_DIGITS = 8
private const val PLANE = 0xFFFF
private const val FIRST_OF_NO_CHARACTER = 0xFFFE

/** A text with what its references stand for; what is none stays. */
internal fun unescape(text: String): String {
    val out = StringBuilder()
    var done = 0
    var found = text.indexOf('&')
    while (found >= 0) {
        val (end, said) = reference(text, found)
        if (said != null) {
            out.append(text, done, found).append(said)
            done = end
        }
        found = text.indexOf('&', maxOf(end, found + 1))
    }
    return out.append(text, done, text.length).toString()
}

/** Where the reference at an ampersand ends, and what it stands for; null: it is none. */
private fun reference(text: String, start: Int): Pair<Int, String?> {
    if (text.startsWith("#", start + 1)) return number(text, start)
    var end = start + 1
    while (end < text.length && text[end] !in NO_NAME) end++
    if (end < text.length && text[end] == ';') end++
    for (stop in minOf(end, start + 1 + LONGEST) downTo start + 2) {
        val said = NAMES[text.substring(start + 1, stop)]
        if (said != null) return stop to said
    }
    return start + 1 to null
}

private fun number(text: String, start: Int): Pair<Int, String?> {
    val isHexadecimal = text.startsWith("x", start + 2, ignoreCase = true)
    val base = if (isHexadecimal) HEXADECIMAL else DECIMAL
    val first = start + (if (isHexadecimal) 3 else 2)
    var end = first
    while (end < text.length && text[end].code < 128 && Character.digit(text[end], base) >= 0) end++
    if (end == first) return start + 1 to null
    val digits = text.substring(first, end).trimStart('0').ifEmpty { "0" }
    if (end < text.length && text[end] == ';') end++
    return end to if (digits.length > MOST_DIGITS) REPLACEMENT else character(digits.toLong(base))
}

/** What a number stands for: what is no character stands for nothing, what is too large for U+FFFD. */
private fun character(number: Long): String {
    NUMBERS[number.toString()]?.let { return it }
    if (number > Character.MAX_CODE_POINT) return REPLACEMENT
    val code = number.toInt()
    return when {
        code in Character.MIN_SURROGATE.code..Character.MAX_SURROGATE.code -> REPLACEMENT
        code in 0x1..0x8 || code == 0xB || code in 0xE..0x1F || code in 0x7F..0x9F -> ""
        code in 0xFDD0..0xFDEF || code and PLANE >= FIRST_OF_NO_CHARACTER -> ""
        else -> String(Character.toChars(code))
    }
}
