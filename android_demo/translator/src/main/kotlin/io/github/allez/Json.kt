/*
 * A strict reader of JSON, and as much of a writer as the command line needs.
 *
 * Written out here because a bundle must not be open to interpretation: common readers let a key
 * occur twice, or take a bare word for a value. It also keeps the engine free of dependencies.
 */
package io.github.allez

/** What is wrong with a JSON text, and where. */
internal open class JsonException(message: String) : Exception(message)

/** Hosts disagree about which of two equal keys counts. */
internal class KeyTwiceException(message: String) : JsonException(message)

/**
 * Reads one JSON value: Map, List, String, Long (a number without point and exponent, BigInteger if
 * it is too large), Double, Boolean or null.
 *
 * @throws JsonException it is not JSON, has a key twice, or is nested too deep.
 */
internal fun parseJson(text: String): Any? = JsonReader(text).document()

/** Writes what [parseJson] reads, on one line. */
internal fun writeJson(value: Any?): String = StringBuilder().also { writeValue(value, it) }.toString()

private const val MAX_DEPTH = 900 // what the contract allows is far less; this keeps the stack whole
private const val MAX_DIGITS = 4300
private const val HEX_DIGITS = 4
private const val HEX = 16

private class JsonReader(private val text: String) {
    private var position = 0

    fun document(): Any? {
        val value = value(0)
        skipSpace()
        if (position < text.length) fail("something follows the value")
        return value
    }

    private fun fail(what: String): Nothing = throw JsonException("$what (character $position)")

    private fun skipSpace() {
        while (position < text.length && text[position] in " \t\r\n") position++
    }

    private fun next(): Char {
        if (position == text.length) fail("it ends early")
        return text[position++]
    }

    private fun value(depth: Int): Any? {
        if (depth > MAX_DEPTH) fail("it is nested too deep")
        skipSpace()
        return when (val first = next()) {
            '{' -> objectBody(depth)
            '[' -> listBody(depth)
            '"' -> string()
            't' -> word("true", true)
            'f' -> word("false", false)
            'n' -> word("null", null)
            else -> if (first == '-' || first in '0'..'9') number() else fail("no value begins with '$first'")
        }
    }

    private fun word(spelling: String, value: Boolean?): Boolean? {
        if (!text.startsWith(spelling, position - 1)) fail("unknown word")
        position += spelling.length - 1
        return value
    }

    private fun objectBody(depth: Int): Map<String, Any?> {
        val content = LinkedHashMap<String, Any?>()
        skipSpace()
        if (next() == '}') return content
        position--
        while (true) {
            skipSpace()
            if (next() != '"') fail("a key must be a string")
            val key = string()
            skipSpace()
            if (next() != ':') fail("':' is missing")
            if (key in content) throw KeyTwiceException("a key occurs twice")
            content[key] = value(depth + 1)
            if (ends('}')) return content
        }
    }

    private fun listBody(depth: Int): List<Any?> {
        val content = ArrayList<Any?>()
        skipSpace()
        if (next() == ']') return content
        position--
        while (true) {
            content.add(value(depth + 1))
            if (ends(']')) return content
        }
    }

    private fun ends(bracket: Char): Boolean {
        skipSpace()
        return when (next()) {
            ',' -> false
            bracket -> true
            else -> fail("',' or '$bracket' is missing")
        }
    }

    private fun string(): String {
        val content = StringBuilder()
        while (true) {
            when (val character = next()) {
                '"' -> return content.toString()
                '\\' -> content.append(escaped())
                else -> if (character < ' ') fail("a control character in a string") else content.append(character)
            }
        }
    }

    private fun escaped(): Char = when (val mark = next()) {
        '"', '\\', '/' -> mark
        'b' -> '\b'
        'f' -> '\u000c'
        'n' -> '\n'
        'r' -> '\r'
        't' -> '\t'
        'u' -> {
            var code = 0
            repeat(HEX_DIGITS) {
                val digit = Character.digit(next(), HEX)
                if (digit < 0 || text[position - 1] > 'f') fail("\\u needs four hexadecimal digits")
                code = code * HEX + digit
            }
            code.toChar()
        }
        else -> fail("unknown escape")
    }

    private fun number(): Any {
        val start = --position
        if (text[position] == '-') position++
        if (position < text.length && text[position] == '0') position++ else digits()
        var whole = true
        if (position < text.length && text[position] == '.') {
            whole = false
            position++
            digits()
        }
        if (position < text.length && text[position] in "eE") {
            whole = false
            position++
            if (position < text.length && text[position] in "+-") position++
            digits()
        }
        val spelling = text.substring(start, position)
        if (!whole) return spelling.toDouble()
        if (spelling.length > MAX_DIGITS) fail("a number without end")
        return spelling.toLongOrNull() ?: spelling.toBigInteger()
    }

    private fun digits() {
        val start = position
        while (position < text.length && text[position] in '0'..'9') position++
        if (position == start) fail("a digit is missing")
    }
}

private fun writeValue(value: Any?, out: StringBuilder) {
    when (value) {
        is String -> writeString(value, out)
        is Map<*, *> -> {
            out.append('{')
            value.entries.forEachIndexed { index, (key, item) ->
                if (index > 0) out.append(", ")
                writeString(key as String, out)
                out.append(": ")
                writeValue(item, out)
            }
            out.append('}')
        }
        is List<*> -> {
            out.append('[')
            value.forEachIndexed { index, item ->
                if (index > 0) out.append(", ")
                writeValue(item, out)
            }
            out.append(']')
        }
        else -> out.append(value)
    }
}

private fun writeString(value: String, out: StringBuilder) {
    out.append('"')
    for (character in value) {
        when {
            character == '"' || character == '\\' -> out.append('\\').append(character)
            character < ' ' || character.isSurrogate() -> {
                out.append("\\u").append(character.code.toString(HEX).padStart(HEX_DIGITS, '0'))
            }
            else -> out.append(character)
        }
    }
    out.append('"')
}
