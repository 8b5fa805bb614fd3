/* Blanks of a reply: names in brackets, for what only a program can know. Knows strings alone. */
package io.github.allez

private val RULES = SPEC.part("blanks")

/** The most characters of a name. */
private val LONGEST = RULES.whole("characters")

/** What may stand between the letters of a name, one at a time. */
private val BETWEEN = RULES.text("between").codePoints().toArray().toSet()

private val DIGITS = '0'.code..'9'.code

/**
 * Gives values in place of blanks, by their names; null, and the blank stays. A function is one,
 * `Fill { name -> ... }`, and so is a map: `Fill(values::get)`.
 */
public fun interface Fill {
    /** The value of the blank that is called so. */
    public fun value(name: String): String?
}

/** One that is asked for each name once only. */
internal fun askedOnce(fill: Fill?): Fill? {
    if (fill == null) return null
    val known = HashMap<String, String?>()
    return Fill { name -> if (name in known) known[name] else fill.value(name).also { known[name] = it } }
}

/**
 * A text whose blanks have their values.
 *
 * @property blanks all of them, in order.
 * @property before where each stood before.
 */
internal class FilledBlanks(val text: String, val blanks: List<Blank>, private val before: List<Span>) {
    /** Where a stretch of the text as it was stands now; part of a blank is all of it. */
    fun moved(start: Int, end: Int): Span = Span(place(start, ends = 0), place(end, ends = 1))

    private fun place(position: Int, ends: Int): Int {
        var shift = 0
        for ((index, blank) in blanks.withIndex()) {
            val was = before[index]
            if (position < was.start + ends) break
            if (position < was.end + ends) return if (ends == 1) blank.end else blank.start
            shift = blank.end - was.end
        }
        return position + shift
    }
}

/** As much of a text that grows as has no blank that may still be growing. */
internal fun withoutOpenBlank(text: String): String {
    val start = text.lastIndexOf('[')
    return if (start >= 0 && nameEnd(text, start + 1) == text.length) text.substring(0, start) else text
}

/** Puts values in the place of blanks; each is looked up by its name as it stands, or else in small letters. */
internal fun fillBlanks(text: String, values: Fill?): FilledBlanks {
    val filled = StringBuilder()
    val blanks = ArrayList<Blank>()
    val before = blanksOf(text)
    var done = 0
    for (span in before) {
        val name = text.substring(span.start + 1, span.end - 1)
        val value = values?.let { it.value(name) ?: it.value(name.lowercase(java.util.Locale.ROOT)) }
        filled.append(text, done, span.start)
        val start = filled.length
        filled.append(value ?: text.substring(span.start, span.end))
        blanks.add(Blank(name, value, start, filled.length))
        done = span.end
    }
    return FilledBlanks(filled.append(text, done, text.length).toString(), blanks, before)
}

/** Where each blank of a text stands, brackets and all. */
private fun blanksOf(text: String): List<Span> {
    val found = ArrayList<Span>()
    var start = text.indexOf('[')
    while (start >= 0) {
        val end = nameEnd(text, start + 1)
        val isBlank = end > start + 1 && end < text.length && text[end] == ']' && isSign(text.codePointBefore(end))
        if (isBlank) found.add(Span(start, end + 1))
        start = text.indexOf('[', if (isBlank) end + 1 else start + 1)
    }
    return found
}

/** Where what may be the beginning of a name ends; [start] if there is none. */
private fun nameEnd(text: String, start: Int): Int {
    var end = start
    var count = 0
    while (end < text.length && count < LONGEST) {
        val character = text.codePointAt(end)
        val belongs = if (end == start) Character.isLetter(character) else {
            isSign(character) || (character in BETWEEN && isSign(text.codePointBefore(end)))
        }
        if (!belongs) break
        end += Character.charCount(character)
        count++
    }
    return end
}

private fun isSign(character: Int): Boolean = Character.isLetter(character) || character in DIGITS
