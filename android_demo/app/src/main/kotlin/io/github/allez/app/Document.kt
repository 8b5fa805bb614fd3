/* A translated text and which of its words belong together. Knows nothing of Android. */
package io.github.allez.app

import io.github.allez.Doubt
import io.github.allez.Sentence
import io.github.allez.Token
import io.github.allez.Translation
import io.github.allez.UNSURE

/** The two texts on the screen. */
enum class Side { SOURCE, TARGET }

/** A cursor: a place in one of the two texts. */
data class Cursor(val side: Side, val offset: Int)

/** A word and how much of the attention falls on it, 0 to 1. */
data class Lit(val span: Span, val weight: Float)

/**
 * A word and those of the other text that it is translated from, or to.
 *
 * @property cursor where the person pointed.
 * @property word the word there.
 * @property lit the words of the other text, in order; never empty.
 */
data class Alignment(val cursor: Cursor, val word: Span, val lit: List<Lit>)

/** A sentence of the translation, what is in doubt of it, and whether it may well be a bad one. */
data class Doubtful(val place: Span, val doubts: List<Doubt>, val isUnsure: Boolean = false)

/** One part of a text, a line or several: where it begins in both texts, and its translation. */
class Line(val sourceStart: Int, val targetStart: Int, val translation: Translation)

/**
 * A text translated part by part.
 *
 * @property source the text.
 * @property target its translation.
 * @property nanos time that the model worked, on all threads together.
 */
class Document(
    val source: String,
    val target: String,
    private val lines: List<Line>,
    private val languages: Pair<String, String>,
    val nanos: Long,
) {
    /** How many sentences were translated. */
    val sentences: Int get() = lines.sumOf { it.translation.sentences.size }

    /** Mean time per sentence in milliseconds, null if there is no sentence. */
    val millisPerSentence: Long? get() = sentences.takeIf { it > 0 }?.let { nanos / it / NANOS_PER_MILLI }

    /** The sentences that are worth a look, in order; found at once, where nobody waits to draw. */
    val doubtful: List<Doubtful> = lines.flatMap { line ->
        line.translation.sentences.mapNotNull { sentence ->
            val start = line.targetStart + sentence.targetStart
            val isUnsure = sentence.confidence.let { it != null && it < UNSURE }
            Doubtful(Span(start, start + sentence.text.length), sentence.doubts, isUnsure)
                .takeIf { isUnsure || sentence.doubts.isNotEmpty() }
        }
    }

    /** The word at [cursor] and the words that belong to it; null where there is none. */
    fun align(cursor: Cursor): Alignment? = lines.firstNotNullOfOrNull { line ->
        line.translation.sentences.firstNotNullOfOrNull { align(cursor, line, it) }
    }

    private fun align(cursor: Cursor, line: Line, sentence: Sentence): Alignment? {
        val ofSource = line.sourceStart + sentence.start
        val ofTarget = line.targetStart + sentence.targetStart
        val isSource = cursor.side == Side.SOURCE
        val here = if (isSource) ofSource else ofTarget
        val there = if (isSource) ofTarget else ofSource
        val length = if (isSource) sentence.source.length else sentence.text.length
        if (!Span(here, here + length).touches(cursor.offset)) return null

        val table = AttentionOfWords(sentence, languages)
        val words = if (isSource) table.sourceWords else table.targetWords
        // Between two words that touch (l'ami), the one that begins there.
        val index = words.indexOfLast { it.touches(cursor.offset - here) }
        if (index < 0) return null
        val lit = if (isSource) table.targetsOf(index) else table.sourcesOf(index)
        if (lit.isEmpty()) return null
        return Alignment(cursor, words[index].shifted(here), lit.map { Lit(it.span.shifted(there), it.weight) })
    }

    private companion object {
        const val NANOS_PER_MILLI = 1_000_000
    }
}

/** Attention between the words of a sentence, from that between its tokens. */
private class AttentionOfWords(private val sentence: Sentence, languages: Pair<String, String>) {
    val sourceWords = words(sentence.source, languages.first)
    val targetWords = words(sentence.text, languages.second)
    private val weights = weights() // [target words][source words]

    /** Source words that a target word attends to. */
    fun sourcesOf(target: Int): List<Lit> = strongest(sourceWords.mapIndexed { source, span -> Lit(span, weights[target][source]) })

    /** Target words that attend to a source word. */
    fun targetsOf(source: Int): List<Lit> = strongest(targetWords.mapIndexed { target, span -> Lit(span, weights[target][source]) })

    /** What is clearly attended to, or else the most attended, if anything is. */
    private fun strongest(all: List<Lit>): List<Lit> {
        val clear = all.filter { it.weight >= CLEAR }
        return clear.ifEmpty { listOfNotNull(all.maxByOrNull { it.weight }?.takeIf { it.weight >= FAINT }) }
    }

    /** Tokens of a source word count together, those of a target word on average. */
    private fun weights(): List<FloatArray> {
        val sums = targetWords.map { FloatArray(sourceWords.size) }
        val counts = IntArray(targetWords.size)
        val sources = sentence.sourceTokens.map { wordOf(it, sentence.start, sourceWords) }
        sentence.tokens.forEachIndexed { step, token ->
            val target = wordOf(token, 0, targetWords) ?: return@forEachIndexed
            val row = sentence.attention[step]
            if (row.size != sources.size) return@forEachIndexed // a model without attention
            counts[target]++
            row.forEachIndexed { position, weight -> sources[position]?.let { sums[target][it] += weight } }
        }
        sums.forEachIndexed { target, row -> for (source in row.indices) row[source] /= maxOf(counts[target], 1).toFloat() }
        return sums
    }

    private fun wordOf(token: Token, origin: Int, words: List<Span>): Int? =
        words.indices.maxByOrNull { words[it].overlap(token.start - origin, token.end - origin) }
            ?.takeIf { words[it].overlap(token.start - origin, token.end - origin) > 0 }

    private companion object {
        /** From here on a word is one of those meant. */
        const val CLEAR = 0.25f

        /** Below, it is noise. */
        const val FAINT = 0.1f
    }
}
