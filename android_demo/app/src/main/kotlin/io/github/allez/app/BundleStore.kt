/* The model on its way from the app's package to the device's storage. No Android here. */
package io.github.allez.app

import io.github.allez.Bundle
import io.github.allez.BundleError
import io.github.allez.BundleFormatError
import io.github.allez.BundleNotFoundError
import java.io.File
import java.io.FileOutputStream
import java.io.IOException
import java.io.InputStream

private const val MANIFEST = "manifest.json"

/** The files of a bundle as they came with the app. */
interface PackedBundle {
    /** Names of all files, none if there is no bundle; IOException if that cannot be told. */
    fun names(): List<String>

    /** Opens one of them; IOException if it cannot. */
    fun open(name: String): InputStream
}

/** The device's storage is full, or cannot be written. */
class StorageException(message: String, cause: Throwable? = null) : IOException(message, cause)

/**
 * Unpacks the bundle once, and again when the app brought another one or the copy was damaged.
 *
 * A copy is made aside, on the disk and verified before it gets its name: one that has the name is
 * whole, and what a stopped or failed attempt left is removed by the next.
 *
 * @param packed the bundle as it came.
 * @param folder where its copy belongs.
 * @param create how files are made.
 */
class BundleStore(
    private val packed: PackedBundle,
    private val folder: File,
    private val create: (File) -> FileOutputStream = ::FileOutputStream,
) {
    private val aside = File(folder.parentFile, "${folder.name}.partial")

    /**
     * The bundle, in memory and verified.
     *
     * @throws StorageException it cannot be unpacked here.
     * @throws BundleError the app brought none, or a damaged or foreign one.
     */
    fun open(): Bundle {
        if (isUnpacked()) {
            try {
                return Bundle.open(folder)
            } catch (_: BundleError) { // damaged since; the app still has a good one
            }
        }
        unpack()
        return Bundle.open(folder)
    }

    /** Whether the copy was made of this very bundle: a manifest holds the hashes of all files. */
    private fun isUnpacked(): Boolean {
        val copy = File(folder, MANIFEST)
        return try {
            copy.isFile && MANIFEST in names() && copy.readBytes().contentEquals(read(MANIFEST))
        } catch (_: IOException) { // a copy that cannot be read is none
            false
        }
    }

    private fun unpack() {
        val names = names()
        if (MANIFEST !in names) throw BundleNotFoundError("this app came without a model")
        remove(aside)
        try {
            if (!aside.mkdirs()) throw StorageException("$aside cannot be made")
            names.forEach { write(File(aside, it), read(it)) }
            Bundle.open(aside) // throws unless every file is what the manifest says
            remove(folder)
            if (!aside.renameTo(folder)) throw StorageException("$aside cannot be renamed")
        } finally {
            aside.deleteRecursively()
        }
    }

    private fun names(): List<String> = fromApp("its list of files") { packed.names() }

    private fun read(name: String): ByteArray = fromApp(name) { packed.open(name).use { it.readBytes() } }

    private fun <T> fromApp(what: String, read: () -> T): T = try {
        read()
    } catch (error: IOException) {
        throw BundleFormatError("$what cannot be read from the app: ${error.message}", cause = error)
    }

    private fun write(file: File, data: ByteArray) = try {
        create(file).use { out ->
            out.write(data)
            out.fd.sync()
        }
    } catch (error: IOException) {
        throw StorageException("$file cannot be written: ${error.message}", error)
    }

    private fun remove(place: File) {
        if (place.exists() && !place.deleteRecursively()) throw StorageException("$place cannot be removed")
    }
}
