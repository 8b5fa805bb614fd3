/*
 * Which characters of a source each token of its translation was made from, by its attention.
 *
 * Knows nothing of markup. Places count code points.
 */
package io.github.allez

/** What makes one word of the letters on both sides of it. */
private const val JOINERS = "'\u2019-"

private const val FIRST_MARK = 0x300

/** Less is nothing, and nothing is divided by it. */
internal const val EQUAL: Double = 1e-9

/**
 * Which characters of a source each token of its translation was made from.
 *
 * @property sourceSpans [S] of the source tokens, in order.
 * @property targetSpans [T] of the target tokens, in order.
 * @property weights [T][S] how much each target token attends to each source token; rows sum to 1 at most.
 */
internal class Alignment(
    val source: CodePoints,
    val target: CodePoints,
    val sourceSpans: List<Span>,
    val targetSpans: List<Span>,
    val weights: List<DoubleArray>,
)

/**
 * A sentence and its translation within the two texts.
 *
 * @property place where it stands in the source.
 * @property said where its translation stands in the target.
 * @property sourceSpans [S] of its tokens, in the source.
 * @property spans [T] of what was said, in the target.
 * @property attention [T][S], or of another shape if the model attends to nothing in particular.
 */
internal class Translated(
    val place: Span,
    val said: Span,
    val sourceSpans: List<Span>,
    val spans: List<Span>,
    val attention: List<FloatArray>,
)

/** Joins the alignments of a text's sentences; what was copied is aligned word by word. */
internal fun align(source: CodePoints, target: CodePoints, sentences: List<Translated>): Alignment {
    val sources = ArrayList<Span>()
    val targets = ArrayList<Span>()
    val rows = ArrayList<Pair<Int, DoubleArray>>() // the weights of a row, from a column on
    fun copied(start: Int, end: Int, written: Int) {
        for (word in unitsOf(source, start, end)) {
            rows.add(sources.size to doubleArrayOf(1.0))
            sources.add(word)
            targets.add(Span(written + word.start - start, written + word.end - start))
        }
    }
    var read = 0
    var written = 0
    for (sentence in sentences) {
        copied(read, sentence.place.start, written)
        weights(sentence).forEach { rows.add(sources.size to it) }
        sources.addAll(sentence.sourceSpans)
        targets.addAll(sentence.spans)
        read = sentence.place.end
        written = sentence.said.end
    }
    copied(read, source.size, written)
    val weights = rows.map { (column, some) -> DoubleArray(sources.size).also { some.copyInto(it, column) } }
    return Alignment(source, target, sources, targets, weights)
}

/** [T][S] of a sentence; if the model attends to nothing in particular, the order is all there is to go by. */
private fun weights(sentence: Translated): List<DoubleArray> {
    val (count, size) = sentence.spans.size to sentence.sourceSpans.size
    if (sentence.attention.size == count && sentence.attention.all { it.size == size }) {
        return sentence.attention.map { row -> DoubleArray(size) { row[it].toDouble() } }
    }
    return List(count) { row -> DoubleArray(size).also { if (size > 0) it[row * size / count] = 1.0 } }
}

/**
 * The words of a stretch and, each by itself, its other characters that are no white space.
 *
 * A word is letters, digits and the signs that combine with them; an apostrophe or a hyphen between two
 * belongs to it.
 */
internal fun unitsOf(text: CodePoints, from: Int = 0, to: Int = text.size): List<Span> {
    val found = ArrayList<Span>()
    var position = from
    while (position < to) {
        val start = position
        while (position < to) {
            val joins = position in start + 1 until to - 1 && text.hasOneOf(JOINERS, position) && isInWord(text[position + 1])
            if (!isInWord(text[position]) && !joins) break
            position++
        }
        if (start == position) position++
        if (!isSpace(text[start])) found.add(Span(start, position))
    }
    return found
}

/** Whether a character is part of words. */
internal fun isInWord(character: Int): Boolean = isAlphanumeric(character) || character >= FIRST_MARK &&
    when (Character.getType(character).toByte()) {
        Character.NON_SPACING_MARK, Character.COMBINING_SPACING_MARK, Character.ENCLOSING_MARK -> true
        else -> false
    }

/** Which share of a stretch lies within another one. */
internal fun overlap(span: Span, other: Span): Double {
    val shared = minOf(span.end, other.end) - maxOf(span.start, other.start)
    return maxOf(shared.toDouble(), 0.0) / maxOf((span.end - span.start).toDouble(), 1.0)
}

/**
 * [T][S] weights of which both sides are sure; rows sum to 1, or to 0.
 *
 * A target token's share of its attention for a source token is multiplied with the share of that source
 * token's that comes from it: words that everybody looks at (articles, the end) count for less, and a word
 * that one target token looks at more than any other does counts for more.
 */
internal fun mutual(alignment: Alignment): List<DoubleArray> {
    val spans = alignment.sourceSpans
    val sums = DoubleArray(spans.size)
    val weights = alignment.weights.map { row ->
        DoubleArray(spans.size) { if (spans[it].end <= spans[it].start) 0.0 else row[it] }
    }
    for (row in weights) for (column in sums.indices) sums[column] += row[column]
    for (row in weights) {
        for (column in sums.indices) row[column] *= row[column] / maxOf(sums[column], EQUAL)
        val sum = maxOf(row.sum(), EQUAL)
        for (column in sums.indices) row[column] /= sum
    }
    return weights
}
