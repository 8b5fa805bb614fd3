/*
 * Candidates: the words that may occur in a sentence's translation, by the words of the sentence.
 *
 * `shortlist.bin` of a bundle, little endian: uint32 1 (of this layout), uint32 V, V counts uint16,
 * then the lists of all source words one after the other, uint16 ids, ascending in each. A
 * sentence's candidates are the lists of its words, the words themselves (names and numbers are
 * copied), and eos. Every sentence ends with eos, so the list of eos holds what may stand in any
 * translation. Knows nothing of ONNX.
 */
package io.github.allez

import java.nio.ByteBuffer
import java.nio.ByteOrder

private val LAYOUT = SPEC.part("shortlist").whole("layout")
private val MAX_WORDS = SPEC.part("shortlist").whole("vocabulary")
private const val HEAD_BYTES = 8
private const val ID_BYTES = 2
private const val ID_MASK = 0xFFFF

/**
 * The lists of a bundle, checked.
 *
 * @param data the bytes of `shortlist.bin`.
 * @param vocabulary V, as the manifest says.
 * @param eos id behind every sentence.
 * @throws BundleFormatError the file is not what the format says.
 */
internal class Shortlist(data: ByteArray, private val vocabulary: Int, private val eos: Int) {
    private val ids: ShortArray
    private val starts = IntArray(vocabulary + 1)

    init {
        val buffer = ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN)
        val layout = if (data.size >= HEAD_BYTES) buffer.getInt() else 0
        if (layout != LAYOUT) fail("has layout ${layout.toUInt()}; this runtime reads $LAYOUT")
        val words = buffer.getInt()
        if (words != vocabulary || vocabulary > MAX_WORDS) {
            fail("is for ${words.toUInt()} words, the manifest says $vocabulary")
        }
        if (buffer.remaining() < ID_BYTES * vocabulary || buffer.remaining() % ID_BYTES != 0) fail("ends too early")
        for (token in 0 until vocabulary) starts[token + 1] = starts[token] + (buffer.getShort().toInt() and ID_MASK)
        ids = ShortArray(buffer.remaining() / ID_BYTES) { buffer.getShort() }
        if (starts[vocabulary] != ids.size) fail("holds ${ids.size} ids, its counts say ${starts[vocabulary]}")
        for (token in 0 until vocabulary) {
            var before = -1
            for (index in starts[token] until starts[token + 1]) {
                val id = ids[index].toInt() and ID_MASK
                if (id <= before || id >= vocabulary) fail("has ids beyond the vocabulary, or not ascending")
                before = id
            }
        }
    }

    /** The candidates of a sentence's ids [S]: ascending [C], each once. */
    fun of(source: IntArray): LongArray {
        val listed = BooleanArray(vocabulary)
        for (token in source + eos) {
            listed[token] = true
            for (index in starts[token] until starts[token + 1]) listed[ids[index].toInt() and ID_MASK] = true
        }
        var count = 0
        val candidates = LongArray(listed.count { it })
        for (token in listed.indices) if (listed[token]) candidates[count++] = token.toLong()
        return candidates
    }

    private fun fail(what: String): Nothing = throw BundleFormatError("the shortlist $what")
}
