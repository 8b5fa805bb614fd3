/*
 * Sentences: what of a text is translated, and what is copied through as it stands.
 *
 * The rules travel in the bundle (`sentences.json`), so that every host splits alike. A character
 * is a Unicode code point on every host; nothing here depends on a locale or a regular expression.
 *
 * A line ends at a line feed. A sentence ends with its line, or at a run of terminators and the
 * closers after it when white space follows and then something that can begin a sentence. A
 * sentence that is too long is cut near its middle, and each part is looked at again. Knows
 * nothing of subwords: the caller counts them.
 */
package io.github.allez

import java.util.Locale

private val RULES = SPEC.part("sentences")
private val RULES_VERSION = RULES.whole("version")
private const val BYTE_ORDER_MARK = 0xFEFF
private const val LINE_FEED = '\n'.code
private const val FULL_STOP = '.'.code
private const val NONE = -1
private val CASING = SPEC.part("casing")
private val DIGITS = '0'.code..'9'.code // Character.isDigit knows others, and hosts disagree which

/** Characters as code points. */
internal typealias Characters = Set<Int>

/**
 * How one language marks its sentences; the fields are the keys of `sentences.json`.
 *
 * @property maxTokens longest sentence in tokens, eos not counted.
 * @property maxCharacters longest sentence in characters: a longer one is cut before anybody
 *   counts its tokens.
 * @property spaces all that counts as white space, the carriage return included.
 * @property terminators what ends a sentence when white space follows.
 * @property wideTerminators what ends a sentence also without white space, as in Chinese.
 * @property openers what may stand before the first word of a sentence: quotes, brackets, dashes.
 * @property closers what may stand between the terminator and the end of its sentence.
 * @property abbreviations words whose full stop ends no sentence, initials among them.
 * @property numberAbbreviations words that are abbreviations only before a digit ("art. 5").
 * @property breaks after which marks a sentence that is too long is cut, the best first.
 */
internal data class SentenceRules(
    val maxTokens: Int,
    val maxCharacters: Int,
    val spaces: Characters,
    val terminators: Characters,
    val wideTerminators: Characters,
    val openers: Characters,
    val closers: Characters,
    val abbreviations: Set<String>,
    val numberAbbreviations: Set<String>,
    val breaks: List<Characters>,
) {
    companion object {
        /**
         * Reads the text of a `sentences.json`.
         *
         * @throws BundleFormatError a key is missing, unknown or of the wrong kind; it is named.
         */
        fun parse(text: String): SentenceRules {
            val take = RulesTaker(parseObject(text, "the file of sentence rules"))
            take.checkKeys()
            return SentenceRules(
                maxTokens = take.number("max_tokens"),
                maxCharacters = take.number("max_characters"),
                spaces = take.characters("spaces"),
                terminators = take.characters("terminators"),
                wideTerminators = take.characters("wide_terminators"),
                openers = take.characters("openers"),
                closers = take.characters("closers"),
                abbreviations = take.words("abbreviations"),
                numberAbbreviations = take.words("number_abbreviations"),
                breaks = take.strings("breaks").map(::charactersOf),
            )
        }
    }
}

/**
 * A stretch of a text.
 *
 * @property start where it begins, in UTF-16 units of what was split.
 * @property end where it ends there.
 * @property translate false: copied through unchanged (white space, line ends, no letters or strange ones).
 */
internal data class Piece(val text: String, val start: Int, val end: Int, val translate: Boolean)

/**
 * Divides a text into sentences and what stands between them.
 *
 * The pieces follow each other without a gap and make up the whole text, but for a byte order mark
 * at its start, which is dropped: it belongs to the file, not to what was written. A sentence
 * begins and ends without white space, has a letter, lies within one line, and has at most
 * `maxTokens` tokens unless it is a single character.
 *
 * @param countTokens how many tokens a string has, eos not counted; asked only about strings of at
 *   most `maxCharacters`, and in all about a small multiple of the text.
 * @return the pieces in order. Two that are to be copied are never neighbours.
 */
internal fun split(text: String, rules: SentenceRules, countTokens: (String) -> Int): List<Piece> =
    Splitter(text, rules, countTokens).pieces()

/**
 * Where each sentence of a text stands, however long it is, without white space around it.
 *
 * What has no letter is none of its own, but may be one here: nothing is left out but white space.
 */
internal fun sentenceSpans(text: String, rules: SentenceRules): List<Span> = Splitter(text, rules) { 0 }.spans()

/** A text as code points, and what is looked for in it; all positions count code points. */
private class Splitter(
    private val text: String,
    private val rules: SentenceRules,
    private val countTokens: (String) -> Int,
) {
    private val characters: IntArray = codePoints(text)
    private val offsets: IntArray = IntArray(characters.size + 1).also { offsets -> // in UTF-16 units
        characters.forEachIndexed { index, character ->
            offsets[index + 1] = offsets[index] + Character.charCount(character)
        }
    }
    private val terminators = rules.terminators + rules.wideTerminators
    private val pieces = ArrayList<Piece>()
    private var done = 0

    fun pieces(): List<Piece> {
        if (characters.isNotEmpty() && characters[0] == BYTE_ORDER_MARK) done = 1
        val line = CodePoints(characters)
        eachSentence(done) { from, to -> labels(line, from, to, rules.spaces).forEach { (start, end) -> fit(start, end) } }
        addCopied(characters.size)
        return pieces
    }

    fun spans(): List<Span> {
        val found = ArrayList<Span>()
        eachSentence(0) { from, to ->
            val (start, end) = trimmed(from, to)
            if (start < end) found.add(Span(offsets[start], offsets[end]))
        }
        return found
    }

    /** Tells where each sentence from [first] on starts and ends, white space around it included. */
    private fun eachSentence(first: Int, found: (Int, Int) -> Unit) {
        var start = first
        while (start < characters.size) {
            var lineEnd = start
            while (lineEnd < characters.size && characters[lineEnd] != LINE_FEED) lineEnd++
            splitLine(start, lineEnd, found)
            start = lineEnd + 1
        }
    }

    private fun add(start: Int, end: Int, translate: Boolean) {
        pieces.add(Piece(string(start, end), offsets[start], offsets[end], translate))
        done = end
    }

    private fun addCopied(end: Int) {
        if (done < end) add(done, end, translate = false)
    }

    private fun string(start: Int, end: Int): String = text.substring(offsets[start], offsets[end])

    private fun splitLine(lineStart: Int, lineEnd: Int, found: (Int, Int) -> Unit) {
        var start = lineStart
        var position = start
        var hasLetter = false // "1." begins an item of a list, it is no sentence
        while (position < lineEnd) {
            if (characters[position] !in terminators) {
                hasLetter = hasLetter || Character.isLetter(characters[position])
                position++
                continue
            }
            val dot = position
            while (position < lineEnd && characters[position] in terminators) position++
            val isWordEnd = position == dot + 1 && characters[dot] == FULL_STOP
            val isWide = characters[position - 1] in rules.wideTerminators
            position = afterClosers(position, lineEnd)
            val follower = nextSentence(position, lineEnd)
            if (!hasLetter || follower == NONE || !(isWide || characters[position] in rules.spaces)) continue
            if (isWordEnd && isAbbreviation(start, dot, follower)) continue
            found(start, position)
            start = position
            hasLetter = false
        }
        found(start, lineEnd)
    }

    /** Where the closers at [from] end; French sets a space before some. */
    private fun afterClosers(from: Int, end: Int): Int {
        var position = from
        while (position < end) {
            val spaced = position + 1 < end && characters[position] in rules.spaces
            val mark = characters[if (spaced) position + 1 else position]
            // After a space, a mark that could do either (a straight quote) opens.
            if (mark !in rules.closers || (spaced && mark in rules.openers)) break
            position += if (spaced) 2 else 1
        }
        return position
    }

    /** The first character of the sentence at [from], NONE if none can begin there. */
    private fun nextSentence(from: Int, end: Int): Int {
        var position = from
        while (position < end && (characters[position] in rules.spaces || characters[position] in rules.openers)) {
            position++
        }
        if (position == end) return NONE
        val first = characters[position]
        val goesOn = Character.isLowerCase(first) || first in terminators || first in rules.closers ||
            rules.breaks.any { first in it }
        return if (goesOn) NONE else first
    }

    /** Whether the word before [dot] keeps the sentence going that began at [start]. */
    private fun isAbbreviation(start: Int, dot: Int, follower: Int): Boolean {
        var wordStart = dot
        while (wordStart > start && isOfWord(characters[wordStart - 1])) wordStart--
        val word = string(wordStart, dot)
        val lower = word.lowercase(Locale.ROOT)
        return word in rules.abbreviations || lower in rules.abbreviations ||
            (isNumber(follower) && (word in rules.numberAbbreviations || lower in rules.numberAbbreviations))
    }

    private fun isNumber(character: Int) = character in DIGITS || isPrivate(character) // one that is hidden

    private fun isOfWord(character: Int) = Character.isLetter(character) || character in DIGITS // "21st" is not "st"

    /** Adds the parts of a sentence that are short enough and have a letter, trimmed. */
    private fun fit(from: Int, to: Int) {
        val (start, end) = trimmed(from, to)
        if (end - start <= rules.maxCharacters) {
            if ((start until end).none { Character.isLetter(characters[it]) }) return
            if (end - start == 1 || countTokens(string(start, end)) <= rules.maxTokens) {
                addCopied(start)
                add(start, end, translate = true)
                return
            }
        }
        val cut = bestCut(start, end)
        fit(start, cut)
        fit(cut, end)
    }

    private fun trimmed(from: Int, to: Int): Pair<Int, Int> {
        var start = from
        var end = to
        while (start < end && characters[start] in rules.spaces) start++
        while (start < end && characters[end - 1] in rules.spaces) end--
        return start to end
    }

    /**
     * Where to cut a sentence: in its middle half, the best place nearest the middle.
     *
     * Two halves make better sentences than a full one and a scrap. The search stays within a
     * bounded distance, so that all cuts of a very long line take linear time.
     */
    private fun bestCut(start: Int, end: Int): Int {
        val middle = start + (end - start) / 2
        val reach = minOf(end - start, rules.maxCharacters) / 4
        return (middle - reach..middle + reach).minWith(compareBy({ cutRank(it) }, { kotlin.math.abs(it - middle) }))
    }

    /** Ranks a cut before [cut], 0 the best: a mark, two words, white space, anywhere. */
    private fun cutRank(cut: Int): Int {
        val marks = rules.breaks.size
        if (characters[cut] !in rules.spaces) return marks + 2
        val rank = rules.breaks.indexOfFirst { characters[cut - 1] in it }
        if (rank >= 0) return rank
        // Letters on both sides: "10 000", "5 %", "« a »" and "M. B" stay whole.
        val isBetweenWords = Character.isLetter(characters[cut - 1]) && Character.isLetter(characters[cut + 1])
        return if (isBetweenWords) marks else marks + 1
    }
}

/** The code points of a text; a lone surrogate is one. */
private fun codePoints(text: String): IntArray {
    val found = IntArray(text.codePointCount(0, text.length))
    var offset = 0
    for (index in found.indices) {
        found[index] = text.codePointAt(offset)
        offset += Character.charCount(found[index])
    }
    return found
}

private fun charactersOf(text: String): Characters = codePoints(text).toSet()

/** Takes values out of `sentences.json`, each checked for its kind. */
private class RulesTaker(private val content: Map<*, *>) {
    fun checkKeys() {
        val known = listOf("numbers", "characters", "words", "marks").flatMap { RULES.names(it) }.toSet() + "version"
        val found = content.keys.map { it as String }.toSet()
        ((known - found) + (found - known)).minOrNull()?.let {
            val problem = if (it in known) "lack" else "have an unknown key"
            throw BundleFormatError("sentence rules $problem ${shown(it)}")
        }
        val version = number("version")
        if (version == RULES_VERSION) return
        throw BundleFormatError(
            "sentence rules have version $version, not $RULES_VERSION",
            hint = "a newer allez may read them",
        )
    }

    private fun fail(key: String, what: String): Nothing =
        throw BundleFormatError("sentence rules: '$key' must be $what")

    fun number(key: String): Int {
        val value = content[key] as? Long
        val low = RULES.whole("from")
        val high = RULES.whole("to")
        if (value == null || value !in low..high) fail(key, "a whole number, $low to ${grouped(high)}")
        return value.toInt()
    }

    fun characters(key: String): Characters =
        charactersOf(content[key] as? String ?: fail(key, "a string of characters"))

    fun strings(key: String): List<String> {
        val values = content[key] as? List<*>
        if (values == null || values.any { it !is String }) fail(key, "a list of strings")
        return values.map { it as String }
    }

    fun words(key: String): Set<String> {
        val words = strings(key)
        for (word in words) {
            if (word.isNotEmpty() && codePoints(word).all(Character::isLetter)) continue
            throw BundleFormatError(
                "sentence rules: '$key' has ${shown(word)}, which can never match",
                hint = "only the letters right before the full stop",
            )
        }
        return words.toSet()
    }
}

/** How a sentence is written: as one writes, in nothing but capitals, or a capital on a few words. */
internal enum class Casing { USUAL, CAPITALS, LABEL }

/** How a sentence is written, as far as its letters tell. */
internal fun casingOf(sentence: String, spaces: Characters): Casing =
    if (inCapitals(sentence, spaces)) Casing.CAPITALS else Casing.USUAL

/**
 * Whether a sentence is an ordinary word with a capital, and few others behind it.
 *
 * Of a word alone, a model that has seen it in sentences knows the small letters: "Pommes" has other
 * subwords than "pommes". What ends in a mark is a sentence, however short; what is listed with its
 * capital ("Italie") keeps it.
 *
 * @param sentence symbols stand in it for what is hidden.
 * @param names tell which words are no names, and which have a capital.
 */
internal fun isLabel(sentence: String, names: Names): Boolean {
    val characters = sentence.codePoints().toArray()
    val begins = characters.isNotEmpty() && Character.isUpperCase(characters[0]) && Character.isLetter(characters[0])
    if (!begins || characters.drop(1).any(Character::isUpperCase)) return false
    fun isLetter(at: Int) = at < characters.size && Character.isLetter(characters[at])
    var end = 1
    while (isLetter(end) || end < characters.size && characters[end] == '-'.code && isLetter(end + 1)) end++
    val last = characters.last()
    val ends = Character.isLetter(last) || isDigit(last) || isPrivate(last)
    val isShort = characters.count { it == ' '.code } < CASING.whole("label")
    val word = String(characters, 0, end)
    return ends && isShort && !names.carried(word) && !names.listsWithCapital(word)
}

/**
 * Whether a sentence is written in nothing but capitals.
 *
 * All its letters are, and they make two words of two at least and are five at least: an
 * abbreviation, a code or an address is no sentence. Subwords are learnt from text in small letters;
 * of capitals a model understands next to nothing. So such a sentence is read in small letters, and
 * its translation put into capitals.
 */
internal fun inCapitals(text: String, spaces: Characters): Boolean {
    if (!isUpper(text) || text.codePoints().anyMatch { Character.isLetter(it) && !Character.isUpperCase(it) }) return false
    var all = 0
    var words = 0
    var inWord = 0
    for (character in text.codePoints()) {
        if (character == ' '.code || character in spaces) {
            inWord = 0
        } else if (Character.isUpperCase(character)) {
            all++
            if (++inWord == CASING.whole("word_letters")) words++
        }
    }
    return all >= CASING.whole("letters") && words >= CASING.whole("words")
}

/** Whether there is a capital, and all letters that have a case are capitals. */
internal fun isUpper(text: String): Boolean =
    text.codePoints().anyMatch(Character::isUpperCase) &&
        text.codePoints().noneMatch { Character.isLowerCase(it) || Character.isTitleCase(it) }

/** A text with none but its first capital, and not that one if it is within a word; as long as it was. */
internal fun inSmallLetters(text: String): String {
    var first = 0
    while (first < text.length && !Character.isUpperCase(text.codePointAt(first))) {
        first += Character.charCount(text.codePointAt(first))
    }
    val within = first in 1 until text.length && Character.isLetterOrDigit(text.codePointBefore(first))
    if (first < text.length && !within) first += Character.charCount(text.codePointAt(first))
    return text.substring(0, first) + text.substring(first).mapEach { it.lowercase(Locale.ROOT) }
}

/** A text that begins with a small letter, as long as it was. */
internal fun withoutCapital(text: String): String {
    val first = Character.charCount(text.codePointAt(0))
    return text.substring(0, first).mapEach { it.lowercase(Locale.ROOT) } + text.substring(first)
}

/** A text in capitals, as long as it was: what has no capital of its own is kept. */
internal fun toCapitals(text: String): String = text.mapEach { it.uppercase(Locale.ROOT) }

/**
 * A translation with a capital at its beginning, if its source begins with one; as long as it was.
 *
 * What begins with a digit, a value or a word that has a capital further on ("iPhone") stays as it is: only
 * an ordinary word follows the source.
 *
 * @param text what the model said, symbols and all.
 * @param source the sentence.
 * @param grows whether more will follow: nothing is returned before the second letter is known.
 */
internal fun capitalizedAlike(text: String, source: String, grows: Boolean): String {
    val start = beginning(text)
    val behind = if (start < text.length) start + Character.charCount(text.codePointAt(start)) else start
    if (grows && behind == text.length) return ""
    val first = beginning(source)
    val begins = first < source.length && Character.isUpperCase(source.codePointAt(first))
    if (!begins || behind < text.length && Character.isUpperCase(text.codePointAt(behind))) return text
    return text.substring(0, start) + toCapitals(text.substring(start, behind)) + text.substring(behind)
}

/** Where the first letter, digit or character of private use stands; else the end. */
private fun beginning(text: String): Int {
    var start = 0
    while (start < text.length) {
        val character = text.codePointAt(start)
        if (Character.isLetter(character) || isDigit(character) || isPrivate(character)) break
        start += Character.charCount(character)
    }
    return start
}

private fun String.mapEach(change: (String) -> String): String {
    val changed = StringBuilder(length)
    var position = 0
    while (position < length) {
        val character = String(Character.toChars(codePointAt(position)))
        val other = change(character)
        changed.append(if (other.length == character.length) other else character)
        position += character.length
    }
    return changed.toString()
}
