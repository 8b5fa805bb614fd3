/*
 * How a word, or a text, is cut into subwords: byte-pair encoding, Unigram, and plain words.
 *
 * Knows nothing of sentences, nor of what the subwords mean.
 */
package io.github.allez

import java.util.PriorityQueue

/** Takes a subword: its id, and where it begins and ends in the text. */
internal fun interface SubwordSink {
    fun add(id: Int, start: Int, end: Int)
}

/** A way to cut a stretch of a text into subwords. Safe to share between threads. */
internal fun interface Subwords {
    fun cut(text: String, word: IntRange, found: SubwordSink)
}

/** The model that a file describes. */
internal fun subwords(file: TokenizerFile): Subwords = when (file.kind) {
    "WordLevel" -> Subwords { text, word, found ->
        found.add(file.vocabulary[text.substring(word)] ?: checkNotNull(file.unknown), word.first, word.last + 1)
    }
    "BPE" -> BytePairs(file)
    else -> Unigram(file)
}

/** Byte-pair encoding: the characters of a word, merged while a rule applies. */
private class BytePairs(private val file: TokenizerFile) : Subwords {
    private val merges = Merges(file.merges, file.vocabulary)
    private val first = IntArray(FIRST) { file.vocabulary[it.toChar().toString()] ?: NONE }

    override fun cut(text: String, word: IntRange, found: SubwordSink) {
        var done = word.first
        if (file.kept != null) {
            for (match in file.kept.findAll(text.substring(word))) {
                merge(text, done until word.first + match.range.first, word.last, found)
                done = word.first + match.range.last + 1
                found.add(file.vocabulary.getValue(match.value), word.first + match.range.first, done)
            }
        }
        merge(text, done..word.last, word.last, found)
    }

    /** Finds the subwords of a stretch of a word that ends at [last]. */
    private fun merge(text: String, stretch: IntRange, last: Int, found: SubwordSink) {
        val symbols = Symbols(maxOf(stretch.last - stretch.first + 1, 1))
        var position = stretch.first
        while (position <= stretch.last) {
            val end = position + Character.charCount(text.codePointAt(position))
            val id = idOf(text, position, end, last)
            when {
                id >= 0 -> symbols.add(id, position, end)
                file.bytes.isNotEmpty() -> for (byte in text.substring(position, end).toByteArray()) {
                    symbols.add(file.bytes[byte.toInt() and 0xFF], position, end)
                }
                file.fused && symbols.last == file.unknown -> symbols.extend(end)
                else -> symbols.add(checkNotNull(file.unknown), position, end)
            }
            position = end
        }
        merges.apply(symbols)
        symbols.forEach(found)
    }

    /** The id of the character from [start] to [end], of a word that ends at [last]; negative if it has none. */
    private fun idOf(text: String, start: Int, end: Int, last: Int): Int {
        val ends = end > last && file.suffix.isNotEmpty()
        if (!ends && text[start].code < FIRST) return first[text[start].code]
        val character = text.substring(start, end)
        return file.vocabulary[if (ends) character + file.suffix else character] ?: NONE
    }

    private companion object {
        const val FIRST = 0x3000 // below it are no surrogates, and nearly all that is written with letters
        const val NONE = -1
    }
}

/**
 * Unigram: of all ways to spell a text, the one with the best sum of scores.
 *
 * As SentencePiece finds it, to the last digit: every sum is a float32, and of equal ones the first
 * found stays, which is the one whose last subword begins first.
 */
private class Unigram(private val file: TokenizerFile) : Subwords {
    private val names: Array<String>
    private val ids: IntArray
    private val scores: FloatArray = file.scores.copyOf()
    private val unknown = checkNotNull(file.unknown)
    private val unknownScore: Float

    init {
        val reserved = file.bytes.toSet() + unknown
        val typed = file.vocabulary.filter { (piece, id) -> id !in reserved && ' ' !in piece }
        val learnt = typed.filterKeys { it !in file.keptPieces }.values
        unknownScore = (learnt.minOfOrNull { scores[it] } ?: 0f) - UNKNOWN_PENALTY
        for (piece in file.keptPieces) {
            scores[file.vocabulary.getValue(piece)] = (KEPT_BONUS * (piece.toByteArray().size - 1)).toFloat()
        }
        names = typed.keys.filter { file.across || it.indexOf(SPACE_MARK, 1) < 0 }.sorted().toTypedArray()
        ids = IntArray(names.size) { file.vocabulary.getValue(names[it]) }
    }

    override fun cut(text: String, word: IntRange, found: SubwordSink) {
        val part = text.substring(word)
        val begins = IntArray(part.length + 1) { NOWHERE }
        val chosen = IntArray(part.length + 1)
        search(part, begins, chosen)
        val ends = ArrayList<Int>()
        var end = part.length
        while (end > 0) {
            ends.add(end)
            end = begins[end]
        }
        ends.reverse()
        var index = 0
        while (index < ends.size) {
            val id = chosen[ends[index]]
            val start = begins[ends[index]]
            if (id == unknown && file.bytes.isEmpty()) { // a run of them is one
                while (index + 1 < ends.size && chosen[ends[index + 1]] == unknown) index++
            }
            val stop = ends[index++]
            if (id != unknown || file.bytes.isEmpty()) {
                found.add(id, word.first + start, word.first + stop)
                continue
            }
            for (byte in part.substring(start, stop).toByteArray()) {
                found.add(file.bytes[byte.toInt() and 0xFF], word.first + start, word.first + stop)
            }
        }
    }

    /** Finds for each end where the best last subword begins and which one it is. */
    private fun search(text: String, begins: IntArray, chosen: IntArray) {
        val best = FloatArray(text.length + 1)
        fun offer(start: Int, end: Int, id: Int, score: Float) {
            val sum: Float = best[start] + score
            if (begins[end] != NOWHERE && sum <= best[end]) return
            best[end] = sum
            begins[end] = start
            chosen[end] = id
        }
        var start = 0
        while (start < text.length) {
            val next = start + Character.charCount(text.codePointAt(start))
            var alone = false
            matches(text, start) { end, id ->
                offer(start, end, id, scores[id])
                alone = alone || end == next
            }
            if (!alone) offer(start, next, unknown, unknownScore)
            start = next
        }
    }

    /** Calls [use] for every subword that stands at [start], the shortest first. */
    private inline fun matches(text: String, start: Int, use: (Int, Int) -> Unit) {
        var low = 0
        var high = names.size // those from low to high begin as the text does
        for (position in start until text.length) {
            val depth = position - start
            low = firstFrom(low, high, depth, text[position].code)
            high = firstFrom(low, high, depth, text[position].code + 1)
            if (low == high) return
            if (names[low].length == depth + 1) use(position + 1, ids[low])
        }
    }

    /** The first name from [from] to [to] whose character at [depth] is not below [character]. */
    private fun firstFrom(from: Int, to: Int, depth: Int, character: Int): Int {
        var low = from
        var high = to
        while (low < high) {
            val middle = (low + high) ushr 1
            val there = if (depth < names[middle].length) names[middle][depth].code else -1
            if (there < character) low = middle + 1 else high = middle
        }
        return low
    }

    private companion object {
        const val NOWHERE = -1
    }
}

/** The symbols of one word, linked, so that two of them merge in constant time. */
private class Symbols(capacity: Int) {
    var count = 0
        private set
    private var ids = IntArray(capacity)
    private var starts = IntArray(capacity)
    private var ends = IntArray(capacity)
    private var previous = IntArray(0)
    private var next = IntArray(0)

    fun add(id: Int, start: Int, end: Int) {
        if (count == ids.size) {
            ids = ids.copyOf(2 * count)
            starts = starts.copyOf(2 * count)
            ends = ends.copyOf(2 * count)
        }
        ids[count] = id
        starts[count] = start
        ends[count++] = end
    }

    /** The id of the last symbol, or a negative number. */
    val last: Int get() = if (count == 0) END else ids[count - 1]

    /** Makes the last symbol end later. */
    fun extend(end: Int) {
        ends[count - 1] = end
    }

    /** To be called when all are added. */
    fun link() {
        previous = IntArray(count) { it - 1 }
        next = IntArray(count) { if (it + 1 < count) it + 1 else END }
    }

    fun isMerged(symbol: Int) = next[symbol] == MERGED

    /** The symbol before, or a negative number. */
    fun before(symbol: Int) = previous[symbol]

    /** The symbol behind, or a negative number. */
    fun behind(symbol: Int) = next[symbol]

    /** The ids of a symbol and the one behind it, as one number. */
    fun pair(symbol: Int): Long = pair(ids[symbol], ids[next[symbol]])

    fun mergeWithNext(symbol: Int, id: Int) {
        val eaten = next[symbol]
        ids[symbol] = id
        ends[symbol] = ends[eaten]
        next[symbol] = next[eaten]
        if (next[symbol] != END) previous[next[symbol]] = symbol
        next[eaten] = MERGED
    }

    fun forEach(found: SubwordSink) {
        for (symbol in 0 until count) if (!isMerged(symbol)) found.add(ids[symbol], starts[symbol], ends[symbol])
    }

    companion object {
        const val END = -1
        private const val MERGED = -2

        fun pair(left: Int, right: Int): Long = (left.toLong() shl Int.SIZE_BITS) or right.toLong()
    }
}

/** The merges of byte-pair encoding: which two subwords become which one, the first ones first. */
private class Merges(rules: List<Pair<String, String>>, ids: Map<String, Int>) {
    private val ranks = HashMap<Long, Int>()
    private val merged = IntArray(rules.size)

    init {
        rules.forEachIndexed { rank, (left, right) ->
            ranks[Symbols.pair(ids.getValue(left), ids.getValue(right))] = rank
            merged[rank] = ids.getValue(left + right)
        }
    }

    /** Merges until no rule applies: always the first rule, and of its places the leftmost. */
    fun apply(symbols: Symbols) {
        symbols.link()
        val queue = PriorityQueue<Long>() // rank, then position
        for (symbol in 0 until symbols.count - 1) offer(queue, symbols, symbol)
        while (true) {
            val first = queue.poll() ?: return
            val symbol = first.toInt()
            val id = merged[(first shr Int.SIZE_BITS).toInt()]
            if (symbols.isMerged(symbol) || symbols.behind(symbol) < 0) continue
            val rank = ranks[symbols.pair(symbol)]
            if (rank == null || merged[rank] != id) continue // one of the two has changed meanwhile
            symbols.mergeWithNext(symbol, id)
            if (symbols.before(symbol) >= 0) offer(queue, symbols, symbols.before(symbol))
            if (symbols.behind(symbol) >= 0) offer(queue, symbols, symbol)
        }
    }

    private fun offer(queue: PriorityQueue<Long>, symbols: Symbols, symbol: Int) {
        val rank = ranks[symbols.pair(symbol)] ?: return
        queue.add((rank.toLong() shl Int.SIZE_BITS) or symbol.toLong())
    }
}
