/*
 * What is handed out of what a model says: blanks have their values, and the text its typography.
 *
 * Knows strings; neither tokens nor search.
 */
package io.github.allez

/**
 * A text as it is handed out.
 *
 * @property blanks of a text that has such, in order.
 * @property moved where a stretch of what the model said is now.
 */
internal class HandedOut(val text: String, val blanks: List<Blank>, val moved: (Int, Int) -> Span)

/**
 * What is handed out of a text, or of its beginning.
 *
 * @param said what the model's tokens spell.
 * @param typography whose punctuation it gets; null: as the model says it.
 * @param hasBlanks whether names in brackets are blanks, and [values] theirs.
 * @param grows whether more will follow: then it is only what nothing can change any more.
 */
internal fun writeOut(said: String, typography: String?, hasBlanks: Boolean, values: Fill?, grows: Boolean): HandedOut {
    val begun = if (grows && hasBlanks) withoutOpenBlank(said) else said
    val filled = if (hasBlanks) fillBlanks(begun, values) else FilledBlanks(said, emptyList(), emptyList())
    if (typography == null) return HandedOut(filled.text, filled.blanks, filled::moved)
    val kept = filled.blanks.map { it.start to it.end }
    val typed = typeset(if (grows) stable(filled.text) else filled.text, kept)
    if (grows) return HandedOut(typed.text, emptyList(), filled::moved) // nobody asks where anything stands
    val blanks = filled.blanks.map { blank ->
        typed.moved(blank.start, blank.end).let { (start, end) -> blank.copy(start = start, end = end) }
    }
    return HandedOut(typed.text, blanks) { start, end ->
        val span = filled.moved(start, end)
        typed.moved(span.start, span.end).let { (low, high) -> Span(low, high) }
    }
}
