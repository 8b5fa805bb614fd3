/* What goes in: options that every call takes, and what stops one. Nothing here is aware of ONNX. */
package io.github.allez

/**
 * Tells whether a call is given up: asked on the threads that work, before each step of the decoder. A
 * function is one, `Cancel { stop }`, and so is a [java.util.concurrent.atomic.AtomicBoolean] by
 * `Cancel(flag::get)`. May serve several calls; must be quick.
 */
public fun interface Cancel {
    /** Whether the call is given up: then it throws [CancelledError]. */
    public fun isSet(): Boolean
}

/**
 * What every call takes; the fields of `TranslateOptions` in Python, in the same order. Checks itself.
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
 * @property shortlist score only the words that the bundle lists for the source sentence, if it
 *   lists any: faster with some processors, at the cost of a word at times.
 * @property prefix how the translation of a text's first sentence must begin, but for its capitals.
 * @property keep texts that are never translated; each where it stands as whole words. Needs a bundle
 *   with entities, as [glossary] does.
 * @property glossary terms of the source language and what they are in the target; the longest one counts.
 * @property markup "html": the texts are pieces of HTML; all tags stand around the words that attend to what
 *   they stood around, none is lost, and there are no streams. Null: plain text.
 * @property maxTime seconds from the call on; when they are over, no further step of the decoder is
 *   taken, and the best that there is is returned: `finished` is false for every sentence that was cut
 *   or not begun. Null: as long as it takes.
 * @property cancel set it, from another thread, to give the call up within one step of the decoder.
 * @throws OptionError a value makes no sense.
 */
public data class TranslateOptions(
    val beamSize: Int? = null,
    val nBest: Int = 1,
    val maxLength: Int? = null,
    val minLength: Int = 1,
    val lengthPenalty: Double? = null,
    val noRepeatNgramSize: Int = 0,
    val shortlist: Boolean = false,
    val prefix: String = "",
    val keep: List<String> = emptyList(),
    val glossary: Map<String, String> = emptyMap(),
    val markup: String? = null,
    val maxTime: Double? = null,
    val cancel: Cancel? = null,
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
        demand(markup == null || markup == HTML, "markup must be null or '$HTML', not '$markup'")
        demand(maxTime == null || maxTime >= 0, "maxTime must be 0 or more, not $maxTime") // refuses NaN too
    }

    /** What search must know; what is null is taken from the bundle. */
    internal fun search(manifest: Manifest): SearchOptions = SearchOptions(
        // More answers than rows cannot be had: asking for them alone widens the default beam.
        beamSize = beamSize ?: maxOf(manifest.beamSize, nBest),
        nBest = nBest,
        maxLength = maxLength,
        minLength = minLength,
        lengthPenalty = lengthPenalty ?: manifest.lengthPenalty,
        noRepeatNgramSize = noRepeatNgramSize,
        shortlist = shortlist,
        rules = manifest.searchRules,
    )

    private fun demand(holds: Boolean, message: String) {
        if (!holds) throw OptionError(message)
    }

    private companion object {
        const val HTML = "html"
        val MAX_BEAM_SIZE = (SPEC.part("search").list("beam_size")[1] as Long).toInt()
        val MAX_LENGTH_PENALTY = SPEC.part("search").list("length_penalty")[1] as Double
    }
}

/**
 * What a bundle says of search, whatever the caller asks for: the rules of the toolkit that trained it.
 *
 * @property lengthOffset the length is (offset + length) / (offset + 1); 5 is that of Wu et al. 2016.
 * @property earlyStopping when a beam stops: "hopeless", nothing better is in sight; "full", `beamSize`
 *   hypotheses have ended; "best", the best continuation of a step has, and `nBest` hypotheses.
 * @property finished what becomes of a place in the beam where a hypothesis ends: "replaced", the next best
 *   continuation has it; "dropped", it is empty for a step; "kept", it is for ever.
 * @property repeats how often a block of words may stand in a row: "few", a few times, or as often as in the
 *   source; "any", loops are let be.
 */
internal class SearchRules(
    val lengthOffset: Double = 0.0,
    val earlyStopping: String = "hopeless",
    val finished: String = "replaced",
    val repeats: String = "few",
) {
    /** How often [source] says the same in a row, as [Search] asks for it; null: loops are let be. */
    fun repeatsOf(source: IntArray): Int? = if (repeats == "few") mostRepeats(source) else null
}
