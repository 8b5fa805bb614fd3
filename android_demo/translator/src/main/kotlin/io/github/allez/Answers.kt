/* What comes out of what is no translation: summaries, replies, captions. Nothing here is aware of ONNX. */
package io.github.allez

/**
 * What was written about one thing that was read; summaries, replies and captions are such.
 *
 * @property hypotheses the `nBest` texts, best first, never empty; about nothing, an empty one.
 * @param rate finds [confidence]; it costs nothing while nobody asks.
 */
public sealed class Answer(public val hypotheses: List<Hypothesis>, rate: () -> Double?) {
    /** `nBest` texts, best first; never empty. */
    public val texts: List<String> get() = hypotheses.map { it.text }

    /** The best one. */
    public val text: String get() = hypotheses[0].text

    /** Subwords of the best one. */
    public val tokens: List<Token> get() = hypotheses[0].tokens

    /** Score of the best one. */
    public val score: Double get() = hypotheses[0].score

    /** [T][M] attention of the best one. */
    public val attention: List<FloatArray> get() = hypotheses[0].attention

    /** Whether the best one came to its end; false: it was cut. */
    public val finished: Boolean get() = hypotheses[0].finished

    /**
     * How likely the best one is good, 0 to 1; null: the bundle has no weights. What is called good stands in
     * the bundle's card.
     */
    public val confidence: Double? by lazy(rate)

    override fun toString(): String = text
}

/**
 * What a text is about, in a line.
 *
 * @property source the text given.
 * @property read where in it what was read stands: all but white space at the ends, or less.
 * @property cut whether it is less, since the text is longer than the bundle reads.
 * @property sourceTokens [S] subwords read by the encoder; their offsets are places in [source]. The last one
 *   is the end, spelled `</s>`, where reading stopped.
 */
public class Summary(
    hypotheses: List<Hypothesis>,
    public val source: String,
    public val read: Span,
    public val cut: Boolean,
    public val sourceTokens: List<Token>,
    rate: () -> Double?,
) : Answer(hypotheses, rate) {
    /** [S]: where each of [sourceTokens] stands in [source]. */
    public val sourceSpans: List<Span> get() = sourceTokens.map { Span(it.start, it.end) }
}

/**
 * Something that only a program can know, and for which a reply has a place.
 *
 * @property name as `restaurant name`.
 * @property value what was put there; null: nobody gave it, and the name stands there in brackets.
 * @property start where in the reply's text the value begins, or the bracket.
 * @property end where that ends.
 */
public data class Blank(val name: String, val value: String?, val start: Int, val end: Int)

/**
 * What is said next in a dialogue.
 *
 * @property turns those that were read, of both sides, the oldest first; of one too long alone, its end.
 * @property cut whether a turn, or the beginning of one, was left out since there was no room for it.
 * @property blanks of the best reply, in order.
 * @property source what was read: [turns], with what the bundle puts between them.
 * @property sourceTokens [S] subwords read by the encoder; their offsets are places in [source]. The last one
 *   is the end, spelled `</s>`.
 * @property sourceTurns [S]: which of [turns] each belongs to; what stands between two, to the one before.
 */
public class Reply(
    hypotheses: List<Hypothesis>,
    public val turns: List<String>,
    public val cut: Boolean,
    public val blanks: List<Blank>,
    public val source: String,
    public val sourceTokens: List<Token>,
    public val sourceTurns: List<Int>,
    rate: () -> Double?,
) : Answer(hypotheses, rate) {
    /** [S]: where each of [sourceTokens] stands in [source]. */
    public val sourceSpans: List<Span> get() = sourceTokens.map { Span(it.start, it.end) }
}

/** Rows and columns of positions that lie over a picture, row by row. */
public data class Grid(val rows: Int, val columns: Int)

/**
 * What a picture shows.
 *
 * @property grid the M positions of `attention` lie over the picture, as it is fitted into the bundle's size;
 *   one of each where there is no attention.
 */
public class Caption(
    hypotheses: List<Hypothesis>,
    public val grid: Grid,
    rate: () -> Double?,
) : Answer(hypotheses, rate)
