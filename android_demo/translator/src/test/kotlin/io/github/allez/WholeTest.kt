/* Whole texts, dialogues, blanks and pictures are read as in Python, to the token and to the bit. */
package io.github.allez

import java.io.File
import java.nio.ByteBuffer
import java.nio.ByteOrder
import java.util.Base64
import org.junit.jupiter.api.Assertions.assertArrayEquals
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertThrows

class WholeTest {
    private val tiny = Bundle.open(TINY)
    private val tokenizer = Tokenizer(tiny.text("tokenizer"))
    private val rules = SentenceRules.parse(tiny.text("sentences"))

    private fun reader(tokens: Int, separator: String = " ", turns: Int? = null) =
        Reader(tokenizer, rules, tiny.manifest.sourceSide.eos, tokens, separator, turns)

    /** A place in UTF-16 units as one in code points. */
    private fun place(text: String, at: Int) = text.codePointCount(0, at).toLong()

    private fun spans(tokens: List<Token>, text: String) = tokens.map { listOf(place(text, it.start), place(text, it.end)) }

    private fun ids(tokens: List<Token>) = tokens.map { it.id.toLong() }

    @Test
    fun `texts and dialogues are read as the vectors say`() {
        val cases = jsonLines(File(VECTORS, "whole.jsonl"))
        var reader = reader(1)
        for (case in cases) {
            val where = writeJson(case).take(300)
            if ("tokens" in case) {
                reader = reader(case.int("tokens"), case.text("separator"), (case["turns"] as Long?)?.toInt())
            } else if ("dialogue" in case) {
                val read = readTurns(case.names("dialogue"), reader)
                assertEquals(case["text"], read.text) { where }
                assertEquals(case["ids"], ids(read.tokens)) { where }
                assertEquals(case["spans"], spans(read.tokens, read.text)) { where }
                assertEquals(case["parts"], read.spans.map { listOf(place(read.text, it.start), place(read.text, it.end)) })
                assertEquals(case["cut"], read.cut) { where }
            } else {
                val text = case.text("text")
                val read = readText(text, reader)
                assertEquals(case["ids"], ids(read.tokens)) { where }
                assertEquals(case["spans"], spans(read.tokens, text)) { where }
                assertEquals(case["read"], listOf(place(text, read.read.start), place(text, read.read.end))) { where }
                assertEquals(case["cut"], read.cut) { where }
            }
        }
        assertTrue(cases.size > 300) { "${cases.size}" }
    }

    @Test
    fun `a book is read as quickly as its beginning`() {
        val started = System.nanoTime()
        for (unit in listOf("Le chat dort. ", "a", " ", "\n", "😀")) {
            val book = unit.repeat(2_000_000 / unit.length)
            val read = readText(book, reader(40))
            assertTrue(read.tokens.size <= 41)
            assertEquals(unit.isNotBlank(), read.cut) { unit }
        }
        assertTrue(System.nanoTime() - started < 20_000_000_000)
    }

    @Test
    fun `blanks are filled, and held back while they grow, as the vectors say`() {
        val cases = jsonLines(File(VECTORS, "blanks.jsonl"))
        val values = cases[0].part("values").each<String>()
        assertTrue(cases.size > 100)
        for (case in cases.drop(1)) {
            val text = case.text("text")
            val filled = fillBlanks(text, Fill(values::get))
            assertEquals(case["filled"], filled.text) { text }
            val blanks = filled.blanks.map { listOf(it.name, it.value, place(filled.text, it.start), place(filled.text, it.end)) }
            assertEquals(case["blanks"], blanks) { text }
            assertEquals(case["settled"], withoutOpenBlank(text)) { text }
            val places = CodePoints(text).offsets()
            val moved = (0 until places.size - 1).map { at ->
                filled.moved(places[at], places[at + 1]).let { listOf(place(filled.text, it.start), place(filled.text, it.end)) }
            }
            assertEquals(case["moved"], moved) { text }
        }
    }

    @Test
    fun `who fills blanks is asked once for each name`() {
        val asked = ArrayList<String>()
        val values = askedOnce { name -> asked.add(name).let { if (name == "a") "1" else null } }
        assertEquals("1 1 [B] [B]", fillBlanks("[a] [a] [B] [B]", values).text)
        assertEquals(listOf("a", "B", "b"), asked)
    }

    @Test
    fun `pictures become the numbers that the vectors say, to the bit`() {
        val cases = jsonLines(File(VECTORS, "pictures.jsonl"))
        assertTrue(cases.size >= 16)
        for (case in cases) {
            val rgba = Base64.getDecoder().decode(case.text("rgba"))
            val pixels = IntArray(rgba.size / 4) { at ->
                val (red, green, blue, opaque) = rgba.slice(4 * at until 4 * at + 4).map { it.toInt() and 0xFF }
                (opaque shl 24) or (red shl 16) or (green shl 8) or blue
            }
            val found = resampled(Picture(pixels, case.int("width"), case.int("height")), shape(case.part("to")))
            val bytes = ByteBuffer.allocate(4 * found.size).order(ByteOrder.LITTLE_ENDIAN)
            found.forEach(bytes::putFloat)
            assertArrayEquals(Base64.getDecoder().decode(case.text("values")), bytes.array()) { case.text("case") }
        }
    }

    private fun shape(to: Map<*, *>, channels: Int = to.int("channels")) = ImageShape(
        to.int("height"), to.int("width"), channels,
        to.list("mean").map { (it as Number).toDouble() }, to.list("scale").map { (it as Number).toDouble() }, 1, 1,
    )

    @Test
    fun `pictures that are none are refused`() {
        val few = intArrayOf(0, 0)
        for ((pixels, width, height) in listOf(Triple(few, 0, 2), Triple(few, 2, -1), Triple(few, 1, 1), Triple(few, 70_000, 1))) {
            assertThrows<InputError> { Picture(pixels, width, height) }
        }
        assertThrows<InputError> { Picture(few, 65_536, 65_536) } // as many as four thousand million
        assertThrows<InputError> { Picture.ofRgb(ByteArray(5), 1, 1) }
        assertThrows<InputError> { Picture.ofRgb(ByteArray(6), 1, 1) }
        assertEquals(listOf(0xFF010203.toInt()), Picture.ofRgb(byteArrayOf(1, 2, 3), 1, 1).pixels.toList())
        val two = mapOf("height" to 2L, "width" to 2L, "mean" to listOf(0.0, 0.0), "scale" to listOf(1.0, 1.0))
        val error = assertThrows<BundleFormatError> { resampled(Picture(few, 2, 1), shape(two, channels = 2)) }
        assertEquals("pictures have 1 or 3 channels, not 2", error.message)
    }

    @Test
    fun `a large picture takes no more memory than its pixels`() {
        val picture = Picture(IntArray(3_000 * 2_000) { 0xFF000000.toInt() or it }, 3_000, 2_000)
        val shape = ImageShape(96, 96, 3, List(3) { 127.5 }, List(3) { 127.5 }, 6, 6)
        assertEquals(3 * 96 * 96, resampled(picture, shape).size)
    }
}
