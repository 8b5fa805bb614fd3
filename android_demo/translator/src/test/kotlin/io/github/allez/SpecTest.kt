package io.github.allez

import java.io.File
import java.nio.file.Files
import java.nio.file.Path
import java.security.MessageDigest
import java.util.zip.ZipEntry
import java.util.zip.ZipOutputStream
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertThrows
import org.junit.jupiter.api.io.TempDir

/** `spec/`: the contract that was built in is the project's, and its bundles are taken or refused as it says. */
class SpecTest {
    @TempDir
    lateinit var folder: Path

    @Test
    fun `the contract is the one of the project`() {
        assertEquals(parseJson(File(ROOT, "spec/contract.json").readText()), SPEC)
    }

    @Test
    fun `the reader of the contract itself has its limits`() {
        val rules = SPEC.part("manifest")
        assertEquals("9".repeat(rules.whole("digits")).toBigInteger(), parseJson("9".repeat(rules.whole("digits"))))
        assertThrows<JsonException> { parseJson("9".repeat(rules.whole("digits") + 1)) }
    }

    @Test
    fun `bundles are taken and refused as the specification says, with the same words`() {
        val cases = jsonLines(File(VECTORS, "bundles.jsonl"))
        val different = cases.mapIndexedNotNull { index, case ->
            val made = ChangedBundle(folder.resolve("$index"), case.text("bundle"))
            val path = made.after(case.list("edits").map { it as Map<*, *> })
            val found = answer(path)
            path.parentFile.deleteRecursively()
            val expected = listOf(case["kind"], case["reason"])
            if (found == expected) null else "${case["name"]}: $found, not $expected"
        }
        assertTrue(different.isEmpty()) { different.joinToString("\n") }
        assertTrue(cases.size > 200)
    }

    /** The kind of error and the reason for which a bundle is refused; nulls: it is not. */
    private fun answer(path: File): List<String?> = try {
        Translator(Bundle.open(path)).close()
        listOf(null, null)
    } catch (error: AllezException) {
        val reason = error.message.replace("$path: ", "").replace(path.path, "BUNDLE")
        listOf(error.javaClass.simpleName, reason)
    }
}

/** A copy of a bundle of `spec/bundles`, changed as `spec/README.md` says of `bundles.jsonl`. */
private class ChangedBundle(folder: Path, base: String) {
    private val bundle = folder.resolve("bundle").toFile()
    private val manifest = File(bundle, MANIFEST)

    init {
        File(ROOT, "spec/bundles/$base").copyRecursively(bundle)
    }

    fun after(edits: List<Map<*, *>>): File {
        for (edit in edits) {
            when {
                "file" in edit -> changeFile(edit)
                "zip" in edit -> return zipped(edit.part("zip"))
                "set" in edit || "drop" in edit -> changeJson(manifest, edit)
                "manifest" in edit -> manifest.writeText(edit.text("manifest"))
                "manifest_hex" in edit -> manifest.writeBytes(bytes(edit.text("manifest_hex")))
                "replace" in edit -> edit.names("replace").let { (old, new) ->
                    manifest.writeText(manifest.readText().replaceFirst(old, new).also { assertTrue(old != new) })
                }
                "link" in edit -> File(bundle, edit.text("link")).let { file ->
                    assertTrue(file.renameTo(File(bundle, "elsewhere")))
                    Files.createSymbolicLink(file.toPath(), Path.of("elsewhere"))
                }
                "folder" in edit -> File(bundle, edit.text("folder")).let { assertTrue(it.delete() && it.mkdir()) }
                else -> assertTrue(File(bundle, edit.text("remove")).delete())
            }
        }
        return bundle
    }

    private fun bytes(hex: String) = ByteArray(hex.length / 2) { hex.substring(2 * it, 2 * it + 2).toInt(16).toByte() }

    private fun changeFile(edit: Map<*, *>) {
        val file = File(bundle, edit.text("file"))
        when {
            "splices" in edit -> file.writeBytes(spliced(file.readBytes(), edit.list("splices")))
            "hex" in edit -> file.writeBytes(bytes(edit.text("hex")))
            "text" in edit -> file.writeText(edit.text("text"))
            "zeros" in edit -> file.writeBytes(ByteArray(edit.whole("zeros")))
            else -> changeJson(file, edit)
        }
        if (edit["mend"] != false) mend(file)
    }

    private fun spliced(old: ByteArray, splices: List<*>): ByteArray {
        var data = old
        for (splice in splices.asReversed()) {
            val (at, count, new) = splice as List<*>
            val start = (at as Long).toInt()
            data = data.copyOf(start) + bytes(new as String) +
                data.copyOfRange(start + (count as Long).toInt(), data.size)
        }
        return data
    }

    @Suppress("UNCHECKED_CAST")
    private fun mend(file: File) {
        val content = parseJson(manifest.readText()) as Map<*, *>
        val data = file.readBytes()
        val hash = MessageDigest.getInstance("SHA-256").digest(data).joinToString("") { "%02x".format(it) }
        for (entry in content.part("files").values.map { it as MutableMap<String, Any?> }) {
            if (entry["name"] == file.name) entry.putAll(mapOf("bytes" to data.size, "sha256" to hash))
        }
        manifest.writeText(writeJson(content))
    }

    /** Sets or drops one value of a JSON file. */
    @Suppress("UNCHECKED_CAST")
    private fun changeJson(file: File, edit: Map<*, *>) {
        val content = parseJson(file.readText())
        val way = (edit["set"] ?: edit["drop"]).toString().split('.')
        val within = way.dropLast(1).fold(content) { inner, key ->
            if (inner is List<*>) inner[key.toInt()] else (inner as Map<*, *>)[key]
        }
        when {
            within is List<*> && "drop" in edit -> (within as MutableList<Any?>).removeAt(way.last().toInt())
            within is List<*> -> (within as MutableList<Any?>)[way.last().toInt()] = edit["to"]
            "drop" in edit -> (within as MutableMap<String, Any?>).remove(way.last())
            else -> (within as MutableMap<String, Any?>)[way.last()] = edit["to"]
        }
        file.writeText(writeJson(content))
    }

    private fun zipped(how: Map<*, *>): File {
        val top = how["top"] as String? ?: ""
        val entries = bundle.listFiles()!!.sorted().map { top + it.name to it.readBytes() } +
            (how["also"] as List<*>?).orEmpty().map { it as String to ByteArray(0) }
        val twice = (how["twice"] as List<*>?).orEmpty().map { it as String }
        val file = File(bundle.parentFile, "bundle.zip")
        ZipOutputStream(file.outputStream()).use { zip ->
            // Java writes no name twice: a stand-in as long is put in its place, and renamed in the bytes.
            for ((name, data) in entries + twice.map { "?" + it.drop(1) to ByteArray(0) }) {
                zip.putNextEntry(ZipEntry(name))
                zip.write(data)
            }
        }
        for (name in twice) {
            val text = file.readBytes().toString(Charsets.ISO_8859_1)
            file.writeBytes(text.replace("?" + name.drop(1), name).toByteArray(Charsets.ISO_8859_1))
        }
        return file
    }
}
