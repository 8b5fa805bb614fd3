/* `manifest.json`: the first file of a bundle that is read, and the only one that names the others. */
package io.github.allez

private val RULES = SPEC.part("manifest")

/** Roles of format 1 by their later names. */
private val NOW = mapOf("candidates" to "shortlist")

/**
 * One file of a bundle.
 *
 * @property name beside the manifest: no folders.
 * @property bytes its size.
 * @property sha256 in lower-case hexadecimal.
 */
public class FileEntry internal constructor(
    public val name: String,
    public val bytes: Int,
    public val sha256: String,
)

/** One tensor that the decoder carries from step to step. */
internal class State(val name: String, val width: Int)

/** What is read: the role of the tokenizer's file, V of the encoder, and what ends a text; an image has none. */
internal class SourceSide(val language: String = "", val tokenizer: String = "", val size: Int = 0, val eos: Int = 0)

/** What is written: the role of the tokenizer's file, V, what is fed first, and what ends a text. */
internal class TargetSide(
    val language: String,
    val tokenizer: String,
    val size: Int,
    val bos: Int,
    val eos: Int,
    val typography: String? = null,
)

/** The symbols of each kind of entities, and which forms of numbers source and target have; null: none. */
internal class EntityRules(val symbols: EntitySymbols, val sourceNumbers: String?, val targetNumbers: String?)

/**
 * How an image is given to an encoder: fitted, then (value - mean) / scale of each channel.
 *
 * @property rows of the grid of memory positions, which lie over the image row by row.
 * @property columns of the grid.
 */
internal class ImageShape(
    val height: Int,
    val width: Int,
    val channels: Int,
    val mean: List<Double>,
    val scale: List<Double>,
    val rows: Int,
    val columns: Int,
) {
    /** M where there is attention. */
    val positions: Int get() = rows * columns
}

/**
 * What one run of the encoder reads.
 *
 * @property kind "text" or "image".
 * @property cut whether a text is read by "sentences" or as a "whole".
 * @property tokens the longest text the encoder is given, eos not counted.
 * @property separator what stands between the turns of a dialogue.
 * @property turns the most that are read; null: as many as there is room for.
 */
internal class Input(
    val kind: String,
    val cut: String = "sentences",
    val tokens: Int = 0,
    val separator: String? = null,
    val turns: Int? = null,
    val image: ImageShape? = null,
)

/**
 * What a bundle says of itself, checked.
 *
 * @property name of the bundle, such as "fr-en".
 * @property version of the bundle.
 * @property task "translate", "summarize", "reply" or "caption".
 * @property precision of the weights, such as "int8".
 * @property license SPDX expression of the weights.
 * @property files role to file.
 * @property attention kind of attention: "none" is the plain encoder-decoder.
 * @property beamSize hypotheses kept where the caller does not say.
 * @property lengthPenalty exponent of the length where the caller does not say.
 * @property minimumOnnxRuntime the oldest version that reads the graphs.
 */
public class Manifest internal constructor(
    public val name: String,
    public val version: String,
    public val task: String,
    public val precision: String,
    public val license: String,
    public val files: Map<String, FileEntry>,
    public val attention: String,
    public val beamSize: Int,
    public val lengthPenalty: Double,
    public val minimumOnnxRuntime: String,
    internal val input: Input,
    internal val sourceSide: SourceSide,
    internal val targetSide: TargetSide,
    internal val states: List<State>,
    internal val memoryWidth: Int,
    internal val keyWidth: Int,
    internal val targetPerSource: Double,
    internal val targetExtra: Int,
    internal val optimizationLevel: String,
    internal val entities: EntityRules?,
    internal val searchRules: SearchRules,
    internal val confidence: Confidence?,
) {
    /** Source language, BCP 47; empty for an image. */
    public val source: String get() = sourceSide.language

    /** Target language, BCP 47. */
    public val target: String get() = targetSide.language

    /** The longest sentence the encoder is given, in subwords, eos not counted. */
    public val sourceTokens: Int get() = input.tokens
}

/**
 * Reads `manifest.json`.
 *
 * @throws BundleFormatError it is malformed, or of a format version this runtime cannot read.
 */
internal fun parseManifest(data: ByteArray): Manifest {
    val most = maxManifestBytes()
    if (data.size > most) throw BundleFormatError("$MANIFEST is longer than ${grouped(most)} bytes")
    val content = parseObject(data, MANIFEST)
    checkDepth(content, MANIFEST)
    val version = formatVersion(content)
    val taken = take(content, RULES.part("formats").list(version), MANIFEST)
    val files = files(taken.part("files"), RULES.part("roles").part(version))
    val search = searchOf(taken)
    val sides = if (version == "1") firstSides(taken) else sides(taken, files)
    return Manifest(
        name = taken.text("name"),
        version = taken.text("version"),
        task = if (version == "1") "translate" else taken.text("task"),
        precision = taken.text("precision"),
        license = taken.text("license"),
        files = files.mapKeys { (role, _) -> NOW[role] ?: role },
        attention = taken.text("attention"),
        beamSize = search["beam_size"] as Int,
        lengthPenalty = search["length_penalty"] as Double,
        minimumOnnxRuntime = taken.text("minimum_onnxruntime"),
        input = sides.first,
        sourceSide = sides.second,
        targetSide = sides.third,
        states = states(taken.list("states")),
        memoryWidth = taken["memory_width"] as Int,
        keyWidth = taken["key_width"] as Int,
        targetPerSource = taken["limits.target_per_source"] as Double,
        targetExtra = taken["limits.target_extra"] as Int,
        optimizationLevel = taken.text("optimization_level"),
        entities = (taken["entities"] as Map<*, *>?)?.let(::entityRules),
        searchRules = SearchRules().let {
            SearchRules(
                search["length_offset"] as Double? ?: it.lengthOffset,
                search["early_stopping"] as String? ?: it.earlyStopping,
                search["finished"] as String? ?: it.finished,
                search["repeats"] as String? ?: it.repeats,
            )
        },
        confidence = (taken["confidence"] as Map<*, *>?)?.let(::confidenceOf),
    )
}

/** How translations are looked for: before format 3, by two numbers. */
private fun searchOf(taken: Map<String, Any?>): Map<*, *> =
    taken["search"] as Map<*, *>? ?: listOf("beam_size", "length_penalty").associateWith { taken["search.$it"] }

/** How long the manifest itself may be. */
internal fun maxManifestBytes(): Int = RULES.part("bytes").whole("manifest")

/** A number for people: 1,000,000. */
internal fun grouped(number: Int): String = "%,d".format(java.util.Locale.ROOT, number)

/** The format version, as the contract spells it, of a manifest that can be read. */
private fun formatVersion(content: Map<*, *>): String {
    val version = content["format_version"]
    val known = RULES.part("formats").each<List<*>>().keys
    if (version is Long && version.toString() in known) return version.toString()
    throw BundleFormatError(
        "$MANIFEST has format version ${shown(version)}; this runtime reads ${known.joinToString()}",
        hint = "a newer allez may read it",
    )
}

/** Role to file; every role that must be there is, and no file lies elsewhere. */
private fun files(table: Map<*, *>, roles: Map<*, *>): Map<String, FileEntry> {
    val files = LinkedHashMap<String, FileEntry>()
    val sizes = RULES.part("bytes")
    for (role in roles.names("required") + roles.names("optional")) { // others: of a newer version
        if (role !in table) continue
        val kind = if (role in RULES.names("graphs")) "graph" else if (role in sizes) role else "other"
        val size = mapOf("key" to "bytes", "is" to "whole", "from" to 0L, "to" to sizes[kind])
        val entry = table[role] as? Map<*, *>
            ?: throw BundleFormatError("$MANIFEST: files.$role must be an object")
        val taken = take(entry, RULES.part("records").list("file") + size, MANIFEST, "files.$role.")
        val name = taken.text("name")
        if (name == MANIFEST || matches("device", name)) {
            throw BundleFormatError("$MANIFEST: files.$role.name must be a plain file name")
        }
        files[role] = FileEntry(name, taken["bytes"] as Int, taken.text("sha256"))
    }
    requireRoles(roles.names("required"), files)
    return files
}

private fun requireRoles(roles: List<String>, files: Map<String, FileEntry>) {
    val missing = roles.filter { it !in files }
    if (missing.isNotEmpty()) throw BundleFormatError("$MANIFEST names no file for ${missing.joinToString()}")
}

private fun states(items: List<*>): List<State> {
    val states = items.map { item -> (item as Map<*, *>).let { State(it.text("name"), it["width"] as Int) } }
    if (states.map { it.name } != stateNames(states.size)) {
        throw BundleFormatError("$MANIFEST: the states must be named state.0, state.1, …")
    }
    return states
}

/** What format 1 says of source and target: one vocabulary, and sentences of text. */
private fun firstSides(taken: Taken): Triple<Input, SourceSide, TargetSide> {
    val size = taken["vocabulary"] as Int
    val (pad, bos, eos) = listOf("pad", "bos", "eos").map { taken["tokens.$it"] as Int }
    if (setOf(pad, bos, eos).size != 3 || maxOf(pad, bos, eos) >= size) {
        throw BundleFormatError("$MANIFEST: pad, bos and eos must be three ids below vocabulary")
    }
    val inputs = TEXT_INPUTS.map { it.name }
    if (taken.list("encoder_inputs") != inputs) {
        throw BundleFormatError("$MANIFEST: encoder_inputs must be ${inputs.joinToString()}")
    }
    return Triple(
        Input("text", "sentences", taken["limits.source_tokens"] as Int),
        SourceSide(taken.text("source"), "tokenizer", size, eos),
        TargetSide(taken.text("target"), "tokenizer", size, bos, eos),
    )
}

/** What format 2 says of source and target, and what goes with them. */
private fun sides(taken: Taken, files: Map<String, FileEntry>): Triple<Input, SourceSide, TargetSide> {
    fun number(key: String) = taken[key] as Int
    val target = TargetSide(
        taken.text("target.language"),
        taken.text("target.tokenizer"),
        number("target.size"),
        number("target.bos"),
        number("target.eos"),
        taken["target.typography"] as String?,
    )
    val image = if (taken.text("input.kind") == "image") imageShape(taken) else null
    val isText = image == null
    val source = if (isText) {
        val language = taken.text("source.language")
        SourceSide(language, taken.text("source.tokenizer"), number("source.size"), number("source.eos"))
    } else {
        SourceSide()
    }
    if (isText && source.eos >= source.size) throw BundleFormatError("$MANIFEST: the ids of source must be below its size")
    if (maxOf(target.bos, target.eos) >= target.size) {
        throw BundleFormatError("$MANIFEST: the ids of target must be below its size")
    }
    val needed = if (isText) listOf(source.tokenizer, "sentences") else emptyList()
    requireRoles((needed + target.tokenizer).distinct().sorted(), files)
    checkEntities(taken, files)
    if ("shortlist" in files && source.tokenizer != target.tokenizer) {
        throw BundleFormatError("$MANIFEST: a shortlist needs one tokenizer for both sides")
    }
    checkConfidence(taken["confidence"] as Map<*, *>?)
    return Triple(if (isText) textInput(taken) else Input("image", image = image), source, target)
}

private fun textInput(taken: Taken) = Input(
    kind = "text",
    cut = taken.text("input.cut"),
    tokens = taken["input.tokens"] as Int,
    separator = taken["input.separator"] as String?,
    turns = taken["input.turns"] as Int?,
)

private fun imageShape(taken: Taken): ImageShape {
    fun number(key: String) = taken["input.$key"] as Int
    val (mean, scale) = listOf("input.mean", "input.scale").map { key -> taken.list(key).map { it as Double } }
    val channels = number("channels")
    if (mean.size != channels || scale.size != channels || 0.0 in scale) {
        throw BundleFormatError("$MANIFEST: mean and scale must have a number for each channel, and no scale 0")
    }
    return ImageShape(
        number("height"), number("width"), channels, mean, scale, number("rows"), number("columns"),
    )
}

private fun entityRules(entities: Map<*, *>): EntityRules {
    val numbers = entities["numbers"] as Map<*, *>?
    return EntityRules(
        symbols = EntityKind.entries.associateWith { kind ->
            entities.names(kind.name.lowercase(java.util.Locale.ROOT)).map { it.codePointAt(0) }
        },
        sourceNumbers = numbers?.text("source"),
        targetNumbers = numbers?.text("target"),
    )
}

private fun checkEntities(taken: Taken, files: Map<String, FileEntry>) {
    val entities = taken["entities"] as Map<*, *>?
    if (entities == null) {
        if ("names" in files) throw BundleFormatError("$MANIFEST: a file of names needs entities")
        return
    }
    val symbols = entities.filterKeys { it != "numbers" }.values.flatMap { it as List<*> }
    if (symbols.toSet().size != symbols.size) throw BundleFormatError("$MANIFEST: entities has a symbol twice")
}

private fun confidenceOf(confidence: Map<*, *>) = Confidence(
    intercept = (confidence["intercept"] as Number).toDouble(),
    weights = confidence.list("features").associate { feature ->
        (feature as Map<*, *>).let { it.text("name") to (it["weight"] as Number).toDouble() }
    },
)

private fun checkConfidence(confidence: Map<*, *>?) {
    val names = confidence?.list("features")?.map { (it as Map<*, *>)["name"] } ?: return
    if (names.toSet().size != names.size) throw BundleFormatError("$MANIFEST: confidence has a feature twice")
}
