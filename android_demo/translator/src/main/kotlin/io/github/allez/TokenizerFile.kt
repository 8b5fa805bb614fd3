/* What `tokenizer.json` may hold: checked here, used in Tokenizer.kt. */
package io.github.allez

private val NORMALIZERS = setOf("NFC", "Replace")
private val PRE_TOKENIZERS = setOf("Metaspace", "Digits")
private val DECODERS = listOf("Metaspace", "ByteFallback", "Fuse")
private val USUAL_METASPACE = listOf("▁", "always", true)
private const val BYTES = 256

/**
 * A `tokenizer.json` that consists only of components that every host implements.
 *
 * @property pieces how each id is spelled.
 * @property merges the first ones first.
 */
internal class TokenizerFile(
    val vocabulary: Map<String, Int>,
    val pieces: List<String>,
    val merges: List<Pair<String, String>>,
    val normalizers: List<Map<*, *>>,
    val preTokenizers: List<Map<*, *>>,
)

/** Throws BundleFormatError unless every component is one that all hosts implement. */
internal fun checkTokenizer(content: Map<*, *>?): TokenizerFile {
    val model = content?.get("model") as? Map<*, *> ?: refuse("has no model")
    if (isSet(content["added_tokens"])) refuse("has added_tokens, which text could imitate")
    for (key in listOf("truncation", "padding", "post_processor")) {
        if (content[key] != null) refuse("has a $key, which hosts do not implement")
    }
    checkModel(model)
    val normalizers = parts(content, "normalizer", "normalizers")
    checkTypes("normalizer", normalizers, NORMALIZERS)
    for (part in normalizers) {
        val pattern = (part["pattern"] as? Map<*, *>)?.get("String") as? String
        val plain = !pattern.isNullOrEmpty() && part["content"] is String
        if (part["type"] == "Replace" && !plain) refuse("normalizer Replace must have a plain string pattern")
    }
    val preTokenizers = parts(content, "pre_tokenizer", "pretokenizers")
    checkTypes("pre_tokenizer", preTokenizers, PRE_TOKENIZERS)
    val decoders = parts(content, "decoder", "decoders")
    if (decoders.map { it["type"] } != DECODERS) refuse("decoders must be ${DECODERS.joinToString()}, in that order")
    for (part in preTokenizers + decoders) {
        val options = listOf(part["replacement"], part["prepend_scheme"], part["split"])
        if (part["type"] == "Metaspace" && options != USUAL_METASPACE) refuse("Metaspace must be the usual one")
        if (part["type"] == "Digits" && part["individual_digits"] != true) refuse("Digits must be individual")
    }
    val vocabulary = vocabulary(model)
    return TokenizerFile(vocabulary, pieces(vocabulary), merges(model), normalizers, preTokenizers)
}

private fun refuse(what: String, hint: String? = null): Nothing = throw BundleFormatError("tokenizer $what", hint)

/** Whether a value says anything: null, false, 0 and what is empty do not. */
private fun isSet(value: Any?): Boolean = when (value) {
    null, false, "", 0L -> false
    is List<*> -> value.isNotEmpty()
    is Map<*, *> -> value.isNotEmpty()
    is Double -> value != 0.0
    else -> true
}

private fun checkModel(model: Map<*, *>) {
    if (model["type"] != "BPE" || model["byte_fallback"] != true) refuse("model must be BPE with byte fallback")
    for (key in listOf("dropout", "unk_token", "continuing_subword_prefix", "end_of_word_suffix", "ignore_merges")) {
        if (isSet(model[key])) refuse("model sets $key, which hosts do not implement")
    }
}

private fun vocabulary(model: Map<*, *>): Map<String, Int> {
    val vocabulary = HashMap<String, Int>()
    val content = model["vocab"] as? Map<*, *> ?: refuse("vocabulary is not an object")
    for ((piece, id) in content) {
        // Ids are rows of the model's tables: 0 to V - 1, each once.
        if (id !is Long || id !in 0 until content.size) refuse("cannot be read: the id of '$piece' is $id")
        vocabulary[piece as String] = id.toInt()
    }
    if ((0 until BYTES).any { bytePiece(it) !in vocabulary }) refuse("vocabulary lacks bytes to fall back to")
    return vocabulary
}

private fun pieces(vocabulary: Map<String, Int>): List<String> {
    val pieces = arrayOfNulls<String>(vocabulary.size)
    for ((piece, id) in vocabulary) {
        if (pieces[id] != null) refuse("cannot be read: '$piece' and '${pieces[id]}' have the same id")
        pieces[id] = piece
    }
    return pieces.map { checkNotNull(it) } // as many different ids as there are places
}

/** Two strings each, or one with a space between them as older files have it. */
private fun merges(model: Map<*, *>): List<Pair<String, String>> {
    val content = model["merges"] as? List<*> ?: refuse("cannot be read: it has no merges")
    return content.mapIndexed { index, merge ->
        val sides = if (merge is String) merge.split(' ') else merge as? List<*>
        val left = sides?.getOrNull(0) as? String
        val right = sides?.getOrNull(1) as? String
        if (sides?.size != 2 || left == null || right == null) refuse("cannot be read: merge $index is not a pair")
        left to right
    }
}

/** The steps of one component, a `Sequence` opened; each has a `type`. */
private fun parts(content: Map<*, *>, key: String, sequence: String): List<Map<*, *>> {
    val part = content[key] ?: return emptyList()
    val parts = if (part is Map<*, *> && part["type"] == "Sequence") part[sequence] as? List<*> else listOf(part)
    return parts?.map { (it as? Map<*, *>)?.takeIf { map -> map["type"] is String } ?: refuse("$key is malformed") }
        ?: refuse("$key is malformed")
}

private fun checkTypes(key: String, parts: List<Map<*, *>>, allowed: Set<String>) {
    for (part in parts) {
        if (part["type"] in allowed) continue
        refuse(
            "$key ${part["type"]} is not one that every host implements",
            hint = "allowed: ${allowed.sorted().joinToString()}",
        )
    }
}
