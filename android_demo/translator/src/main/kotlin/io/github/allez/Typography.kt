/*
 * The punctuation of French, put into a translation: spaces that no line is broken at, « ».
 *
 * A model reads and writes `Où ?` and `Où?` as one, and every quote as `"`. What is said here is how a
 * translation is handed out; a bundle asks for it (`target.typography`). All positions count UTF-16
 * units: no mark takes two.
 */
package io.github.allez

private const val NO_BREAK = '\u00a0'
private const val NARROW = '\u202f'

private val RULES = SPEC.part("typography")

/** What stands before a mark. */
private val MARKS = mapOf('?' to NARROW, '!' to NARROW, ';' to NARROW, ':' to NO_BREAK)

/** Behind these no mark gets a space, and a quote begins. */
private val OPENERS = RULES.text("openers")

/** Behind these a quote begins, too. */
private val JOINTS = RULES.text("joints")

/** What may follow `?` and `!`, but for white space and quotes. */
private val BEHIND = RULES.text("behind")
private val QUOTES = RULES.text("quotes")

/** What is decided by what follows. */
private const val HELD = " ?!;:\u00ab\u00bb\"\u00a0\u202f"

/** A text with its typography, and where each unit of the text as it was stands now and ends. */
internal class Typeset(val text: String, private val starts: IntArray, private val ends: IntArray) {
    /** Where a stretch of the text as it was is now. */
    fun moved(start: Int, end: Int): Pair<Int, Int> {
        if (start < end) return starts[start] to ends[end - 1]
        val place = if (start > 0) ends[start - 1] else 0
        return place to place
    }
}

/**
 * A French text with the spaces and quotes that French has.
 *
 * @param text a sentence, or how one begins that [stable] has cut.
 * @param kept stretches that nothing is changed in, in order: addresses, times, numbers.
 */
internal fun typeset(text: String, kept: List<Pair<Int, Int>> = emptyList()): Typeset = Typesetter(text, kept).typeset()

/** The part of a growing text that [typeset] writes the same whatever follows. */
internal fun stable(text: String): String = text.trimEnd { it in HELD }

private class Typesetter(private val text: String, private val kept: List<Pair<Int, Int>>) {
    private val out = StringBuilder()
    private var quoted = false

    fun typeset(): Typeset {
        val starts = IntArray(text.length)
        val ends = IntArray(text.length)
        var next = 0
        for (index in text.indices) {
            while (next < kept.size && index >= kept[next].second) next++
            val free = next == kept.size || index < kept[next].first
            val (before, said, behind) = if (free) written(index) else Triple(null, text[index], null)
            if (before != null && out.isNotEmpty() && !isSpace(out.last().code)) out.append(before)
            starts[index] = out.length
            out.append(said)
            ends[index] = out.length
            if (behind != null) out.append(behind)
        }
        return Typeset(out.toString(), starts, ends)
    }

    /** What stands before a unit, in its place, and behind it. */
    private fun written(index: Int): Triple<Char?, Char, Char?> {
        val character = text[index]
        return when {
            character in MARKS && isMarked(index) -> Triple(MARKS[character], character, null)
            character == '"' && beginsQuote(index) -> {
                quoted = true
                Triple(null, '\u00ab', NO_BREAK)
            }
            character == '"' && endsQuote(index) -> {
                quoted = false
                Triple(NO_BREAK, '\u00bb', null)
            }
            character == '\u00ab' && !isSpaceOrEnd(index + 1) -> Triple(null, character, NO_BREAK)
            character == '\u00bb' -> Triple(NO_BREAK, character, null)
            character == ' ' -> Triple(null, space(index), null)
            else -> Triple(null, character, null)
        }
    }

    private fun space(index: Int): Char {
        val following = text.getOrNull(index + 1)
        if (following == '\u00bb' || text.getOrNull(index - 1) == '\u00ab') return NO_BREAK
        return MARKS[following]?.takeIf { isMarked(index + 1) } ?: ' '
    }

    /** Whether a mark ends what is said, and is none of an address, a smiley or a time. */
    private fun isMarked(index: Int): Boolean {
        val goesOn = !isSpaceOrEnd(index + 1) && text[index + 1] !in QUOTES
        if (goesOn && (text[index] in ";:" || text[index + 1] !in BEHIND)) return false
        var place = index - 1
        while (place >= 0 && text[place] == ' ') place--
        return place >= 0 && text[place] !in OPENERS && text[place] !in "?!;:\u00ab"
    }

    private fun beginsQuote(index: Int): Boolean {
        val before = text.getOrNull(index - 1)
        val apart = before == null || isSpace(before.code) || before in OPENERS || before in JOINTS
        return apart && !isSpaceOrEnd(index + 1) && text[index + 1] != '"'
    }

    /** Whether a quote ends; one that nobody began may be an inch behind a digit. */
    private fun endsQuote(index: Int): Boolean {
        val before = text.getOrNull(index - 1) ?: return false
        if (isSpace(before.code) || before in OPENERS || before == '"') return false
        return quoted || before !in '0'..'9'
    }

    private fun isSpaceOrEnd(index: Int): Boolean = index >= text.length || isSpace(text[index].code)
}
