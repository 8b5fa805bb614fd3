package io.github.allez

import java.io.ByteArrayInputStream
import java.io.ByteArrayOutputStream
import java.io.File
import java.io.FileNotFoundException
import java.io.IOException
import java.io.InputStream
import java.nio.file.Files
import java.nio.file.Path
import java.util.zip.ZipEntry
import java.util.zip.ZipOutputStream
import org.junit.jupiter.api.Assertions.assertArrayEquals
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNotNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertThrows
import org.junit.jupiter.api.io.TempDir
import org.junit.jupiter.params.ParameterizedTest
import org.junit.jupiter.params.provider.CsvSource
import org.junit.jupiter.params.provider.ValueSource

class BundleTest {
    @TempDir
    lateinit var folder: Path

    private val copy by lazy { Copy(folder) }

    private fun zip(files: Iterable<File> = TINY.listFiles()!!.asIterable()): ByteArray {
        val bytes = ByteArrayOutputStream()
        ZipOutputStream(bytes).use { zip ->
            for (file in files) {
                zip.putNextEntry(ZipEntry(file.name))
                zip.write(file.readBytes())
            }
        }
        return bytes.toByteArray()
    }

    @Test
    fun `reads what the manifest names`() {
        val bundle = Bundle.open(TINY)
        assertEquals("tiny", bundle.manifest.name)
        assertEquals("fr" to "en", bundle.manifest.source to bundle.manifest.target)
        assertEquals("int8", bundle.manifest.precision)
        assertArrayEquals(File(TINY, "decoder.onnx").readBytes(), bundle.data("decoder"))
        assertEquals(20, bundle.golden().size)
        assertEquals(bundle.manifest.files.values.sumOf { it.bytes.toLong() }, bundle.size)
    }

    @Test
    fun `a zip, a stream of one, and assets are as good as a folder`() {
        val file = folder.resolve("tiny.zip").toFile().also { it.writeBytes(zip()) }
        val closed = ArrayList<String>()
        val assets = Bundle.open { name ->
            object : ByteArrayInputStream(File(TINY, name).readBytes()) {
                override fun close() {
                    closed.add(name)
                }
            }
        }
        for (bundle in listOf(Bundle.open(file), Bundle.openZip(file.inputStream()), assets)) {
            assertArrayEquals(File(TINY, "encoder.onnx").readBytes(), bundle.data("encoder"))
        }
        assertEquals(assets.manifest.files.size + 1, closed.size)
    }

    @Test
    fun `no bundle there`() {
        val empty = folder.toFile()
        val text = folder.resolve("text").toFile().also { it.writeText("text") }
        val attempts = listOf<() -> Bundle>(
            { Bundle.open(empty) },
            { Bundle.open(File(empty, "nowhere")) },
            { Bundle.open(text) },
            { Bundle.open { throw FileNotFoundException(it) } },
            { Bundle.openZip(ByteArrayInputStream(zip(emptyList()))) },
            { Bundle.openZip(ByteArrayInputStream(ByteArray(100))) },
        )
        for (attempt in attempts) assertThrows<BundleNotFoundError> { attempt() }
    }

    @ParameterizedTest
    @CsvSource("encoder", "decoder", "tokenizer", "sentences", "golden", "notice", "card", "report")
    fun `damaged files are noticed`(role: String) {
        val file = copy.file(Bundle.open(TINY).manifest.files.getValue(role).name)
        val data = file.readBytes()
        val middle = data.size / 2
        val flipped = data.copyOf().also { it[middle] = (it[middle].toInt() xor 1).toByte() }
        for (damaged in listOf(flipped, data.copyOf(data.size - 1), data + 0, ByteArray(0))) {
            file.writeBytes(damaged)
            val error = assertThrows<ChecksumError> { Bundle.open(copy.folder) }
            assertTrue(file.name in error.message)
            assertNotNull(error.hint)
        }
    }

    @Test
    fun `a missing file is named`() {
        copy.file("decoder.onnx").delete()
        val error = assertThrows<BundleFormatError> { Bundle.open(copy.folder) }
        assertTrue("decoder.onnx is missing" in error.message) { error.message }
    }

    @Test
    fun `links are not followed`() {
        val link = copy.file("decoder.onnx")
        link.delete()
        Files.createSymbolicLink(link.toPath(), File(TINY, "decoder.onnx").toPath())
        val error = assertThrows<BundleFormatError> { Bundle.open(copy.folder) }
        assertTrue("decoder.onnx is a symbolic link" in error.message) { error.message }
    }

    @Test
    fun `a stream that breaks is an error of the bundle`() {
        val error = assertThrows<BundleFormatError> {
            Bundle.open { name ->
                if (name != "decoder.onnx") File(TINY, name).inputStream() else object : InputStream() {
                    override fun read(): Int = throw IOException("the card was pulled out")
                }
            }
        }
        assertTrue("the card was pulled out" in error.message) { error.message }
    }

    @ParameterizedTest
    @ValueSource(strings = ["", "{", "[]", "\u0000"])
    fun `manifests that are none`(text: String) {
        copy.file(MANIFEST).writeText(text)
        assertThrows<BundleFormatError> { Bundle.open(copy.folder) }
    }

    @Test
    fun `a manifest that is not UTF-8`() {
        copy.file(MANIFEST).writeBytes(byteArrayOf(-1, -2))
        assertThrows<BundleFormatError> { Bundle.open(copy.folder) }
    }

    @Test
    fun `unknown roles and keys are left alone`() {
        copy.editManifest("\"files\": {", "\"later\": 1, \"files\": { \"later\": {\"name\": \"later.bin\"},")
        assertTrue("later" !in Bundle.open(copy.folder).manifest.files)
    }

    @Test
    fun `damaged zips`() {
        val data = zip()
        for (start in 100 until data.size - 3000 step 2000) data.fill(-1, start, start + 8)
        val file = folder.resolve("tiny.zip").toFile().also { it.writeBytes(data) }
        assertThrows<BundleError> { Bundle.open(file) }
        assertThrows<BundleError> { Bundle.openZip(ByteArrayInputStream(data)) }
        assertThrows<BundleError> { Bundle.openZip(ByteArrayInputStream(zip().copyOf(50_000))) }
    }

    @Test
    fun `a zip without end is not read to its end`() {
        val bytes = ByteArrayOutputStream()
        ZipOutputStream(bytes).use { zip ->
            zip.putNextEntry(ZipEntry("zeros"))
            repeat(210) { zip.write(ByteArray(1_000_000)) }
        }
        val error = assertThrows<BundleFormatError> { Bundle.openZip(ByteArrayInputStream(bytes.toByteArray())) }
        assertTrue("more than" in error.message) { error.message }
    }

    @ParameterizedTest
    @CsvSource("encoder", "decoder")
    fun `graphs that are none`(role: String) {
        val good = Bundle.open(TINY).data(role)
        for (data in listOf(ByteArray(0), "not a graph".toByteArray(), good.copyOf(good.size / 2))) {
            copy.replace(role, data)
            assertThrows<BundleFormatError> { Translator(Bundle.open(copy.folder)) }
        }
    }

    @Test
    fun `graphs in each other's place`() {
        val bundle = Bundle.open(TINY)
        copy.replace("encoder", bundle.data("decoder"))
        copy.replace("decoder", bundle.data("encoder"))
        val error = assertThrows<BundleFormatError> { Translator(Bundle.open(copy.folder)) }
        assertTrue("the contract says" in error.message) { error.message }
    }

    @Test
    fun `a runtime too old`() {
        copy.editManifest("\"minimum_onnxruntime\": \"1.23.2\"", "\"minimum_onnxruntime\": \"1.99.0\"")
        val error = assertThrows<SessionError> { Translator(Bundle.open(copy.folder)) }
        assertTrue("1.99.0" in error.message) { error.message }
    }

    @ParameterizedTest
    @ValueSource(strings = ["{}", "x", "[]", "{\"text\": 1}"])
    fun `malformed golden lines are named`(line: String) {
        copy.replace("golden", File(TINY, "golden.jsonl").readText() + line + "\n")
        val error = assertThrows<BundleFormatError> { Bundle.open(copy.folder).golden() }
        assertTrue("line 21" in error.message) { error.message }
    }

    @Test
    fun `files that are not UTF-8`() {
        copy.replace("tokenizer", byteArrayOf(-1))
        val error = assertThrows<BundleFormatError> { Translator(Bundle.open(copy.folder)) }
        assertTrue("tokenizer.json is not UTF-8" in error.message) { error.message }
    }
}
