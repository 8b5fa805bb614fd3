/* What `tokenizer.json` may hold: checked here, used in Tokenizer.kt. */
package io.github.allez

import java.util.Base64

private val RULES = SPEC.part("tokenizer")
private const val BYTES = 256

/** What stands for a space, and before every word. */
internal val SPACE_MARK: Char = RULES.text("word_begin").single()

/** How the end of the sentence is spelled where subwords are shown. */
internal val EOS_PIECE: String = RULES.text("eos")

/** By how much an unknown character scores less than the worst subword. */
internal val UNKNOWN_PENALTY: Float = (RULES["unknown_penalty"] as Number).toFloat()

/** What a kept subword scores for each byte but the first; all learnt scores are below 0. */
internal val KEPT_BONUS: Double = (RULES["kept_bonus"] as Number).toDouble()

/** Unicode's property of that name. */
private val WHITE_SPACE: List<IntRange> = RULES.list("white_space").map { range ->
    val (first, last) = range as List<*>
    (first as Long).toInt()..(last as Long).toInt()
}

/** Whether a character is white space, which is never beyond the first plane. */
internal fun isWhiteSpace(character: Char): Boolean = WHITE_SPACE.any { character.code in it }

/**
 * A `tokenizer.json` that consists only of components that every host implements.
 *
 * @property kind `BPE`, `Unigram` or `WordLevel`.
 * @property pieces how each id is spelled.
 * @property scores of each id, for `Unigram`.
 * @property merges for `BPE`, the first ones first.
 * @property unknown the id for what the vocabulary cannot spell; not used where [bytes] stand for that.
 * @property bytes ids of the 256 bytes, or none.
 * @property fused whether unknown characters side by side are one subword.
 * @property suffix what the last subword of a word ends with, if words are ended rather than begun.
 * @property keptPieces subwords that are taken wherever they stand.
 * @property across whether a subword may go on over the mark of the next word.
 */
internal class TokenizerFile(
    val kind: String,
    val vocabulary: Map<String, Int>,
    val pieces: List<String>,
    val scores: FloatArray,
    val merges: List<Pair<String, String>>,
    val unknown: Int?,
    val bytes: List<Int>,
    val fused: Boolean,
    val suffix: String,
    val keptPieces: Set<String>,
    val normalizers: List<Map<*, *>>,
    val preTokenizers: List<Map<*, *>>,
    val across: Boolean,
) {
    /** Whether words are what stands between white space; else each begins with a mark. */
    val spaced: Boolean = kind == "WordLevel" || suffix.isNotEmpty()

    /** Finds the longest kept subword at a place; null if there are none. */
    val kept: Regex? = keptPieces.sortedByDescending { it.length }.joinToString("|") { Regex.escape(it) }
        .takeIf { it.isNotEmpty() }?.toRegex()
}

/** Throws BundleFormatError unless every component is one that all hosts implement. */
internal fun checkTokenizer(content: Map<*, *>): TokenizerFile {
    val model = content["model"] as? Map<*, *> ?: refuse("has no model")
    val kind = checkKeys(content, model)
    val vocabulary = vocabulary(model)
    val bytes = bytes(model, vocabulary)
    val unknown = unknown(model, vocabulary)
    if (unknown == null && bytes.isEmpty()) refuse("model must have byte fallback or an unk_token")
    val normalizers = parts(content, "normalizer", "normalizers", RULES.names("normalizers"))
    val kept = kept(content, kind, vocabulary, normalizers.map { it["type"] as String })
    val suffix = model["end_of_word_suffix"].takeIf(::isSet) ?: ""
    if (suffix !is String || characters(suffix) > RULES.whole("suffix_characters")) {
        refuse("end_of_word_suffix must be a short string")
    }
    val preTokenizers = words(content, kind, spaced = kind == "WordLevel" || suffix.isNotEmpty())
    checkDecoders(content, suffix, spaced = kind == "WordLevel", byBytes = bytes.isNotEmpty())
    return TokenizerFile(
        kind, vocabulary, pieces(vocabulary), scores(model),
        if (kind == "BPE") merges(model, vocabulary) else emptyList(), unknown, bytes,
        fused = kind == "Unigram" || model["fuse_unk"] == true, suffix, kept,
        normalizers.also(::checkNormalizers), preTokenizers, across = preTokenizers.first()["split"] == false,
    )
}

/** The map of a `Precompiled`, which leaves [kept] alone. */
internal fun charsmap(part: Map<*, *>, kept: Regex?): Charsmap {
    val data = try {
        Base64.getDecoder().decode(part["precompiled_charsmap"] as? String ?: "")
    } catch (error: IllegalArgumentException) {
        throw BundleFormatError("tokenizer normalizer Precompiled is not Base64", cause = error)
    }
    return Charsmap(data, RULES.whole("charsmap_characters"), kept)
}

private fun refuse(what: String, hint: String? = null): Nothing = throw BundleFormatError("tokenizer $what", hint)

private fun characters(text: String): Int = text.codePointCount(0, text.length)

/** Whether a value says anything: null, false, 0 and what is empty do not. */
private fun isSet(value: Any?): Boolean = when (value) {
    null, false, "", 0L -> false
    is List<*> -> value.isNotEmpty()
    is Map<*, *> -> value.isNotEmpty()
    is Double -> value != 0.0
    else -> true
}

private fun checkKeys(content: Map<*, *>, model: Map<*, *>): String {
    val kind = model["type"]
    val models = RULES.part("models").each<List<*>>()
    val known = models[kind]
    if (kind !is String || known == null) {
        val hint = "allowed: ${models.keys.sorted().joinToString()}"
        refuse("model ${shown(kind)} is not one that every host implements", hint)
    }
    val unknown = content.keys - RULES.list("keys").toSet() + (model.keys - known.toSet())
    if (unknown.isNotEmpty()) refuse("has ${shown(unknown.minOf { it as String })}, which no host knows")
    for (key in RULES.list("absent")) {
        if (content[key] != null) refuse("has a $key, which hosts do not implement")
    }
    for (key in RULES.list("model_absent")) {
        if (isSet(model[key])) refuse("model sets $key, which hosts do not implement")
    }
    return kind
}

private fun vocabulary(model: Map<*, *>): Map<String, Int> {
    val content = if (model["type"] == "Unigram") scored(model["vocab"]) else model["vocab"]
    if (content !is Map<*, *>) refuse("vocabulary is not an object")
    val vocabulary = HashMap<String, Int>(2 * content.size)
    for ((piece, id) in content) { // ids are rows of the model's tables
        if (id !is Long || id !in 0 until content.size) refuse(EACH_ONCE)
        vocabulary[piece as String] = id.toInt()
    }
    val longest = RULES.whole("piece_characters")
    if (vocabulary.isEmpty() || vocabulary.keys.any { characters(it) !in 1..longest }) {
        refuse("subwords must have 1 to $longest characters")
    }
    return vocabulary
}

private const val EACH_ONCE = "vocabulary must have the ids 0, 1, 2, …, each once"

/** Subwords with their ids, of a list of subwords with scores. */
private fun scored(content: Any?): Map<String, Long> {
    val entries = content as? List<*> ?: refuse("vocabulary must be a list of subwords with scores")
    val most = RULES.whole("score").toDouble()
    val found = LinkedHashMap<String, Long>()
    for ((id, entry) in entries.withIndex()) {
        val piece = (entry as? List<*>)?.takeIf { it.size == 2 }?.get(0) as? String
        val score = ((entry as? List<*>)?.getOrNull(1) as? Number)?.toDouble() ?: Double.NaN
        if (piece == null || score !in -most..most) refuse("vocabulary must be a list of subwords with scores")
        found[piece] = id.toLong()
    }
    if (found.size < entries.size) refuse(EACH_ONCE)
    return found
}

/** The score of each id, of a vocabulary that was found to have them. */
private fun scores(model: Map<*, *>): FloatArray {
    val content = model["vocab"] as? List<*> ?: return FloatArray(0)
    return FloatArray(content.size) { ((content[it] as List<*>)[1] as Number).toFloat() }
}

private fun pieces(vocabulary: Map<String, Int>): List<String> {
    val pieces = arrayOfNulls<String>(vocabulary.size)
    for ((piece, id) in vocabulary) pieces[id] = piece
    return pieces.map { it ?: refuse(EACH_ONCE) }
}

private fun bytes(model: Map<*, *>, vocabulary: Map<String, Int>): List<Int> {
    if (!isSet(model["byte_fallback"])) return emptyList()
    return List(BYTES) { vocabulary[bytePiece(it)] ?: refuse("vocabulary lacks bytes to fall back to") }
}

private fun unknown(model: Map<*, *>, vocabulary: Map<String, Int>): Int? {
    if (model["type"] == "Unigram") {
        val id = model["unk_id"]
        if (id !is Long || id !in 0 until vocabulary.size) refuse("unk_id must be one of the ids")
        return id.toInt()
    }
    val piece = model["unk_token"] ?: return null
    return vocabulary[piece] ?: refuse("unk_token ${shown(piece)} is no subword")
}

/** The added tokens: SentencePiece's user-defined pieces, and nothing else. */
private fun kept(content: Map<*, *>, kind: String, vocabulary: Map<String, Int>, types: List<String>): Set<String> {
    val most = RULES.whole("added_tokens")
    val added = content["added_tokens"].takeIf(::isSet) ?: emptyList<Any?>()
    if (added !is List<*> || added.size > most) refuse("may have at most $most added_tokens")
    val bytes = List(BYTES, ::bytePiece).toSet()
    val found = LinkedHashSet<String>()
    for (token in added) {
        if (token !is Map<*, *> || RULES.list("added_token").any { token[it] != false }) {
            refuse("has added_tokens, which text could imitate")
        }
        val piece = token["content"]
        val id = vocabulary[piece]
        if (piece !is String || id == null || token["id"] != id.toLong() || piece in bytes) {
            refuse("has the added token ${shown(piece)}, which is no subword")
        }
        if (piece.any { it == SPACE_MARK || isWhiteSpace(it) }) {
            refuse("has the added token ${shown(piece)}, which has a space")
        }
        found.add(piece)
    }
    if (found.isNotEmpty() && (kind == "WordLevel" || !RULES.list("kept_normalizers").containsAll(types))) {
        refuse("has added_tokens, which go with SentencePiece's normalizers alone")
    }
    return found
}

/** Two strings each; files have them so, or as one with a space between them. */
private fun merges(model: Map<*, *>, vocabulary: Map<String, Int>): List<Pair<String, String>> {
    val content = model["merges"] as? List<*> ?: refuse("cannot be read: it has no merges")
    val joined = content.firstOrNull() is String
    return content.map { merge ->
        val sides = if (joined) (merge as? String)?.split(' ') else merge as? List<*>
        val left = sides?.getOrNull(0) as? String
        val right = sides?.getOrNull(1) as? String
        if (sides?.size != 2 || left == null || right == null) refuse("cannot be read: its merges are not pairs")
        for (piece in arrayOf(left, right, left + right)) {
            if (piece !in vocabulary) refuse("cannot be read: a merge names ${shown(piece)}, which it lacks")
        }
        left to right
    }
}

/** The steps of one component, a `Sequence` opened; each has a `type`. */
private fun parts(
    content: Map<*, *>,
    key: String,
    sequence: String,
    allowed: List<String>? = null,
): List<Map<*, *>> {
    val part = content[key] ?: return emptyList()
    val opened = if (part is Map<*, *> && part["type"] == "Sequence") part[sequence] as? List<*> else listOf(part)
    val parts = opened.orEmpty().mapNotNull { (it as? Map<*, *>)?.takeIf { map -> map["type"] is String } }
    if (parts.size != opened?.size) refuse("$key is malformed")
    for (found in parts) {
        if (allowed == null || found["type"] in allowed) continue
        val hint = "allowed: ${allowed.sorted().joinToString()}"
        refuse("$key ${found["type"]} is not one that every host implements", hint)
    }
    return parts
}

/**
 * Sees to it that no text grows beyond a small multiple.
 *
 * What a step has written in place of fewer characters, no later one may lengthen again, and behind a
 * character map none may lengthen anything.
 */
private fun checkNormalizers(parts: List<Map<*, *>>) {
    val grown = HashSet<Int>()
    val mapped = parts.firstOrNull()?.get("type") == "Precompiled"
    val severalSpaces = mapOf("Regex" to RULES.text("several_spaces"))
    for ((index, part) in parts.withIndex()) {
        val type = part["type"]
        if (index > 0 && type in RULES.list("first_normalizers")) refuse("normalizer $type must come first")
        if (type == "Strip" && (part["strip_left"] !is Boolean || part["strip_right"] !is Boolean)) {
            refuse("normalizer Strip must say which sides")
        }
        if (type != "Replace" || (part["pattern"] == severalSpaces && part["content"] == " ")) continue
        val old = (part["pattern"] as? Map<*, *>)?.takeIf { it.size == 1 }?.get("String") as? String
        val new = part["content"] as? String
        if (old.isNullOrEmpty() || new == null) {
            refuse("normalizer Replace must have a plain string pattern, or that of spaces")
        }
        val longer = characters(new) > characters(old)
        val again = mapped || old.codePoints().anyMatch { it in grown }
        if (longer && (again || characters(new) > RULES.whole("replacement_characters"))) {
            refuse("normalizer makes ${shown(old)} too long")
        }
        if (longer || again) new.codePoints().forEach { grown.add(it) }
    }
}

/** The pre-tokenizers, which cut the text into words as the vocabulary has them. */
private fun words(content: Map<*, *>, kind: String, spaced: Boolean): List<Map<*, *>> {
    val ways = RULES.part("pre_tokenizers").each<List<List<String>>>()
    val parts = parts(content, "pre_tokenizer", "pretokenizers", ways.values.flatten().flatten().distinct())
    val allowed = ways.getValue(if (spaced) "spaces" else if (kind == "Unigram") "Unigram" else "marks")
    if (parts.map { it["type"] } !in allowed) {
        refuse("pre_tokenizer of this model must be ${allowed.joinToString(" or ") { it.joinToString() }}")
    }
    for (part in parts) {
        if (part["type"] == "Metaspace") checkMetaspace(part, eitherWay = kind == "Unigram")
        if (part["type"] == "Digits" && part["individual_digits"] != true) refuse("Digits must be individual")
    }
    return parts
}

private fun checkMetaspace(part: Map<*, *>, eitherWay: Boolean) {
    val usual = part["replacement"] == SPACE_MARK.toString() && part["prepend_scheme"] == "always"
    val split = part["split"]
    if (!usual || split !is Boolean || !(split || eitherWay)) refuse("Metaspace must be the usual one")
}

private fun checkDecoders(content: Map<*, *>, suffix: String, spaced: Boolean, byBytes: Boolean) {
    val parts = parts(content, "decoder", "decoders")
    val kind = if (byBytes) "bytes" else if (suffix.isNotEmpty()) "suffix" else if (spaced) "words" else "marks"
    val wanted = RULES.part("decoders").names(kind)
    if (parts.map { it["type"] } != wanted) {
        refuse("decoders must be ${if (wanted.isEmpty()) "left out" else wanted.joinToString() + ", in that order"}")
    }
    for (part in parts) {
        if (part["type"] == "Metaspace") checkMetaspace(part, eitherWay = true)
        if (part["type"] == "BPEDecoder" && part["suffix"] != suffix) {
            refuse("BPEDecoder must have the suffix of the model")
        }
    }
}
