/* `manifest.json`: the first file of a bundle that is read, and the only one that names the others. */
package io.github.allez

import java.nio.charset.CharacterCodingException

/** What a file of a bundle may be called: no folders, nothing hidden. */
internal val FILE_NAME = Regex("[A-Za-z0-9][A-Za-z0-9._-]{0,99}")

/** Longest text of a manifest that is shown. */
private const val MAX_LINE = 1000

private const val MAX_FILE_BYTES = 2_000_000_000
private const val MAX_VOCABULARY = 1_000_000
private const val MAX_WIDTH = 65_536
private const val MAX_LENGTH = 100_000

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

/**
 * What a bundle says of itself, checked.
 *
 * @property name of the bundle, such as "fr-en".
 * @property version of the bundle.
 * @property source source language, BCP 47.
 * @property target target language, BCP 47.
 * @property precision of the weights, such as "int8".
 * @property license SPDX expression of the weights.
 * @property files role to file.
 * @property vocabulary V, subwords.
 * @property attention kind of attention: "none" is the plain encoder-decoder.
 * @property sourceTokens the longest sentence the encoder is given, eos not counted.
 * @property beamSize hypotheses kept where the caller does not say.
 * @property lengthPenalty exponent of the length where the caller does not say.
 * @property minimumOnnxRuntime the oldest version that reads the graphs.
 */
public class Manifest internal constructor(
    public val name: String,
    public val version: String,
    public val source: String,
    public val target: String,
    public val precision: String,
    public val license: String,
    public val files: Map<String, FileEntry>,
    public val vocabulary: Int,
    public val attention: String,
    public val sourceTokens: Int,
    public val beamSize: Int,
    public val lengthPenalty: Double,
    public val minimumOnnxRuntime: String,
    internal val bos: Int,
    internal val eos: Int,
    internal val encoderInputs: List<String>,
    internal val states: List<State>,
    internal val memoryWidth: Int,
    internal val keyWidth: Int,
    internal val targetPerSource: Double,
    internal val targetExtra: Int,
    internal val optimizationLevel: String,
)

/**
 * Reads `manifest.json`.
 *
 * @throws BundleFormatError it is malformed, or of a format version this runtime cannot read.
 */
internal fun parseManifest(data: ByteArray): Manifest {
    val content = try {
        parseJson(decodeUtf8(data))
    } catch (error: JsonException) {
        throw BundleFormatError("$MANIFEST is not JSON: ${error.message}", cause = error)
    } catch (error: CharacterCodingException) {
        throw BundleFormatError("$MANIFEST is not UTF-8", cause = error)
    }
    val take = Taker(content as? Map<*, *> ?: throw BundleFormatError("$MANIFEST must hold an object"))
    take.checkVersion()
    val tokens = take.sub("tokens")
    val limits = take.sub("limits")
    val search = take.sub("search")
    val manifest = Manifest(
        name = take.text("name"),
        version = take.text("version"),
        source = take.text("source"),
        target = take.text("target"),
        precision = take.text("precision"),
        license = take.text("license"),
        files = files(take.sub("files")),
        vocabulary = take.whole("vocabulary", 4, MAX_VOCABULARY),
        attention = take.text("attention"),
        sourceTokens = limits.whole("source_tokens", 1, MAX_LENGTH),
        beamSize = search.whole("beam_size", 1, 100),
        lengthPenalty = search.number("length_penalty", 0.0, 10.0),
        minimumOnnxRuntime = take.text("minimum_onnxruntime"),
        bos = tokens.whole("bos", 0, MAX_VOCABULARY),
        eos = tokens.whole("eos", 0, MAX_VOCABULARY),
        encoderInputs = take.texts("encoder_inputs"),
        states = states(take.items("states")),
        memoryWidth = take.whole("memory_width", 1, MAX_WIDTH),
        keyWidth = take.whole("key_width", 1, MAX_WIDTH),
        targetPerSource = limits.number("target_per_source", 0.0, 100.0),
        targetExtra = limits.whole("target_extra", 1, MAX_LENGTH),
        optimizationLevel = take.text("optimization_level"),
    )
    // What this engine has no use for must be sound all the same, as on every host.
    take.texts("training_data")
    take.sub("scores")
    take.sub("made_with")
    val task = take.text("task")
    if (task != "translation") throw BundleFormatError("$MANIFEST: task '$task' is not one this runtime does")
    val special = setOf(tokens.whole("pad", 0, MAX_VOCABULARY), manifest.bos, manifest.eos)
    if (special.size != 3 || special.max() >= manifest.vocabulary) {
        throw BundleFormatError("$MANIFEST: pad, bos and eos must be three ids below vocabulary")
    }
    return manifest
}

/** Role to file; every role that must be there is, and no file lies elsewhere. */
private fun files(table: Taker): Map<String, FileEntry> {
    val files = LinkedHashMap<String, FileEntry>()
    for (role in table.keys.filter { it in ROLES + OPTIONAL_ROLES }) { // others: of a newer version
        val take = table.sub(role)
        val name = take.text("name")
        if (!FILE_NAME.matches(name) || name == MANIFEST) {
            throw BundleFormatError("$MANIFEST: '$name' is not a plain file name")
        }
        files[role] = FileEntry(name, take.whole("bytes", 0, MAX_FILE_BYTES), take.text("sha256"))
    }
    val missing = ROLES.filter { it !in files }
    if (missing.isNotEmpty()) throw BundleFormatError("$MANIFEST names no file for ${missing.joinToString()}")
    return files
}

private fun states(items: List<*>): List<State> = items.mapIndexed { index, item ->
    val where = "states[$index]"
    val take = Taker(item as? Map<*, *> ?: throw BundleFormatError("$MANIFEST: $where must be an object"), "$where.")
    State(take.text("name"), take.whole("width", 1, MAX_WIDTH))
}

/** Takes values out of a JSON object, each checked for type and range. */
private class Taker(private val content: Map<*, *>, private val where: String = "") {
    val keys: List<String> get() = content.keys.map { it as String }

    private fun fail(key: String, what: String): Nothing =
        throw BundleFormatError("$MANIFEST: $where$key must be $what")

    fun checkVersion() {
        val version = content["format_version"]
        if (version == FORMAT_VERSION.toLong()) return
        throw BundleFormatError(
            "$MANIFEST has format version $version; this runtime reads $FORMAT_VERSION",
            hint = "a newer allez may read it",
        )
    }

    /** A string that may be shown in a terminal. */
    fun text(key: String): String {
        val value = content[key] as? String ?: fail(key, "a string")
        if (value.length > MAX_LINE || value.any { it.isISOControl() }) {
            fail(key, "one short line without control characters")
        }
        return value
    }

    fun whole(key: String, low: Int, high: Int): Int {
        val value = content[key] as? Long ?: fail(key, "a whole number")
        if (value !in low..high) fail(key, "$low to $high")
        return value.toInt()
    }

    fun number(key: String, low: Double, high: Double): Double {
        val value = (content[key] as? Number ?: fail(key, "a number")).toDouble()
        if (value !in low..high) fail(key, "$low to $high") // refuses NaN too
        return value
    }

    fun sub(key: String): Taker = Taker(content[key] as? Map<*, *> ?: fail(key, "an object"), "$where$key.")

    fun items(key: String): List<*> = content[key] as? List<*> ?: fail(key, "a list")

    fun texts(key: String): List<String> = items(key).map { it as? String ?: fail(key, "a list of strings") }
}
