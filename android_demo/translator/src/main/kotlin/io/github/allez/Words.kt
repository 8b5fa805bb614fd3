/* How a bundle's texts are taken apart and spelled, and what a caller says of a translation. */
package io.github.allez

/**
 * What of a bundle works on texts.
 *
 * @property source reads sentences.
 * @property target spells translations; the same one where both languages share their subwords.
 * @property eos what ends a sentence that is read.
 * @property masking how entities become symbols; null: the bundle has none.
 * @property languages of source and target: whose words the checks know.
 * @property confidence how much a translation is trusted; null: the bundle does not say.
 */
internal class Words(
    val source: Tokenizer,
    val target: Tokenizer,
    val rules: SentenceRules,
    val eos: Int,
    val masking: Masking? = null,
    val languages: Pair<String, String> = "" to "",
    val confidence: Confidence? = null,
    val typography: String? = null,
) {
    /** The ids of a sentence as it stands, whatever entities it has; eos is the last one. */
    fun read(sentence: String): IntArray =
        (source.encode(Aligned(sentence).asRead(rules.spaces)).map { it.id } + eos).toIntArray()

    /**
     * The ids of a translation of what was read, or of how one begins.
     *
     * @throws InputError a symbol is typed.
     * @throws OptionError likewise, at the beginning.
     */
    fun said(text: String, reading: Reading, begins: Boolean = false): List<Int> {
        val masked = masked(text, reading, begins)
        val usual = if (reading.casing == Casing.CAPITALS && isUpper(masked)) inSmallLetters(masked) else masked
        return target.encode(Aligned(usual).squeeze(rules.spaces)).map { it.id }
    }

    private fun masked(text: String, reading: Reading, begins: Boolean): String {
        if (masking == null || reading.masked == null) return text
        try {
            return maskTarget(text, reading.masked.slots, prefix = begins, isSymbol = masking::isSymbol)
        } catch (error: InputError) {
            throw if (begins) OptionError("the prefix: ${error.message}", error.hint) else error
        }
    }

    companion object {
        /**
         * Reads what a bundle says.
         *
         * @throws BundleFormatError it contradicts itself.
         */
        fun of(bundle: Bundle): Words {
            val manifest = bundle.manifest
            if (manifest.task != "translate" || manifest.input.kind != "text") {
                throw BundleFormatError("${bundle.place}: a ${manifest.task} bundle translates no text")
            }
            val (source, target) = manifest.sourceSide to manifest.targetSide
            val reader = tokenizer(bundle, source.tokenizer, source.size)
            val isJoint = source.tokenizer == target.tokenizer
            val speller = if (isJoint) reader else tokenizer(bundle, target.tokenizer, target.size)
            val rules = SentenceRules.parse(bundle.text("sentences"))
            if (rules.maxTokens > manifest.sourceTokens) {
                throw BundleFormatError(
                    "${bundle.place}: sentences may have ${rules.maxTokens} tokens, " +
                        "the encoder takes ${manifest.sourceTokens}",
                )
            }
            val masking = if (manifest.entities == null) null else placed(bundle) { Masking(bundle, reader, speller) }
            val languages = source.language to target.language
            return Words(
                reader,
                speller,
                rules,
                source.eos,
                masking,
                languages,
                manifest.confidence,
                manifest.targetSide.typography,
            )
        }

        /** Of a role, with as many subwords as the manifest says; BundleFormatError if it is none. */
        fun tokenizer(bundle: Bundle, role: String, size: Int): Tokenizer {
            val tokenizer = placed(bundle) { Tokenizer(bundle.text(role)) }
            if (tokenizer.size == size) return tokenizer
            throw BundleFormatError(
                "${bundle.place}: the tokenizer has ${tokenizer.size} subwords, the manifest says $size",
            )
        }
    }
}

/** Says in which bundle an error is. */
internal fun <T> placed(bundle: Bundle, load: () -> T): T = try {
    load()
} catch (error: BundleFormatError) {
    val isSaid = error.message.startsWith(bundle.place)
    throw if (isSaid) error else BundleFormatError("${bundle.place}: ${error.message}", error.hint, error)
}
