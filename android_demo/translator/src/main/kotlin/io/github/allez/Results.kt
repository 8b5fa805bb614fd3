/* What comes out: nothing here is aware of ONNX. */
package io.github.allez

/**
 * A subword and where it stands. Offsets are indices of a Kotlin `String` (UTF-16 units).
 *
 * @property id its number in the vocabulary.
 * @property piece how the tokenizer spells it: `▁` is a space before it, `<0xE2>` a byte.
 * @property start where it begins; the space before it is not counted.
 * @property end where it ends; equal to [start] for what stands for nothing, as the end of the
 *   sentence does. Several bytes of one character share its place.
 */
public data class Token(val id: Int, val piece: String, val start: Int, val end: Int)

/** A translation whose confidence is less is as likely a bad one as a good one: it is told with the doubts. */
public val UNSURE: Double = SPEC.part("confidence")["unsure"] as Double

/** A stretch of a text, from [start] to before [end], in UTF-16 units. */
public data class Span(val start: Int, val end: Int)

/** A pair of positions in [Sentence.sourceTokens] and [Hypothesis.tokens] that belong together. */
public data class Link(val source: Int, val target: Int)

/**
 * One finished (or cut) translation of one sentence.
 *
 * @property text the translation.
 * @property tokens its subwords, eos not among them; their offsets are places in [text]. They are in
 *   small letters where the text is in capitals because the source is.
 * @property score sum of log-probabilities / length^alpha, eos counted; minus infinity where the time
 *   was up before the sentence was read.
 * @property attention [T][M]: for each token, its weights over the memory positions, which are
 *   those of [Sentence.sourceTokens] (one single position if the bundle's attention is "none").
 *   Each row sums to 1.
 * @property finished false: the length limit or [TranslateOptions.maxTime] cut it before an end of
 *   sentence was chosen.
 */
public class Hypothesis(
    public val text: String,
    public val tokens: List<Token>,
    public val score: Double,
    public val attention: List<FloatArray>,
    public val finished: Boolean,
) {
    /** [T]: where each of [tokens] stands in [text]. */
    public val spans: List<Span> get() = tokens.map { Span(it.start, it.end) }

    /** For each target token, the source position that it attends to most. */
    public val alignment: List<Link>
        get() = attention.mapIndexed { target, row -> Link(row.indexOfGreatest(), target) }

    private fun FloatArray.indexOfGreatest(): Int = indices.maxByOrNull { this[it] } ?: 0
}

/**
 * Something in a source that its translation does not account for, or the other way round.
 *
 * @property kind "thing", "number", "limit", "negation", "name", "repetition", "length" or "characters".
 * @property text the letters in question: of the source, or of the translation what nobody said.
 * @property start where they begin in [Translation.source]; null for what only the translation has, or has
 *   more often.
 * @property end where they end there; null likewise.
 */
public data class Doubt(val kind: String, val text: String, val start: Int?, val end: Int?)

/**
 * Something of a sentence that was carried over into its translation, not translated.
 *
 * @property kind "term" (of the glossary), "thing" (an address, code, what the caller keeps), "number" or "name".
 * @property text how it stands in the source.
 * @property said what stands for it in the translation, but for a capital at its beginning.
 * @property term of a term: how the glossary spells it.
 */
public data class Carried(val kind: String, val text: String, val said: String, val term: String = "")

/**
 * One sentence of a text and its translations.
 *
 * @property source the sentence as it stood in the text.
 * @property start where it began in [Translation.source] (UTF-16 units, as all offsets here).
 * @property end where it ended there.
 * @property targetStart where its best translation begins in [Translation.text].
 * @property sourceTokens subwords read by the encoder; their offsets are places in
 *   [Translation.source]. The last one is the end of the sentence, spelled `</s>`.
 * @property hypotheses the `nBest` translations, best first, never empty: by score, but that a bundle with
 *   entities puts one first that leaves less in doubt and is worth hardly less.
 * @property carried what was carried over, in the source's order; nothing if the bundle has no entities.
 * @param measure finds [features].
 * @param rate finds [confidence].
 * @param check finds [doubts]; these three cost nothing while nobody asks.
 */
public class Sentence(
    public val source: String,
    public val start: Int,
    public val end: Int,
    public val targetStart: Int,
    public val sourceTokens: List<Token>,
    public val hypotheses: List<Hypothesis>,
    public val carried: List<Carried> = emptyList(),
    measure: () -> Map<String, Double> = ::emptyMap,
    rate: () -> Double? = { null },
    check: () -> List<Doubt> = ::emptyList,
) {
    /** The best translation. */
    public val text: String get() = hypotheses[0].text

    /** What of the best translation is not accounted for, looked for when first asked; none is no proof. */
    public val doubts: List<Doubt> by lazy(check)

    /** What [confidence] is made of, by name; none where the sentence was not read. */
    public val features: Map<String, Double> by lazy(measure)

    /**
     * How likely the best translation is a good one, 0 to 1; null: the bundle has no weights. What is called
     * good stands in the bundle's card.
     */
    public val confidence: Double? by lazy(rate)

    /** [S]: where each of [sourceTokens] stands in [Translation.source]. */
    public val sourceSpans: List<Span> get() = sourceTokens.map { Span(it.start, it.end) }

    /** Subwords of the best translation. */
    public val tokens: List<Token> get() = hypotheses[0].tokens

    /** Score of the best translation. */
    public val score: Double get() = hypotheses[0].score

    /** [T][M] attention of the best translation. */
    public val attention: List<FloatArray> get() = hypotheses[0].attention

    /** Whether the best translation came to its end; false: it was cut. */
    public val finished: Boolean get() = hypotheses[0].finished

    /** Alignment of the best translation. */
    public val alignment: List<Link> get() = hypotheses[0].alignment
}

/**
 * The translation of one text, with everything known about how it came about.
 *
 * @property source the text given.
 * @property texts `nBest` texts, best first: the i-th holds the i-th hypothesis of each sentence
 *   (its last one where a sentence has fewer); never empty.
 * @property sentences only what was translated; what was copied, white space and all, is in [texts]
 *   alone.
 */
public class Translation(
    public val source: String,
    public val texts: List<String>,
    public val sentences: List<Sentence>,
) {
    /** The best translation. */
    public val text: String get() = texts[0]

    /** Subwords of all sentences' best translations; their offsets are places in [text]. */
    public val tokens: List<Token>
        get() = sentences.flatMap { sentence ->
            sentence.tokens.map { it.copy(start = it.start + sentence.targetStart, end = it.end + sentence.targetStart) }
        }

    /** Whether every sentence came to its end; false: at least one was cut, or not begun. */
    public val finished: Boolean get() = sentences.all { it.finished }

    /** Mean of the sentences' scores, each weighted by its length with eos; 0.0 if there is none. */
    public val score: Double
        get() {
            val length = sentences.sumOf { it.tokens.size + 1 }
            return if (length == 0) 0.0 else sentences.sumOf { it.score * (it.tokens.size + 1) } / length
        }

    override fun toString(): String = text
}

/**
 * How one sentence of `golden.jsonl` came out on this machine.
 *
 * @property text the sentence.
 * @property expected its translation as recorded.
 * @property translation its translation here.
 * @property problem what differs; null if nothing does.
 */
public class SelfTest(
    public val text: String,
    public val expected: String,
    public val translation: String,
    public val problem: String?,
) {
    /** Whether everything is as recorded. */
    public val passed: Boolean get() = problem == null
}

/**
 * How all of `golden.jsonl` came out on this machine.
 *
 * @property results one for each recorded sentence, in order.
 * @property onnxRuntime version of ONNX Runtime.
 */
public class SelfTestReport(public val results: List<SelfTest>, public val onnxRuntime: String) {
    /** Whether there were sentences and all of them passed. */
    public val passed: Boolean get() = results.isNotEmpty() && results.all { it.passed }
}
