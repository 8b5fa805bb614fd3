/*
 * Inline markup as places in a text: pairs around words, and single points.
 *
 * A mark says where, never what: whoever took a text apart keeps the tags, in the order of the marks. So
 * no step in between can lose, double or change one. Knows nothing of HTML. Places count code points.
 */
package io.github.allez

/** The parent of a mark that no pair encloses. */
internal const val OUTSIDE = -1

/**
 * A pair stands around words, a point between two characters, and a word is markup that is read as one:
 * what stands at its place in the text is not to be translated.
 */
internal enum class MarkKind { PAIR, POINT, WORD }

/**
 * One piece of inline markup.
 *
 * @property start where what it stands around begins.
 * @property end where that ends; equal to [start] for a point.
 * @property parent the index of the innermost pair around this mark; it comes before it.
 */
internal data class Mark(val kind: MarkKind, val start: Int, val end: Int, val parent: Int = OUTSIDE)

/** A text and the marks in it, in the order in which they open. */
internal class Marked(val text: CodePoints, val marks: List<Mark> = emptyList())

internal enum class EventKind { TEXT, OPEN, CLOSE, POINT, WORD }

/**
 * What comes next in a marked text that is written out.
 *
 * @property start where the characters begin, if it is text.
 * @property end where they end.
 * @property mark which mark opens, closes or stands here; of text, the innermost pair around it.
 */
internal class Event(val kind: EventKind, val mark: Int, val start: Int = 0, val end: Int = 0)

/**
 * Texts and marks in the order in which they are written; every mark once, and nested.
 *
 * Marks with the same parent may have changed places; they must not overlap.
 */
internal fun weave(marked: Marked): List<Event> {
    val events = ArrayList<Event>()
    val children = marked.marks.indices.groupBy { marked.marks[it].parent }
    val order = compareBy<Int>({ marked.marks[it].start }, { marked.marks[it].end }, { it })
    fun inside(parent: Int, start: Int, end: Int) {
        var position = start
        for (index in children[parent].orEmpty().sortedWith(order)) {
            val mark = marked.marks[index]
            if (position < mark.start) events.add(Event(EventKind.TEXT, parent, position, mark.start))
            when (mark.kind) {
                MarkKind.PAIR -> {
                    events.add(Event(EventKind.OPEN, index))
                    inside(index, mark.start, mark.end)
                    events.add(Event(EventKind.CLOSE, index))
                }
                MarkKind.POINT -> events.add(Event(EventKind.POINT, index))
                MarkKind.WORD -> events.add(Event(EventKind.WORD, index))
            }
            position = mark.end
        }
        if (position < end) events.add(Event(EventKind.TEXT, parent, position, end))
    }
    inside(OUTSIDE, 0, marked.text.size)
    return events
}
