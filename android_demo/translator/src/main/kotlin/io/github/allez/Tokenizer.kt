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

private const val ASCII = 0x80
private const val REPLACEMENT = "\uFFFD"
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
    private val byteOf: Map<Int, Byte>
    private val file: TokenizerFile
    private val model: Subwords
    private val normalizers: List<(Aligned) -> Aligned>
    private val preTokenizers: List<(Aligned, List<IntRange>) -> WordRanges>

    init {
        file = checkTokenizer(parseObject(definition, "tokenizer.json"))
        pieces = file.pieces
        byteOf = file.bytes.withIndex().associate { (byte, id) -> id to byte.toByte() }
        model = subwords(file)
        normalizers = file.normalizers.map { normalizer(it, file.kept) }
        preTokenizers = file.preTokenizers.map { preTokenizer(it["type"] as String) }
    }

    /** V: how many subwords there are, bos, eos and pad included. */
    val size: Int get() = pieces.size

    /** The ids of [text], without bos or eos. Any text has ids: bytes stand in. */
    fun encode(text: String): IntArray = encode(Aligned(text)).map { it.id }.toIntArray()

    /** The subwords of [text], without bos or eos; their offsets are places in its original. */
    fun encode(text: Aligned): List<Token> {
        val normalized = normalizers.fold(text.withoutLoneSurrogates()) { aligned, step -> step(aligned) }
        val whole = WordRanges(normalized, listOf(normalized.text.indices))
        val words = preTokenizers.fold(whole) { before, step -> step(before.text, before.words) }
        val tokens = ArrayList<Token>()
        // Unigram looks at the whole of a text: its sums go on from word to word.
        val ranges = if (file.kind == "Unigram") listOf(words.text.text.indices) else words.words
        for (word in ranges.filterNot { it.isEmpty() }) {
            model.cut(words.text.text, word) { id, start, end -> tokens.add(token(words.text, id, start, end)) }
        }
        return tokens
    }

    /** The text of [ids]; bytes that are no UTF-8 come out as U+FFFD. */
    fun decode(ids: List<Int>): String = spell(ids).text

    /**
     * The part of the text that further ids cannot change.
     *
     * A run of byte tokens is decoded as a whole, so one at the end is held back.
     */
    fun decodeStable(ids: List<Int>): String = decode(ids.dropLastWhile { it in byteOf })

    /** The text of [ids], and where each of them stands in it. */
    fun spell(ids: List<Int>): Spelled {
        val text = StringBuilder()
        val tokens = ArrayList<Token>(ids.size)
        var index = 0
        while (index < ids.size) {
            val start = text.length
            if (ids[index] !in byteOf) {
                val shown = shown(ids[index], first = index == 0, last = index + 1 == ids.size)
                text.append(shown)
                // A space beside a word is no part of it; a lone one has a place too.
                val before = if (!file.spaced && shown.length > 1 && shown[0] == ' ') 1 else 0
                val end = if (file.spaced) start + shown.trimEnd(' ').length else text.length
                tokens.add(Token(ids[index], pieces[ids[index]], start + before, end))
                index++
                continue
            }
            var end = index
            while (end < ids.size && ids[end] in byteOf) end++
            val run = ids.subList(index, end)
            text.append(decodeBytes(run.map { byteOf.getValue(it) }.toByteArray()))
            run.mapTo(tokens) { Token(it, pieces[it], start, text.length) }
            index = end
        }
        return Spelled(text.toString(), tokens)
    }

    /** What a subword adds to a text. */
    private fun shown(id: Int, first: Boolean, last: Boolean): String = when {
        file.suffix.isNotEmpty() -> pieces[id].replace(file.suffix, if (last) "" else " ")
        file.spaced -> pieces[id] + if (last) "" else " "
        else -> pieces[id].replace(SPACE_MARK.toString(), if (first) "" else " ")
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

    private fun token(text: Aligned, id: Int, start: Int, end: Int): Token {
        // The space before a word is not part of it, unless there is nothing else.
        val marked = !file.spaced && text.text[start] == SPACE_MARK
        val first = if (marked && end > start + 1) start + 1 else start
        return Token(id, pieces[id], text.originalStart(first, end), text.originalEnd(first, end))
    }
}

/** A text and the words it falls into: stretches of it that are not empty. */
private class WordRanges(val text: Aligned, val words: List<IntRange>)

private fun normalizer(part: Map<*, *>, kept: Regex?): (Aligned) -> Aligned {
    when (part["type"]) {
        "NFC" -> return Aligned::composed
        "Precompiled" -> return charsmap(part, kept).let { map -> { it.edited(map.edits(it.text)) } }
        "Strip" -> {
            val left = part["strip_left"] == true
            val right = part["strip_right"] == true
            return { it.edited(spacesAtEnds(it.text, left, right)) }
        }
    }
    val pattern = (part["pattern"] as Map<*, *>)["String"] as String?
        ?: return { it.edited(SEVERAL_SPACES.findAll(it.text).map { run -> run.edit(" ") }.toList()) }
    val content = part["content"] as String
    return { it.replace(pattern, content) }
}

private val SEVERAL_SPACES = Regex("  +")

private fun MatchResult.edit(new: String) = Edit(range.first, range.last + 1, new)

/** The spaces at the ends of a text, U+0020 alone: other white space is text to SentencePiece. */
private fun spacesAtEnds(text: String, left: Boolean, right: Boolean): List<Edit> {
    val start = if (left) text.length - text.trimStart(' ').length else 0
    val end = if (right) maxOf(start, text.trimEnd(' ').length) else text.length
    return listOf(Edit(0, start, ""), Edit(end, text.length, "")).filter { it.start < it.end }
}

private fun preTokenizer(type: String): (Aligned, List<IntRange>) -> WordRanges = when (type) {
    "Metaspace" -> ::markSpaces
    "Digits" -> ::isolateDigits
    else -> ::splitAtWhiteSpace
}

/** WhitespaceSplit: a word is what stands between white space, by Unicode's property of that name. */
private fun splitAtWhiteSpace(text: Aligned, words: List<IntRange>): WordRanges {
    val found = ArrayList<IntRange>()
    for (word in words) {
        var start = word.first
        for (position in word.first..word.last + 1) {
            if (position <= word.last && !isWhiteSpace(text.text[position])) continue
            if (start < position) found.add(start until position)
            start = position + 1
        }
    }
    return WordRanges(text, found)
}

/** Metaspace: spaces become marks, every word gets one before it, and each mark begins a word. */
private fun markSpaces(text: Aligned, words: List<IntRange>): WordRanges {
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
    return WordRanges(prefixed, found)
}

/** Digits: every numeral of any script is a word of its own. */
private fun isolateDigits(text: Aligned, words: List<IntRange>): WordRanges {
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
    return WordRanges(text, found)
}

private fun isNumeral(character: Int): Boolean = when (Character.getType(character).toByte()) {
    Character.DECIMAL_DIGIT_NUMBER, Character.LETTER_NUMBER, Character.OTHER_NUMBER -> true
    else -> false
}

internal fun bytePiece(byte: Int): String = "<0x" + byte.toString(HEX).uppercase().padStart(2, '0') + ">"
