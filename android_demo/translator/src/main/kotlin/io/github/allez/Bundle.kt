/*
 * A bundle: `manifest.json` and the files it names, in a folder, a zip, or an app's assets.
 *
 * Every file is read once, its size and SHA-256 are compared with the manifest, and those very
 * bytes are what everything else works on. Knows nothing of ONNX; see Session.kt.
 */
package io.github.allez

import java.io.File
import java.io.FileNotFoundException
import java.io.IOException
import java.io.InputStream
import java.nio.ByteBuffer
import java.nio.channels.Channels
import java.nio.charset.CharacterCodingException
import java.nio.file.LinkOption.NOFOLLOW_LINKS
import java.nio.file.StandardOpenOption.READ
import java.security.MessageDigest
import java.util.Base64
import java.util.zip.ZipFile
import java.nio.file.Files as Paths

/**
 * One line of `golden.jsonl`: what is read, and what a right host makes of it.
 *
 * @property text of a picture, what it is called.
 * @property sourceIds ends with eos; of a picture there are none.
 * @property firstScores the best log-probabilities of the first step, descending.
 * @property targetIds greedy translation, eos not among them.
 * @property picture in place of a text.
 */
internal class Golden(
    val text: String,
    val sourceIds: List<Int>,
    val firstScores: List<Double>,
    val targetIds: List<Int>,
    val translation: String,
    val picture: Picture? = null,
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
            val size = if (key == "source_ids") manifest.sourceSide.size else manifest.targetSide.size
            (number as? Long)?.takeIf { it in 0 until size }?.toInt() ?: malformed(key)
        }
        val isImage = manifest.input.kind == "image"
        return Golden(
            text = text("text"),
            sourceIds = if (isImage) emptyList() else ids("source_ids"),
            firstScores = numbers("first_scores").map { it.toDouble() },
            targetIds = ids("target_ids"),
            translation = text("translation"),
            picture = if (isImage) pictureOf(entry["picture"]) ?: malformed("picture") else null,
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
            return read(folder.path, FolderFiles(folder))
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
        public fun open(source: (String) -> InputStream): Bundle = read("bundle", GivenFiles(source))

        /**
         * Reads a zipped bundle from a stream, to its end; does not close it.
         *
         * @throws BundleNotFoundError it is no zip, or has no `manifest.json` at its top.
         * @throws BundleFormatError the manifest or a file is not what the format says.
         * @throws ChecksumError a file is not the one the manifest was written for.
         */
        @JvmStatic
        public fun openZip(stream: InputStream): Bundle {
            val files = try {
                StreamedFiles(stream)
            } catch (error: FileNotFoundException) {
                throw notFound("zip", error)
            } catch (error: BundleFormatError) {
                throw BundleFormatError("zip: ${error.message}", error.hint, error)
            }
            return read("zip", files)
        }

        private fun openZipFile(file: File): Bundle = try {
            ZipFile(file)
        } catch (error: IOException) {
            throw BundleNotFoundError("$file is not a bundle: ${error.message}", cause = error)
        }.use { zip -> read(file.path, ZipFiles(zip, file)) }

        /** Reads and checks all files. */
        private fun read(place: String, files: Files): Bundle = try {
            val manifest = parseManifest(readManifest(place, files))
            files.check(manifest)
            val content = manifest.files.mapValues { (_, entry) ->
                readEntry(entry.name, entry.bytes + 1, files).also { check(it, entry, place) }
            }
            Bundle(place, manifest, content)
        } catch (error: BundleFormatError) {
            throw BundleFormatError("$place: ${error.message}", error.hint, error)
        }

        private fun readManifest(place: String, files: Files): ByteArray = try {
            files.read(MANIFEST, maxManifestBytes() + 1)
        } catch (error: FileNotFoundException) {
            throw notFound(place, error)
        } catch (error: IOException) {
            throw BundleFormatError("$MANIFEST cannot be read: ${error.message}", cause = error)
        }

        private fun notFound(place: String, cause: Exception) = BundleNotFoundError(
            "$place is not a bundle: it has no $MANIFEST",
            hint = "give the folder that holds $MANIFEST, or a zip of it",
            cause = cause,
        )

        private fun readEntry(name: String, limit: Int, files: Files): ByteArray = try {
            files.read(name, limit)
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

/** A picture as `golden.jsonl` has it, of three bytes a pixel; null if it is none. */
internal fun pictureOf(drawn: Any?): Picture? {
    val (height, width, rgb) = listOf("height", "width", "rgb").map { (drawn as? Map<*, *>)?.get(it) }
    if (height !is Long || width !is Long || rgb !is String) return null
    return try {
        Picture.ofRgb(Base64.getDecoder().decode(rgb), Math.toIntExact(width), Math.toIntExact(height))
    } catch (_: IllegalArgumentException) { // no base64
        null
    } catch (_: ArithmeticException) { // no number of pixels
        null
    } catch (_: InputError) { // another number of bytes than it says
        null
    }
}

/** Files that somebody gives by name. */
private class GivenFiles(private val source: (String) -> InputStream) : Files {
    override fun read(name: String, limit: Int): ByteArray = source(name).use { it.readAtMost(limit) }
}

/** Files that lie in a folder itself. */
private class FolderFiles(private val folder: File) : Files {
    override fun read(name: String, limit: Int): ByteArray {
        val path = File(folder, name).toPath()
        if (Paths.isSymbolicLink(path)) {
            throw BundleFormatError("$name is a symbolic link, which a bundle may not hold")
        }
        if (!Paths.isRegularFile(path, NOFOLLOW_LINKS)) throw FileNotFoundException(name)
        // Not through a link that has been put there since.
        val channel = Paths.newByteChannel(path, setOf(READ, NOFOLLOW_LINKS))
        return Channels.newInputStream(channel).use { it.readAtMost(limit) }
    }
}

private fun sha256(data: ByteArray): String =
    MessageDigest.getInstance("SHA-256").digest(data).joinToString("") { byte ->
        (byte.toInt() and 0xFF).toString(radix = 16).padStart(2, '0')
    }

/** UTF-8, or CharacterCodingException. */
internal fun decodeUtf8(data: ByteArray): String =
    Charsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(data)).toString()
