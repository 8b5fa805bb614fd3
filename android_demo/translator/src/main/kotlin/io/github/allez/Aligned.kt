/* A text that is rewritten step by step and still knows where its characters came from. */
package io.github.allez

import java.text.Normalizer

/** From where to where, and what stands there instead. */
internal class Edit(val start: Int, val end: Int, val new: String)

/**
 * A text derived from another one.
 *
 * @property text what has become of it.
 * @property starts for each UTF-16 unit of [text], where in the original its source begins.
 * @property ends where that ends.
 */
internal class Aligned private constructor(
    val text: String,
    private val starts: IntArray,
    private val ends: IntArray,
) {
    constructor(text: String) : this(text, IntArray(text.length) { it }, IntArray(text.length) { it + 1 })

    /** Where in the original the stretch of [text] from [from] to [to], not empty, begins. */
    fun originalStart(from: Int, to: Int): Int = (from until to).minOf { starts[it] }

    /** Where that ends. */
    fun originalEnd(from: Int, to: Int): Int = (from until to).maxOf { ends[it] }

    /** Every [old], from left to right and never overlapping, replaced by [new]. */
    fun replace(old: String, new: String): Aligned {
        var found = text.indexOf(old)
        if (found < 0) return this
        val builder = Builder(this)
        var done = 0
        while (found >= 0) {
            builder.copy(done, found)
            builder.put(new, found, found + old.length)
            done = found + old.length
            found = text.indexOf(old, done)
        }
        builder.copy(done, text.length)
        return builder.build()
    }

    /** Stretches replaced, from left to right: each new character came from all of its own. */
    fun edited(edits: List<Edit>): Aligned {
        if (edits.isEmpty()) return this
        val builder = Builder(this)
        var done = 0
        for (edit in edits) {
            builder.copy(done, edit.start)
            builder.put(edit.new, edit.start, edit.end)
            done = edit.end
        }
        builder.copy(done, text.length)
        return builder.build()
    }

    /** [mark] put before each of [positions], which ascend; it came from nothing. */
    fun insert(mark: Char, positions: List<Int>): Aligned {
        val builder = Builder(this)
        var done = 0
        for (position in positions) {
            builder.copy(done, position)
            builder.put(mark, position)
            done = position
        }
        builder.copy(done, text.length)
        return builder.build()
    }

    /** The beginning of it, [length] units. */
    fun take(length: Int): Aligned =
        if (length >= text.length) this else Aligned(text.substring(0, length), starts, ends)

    /** Every run of [spaces] as one space, none at either end. */
    fun squeeze(spaces: Characters): Aligned {
        val builder = Builder(this)
        var pending = -1 // where the last space before the next word stands, if one is due
        for (position in text.indices) {
            val character = text[position].code // white space is never beyond the first plane
            if (character == ' '.code || character in spaces) {
                if (builder.isStarted) pending = position
            } else {
                if (pending >= 0) builder.put(" ", pending, pending + 1)
                pending = -1
                builder.copy(position, position + 1)
            }
        }
        return builder.build()
    }

    /** A sentence as the model knows it: squeezed, and no longer in capitals or with that of a label. */
    fun asRead(spaces: Characters, casing: Casing = casingOf(text, spaces)): Aligned {
        val squeezed = squeeze(spaces)
        val read = when (casing) {
            Casing.USUAL -> return squeezed
            Casing.CAPITALS -> inSmallLetters(squeezed.text)
            Casing.LABEL -> withoutCapital(squeezed.text)
        }
        return Aligned(read, squeezed.starts, squeezed.ends)
    }

    /** Lone surrogates, which no UTF-8 can carry, as question marks. */
    fun withoutLoneSurrogates(): Aligned {
        val characters = text.toCharArray()
        var position = 0
        while (position < characters.size) {
            val character = text.codePointAt(position)
            if (character in Character.MIN_SURROGATE.code..Character.MAX_SURROGATE.code) characters[position] = '?'
            position += Character.charCount(character)
        }
        return Aligned(String(characters), starts, ends)
    }

    /**
     * Normalization form C.
     *
     * The text is what java.text.Normalizer makes of the whole. To know where its characters came
     * from, it is made once more cluster by cluster (a character and the marks on it).
     */
    fun composed(): Aligned {
        if (Normalizer.isNormalized(text, Normalizer.Form.NFC)) return this
        val builder = Builder(this)
        var start = 0
        while (start < text.length) {
            val end = clusterEnd(start)
            val cluster = text.substring(start, end)
            val composed = Normalizer.normalize(cluster, Normalizer.Form.NFC)
            if (composed == cluster) builder.copy(start, end) else builder.put(composed, start, end)
            start = end
        }
        val whole = Normalizer.normalize(text, Normalizer.Form.NFC)
        val aligned = builder.build()
        if (aligned.text == whole) return aligned
        return Builder(this).also { it.put(whole, 0, text.length) }.build() // clusters that touch: all came from all
    }

    private fun clusterEnd(start: Int): Int {
        var end = start + Character.charCount(text.codePointAt(start))
        while (end < text.length) {
            val next = text.codePointAt(end)
            if (!joins(next)) break
            end += Character.charCount(next)
        }
        return end
    }

    private fun joins(character: Int): Boolean = when (Character.getType(character).toByte()) {
        Character.NON_SPACING_MARK, Character.COMBINING_SPACING_MARK, Character.ENCLOSING_MARK -> true
        else -> character in HANGUL_VOWELS_AND_FINALS
    }

    /** Puts the text together that a step leaves of [from]. */
    private class Builder(private val from: Aligned) {
        private val text = StringBuilder()
        private var starts = IntArray(from.text.length)
        private var ends = IntArray(from.text.length)

        val isStarted: Boolean get() = text.isNotEmpty()

        /** Takes a stretch over as it is. */
        fun copy(start: Int, end: Int) {
            reserve(end - start)
            from.starts.copyInto(starts, text.length, start, end)
            from.ends.copyInto(ends, text.length, start, end)
            text.append(from.text, start, end)
        }

        /** Puts [new] for a stretch: each of its characters came from all of that. */
        fun put(new: String, start: Int, end: Int) {
            if (new.isEmpty()) return
            reserve(new.length)
            starts.fill(from.originalStart(start, end), text.length, text.length + new.length)
            ends.fill(from.originalEnd(start, end), text.length, text.length + new.length)
            text.append(new)
        }

        /** Puts a character before what stands at [position], for nothing. */
        fun put(new: Char, position: Int) {
            reserve(1)
            starts[text.length] = from.starts[position]
            ends[text.length] = from.starts[position]
            text.append(new)
        }

        private fun reserve(more: Int) {
            val needed = text.length + more
            if (needed <= starts.size) return
            starts = starts.copyOf(maxOf(needed, 2 * starts.size))
            ends = ends.copyOf(starts.size)
        }

        fun build(): Aligned = Aligned(text.toString(), starts, ends)
    }

    private companion object {
        val HANGUL_VOWELS_AND_FINALS = 0x1160..0x11FF
    }
}
