/*
 * A bundle in a zip: its files at the top or in one top folder, and no more than memory can hold.
 *
 * Limits are those of `contract.json`. Knows nothing of what the files mean.
 */
package io.github.allez

import java.io.ByteArrayInputStream
import java.io.ByteArrayOutputStream
import java.io.File
import java.io.FileNotFoundException
import java.io.IOException
import java.io.InputStream
import java.util.zip.ZipEntry
import java.util.zip.ZipFile
import java.util.zip.ZipInputStream

private val LIMITS = SPEC.part("zip")
private const val CHUNK_BYTES = 65_536

/** Where a bundle's files are read from. */
internal interface Files {
    /** The bytes of a file, at most [limit] of them; FileNotFoundException if there is none. */
    fun read(name: String, limit: Int): ByteArray

    /** Refuses what would take far more memory than it takes where it lies. */
    fun check(manifest: Manifest) = Unit
}

/** What stands before the names of a bundle's files: nothing, or one folder. */
private fun top(names: List<String>): String {
    if (names.size > LIMITS.whole("entries")) {
        throw BundleFormatError("the zip has more than ${grouped(LIMITS.whole("entries"))} files")
    }
    if (names.toSet().size != names.size) throw BundleFormatError("the zip has two files of one name")
    if (MANIFEST in names) return ""
    val tops = names.filter { !it.startsWith(LIMITS.text("aside")) }.map { it.substringBefore('/') }.toSet()
    val folder = if (tops.size == 1) "${tops.single()}/" else ""
    if (folder + MANIFEST !in names) throw FileNotFoundException(MANIFEST)
    return folder
}

private fun checkSizes(unpacked: Long, packed: Long) {
    if (unpacked > LIMITS.whole("bytes")) {
        throw BundleFormatError("the zip unpacks to more than ${grouped(LIMITS.whole("bytes"))} bytes")
    }
    if (unpacked > LIMITS.whole("ratio") * packed) {
        throw BundleFormatError("the zip unpacks to more than ${LIMITS.whole("ratio")} times its size")
    }
}

/** The files in a zip on the disk, one at a time. */
internal class ZipFiles(private val zip: ZipFile, private val file: File) : Files {
    private val folder by lazy { top(zip.entries().toList().map { it.name }) }

    override fun check(manifest: Manifest) {
        val sizes = manifest.files.values.associate { it.name to it.bytes.toLong() }
        checkSizes(sizes.values.sum(), file.length())
    }

    override fun read(name: String, limit: Int): ByteArray {
        val entry = zip.getEntry(folder + name) ?: throw FileNotFoundException(name)
        if (entry.method != ZipEntry.STORED && entry.method != ZipEntry.DEFLATED) {
            throw BundleFormatError("$name is compressed in a way no other host reads")
        }
        return zip.getInputStream(entry).use { it.readAtMost(limit) }
    }
}

/** The files in a zip that came as a stream, all of them. */
internal class StreamedFiles(stream: InputStream) : Files {
    private val files = LinkedHashMap<String, ByteArray>()
    private val folder: String

    init {
        val most = LIMITS.whole("bytes")
        val packed = stream.readAtMost(most + 1)
        checkSizes(packed.size.toLong(), packed.size.toLong())
        var total = 0L
        val names = ArrayList<String>()
        try {
            val zip = ZipInputStream(ByteArrayInputStream(packed))
            while (names.size <= LIMITS.whole("entries")) {
                val entry = zip.nextEntry ?: break
                names.add(entry.name)
                val left = minOf(most.toLong(), LIMITS.whole("ratio").toLong() * packed.size) + maxManifestBytes() - total
                val data = zip.readAtMost((left + 1).toInt())
                total += data.size
                checkSizes(total - maxManifestBytes(), packed.size.toLong())
                files[entry.name] = data
            }
        } catch (error: IOException) {
            throw BundleFormatError("the zip cannot be read: ${error.message}", cause = error)
        } catch (error: IllegalArgumentException) { // a name in it is not UTF-8
            throw BundleFormatError("the zip cannot be read: ${error.message}", cause = error)
        }
        folder = top(names)
    }

    override fun read(name: String, limit: Int): ByteArray = files[folder + name] ?: throw FileNotFoundException(name)
}

/** All bytes up to a limit. */
internal fun InputStream.readAtMost(limit: Int): ByteArray {
    val out = ByteArrayOutputStream()
    val chunk = ByteArray(CHUNK_BYTES)
    while (out.size() < limit) {
        val count = read(chunk, 0, minOf(chunk.size, limit - out.size()))
        if (count < 0) break
        out.write(chunk, 0, count)
    }
    return out.toByteArray()
}
