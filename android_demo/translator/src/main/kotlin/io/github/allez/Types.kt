/* What goes in and comes out: options and results, none of them aware of ONNX. */
package io.github.allez

/**
 * How a text is translated. Checks itself.
 *
 * @property beamSize hypotheses kept per sentence, 1 to 100; 1 is greedy search; null: what the
 *   bundle says, or [nBest] if that is more.
 * @property nBest translations returned per sentence, at most [beamSize].
 * @property maxLength longest translation of a sentence in tokens, eos not counted; null: what the
 *   bundle says for the length of the source.
 * @property minLength shortest translation of a sentence in tokens, eos not counted.
 * @property lengthPenalty the exponent alpha in score = sum of log-probabilities / length^alpha,
 *   0 to 10; eos counts; null: what the bundle says.
 * @property noRepeatNgramSize no sequence of so many tokens occurs twice in a sentence; 0 allows it.
 * @property candidates score only the words that the bundle lists for the source sentence, if it
 *   lists any: faster with some processors, at the cost of a word at times.
 * @property prefix how the translation of the text's first sentence must begin.
 * @throws OptionError a value makes no sense.
 */
public data class TranslateOptions(
    val beamSize: Int? = null,
    val nBest: Int = 1,
    val maxLength: Int? = null,
    val minLength: Int = 1,
    val lengthPenalty: Double? = null,
    val noRepeatNgramSize: Int = 0,
    val candidates: Boolean = false,
    val prefix: String = "",
) {
    init {
        if (beamSize != null) {
            demand(beamSize in 1..MAX_BEAM_SIZE, "beamSize must be 1 to $MAX_BEAM_SIZE, not $beamSize")
            demand(nBest <= beamSize, "nBest ($nBest) cannot exceed beamSize ($beamSize)")
        }
        demand(nBest in 1..MAX_BEAM_SIZE, "nBest must be 1 to $MAX_BEAM_SIZE, not $nBest")
        demand(minLength >= 0, "minLength must not be negative, not $minLength")
        demand(noRepeatNgramSize >= 0, "noRepeatNgramSize must not be negative, not $noRepeatNgramSize")
        if (maxLength != null) {
            demand(maxLength >= 1, "maxLength must be at least 1, not $maxLength")
            demand(minLength <= maxLength, "minLength ($minLength) exceeds maxLength ($maxLength)")
        }
        demand(
            lengthPenalty == null || lengthPenalty in 0.0..MAX_LENGTH_PENALTY, // refuses NaN too
            "lengthPenalty must be 0 to ${MAX_LENGTH_PENALTY.toInt()}, not $lengthPenalty",
        )
    }

    private fun demand(holds: Boolean, message: String) {
        if (!holds) throw OptionError(message)
    }

    private companion object {
        val MAX_BEAM_SIZE = (SPEC.part("search").list("beam_size")[1] as Long).toInt()
        val MAX_LENGTH_PENALTY = SPEC.part("search").list("length_penalty")[1] as Double
    }
}

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

/** A pair of positions in [Sentence.sourceTokens] and [Hypothesis.tokens] that belong together. */
public data class Link(val source: Int, val target: Int)

/**
 * One finished (or cut) translation of one sentence.
 *
 * @property text the translation.
 * @property tokens its subwords, eos not among them; their offsets are places in [text]. They are in
 *   small letters where the text is in capitals because the source is.
 * @property score sum of log-probabilities / length^alpha, eos counted.
 * @property attention [T][M]: for each token, its weights over the memory positions, which are
 *   those of [Sentence.sourceTokens] (one single position if the bundle's attention is "none").
 *   Each row sums to 1.
 * @property finished false: the length limit cut it before an end of sentence was chosen.
 */
public class Hypothesis(
    public val text: String,
    public val tokens: List<Token>,
    public val score: Double,
    public val attention: List<FloatArray>,
    public val finished: Boolean,
) {
    /** For each target token, the source position that it attends to most. */
    public val alignment: List<Link>
        get() = attention.mapIndexed { target, row -> Link(row.indexOfGreatest(), target) }

    private fun FloatArray.indexOfGreatest(): Int = indices.maxByOrNull { this[it] } ?: 0
}

/**
 * One sentence of a text and its translations.
 *
 * @property source the sentence as it stood in the text.
 * @property start where it began in [Translation.source] (UTF-16 units, as all offsets here).
 * @property end where it ended there.
 * @property targetStart where its best translation begins in [Translation.text].
 * @property sourceTokens subwords read by the encoder; their offsets are places in
 *   [Translation.source]. The last one is the end of the sentence, spelled `</s>`.
 * @property hypotheses the `nBest` translations, best first; never empty.
 */
public class Sentence(
    public val source: String,
    public val start: Int,
    public val end: Int,
    public val targetStart: Int,
    public val sourceTokens: List<Token>,
    public val hypotheses: List<Hypothesis>,
) {
    /** The best translation. */
    public val text: String get() = hypotheses[0].text

    /** Subwords of the best translation. */
    public val tokens: List<Token> get() = hypotheses[0].tokens

    /** Score of the best translation. */
    public val score: Double get() = hypotheses[0].score

    /** [T][M] attention of the best translation. */
    public val attention: List<FloatArray> get() = hypotheses[0].attention

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

/** Lets one thread stop a translation that runs on another. May serve several calls. */
public open class Cancel {
    /** Whether [cancel] was called. */
    @Volatile
    public var isCancelled: Boolean = false
        private set

    /** Makes the calls that know of it throw [CancelledError] within one decoder step. */
    public open fun cancel() {
        isCancelled = true
    }

    internal fun check() {
        if (isCancelled) throw CancelledError()
    }

    public companion object {
        /** For calls that nobody will cancel. */
        @JvmField
        public val NEVER: Cancel = object : Cancel() {
            override fun cancel() = throw OptionError("Cancel.NEVER cannot be cancelled", "make a Cancel() of your own")
        }
    }
}
