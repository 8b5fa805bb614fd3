/*
 * Tags of HTML in a text, each with its place: the whole text comes back, piece by piece.
 *
 * Tolerant as a browser is: what opens no tag is text, an attribute may lack its quotes, and a comment
 * that nobody closes reaches to the end. Which elements mean what stands in `contract.json`. Places
 * count code points.
 */
package io.github.allez

import java.util.Locale

/** What the elements of HTML mean to a reader of the page. */
internal object Elements {
    /** Within a sentence; every element that is in none of these sets ends one. */
    val INLINE: Set<String> = listed("inline")

    /** Within a sentence, their content untouched. */
    val WORDS: Set<String> = listed("words")

    /** Within a sentence, and nothing in them is read. */
    val POINTS: Set<String> = listed("points")

    /** Points if there is no letter in them, else within a sentence. */
    val SIGNS: Set<String> = listed("signs")

    /** They end a sentence, and their content is nothing to translate. */
    val SKIPPED: Set<String> = listed("skipped")

    /** Nothing closes them. */
    val VOID: Set<String> = listed("void")

    /** In plain text these end a line; any other tag may be one of a language that nobody knows here. */
    val BLOCKS: Set<String> = listed("paragraphs") + listed("lines")

    /** There are no tags in them, nor character references. */
    val RAW: Set<String> = listed("raw")

    /** There are no tags in them. */
    val TEXT_ONLY: Set<String> = listed("text_only")

    private fun listed(key: String): Set<String> = words(SPEC.part("elements").text(key))
}

private const val BLANKS = " \t\n\r\u000c"
private const val QUOTES = "\"'"

/** `SINGLE`: `<br/>`; `OTHER`: comments, declarations, instructions; `RAW`: the inside of a script or a style sheet. */
internal enum class TagKind { TEXT, OPEN, CLOSE, SINGLE, OTHER, RAW }

/** A stretch of a text; [name] is the element's, of a tag, in small letters. */
internal class TagToken(val kind: TagKind, val start: Int, val end: Int, val name: String = "")

/** The tokens of a text in order; they follow each other without a gap. */
internal fun scan(text: CodePoints): List<TagToken> {
    val found = ArrayList<TagToken>()
    val seen = ByteArray(text.size)
    var start = 0
    var position = text.find('<', 0, text.size)
    while (position >= 0) {
        val token = tag(text, position, seen)
        if (token == null) {
            position = text.find('<', position + 1, text.size)
            continue
        }
        if (start < position) found.add(TagToken(TagKind.TEXT, start, position))
        found.add(token)
        start = token.end
        val isRaw = token.name in Elements.RAW
        if (token.kind == TagKind.OPEN && (isRaw || token.name in Elements.TEXT_ONLY)) {
            val end = endOfRaw(text, start, token.name)
            if (start < end) found.add(TagToken(if (isRaw) TagKind.RAW else TagKind.TEXT, start, end, token.name))
            start = end
        }
        position = text.find('<', start, text.size)
    }
    if (start < text.size) found.add(TagToken(TagKind.TEXT, start, text.size))
    return found
}

/** The token that begins with the `<` at [start]; null if it is only a character. [seen] is [endOfTag]'s. */
private fun tag(text: CodePoints, start: Int, seen: ByteArray): TagToken? {
    if (text.has('!', start + 1)) return declaration(text, start)
    if (text.has('?', start + 1)) return TagToken(TagKind.OTHER, start, after(text, ">", start + 2))
    val closes = text.has('/', start + 1)
    val first = if (closes) start + 2 else start + 1
    if (!isPlainLetter(text.at(first))) return null
    var nameEnd = first
    while (nameEnd < text.size && !text.hasOneOf("$BLANKS/><", nameEnd)) nameEnd++
    val end = endOfTag(text, nameEnd, seen)
    if (end < 0) return null
    val kind = if (closes) TagKind.CLOSE else if (text.has('/', end - 2)) TagKind.SINGLE else TagKind.OPEN
    return TagToken(kind, start, end, text.string(first, nameEnd).lowercase(Locale.ROOT))
}

private fun declaration(text: CodePoints, start: Int): TagToken {
    val isComment = text.startsWith("<!--", start)
    val end = if (isComment) after(text, "-->", start + "<!--".length) else after(text, ">", start)
    return TagToken(TagKind.OTHER, start, end)
}

/** The position behind the next [mark]; the end of the text if there is none. */
private fun after(text: CodePoints, mark: String, start: Int): Int {
    for (position in start..text.size - mark.length) {
        if (text.startsWith(mark, position)) return position + mark.length
    }
    return text.size
}

/**
 * The position behind the `>` of a tag, passing over quoted values; -1 if there is none.
 *
 * @param seen for each character, whether this has looked at it before, and as what. What comes to the
 *   same place again finds no end: behind an end that was found, it is not called again.
 */
private fun endOfTag(text: CodePoints, start: Int, seen: ByteArray): Int {
    var isValue = false
    var position = start
    while (position < text.size) {
        val way = if (isValue) 2 else 1
        if (seen[position].toInt() and way != 0) return -1
        seen[position] = (seen[position].toInt() or way).toByte()
        val character = text[position]
        if (character == '>'.code) return position + 1
        if (isValue && isOneOf(QUOTES, character)) {
            position = text.find(character.toChar(), position + 1, text.size)
            if (position < 0) return -1
        }
        isValue = character == '='.code || (isValue && isOneOf(BLANKS, character))
        position++
    }
    return -1
}

/** Where the content of an element ends in which there are no tags. */
private fun endOfRaw(text: CodePoints, start: Int, name: String): Int {
    for (position in start until text.size) {
        if (!text.startsWith("</", position)) continue
        val end = minOf(position + 2 + name.length, text.size)
        val isClosed = text.string(position + 2, end).lowercase(Locale.ROOT) == name
        if (isClosed && text.hasOneOf("$BLANKS/>", end)) return position
    }
    return text.size
}

/** Which token closes each one that opens, elements of one name within each other. */
internal fun ends(tokens: List<TagToken>): Map<Int, Int> {
    val found = HashMap<Int, Int>()
    val waiting = HashMap<String, ArrayList<Int>>()
    tokens.forEachIndexed { index, token ->
        if (token.kind == TagKind.OPEN) {
            waiting.getOrPut(token.name) { ArrayList() }.add(index)
        } else if (token.kind == TagKind.CLOSE) {
            val opened = waiting[token.name]
            if (!opened.isNullOrEmpty()) found[opened.removeAt(opened.lastIndex)] = index
        }
    }
    return found
}

/**
 * Of each tag that opens or closes a pair the other one; pairs nest.
 *
 * A tag that closes belongs to the last one of its name that is open; those that were opened behind that
 * one have nobody to close them.
 *
 * @param tokens kinds and names.
 */
internal fun pairs(tokens: List<Pair<TagKind, String>>): Map<Int, Int> {
    val found = HashMap<Int, Int>()
    val opened = ArrayList<Int>()
    val waiting = HashMap<String, Int>()
    tokens.forEachIndexed { index, (kind, name) ->
        if (kind == TagKind.OPEN) {
            opened.add(index)
            waiting[name] = (waiting[name] ?: 0) + 1
        } else if (kind == TagKind.CLOSE && (waiting[name] ?: 0) > 0) {
            do {
                val last = opened.removeAt(opened.lastIndex)
                val other = tokens[last].second
                waiting[other] = waiting.getValue(other) - 1
                if (other == name) {
                    found[last] = index
                    found[index] = last
                }
            } while (other != name)
        }
    }
    return found
}

/** Whether a tag says that its element is not to be translated. */
internal fun isKept(text: CodePoints, tag: TagToken): Boolean {
    if ((tag.start until tag.end).none { text.startsWith("translate", it) && it + "translate".length <= tag.end }) {
        return false
    }
    if (valueOf(text, tag, "translate") == "no") return true
    val classes = valueOf(text, tag, "class").orEmpty()
    return "notranslate" in classes.split(*classes.filter { isSpace(it.code) }.toCharArray())
}

/** The value of an attribute, its character references resolved; null if it has none. */
private fun valueOf(text: CodePoints, tag: TagToken, name: String): String? {
    val end = tag.end - (if (tag.kind == TagKind.SINGLE) 2 else 1)
    var position = tag.start + 1 + tag.name.codePointCount(0, tag.name.length)
    fun pass(marks: String, isPassed: Boolean) {
        while (position < end && text.hasOneOf(marks, position) == isPassed) position++
    }
    while (position < end) {
        pass("$BLANKS/", isPassed = true)
        if (position == end) break
        val begin = position
        pass("$BLANKS=", isPassed = false)
        val found = text.string(begin, position)
        pass(BLANKS, isPassed = true)
        if (position == end || !text.has('=', position)) {
            position = maxOf(position, begin + 1)
            continue
        }
        position++
        pass(BLANKS, isPassed = true)
        val quote = text.at(position)
        val isQuoted = position < end && isOneOf(QUOTES, quote)
        val start = if (isQuoted) position + 1 else position
        if (isQuoted) {
            position = text.find(quote.toChar(), start, end).let { if (it < 0) end else it }
        } else {
            pass(BLANKS, isPassed = false)
        }
        if (found == name) return unescape(text.string(start, position))
        if (isQuoted) position++
    }
    return null
}
