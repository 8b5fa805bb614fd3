/*
 * Subwords: text to ids and back, by `tokenizer.json`, a file of the Hugging Face `tokenizers`
 * library restricted to components that every host can implement; another one refuses the bundle
 * by name. There are no special tokens in the file: bos, eos and pad are ids that the manifest
 * names, so a typed `</s>` is four characters like any others. Knows nothing of sentences.
 */
package io.github.allez

import java.nio.charset.CharacterCodingException
import java.text.Normalizer
import java.util.Locale
import java.util.PriorityQueue

/** How the end of the sentence is spelled where subwords are shown. */
internal const val EOS_PIECE = "</s>"

private const val SPACE_MARK = '▁'
private const val ASCII = 0x80
private const val REPLACEMENT = "\uFFFD"
private const val BYTES = 256
private const val HEX = 16

/** Text, and the subwords that it is spelled with: their offsets are places in it. */
internal class Spelled(val text: String, val tokens: List<Token>)

/**
 * The subword model of one bundle. Safe to share between threads.
 *
 * @param definition the text of a `tokenizer.json`.
 * @throws BundleFormatError it is not one, or uses a component that hosts do not have.
 */
internal class Tokenizer(definition: String) {
    private val pieces: List<String>
    private val ids: Map<String, Int>
    private val bytes: IntArray
    private val merges: Merges
    private val normalizers: List<(Aligned) -> Aligned>
    private val preTokenizers: List<(Aligned, List<IntRange>) -> Words>

    init {
        val content = try {
            parseJson(definition) as? Map<*, *>
        } catch (error: JsonException) {
            throw BundleFormatError("tokenizer is not JSON: ${error.message}", cause = error)
        }
        val file = checkTokenizer(content)
        ids = file.vocabulary
        pieces = file.pieces
        bytes = IntArray(BYTES) { ids.getValue(bytePiece(it)) }
        merges = Merges(file.merges, ids)
        normalizers = file.normalizers.map { normalizer(it) }
        preTokenizers = file.preTokenizers.map { if (it["type"] == "Metaspace") ::markSpaces else ::isolateDigits }
    }

    /** V: how many subwords there are, bos, eos and pad included. */
    val size: Int get() = pieces.size

    /** The ids of [text], without bos or eos. Any text has ids: bytes stand in. */
    fun encode(text: String): IntArray = encode(Aligned(text)).map { it.id }.toIntArray()

    /** The subwords of [text], without bos or eos; their offsets are places in its original. */
    fun encode(text: Aligned): List<Token> {
        val normalized = normalizers.fold(text.withoutLoneSurrogates()) { aligned, step -> step(aligned) }
        val whole = Words(normalized, listOf(normalized.text.indices))
        val words = preTokenizers.fold(whole) { before, step -> step(before.text, before.words) }
        val tokens = ArrayList<Token>()
        for (word in words.words) merge(words.text, word, tokens)
        return tokens
    }

    /** The text of [ids]; bytes that are no UTF-8 come out as U+FFFD. */
    fun decode(ids: List<Int>): String = spell(ids).text

    /**
     * The part of the text that further ids cannot change.
     *
     * A run of byte tokens is decoded as a whole, so one at the end is held back.
     */
    fun decodeStable(ids: List<Int>): String = decode(ids.dropLastWhile { isByte(pieces[it]) })

    /** The text of [ids], and where each of them stands in it. */
    fun spell(ids: List<Int>): Spelled {
        val text = StringBuilder()
        val tokens = ArrayList<Token>(ids.size)
        var index = 0
        while (index < ids.size) {
            val start = text.length
            val piece = pieces[ids[index]]
            if (byteOf(piece) == null) {
                val shown = piece.replace(SPACE_MARK.toString(), if (index == 0) "" else " ")
                text.append(shown)
                val space = if (shown.length > 1 && shown[0] == ' ') 1 else 0 // a lone space has a place too
                tokens.add(Token(ids[index], piece, start + space, text.length))
                index++
                continue
            }
            var end = index
            while (end < ids.size && byteOf(pieces[ids[end]]) != null) end++
            val run = ids.subList(index, end)
            text.append(decodeBytes(run.mapNotNull { byteOf(pieces[it]) }.toByteArray()))
            run.mapTo(tokens) { Token(it, pieces[it], start, text.length) }
            index = end
        }
        return Spelled(text.toString(), tokens)
    }

    /**
     * Whether a letter was learnt: a Latin one, or part of a longer subword.
     *
     * Without its accent, or in small, is enough. One that only has a token of its own came by in the
     * training data.
     */
    fun knows(letter: Int): Boolean {
        if (letter < ASCII) return true
        val text = String(Character.toChars(letter))
        return Normalizer.normalize(text, Normalizer.Form.NFD)[0].code < ASCII ||
            text.lowercase(Locale.ROOT) in learnt
    }

    /** The characters of all subwords that are longer than one. */
    private val learnt: Set<String> by lazy {
        pieces.map { it.trim(SPACE_MARK) }.filter { it.codePointCount(0, it.length) > 1 }
            .flatMapTo(HashSet()) { piece -> piece.codePoints().toArray().map { String(Character.toChars(it)) } }
    }

    /** The piece of an id. */
    fun piece(id: Int): String = pieces[id]

    /** UTF-8 if all of it is, else one U+FFFD for each byte. */
    private fun decodeBytes(run: ByteArray): String = try {
        decodeUtf8(run)
    } catch (_: CharacterCodingException) { // not an error: any bytes may be chosen
        REPLACEMENT.repeat(run.size)
    }

    /** Adds the subwords of one word: its characters (or their bytes), merged while a merge applies. */
    private fun merge(text: Aligned, word: IntRange, tokens: MutableList<Token>) {
        val symbols = Symbols(word.last - word.first + 1)
        var position = word.first
        while (position <= word.last) {
            val end = position + Character.charCount(text.text.codePointAt(position))
            val character = text.text.substring(position, end)
            val id = ids[character]
            if (id != null) {
                symbols.add(id, position, end)
            } else {
                for (byte in character.toByteArray(Charsets.UTF_8)) {
                    symbols.add(bytes[byte.toInt() and 0xFF], position, end)
                }
            }
            position = end
        }
        merges.apply(symbols)
        symbols.forEach { id, start, end -> tokens.add(token(text, id, start, end)) }
    }

    private fun token(text: Aligned, id: Int, start: Int, end: Int): Token {
        // The space before a word is not part of it, unless there is nothing else.
        val first = if (text.text[start] == SPACE_MARK && end > start + 1) start + 1 else start
        return Token(id, pieces[id], text.originalStart(first, end), text.originalEnd(first, end))
    }
}

/** A text and the words it falls into: stretches of it that are not empty. */
private class Words(val text: Aligned, val words: List<IntRange>)

private fun normalizer(part: Map<*, *>): (Aligned) -> Aligned {
    if (part["type"] == "NFC") return Aligned::composed
    val pattern = (part["pattern"] as Map<*, *>)["String"] as String
    val content = part["content"] as String
    return { it.replace(pattern, content) }
}

/** Metaspace: spaces become marks, every word gets one before it, and each mark begins a word. */
private fun markSpaces(text: Aligned, words: List<IntRange>): Words {
    val marked = text.replace(" ", SPACE_MARK.toString()) // one for one: words stay where they are
    val starts = words.filter { !it.isEmpty() && marked.text[it.first] != SPACE_MARK }.map { it.first }
    val prefixed = marked.insert(SPACE_MARK, starts)
    val found = ArrayList<IntRange>()
    var inserted = 0
    for (word in words) {
        if (word.isEmpty()) continue
        var start = word.first + inserted
        if (marked.text[word.first] != SPACE_MARK) inserted++
        val end = word.last + 1 + inserted
        for (position in start + 1 until end) {
            if (prefixed.text[position] != SPACE_MARK) continue
            found.add(start until position)
            start = position
        }
        found.add(start until end)
    }
    return Words(prefixed, found)
}

/** Digits: every numeral of any script is a word of its own. */
private fun isolateDigits(text: Aligned, words: List<IntRange>): Words {
    val found = ArrayList<IntRange>()
    for (word in words) {
        var start = word.first
        var position = word.first
        while (position <= word.last) {
            val character = text.text.codePointAt(position)
            val end = position + Character.charCount(character)
            if (isNumeral(character)) {
                if (start < position) found.add(start until position)
                found.add(position until end)
                start = end
            }
            position = end
        }
        if (start <= word.last) found.add(start..word.last)
    }
    return Words(text, found)
}

private fun isNumeral(character: Int): Boolean = when (Character.getType(character).toByte()) {
    Character.DECIMAL_DIGIT_NUMBER, Character.LETTER_NUMBER, Character.OTHER_NUMBER -> true
    else -> false
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

    fun forEach(use: (Int, Int, Int) -> Unit) {
        for (symbol in 0 until count) if (!isMerged(symbol)) use(ids[symbol], starts[symbol], ends[symbol])
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
            val known = listOf(left, right, left + right).map {
                ids[it] ?: throw BundleFormatError("tokenizer cannot be read: merge $rank names '$it', which it lacks")
            }
            ranks[Symbols.pair(known[0], known[1])] = rank
            merged[rank] = known[2]
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

internal fun bytePiece(byte: Int): String = "<0x" + byte.toString(HEX).uppercase().padStart(2, '0') + ">"

/** Whether a piece looks like a byte; such a piece at the end of a text is held back. */
private fun isByte(piece: String): Boolean = piece.length == 6 && piece.startsWith("<0x") && piece.endsWith(">")

private fun byteOf(piece: String): Byte? {
    if (!isByte(piece)) return null
    val high = Character.digit(piece[3], HEX)
    val low = Character.digit(piece[4], HEX)
    return if (high < 0 || low < 0) null else (high * HEX + low).toByte()
}
