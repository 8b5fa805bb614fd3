/*
 * SentencePiece's character map: which stretches of a text it writes in another way.
 *
 * The map is a little-endian uint32 of n bytes, a Darts double array of those n bytes that is walked
 * by UTF-8, and a block of replacements, each ended by NUL; what the array holds for a key is where
 * in the block its replacement begins. Knows nothing of subwords.
 */
package io.github.allez

import java.nio.ByteBuffer
import java.nio.ByteOrder
import java.nio.charset.CharacterCodingException

private const val BLOCK = 256 * Int.SIZE_BYTES
private const val VALUE = 0x7FFFFFFF
private const val LABEL = VALUE.inv() or 0xFF
private const val HAS_VALUE = 0x100
private const val NONE = -1

/**
 * A character map. Safe to share between threads.
 *
 * @param data the bytes of `precompiled_charsmap`.
 * @param longest characters that it may put in place of others.
 * @param kept what it leaves as it is wherever that stands, or null.
 * @throws BundleFormatError they are no character map.
 */
internal class Charsmap(data: ByteArray, longest: Int, private val kept: Regex?) {
    private val units: IntArray
    private val block: ByteArray

    init {
        val bytes = ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN)
        val size = if (data.size >= Int.SIZE_BYTES) bytes.getInt() else 0
        if (size <= 0 || size % BLOCK != 0 || size > bytes.remaining()) {
            throw BundleFormatError("tokenizer charsmap is cut short")
        }
        units = IntArray(size / Int.SIZE_BYTES) { bytes.getInt() }
        if (units.withIndex().any { (at, unit) -> unit >= 0 && (at xor offset(unit)) !in units.indices }) {
            throw BundleFormatError("tokenizer charsmap points beyond its end")
        }
        block = data.copyOfRange(Int.SIZE_BYTES + size, data.size)
        val replacements = try {
            decodeUtf8(block).split('\u0000')
        } catch (error: CharacterCodingException) {
            throw BundleFormatError("tokenizer charsmap is not UTF-8", cause = error)
        }
        if (replacements.last().isNotEmpty() || replacements.any { it.codePointCount(0, it.length) > longest }) {
            throw BundleFormatError("tokenizer charsmap has replacements of over $longest characters")
        }
    }

    /** What is to be rewritten: at each place the longest key that the map has. */
    fun edits(text: String): List<Edit> {
        val found = ArrayList<Edit>()
        var position = 0
        while (position < text.length) {
            val stays = kept?.matchAt(text, position)
            if (stays != null) {
                position = stays.range.last + 1
                continue
            }
            var node = offset(units[0])
            var end = position
            var longest = position + Character.charCount(text.codePointAt(position))
            var value = NONE
            while (end < text.length) {
                val unit = walk(node, text.codePointAt(end)) ?: break
                node = unit.node
                end += Character.charCount(text.codePointAt(end))
                if (unit.value == NONE) continue
                longest = end
                value = unit.value
            }
            if (value != NONE) found.add(Edit(position, longest, replacement(value)))
            position = longest
        }
        return found
    }

    private class Reached(val node: Int, val value: Int)

    /** Where a character leads to from [from], and the value there; null where no key goes on so. */
    private fun walk(from: Int, character: Int): Reached? {
        var node = from
        var unit = 0
        for (byte in String(Character.toChars(character)).toByteArray()) {
            val label = byte.toInt() and 0xFF
            node = node xor label
            unit = units[node]
            if (unit and LABEL != label) return null
            node = node xor offset(unit)
        }
        return Reached(node, if (unit and HAS_VALUE != 0) units[node] and VALUE else NONE)
    }

    private fun replacement(value: Int): String {
        var end = minOf(value, block.size)
        while (end < block.size && block[end] != 0.toByte()) end++
        return String(block, minOf(value, block.size), end - minOf(value, block.size), Charsets.UTF_8)
    }

    /** How far from a unit its children are, as a number to be combined by exclusive or. */
    private fun offset(unit: Int): Int = (unit ushr 10) shl ((unit and 0x200) ushr 6)
}
