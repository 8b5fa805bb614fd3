/*
 * A bundle: `manifest.json` and the files it names, in a folder, a zip, or an app's assets.
 *
 * Every file is read once, its size and SHA-256 are compared with the manifest, and those very
 * bytes are what everything else works on. Knows nothing of ONNX; see Session.kt.
 */
package io.github.allez

import java.io.ByteArrayOutputStream
import java.io.File
import java.io.FileNotFoundException
import java.io.IOException
import java.io.InputStream
import java.nio.ByteBuffer
import java.nio.charset.CharacterCodingException
import java.nio.file.Files
import java.security.MessageDigest
import java.util.zip.ZipFile
import java.util.zip.ZipInputStream

private const val MAX_MANIFEST_BYTES = 1_000_000
private const val MAX_STREAM_BYTES = 200_000_000
private const val CHUNK_BYTES = 65_536

/**
 * One line of `golden.jsonl`: a sentence, and what a right host makes of it.
 *
 * @property sourceIds ends with eos.
 * @property firstScores the best log-probabilities of the first step, descending.
 * @property targetIds greedy translation, eos not among them.
 */
internal class Golden(
    val text: String,
    val sourceIds: List<Int>,
    val firstScores: List<Double>,
    val targetIds: List<Int>,
    val translation: String,
)

/**
 * A bundle in memory, checked.
 *
 * @property place where it came from, as messages name it.
 * @property manifest what it says of itself.
 */
public class Bundle private constructor(
    public val place: String,
    public val manifest: Manifest,
    private val content: Map<String, ByteArray>,
) {
    /** Bytes of all files but the manifest. */
    public val size: Long get() = content.values.sumOf { it.size.toLong() }

    /**
     * The text of a role's file, such as "notice" (who made the data) or "card" (the model card).
     *
     * @throws BundleFormatError it is not UTF-8, or the bundle has no such file.
     */
    public fun text(role: String): String = try {
        decodeUtf8(data(role))
    } catch (error: CharacterCodingException) {
        throw BundleFormatError("$place: ${manifest.files.getValue(role).name} is not UTF-8", cause = error)
    }

    /** The bytes of a role's file. */
    internal fun data(role: String): ByteArray =
        content[role] ?: throw BundleFormatError("$place: the bundle has no $role")

    /** The sentences for self-tests; BundleFormatError if `golden.jsonl` is malformed. */
    internal fun golden(): List<Golden> = text("golden").split("\n").mapIndexedNotNull { index, line ->
        if (line.isEmpty()) null else golden(line, index + 1) // empty: after the last line end
    }

    private fun golden(line: String, number: Int): Golden {
        fun malformed(why: String): Nothing =
            throw BundleFormatError("$place: golden.jsonl, line $number is malformed: $why")

        val entry = try {
            parseJson(line) as? Map<*, *> ?: malformed("no object")
        } catch (error: JsonException) {
            malformed(error.message.orEmpty())
        }

        fun text(key: String) = entry[key] as? String ?: malformed(key)
        fun numbers(key: String) = (entry[key] as? List<*> ?: malformed(key)).map { it as? Number ?: malformed(key) }
        fun ids(key: String) = numbers(key).map { number ->
            (number as? Long)?.takeIf { it in 0 until manifest.vocabulary }?.toInt() ?: malformed(key)
        }
        return Golden(
            text = text("text"),
            sourceIds = ids("source_ids"),
            firstScores = numbers("first_scores").map { it.toDouble() },
            targetIds = ids("target_ids"),
            translation = text("translation"),
        )
    }

    public companion object {
        /**
         * Reads a bundle, a folder or a zip, and checks all its files.
         *
         * @throws BundleNotFoundError there is none.
         * @throws BundleFormatError the manifest or a file is not what the format says.
         * @throws ChecksumError a file is not the one the manifest was written for.
         */
        @JvmStatic
        public fun open(folder: File): Bundle {
            if (folder.isFile) return openZipFile(folder)
            return read(folder.path) { name, limit -> readFile(folder, name, limit) }
        }

        /**
         * Reads a bundle from whatever gives its files by name, such as an app's assets:
         * `Bundle.open { name -> context.assets.open("fr-en/$name") }`. Closes what it is given.
         *
         * @throws BundleNotFoundError [source] throws FileNotFoundException for `manifest.json`.
         * @throws BundleFormatError the manifest or a file is not what the format says.
         * @throws ChecksumError a file is not the one the manifest was written for.
         */
        @JvmStatic
        public fun open(source: (String) -> InputStream): Bundle = read("bundle") { name, limit ->
            source(name).use { it.readAtMost(limit) }
        }

        /**
         * Reads a zipped bundle of at most 200 MB from a stream, to its end; does not close it.
         *
         * @throws BundleNotFoundError it is no zip, or has no `manifest.json` at its top.
         * @throws BundleFormatError the manifest or a file is not what the format says.
         * @throws ChecksumError a file is not the one the manifest was written for.
         */
        @JvmStatic
        public fun openZip(stream: InputStream): Bundle {
            val files = unzip(stream)
            return read("zip") { name, _ -> files[name] ?: throw FileNotFoundException(name) }
        }

        private fun openZipFile(file: File): Bundle = try {
            ZipFile(file)
        } catch (error: IOException) {
            throw BundleNotFoundError("$file is not a bundle: ${error.message}", cause = error)
        }.use { zip ->
            read(file.path) { name, limit ->
                val entry = zip.getEntry(name) ?: throw FileNotFoundException(name)
                zip.getInputStream(entry).use { it.readAtMost(limit) }
            }
        }

        /** Reads and checks all files; [readFile] is given a name and how many bytes may matter. */
        private fun read(place: String, readFile: (String, Int) -> ByteArray): Bundle = try {
            val manifest = parseManifest(readManifest(place, readFile))
            val content = manifest.files.mapValues { (_, entry) ->
                readEntry(entry.name, entry.bytes + 1, readFile).also { check(it, entry, place) }
            }
            Bundle(place, manifest, content)
        } catch (error: BundleFormatError) {
            throw BundleFormatError("$place: ${error.message}", error.hint, error)
        }

        private fun readManifest(place: String, readFile: (String, Int) -> ByteArray): ByteArray = try {
            readFile(MANIFEST, MAX_MANIFEST_BYTES + 1)
        } catch (error: FileNotFoundException) {
            throw BundleNotFoundError(
                "$place is not a bundle: it has no $MANIFEST",
                hint = "give the folder that holds $MANIFEST",
                cause = error,
            )
        } catch (error: IOException) {
            throw BundleFormatError("$MANIFEST cannot be read: ${error.message}", cause = error)
        }

        private fun readEntry(name: String, limit: Int, readFile: (String, Int) -> ByteArray): ByteArray = try {
            readFile(name, limit)
        } catch (error: FileNotFoundException) {
            throw BundleFormatError("$name is missing", cause = error)
        } catch (error: IOException) {
            throw BundleFormatError("$name cannot be read: ${error.message}", cause = error)
        }

        private fun check(data: ByteArray, entry: FileEntry, place: String) {
            if (data.size == entry.bytes && sha256(data) == entry.sha256) return
            throw ChecksumError(
                "$place: ${entry.name} is not the file that $MANIFEST describes",
                hint = "the bundle was damaged or changed; get it again",
            )
        }
    }
}

/** Reads a file that lies in the folder itself, and no further than it may be long. */
private fun readFile(folder: File, name: String, limit: Int): ByteArray {
    val file = File(folder, name)
    if (Files.isSymbolicLink(file.toPath())) {
        throw BundleFormatError("$name is a symbolic link, which a bundle may not hold")
    }
    if (!file.isFile) throw FileNotFoundException(name)
    return file.inputStream().use { it.readAtMost(limit) }
}

/** Reads the files at the top of a zip into memory. */
private fun unzip(stream: InputStream): Map<String, ByteArray> {
    val files = HashMap<String, ByteArray>()
    var left = MAX_STREAM_BYTES
    try {
        val zip = ZipInputStream(stream)
        while (true) {
            val entry = zip.nextEntry ?: return files
            if (!FILE_NAME.matches(entry.name)) continue
            val data = zip.readAtMost(left + 1)
            if (data.size > left) throw BundleFormatError("the zip holds more than $MAX_STREAM_BYTES bytes")
            left -= data.size
            files[entry.name] = data
        }
    } catch (error: IOException) {
        throw BundleFormatError("the zip cannot be read: ${error.message}", cause = error)
    } catch (error: IllegalArgumentException) { // a name in it is not UTF-8
        throw BundleFormatError("the zip cannot be read: ${error.message}", cause = error)
    }
}

private fun InputStream.readAtMost(limit: Int): ByteArray {
    val out = ByteArrayOutputStream()
    val chunk = ByteArray(CHUNK_BYTES)
    while (out.size() < limit) {
        val count = read(chunk, 0, minOf(chunk.size, limit - out.size()))
        if (count < 0) break
        out.write(chunk, 0, count)
    }
    return out.toByteArray()
}

private fun sha256(data: ByteArray): String =
    MessageDigest.getInstance("SHA-256").digest(data).joinToString("") { byte ->
        (byte.toInt() and 0xFF).toString(radix = 16).padStart(2, '0')
    }

/** UTF-8, or CharacterCodingException. */
internal fun decodeUtf8(data: ByteArray): String =
    Charsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(data)).toString()
