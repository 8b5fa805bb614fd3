/* What the tests share: where things are, and bundles that may be damaged. */
package io.github.allez

import java.io.File
import java.nio.file.Path
import java.security.MessageDigest
import org.junit.jupiter.api.Assertions.assertTrue

val ROOT = File(System.getProperty("allez.root"))
val VECTORS = File(ROOT, "spec/vectors")
val TINY = File(ROOT, "spec/bundles/tiny")
val LISTED = File(ROOT, "spec/bundles/tiny_shortlist")
val SHIPPED = File(ROOT, "models/fr-en")

/** Each line of a JSON Lines file as an object. */
internal fun jsonLines(file: File): List<Map<*, *>> =
    file.readLines().filter { it.isNotEmpty() }.map { parseJson(it) as Map<*, *> }

/** What a piece shows of a text: the space before a word is no part of it. */
internal fun shown(token: Token): String =
    token.piece.removePrefix("▁").ifEmpty { if (token.end == 0) "" else " " }

internal fun Map<*, *>.ints(key: String): List<Int> = (this[key] as List<*>).map { (it as Long).toInt() }
internal fun Map<*, *>.int(key: String): Int = (this[key] as Long).toInt()

/** A copy of the tiny bundle, or of [bundle], in [folder] that may be changed. */
internal class Copy(folder: Path, bundle: File = TINY) {
    val folder: File = bundle.copyRecursivelyTo(folder.resolve("bundle").toFile())

    fun file(name: String): File = File(folder, name)

    /** Replaces [old], which must be there, in the manifest's text. */
    fun editManifest(old: String, new: String) {
        val text = file(MANIFEST).readText()
        assertTrue(old in text, "the manifest has no $old")
        file(MANIFEST).writeText(text.replaceFirst(old, new))
    }

    /** Puts other bytes in a role's file, and makes the manifest agree. */
    fun replace(role: String, data: ByteArray) {
        val entry = parseManifest(file(MANIFEST).readBytes()).files.getValue(role)
        file(entry.name).writeBytes(data)
        editManifest(describe(entry.name, entry.bytes, entry.sha256), describe(entry.name, data.size, hash(data)))
    }

    fun replace(role: String, text: String) = replace(role, text.toByteArray())

    private fun describe(name: String, bytes: Int, hash: String) =
        "\"name\": \"$name\",\n   \"bytes\": $bytes,\n   \"sha256\": \"$hash\""

    private fun hash(data: ByteArray) =
        MessageDigest.getInstance("SHA-256").digest(data).joinToString("") { "%02x".format(it) }

    private fun File.copyRecursivelyTo(target: File): File = target.also { copyRecursively(it) }
}
