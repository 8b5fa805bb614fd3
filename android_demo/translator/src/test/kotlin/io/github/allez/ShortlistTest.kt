package io.github.allez

import java.io.File
import java.nio.ByteBuffer
import java.nio.ByteOrder
import java.nio.file.Path
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNotEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertThrows
import org.junit.jupiter.api.io.TempDir

private const val WORDS = 9
private const val EOS = 2

class ShortlistTest {
    private val empty = List(WORDS) { emptyList<Int>() }

    /** Writes the format as spec/README.md tells it, number by number. */
    private fun packed(lists: List<List<Int>>, layout: Int = 1, words: Int = lists.size): ByteArray {
        val numbers = lists.map { it.size } + lists.flatten()
        val buffer = ByteBuffer.allocate(8 + 2 * numbers.size).order(ByteOrder.LITTLE_ENDIAN)
        buffer.putInt(layout).putInt(words)
        numbers.forEach { buffer.putShort(it.toShort()) }
        return buffer.array()
    }

    @Test
    fun `a sentence has the lists of its words, these and eos`() {
        val lists = List(WORDS) { if (it == EOS) listOf(0, 4) else listOf(it, 8).distinct() }
        val shortlist = Shortlist(packed(lists), WORDS, EOS)
        assertEquals(listOf(0L, 2L, 4L, 5L, 8L), shortlist.of(intArrayOf(5, 5, EOS)).toList())
        assertEquals(listOf(0L, 2L, 4L), shortlist.of(intArrayOf(EOS)).toList())
    }

    @Test
    fun `damaged files are refused`() {
        val cases = mapOf(
            "layout 0" to ByteArray(0),
            "layout 2" to packed(empty, layout = 2),
            "is for 8 words" to packed(empty.drop(1)),
            "is for 4294967295 words" to packed(empty, words = -1),
            "ends too early" to packed(empty).dropLast(2).toByteArray(),
            "holds 1 ids" to packed(listOf(listOf(1, 2)) + empty.drop(1)).dropLast(2).toByteArray(),
            "holds 3 ids" to packed(listOf(listOf(1, 2)) + empty.drop(1)) + byteArrayOf(3, 0),
            "not ascending" to packed(listOf(listOf(1, 1)) + empty.drop(1)),
            "beyond the vocabulary" to packed(listOf(listOf(9)) + empty.drop(1)),
        )
        for ((problem, data) in cases) {
            val error = assertThrows<BundleFormatError> { Shortlist(data, WORDS, EOS) }
            assertTrue(problem in error.message) { "${error.message}: no $problem" }
        }
        assertThrows<BundleFormatError> { Shortlist(packed(empty) + 0, WORDS, EOS) }
    }

    @Test
    fun `a bundle with a damaged file is named`(@TempDir folder: Path) {
        val copy = Copy(folder, LISTED)
        copy.replace("shortlist", ByteArray(8))
        val error = assertThrows<BundleFormatError> { Translator(Bundle.open(copy.folder)) }
        assertTrue(copy.folder.path in error.message && "the shortlist has layout 0" in error.message)
    }

    @Test
    fun `with and without candidates it translates as Python does`() {
        val bundle = Bundle.open(LISTED)
        val manifest = bundle.manifest
        val shortlist = Shortlist(bundle.data("shortlist"), manifest.targetSide.size, manifest.sourceSide.eos)
        var compared = 0
        var different = 0
        Translator(bundle).use { translator ->
            for (case in jsonLines(File(VECTORS, "shortlist.jsonl"))) {
                if ("source" in case) {
                    val found = shortlist.of(case.ints("source").toIntArray()).map { it.toInt() }
                    assertEquals(case.ints("candidates"), found)
                    continue
                }
                val text = case["text"] as String
                val options = TranslateOptions(beamSize = case.int("beam_size"), shortlist = true)
                val whole = options.copy(shortlist = false)
                assertEquals(case["translation"], translator.translate(text, options).text) { text }
                assertEquals(case["whole"], translator.translate(text, whole).text) { text }
                if (case["translation"] != case["whole"]) different++
                if (options.beamSize == 1) {
                    val pieces = ArrayList<String>()
                    translator.stream(text, whole, onPiece = pieces::add)
                    assertEquals(case["whole"], pieces.joinToString("")) { text }
                }
                compared++
            }
        }
        assertTrue(compared >= 150 && different > 10) { "$compared cases, $different differ" }
    }

    @Test
    fun `a score counts all words, and a prefix may hold any`() {
        val source = "Je vois le chat noir."
        val prefix = "We sell ten"
        Translator(Bundle.open(LISTED)).use { listed ->
            Translator(Bundle.open(TINY)).use { tiny ->
                assertEquals(tiny.score(source, "We sell ten."), listed.score(source, "We sell ten."))
                assertEquals(tiny.translate(source).text, listed.translate(source).text)
            }
            val answer = listed.translate(source, TranslateOptions(shortlist = true, prefix = prefix)).text
            assertTrue(answer.startsWith(prefix)) { answer }
            assertNotEquals(0, listed.openHandles)
        }
    }
}
