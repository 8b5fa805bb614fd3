/*
 * Lines that a mail program, a scan or a subtitle broke to fit: which line ends divide a sentence.
 *
 * `spec/README.md` has the rule. Places count code points.
 */
package io.github.allez

private val RULE = SPEC.part("wrapped")
private val LEAST = RULE.whole("least")
private val SHARE = RULE.list("share").map { it as Long }
private val BEHIND = RULE.text("behind")
private val KEY_SIGNS = RULE.text("key_signs")

/** White space around a line. */
internal const val AROUND: String = " \t\r\u000c\u000b\u00a0\u202f"

/** White space with a line feed in it, and what is read in its place. */
internal class Joint(val start: Int, val end: Int, val read: String)

/**
 * Which line ends of a text are no ends, in order.
 *
 * The next line goes on if it begins with a small letter and the line before ends with a letter, a digit
 * or a mark that ends no sentence, and is about as long as the others around it. A word divided by a
 * hyphen is whole again.
 */
internal fun joints(text: CodePoints): List<Joint> = blocks(text).flatMap { within(text, it) }

/** The lines between two blank ones: where each begins and ends, white space around it left out. */
private fun blocks(text: CodePoints): List<List<Span>> {
    val found = ArrayList<List<Span>>()
    var block = ArrayList<Span>()
    var start = 0
    while (start <= text.size) {
        val end = text.find('\n', start, text.size).let { if (it < 0) text.size else it }
        var (low, high) = start to end
        while (low < high && text.hasOneOf(AROUND, low)) low++
        while (low < high && text.hasOneOf(AROUND, high - 1)) high--
        if (low < high) {
            block.add(Span(low, high))
        } else if (block.isNotEmpty()) {
            found.add(block)
            block = ArrayList()
        }
        start = end + 1
    }
    if (block.isNotEmpty()) found.add(block)
    return found
}

private fun within(text: CodePoints, block: List<Span>): List<Joint> {
    val widest = block.maxOf { it.end - it.start }
    return block.zipWithNext().mapNotNull { (line, next) -> joint(text, line, next, widest) }
}

/** What joins two lines, the longest of all around having so many characters; null: nothing. */
private fun joint(text: CodePoints, line: Span, next: Span, widest: Int): Joint? {
    val (start, end) = line
    if (!isSmall(text[next.start]) || beginsWithKey(text, next)) return null
    val last = text[end - 1]
    val isDivided = last == '-'.code && end > start + 2 && text.all(maxOf(end - 3, start), end - 1, ::isLetter)
    val length = end - start
    return when {
        isDivided -> Joint(end - 1, next.start, "")
        !isLetter(last) && !isOneOf(BEHIND, last) -> null
        length < LEAST || SHARE[1] * length < SHARE[0] * widest -> null
        else -> Joint(end, next.start, " ")
    }
}

/** Whether a line begins with a name and a value: `port: 80`, `size = 3`. */
private fun beginsWithKey(text: CodePoints, line: Span): Boolean {
    var position = line.start
    while (position < line.end && !isSpace(text[position])) if (text.hasOneOf(KEY_SIGNS, position++)) return true
    while (position < line.end && isSpace(text[position])) position++
    return position < line.end && text.hasOneOf(KEY_SIGNS, position)
}
