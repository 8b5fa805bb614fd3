/*
 * A text that is read as a whole, or the turns of a dialogue: tokens, and what had to be left out.
 *
 * Knows subwords and sentences, and nothing of models. What is counted are code points, as on every
 * host; places count UTF-16 units.
 */
package io.github.allez

/** A text of more characters for each token that is read at most is too long, whatever its subwords are. */
private val CHARACTERS = SPEC.part("whole").whole("characters")
private const val BYTE_ORDER_MARK = '\uFEFF'

/**
 * How a bundle reads whole texts.
 *
 * @property end what ends a text that is read.
 * @property tokens the most that the encoder is given, the end not counted.
 * @property separator what stands between the turns of a dialogue.
 * @property turns the most that are read; null: as many as there is room for.
 */
internal class Reader(
    val tokenizer: Tokenizer,
    val rules: SentenceRules,
    private val end: Int,
    val tokens: Int,
    val separator: String = " ",
    val turns: Int? = null,
) {
    /** The most characters that are looked at. */
    val characters: Int = tokens * CHARACTERS

    /** [found], and the end behind them. */
    fun ended(found: List<Token>, at: Int): List<Token> = found + Token(end, tokenizer.piece(end), at, at)

    /** How many tokens a text has; one too many, if nobody would count them. */
    fun count(text: String): Int =
        if (text.isLongerThan(characters)) tokens + 1 else tokenizer.encode(Aligned(text)).size

    companion object {
        /** How a bundle for texts reads; BundleFormatError if its rules are none. */
        fun of(bundle: Bundle, tokenizer: Tokenizer): Reader {
            val input = bundle.manifest.input
            val rules = SentenceRules.parse(bundle.text("sentences"))
            val separator = input.separator.orEmpty().ifEmpty { " " }
            return Reader(tokenizer, rules, bundle.manifest.sourceSide.eos, input.tokens, separator, input.turns)
        }
    }
}

/**
 * A text as it is read.
 *
 * @property tokens with places in the text given; the last one is the end, where reading stopped.
 * @property read the stretch that was read: all of the text but white space at its ends, or less.
 * @property cut whether it is less.
 */
internal class WholeText(val tokens: List<Token>, val read: Span, val cut: Boolean)

/**
 * A dialogue as it is read.
 *
 * @property tokens with places in [text]; the last one is the end.
 * @property text the turns that were read, with separators between them.
 * @property spans where each of these turns stands in it.
 * @property cut whether there was no room for all that would have been read.
 */
internal class Turns(val tokens: List<Token>, val text: String, val spans: List<Span>, val cut: Boolean)

/**
 * A text in one line, each run of white space a space, none at the ends.
 *
 * Line feeds are white space here, and a byte order mark at the beginning.
 */
internal fun normal(text: String, rules: SentenceRules): String {
    val line = inOneLine(text)
    val told = StringBuilder(line.length)
    var isDue = false
    for (character in line) {
        if (character == ' ' || character.code in rules.spaces) {
            isDue = told.isNotEmpty()
        } else {
            if (isDue) told.append(' ')
            isDue = false
            told.append(character)
        }
    }
    return told.toString()
}

/** A text of the same length without line feeds. */
private fun inOneLine(text: String): String {
    val line = text.replace('\n', ' ')
    return if (line.startsWith(BYTE_ORDER_MARK)) " " + line.substring(1) else line
}

private fun String.isLongerThan(characters: Int): Boolean =
    length > characters && codePointCount(0, length) > characters

/**
 * Reads a text from its beginning, as much of it as there is room for.
 *
 * What is too long is cut behind the last sentence that fits, if that leaves half of what there is
 * room for, or else behind a token.
 */
internal fun readText(text: String, reader: Reader): WholeText {
    val beginning = beginning(text, reader)
    val isComplete = !beginning.text.isLongerThan(reader.characters)
    val head = if (isComplete) beginning else {
        beginning.take(beginning.text.offsetByCodePoints(0, reader.characters))
    }
    val all = reader.tokenizer.encode(head)
    val start = if (head.text.isEmpty()) 0 else head.originalStart(0, 1)
    if (isComplete && all.size <= reader.tokens) {
        val stop = if (head.text.isEmpty()) 0 else head.originalEnd(0, head.text.length)
        return WholeText(reader.ended(all, stop), Span(start, stop), cut = false)
    }
    val end = endOfSentences(head.text, reader, isComplete)
    val tokens = if (end > 0) reader.tokenizer.encode(head.take(end)) else all.take(reader.tokens)
    val stop = if (end > 0) head.originalEnd(0, end) else tokens.lastOrNull()?.end ?: start
    return WholeText(reader.ended(tokens, stop), Span(start, stop), cut = true)
}

/** All of a text that is looked at, and a little more if there is more; white space normalized. */
private fun beginning(text: String, reader: Reader): Aligned {
    var size = 2L * reader.characters
    while (true) {
        val isAll = size >= text.length
        val within = if (isAll) text.length else size.toInt()
        val splits = !isAll && text[within - 1].isHighSurrogate() && text[within].isLowSurrogate()
        val found = Aligned(inOneLine(text.substring(0, if (splits) within + 1 else within))).squeeze(reader.rules.spaces)
        if (isAll || found.text.isLongerThan(reader.characters)) return found
        size *= 2
    }
}

/**
 * Where the last sentence of [head] ends that there is room for; 0 if that is too early.
 *
 * @param head the beginning of a text, white space normalized.
 * @param isComplete whether it is all of the text, so that the last sentence ends where it does.
 */
private fun endOfSentences(head: String, reader: Reader, isComplete: Boolean): Int {
    var best = 0
    var count = 0
    for (sentence in sentenceSpans(head, reader.rules)) {
        if (sentence.end == head.length && !isComplete) break
        val tokens = reader.count(head.substring(0, sentence.end))
        if (tokens > reader.tokens) break
        best = sentence.end
        count = tokens
    }
    return if (2 * count >= reader.tokens) best else 0
}

/**
 * Reads a dialogue from its end, as much of it as there is room for.
 *
 * The oldest turns are left out first; of the last one, if that alone is too long, the beginning.
 * A turn without anything but white space and separators is none.
 *
 * @param turns of both sides, the oldest first.
 */
internal fun readTurns(turns: List<String>, reader: Reader): Turns {
    val most = reader.turns ?: turns.size
    val asked = ArrayDeque<String>()
    var size = 0L
    for (turn in turns.asReversed()) {
        if (asked.size == most || size > reader.characters) break // what is older has no room
        val told = withoutSeparator(turn, reader)
        if (told.isEmpty()) continue
        asked.addFirst(told)
        size += told.codePointCount(0, told.length)
    }
    val kept = fitting(asked, reader)
    val cut = kept.size < asked.size
    if (asked.isNotEmpty() && kept.isEmpty()) return beginningLeftOut(asked.last(), reader, cut)
    val text = kept.joinToString(reader.separator)
    return Turns(tokensOf(text, reader), text, turnSpans(kept, reader), cut)
}

/** A turn in one line; a separator that somebody has typed is a space. */
internal fun withoutSeparator(turn: String, reader: Reader): String {
    val told = normal(turn, reader.rules)
    val sign = reader.separator.trim(' ')
    return if (sign.isEmpty() || sign !in told) told else normal(told.replace(sign, " "), reader.rules)
}

private fun tokensOf(text: String, reader: Reader): List<Token> =
    reader.ended(reader.tokenizer.encode(Aligned(text)), text.length)

/** The last turns that there is room for together, none if not even for the last one. */
private fun fitting(turns: List<String>, reader: Reader): List<String> {
    for (first in turns.indices.reversed()) {
        val text = turns.subList(first, turns.size).joinToString(reader.separator)
        if (reader.count(text) > reader.tokens) return turns.subList(first + 1, turns.size)
    }
    return turns
}

/**
 * What is read of a turn that is too long: its end.
 *
 * It begins with the first sentence that leaves it short enough, if that is half of what there is
 * room for, or else with a token.
 */
private fun beginningLeftOut(turn: String, reader: Reader, cut: Boolean): Turns {
    fun read(text: String, tokens: List<Token>) = Turns(tokens, text, listOf(Span(0, text.length)), cut)
    val tail = if (!turn.isLongerThan(reader.characters)) turn else {
        turn.substring(turn.offsetByCodePoints(turn.length, -reader.characters))
    }
    for (sentence in sentenceSpans(tail, reader.rules)) {
        if (sentence.start == 0) continue // of the turn, which is too long; or somewhere within it
        val end = tail.substring(sentence.start)
        val count = reader.count(end)
        if (count > reader.tokens) continue
        if (2 * count >= reader.tokens) return read(end, tokensOf(end, reader))
        break
    }
    val last = reader.tokenizer.encode(Aligned(tail)).takeLast(reader.tokens)
    val first = last[0].start
    val moved = last.map { it.copy(start = it.start - first, end = it.end - first) }
    return read(tail.substring(first), reader.ended(moved, tail.length - first))
}

private fun turnSpans(turns: List<String>, reader: Reader): List<Span> {
    var start = 0
    return turns.map { turn ->
        Span(start, start + turn.length).also { start = it.end + reader.separator.length }
    }
}
