/*
 * A text with tags in it, as it is read: without them.
 *
 * A piece of HTML: all tags are taken out, whole elements that are not to be translated are points, and
 * what is not within a sentence ends a line. A plain text: tags in pairs and the marks of emphasis are taken
 * out, `<br>` ends a line, and lines that were broken to fit are joined. Tags that nobody closes or opens in
 * the same line stand where they belong, as points. How it is written again says `FragmentWriter`.
 */
package io.github.allez

private const val BLANKS = " \t\n\r\u000c"
private const val LINE_END = '\n'.code
private const val PLAIN_SPACE = ' '.code
private const val HEXADECIMAL = 16

/** Every other element ends a line of HTML. */
private val WITHIN = Elements.INLINE + Elements.WORDS + Elements.POINTS + Elements.SIGNS

/** What is in these elements is not read. */
private val WHOLE = Elements.WORDS + Elements.POINTS + Elements.SKIPPED

/** White space around an element that is not read. */
internal data class Room(val isBefore: Boolean, val isBehind: Boolean)

private val NO_ROOM = Room(isBefore = false, isBehind = false)

/** A tag, or an element that is not read, at a place of the text that is read. */
private data class PlacedTag(val kind: TagKind, val name: String, val raw: String, val place: Int, val room: Room)

/**
 * A line of the text that is read, and what of each mark in it is written.
 *
 * @property start where it begins in the text that is read.
 * @property tags of each mark, what stands where it opens and, of a pair, where it closes.
 * @property rooms of each mark, the white space around it.
 */
internal class FragmentLine(val start: Int, val marked: Marked, val tags: List<List<String>>, val rooms: List<Room>) {
    /** Where it ends. */
    val end: Int get() = start + marked.text.size
}

/** The characters of the text that is read, and where in what was given each of them stands. */
private class Letters {
    private var values = IntArray(64)
    private var starts = IntArray(64)
    private var ends = IntArray(64)
    var size = 0
        private set

    operator fun get(index: Int): Int = values[index]

    fun start(index: Int): Int = starts[index]

    fun end(index: Int): Int = ends[index]

    fun add(value: Int, start: Int, end: Int) {
        if (size == values.size) {
            values = values.copyOf(2 * size)
            starts = starts.copyOf(2 * size)
            ends = ends.copyOf(2 * size)
        }
        values[size] = value
        starts[size] = start
        ends[size++] = end
    }

    fun addAll(other: Letters, from: Int, to: Int) {
        for (index in from until to) add(other[index], other.start(index), other.end(index))
    }

    /** Two halves of a character that come together are none: they stood apart. */
    fun text(): String {
        val whole = String(values, 0, size)
        if (whole.codePointCount(0, whole.length) == size) return whole
        for (index in 0 until size) if (values[index] in 0xD800..0xDFFF) values[index] = '?'.code
        return String(values, 0, size)
    }
}

/**
 * A piece of HTML, or a plain text.
 *
 * @property given the piece.
 * @property isPlain it is plain text, in which only tags in pairs, `<br>` and emphasis are markup.
 */
internal class Fragment(val given: String, val isPlain: Boolean = false) {
    private val points = CodePoints(given)
    private val units = points.offsets()
    private var letters = Letters()
    private val tags = ArrayList<PlacedTag>()
    private var ours = HashSet<Int>()

    /** What is translated. */
    val text: String

    /** All of [text], line by line; a pair that reaches over several is two points. */
    val lines: List<FragmentLine>

    init {
        val tokens = scan(points)
        read(if (isPlain) inPairs(tokens, points) else tokens)
        if (isPlain) join()
        text = letters.text()
        lines = divided(CodePoints(text))
    }

    /** Whether anything is set again in the translation. */
    val hasTags: Boolean get() = tags.isNotEmpty()

    /** Whether the line end at a place of [text] was made by a tag; then it is not written. */
    fun isOurs(place: Int): Boolean = place in ours

    /** Where a stretch of [text], in code points, stands in what was given, in UTF-16 units. */
    fun original(start: Int, end: Int): Span {
        if (start < end) return Span(letters.start(start), letters.end(end - 1))
        val place = if (start > 0) letters.end(start - 1) else 0
        return Span(place, place)
    }

    /** All of [text] with its marks. */
    fun marked(): Marked {
        val marks = ArrayList<Mark>()
        for (line in lines) {
            val base = marks.size
            line.marked.marks.mapTo(marks) { (kind, start, end, parent) ->
                Mark(kind, start + line.start, end + line.start, if (parent == OUTSIDE) parent else parent + base)
            }
        }
        return Marked(CodePoints(text), marks)
    }

    private fun read(tokens: List<TagToken>) {
        val closing = ends(tokens)
        var index = 0
        while (index < tokens.size) {
            val token = tokens[index]
            val last = closing[index] ?: index
            if (token.kind == TagKind.TEXT) {
                addText(token.start, token.end)
            } else if (last > index && (token.name in WHOLE || isKept(points, token))) {
                val end = tokens[last].end
                val isBefore = letters.size > 0 && letters[letters.size - 1] == PLAIN_SPACE
                addTag(TagKind.SINGLE, token.name, token.start, end, Room(isBefore, points.hasOneOf(BLANKS, end)))
                index = last
            } else {
                addTag(token.kind, token.name, token.start, token.end)
            }
            index++
        }
    }

    private fun addText(from: Int, end: Int) {
        val last = tags.lastOrNull()
        // What is not read has a space on both sides: one is read.
        val isDoubled = last != null && last.place == letters.size && last.room.isBefore && last.room.isBehind
        var position = if (isDoubled) from + 1 else from
        while (position < end) {
            val stop = if (isPlain) position else referenceEnd(position, end)
            if (stop > position) {
                val said = CodePoints(unescape(points.string(position, stop)))
                for (index in 0 until said.size) add(said[index], position, stop)
                position = stop
            } else {
                val isBlank = !isPlain && points.hasOneOf(BLANKS, position)
                add(if (isBlank) PLAIN_SPACE else points[position], position, position + 1)
                position++
            }
        }
    }

    /** Where what looks like a character reference ends; [start] if there is none. */
    private fun referenceEnd(start: Int, end: Int): Int {
        if (!points.has('&', start)) return start
        val isNumber = points.has('#', start + 1)
        val isHexadecimal = isNumber && points.hasOneOf("xX", start + 2)
        val first = start + (if (isHexadecimal) 3 else if (isNumber) 2 else 1)
        fun belongs(character: Int) = when {
            isHexadecimal -> isAscii(character) && Character.digit(character, HEXADECIMAL) >= 0
            isNumber -> Character.getType(character) == Character.DECIMAL_DIGIT_NUMBER.toInt()
            else -> character == '_'.code || isAlphanumeric(character)
        }
        if (!isNumber && !isPlainLetter(points.at(first))) return start
        var stop = first
        while (stop < end && belongs(points[stop])) stop++
        return if (stop > first && stop < end && points.has(';', stop)) stop + 1 else start
    }

    private fun add(character: Int, start: Int, end: Int) = letters.add(character, units[start], units[end])

    private fun addTag(token: TagKind, name: String, start: Int, end: Int, room: Room = NO_ROOM) {
        val isKnown = token == TagKind.CLOSE || (token == TagKind.OPEN && name !in Elements.VOID)
        val place = letters.size
        tags.add(PlacedTag(if (isKnown) token else TagKind.SINGLE, name, points.string(start, end), place, room))
        val endsLine = if (isPlain) name in Elements.BLOCKS else name.isNotEmpty() && name !in WITHIN
        if (endsLine && place > 0 && letters[place - 1] != LINE_END) {
            ours.add(place)
            add(LINE_END, end, end)
        }
    }

    /** Reads lines as one that were broken to fit. */
    private fun join() {
        val characters = CodePoints(letters.text())
        val found = joints(characters).filter { joint -> (joint.start until joint.end).none { it in ours } }
        if (found.isEmpty()) return
        val moved = IntArray(letters.size + 1)
        val joined = Letters()
        var position = 0
        for (joint in found + Joint(characters.size, characters.size, "")) {
            for (place in position until joint.start) moved[place] = joined.size + place - position
            joined.addAll(letters, position, joint.start)
            moved.fill(joined.size, joint.start, joint.end)
            for (character in joint.read) {
                joined.add(character.code, letters.start(joint.start), letters.end(joint.end - 1))
            }
            position = joint.end
        }
        moved[letters.size] = joined.size
        tags.replaceAll { it.copy(place = moved[it.place]) }
        ours = ours.mapTo(HashSet()) { moved[it] }
        letters = joined
    }

    private fun divided(characters: CodePoints): List<FragmentLine> {
        val found = ArrayList<FragmentLine>()
        var start = 0
        var first = 0
        while (start <= characters.size) {
            val end = characters.find('\n', start, characters.size).let { if (it < 0) characters.size else it }
            var last = first
            while (last < tags.size && tags[last].place <= end) last++
            found.add(line(start, characters.slice(start, end), tags.subList(first, last)))
            start = end + 1
            first = last
        }
        return found
    }
}

/** What is markup in a text; null: it is read as it stands. */
internal fun readMarkup(text: String, markup: String?): Fragment? {
    if (markup != null) return Fragment(text)
    if ('<' !in text && '\n' !in text && !mayBeEmphasized(text)) return null
    return Fragment(text, isPlain = true).takeIf { it.hasTags || it.text != text }
}

/** Parts of a plain text, divided at line ends, that are read alone as they are in the whole. */
internal fun partsOf(text: String): List<String> {
    if (readMarkup(text, null) == null) return text.split('\n')
    val points = CodePoints(text)
    val units = points.offsets()
    val tokens = scan(points)
    val paired = pairs(tokens.map { it.kind to it.name })
    val parts = ArrayList<String>()
    var start = 0
    var depth = 0
    tokens.forEachIndexed { index, token ->
        paired[index]?.let { other -> if (other > index) depth++ else depth-- }
        if (token.kind != TagKind.TEXT || token.name.isNotEmpty() || depth > 0) return@forEachIndexed
        for (place in token.start until token.end) {
            if (points[place] != LINE_END || !endsBlank(points, place)) continue
            parts.add(text.substring(start, units[place]))
            start = units[place] + 1
        }
    }
    return parts + text.substring(start)
}

/** Whether a line feed ends a blank line: nothing behind it is joined to what is before it. */
private fun endsBlank(text: CodePoints, place: Int): Boolean {
    var before = place - 1
    while (before >= 0 && text.hasOneOf(AROUND, before)) before--
    return before < 0 || text[before] == LINE_END
}

/** The tokens of a plain text: of its tags only those in pairs, and `<br>`; emphasis. */
private fun inPairs(tokens: List<TagToken>, text: CodePoints): List<TagToken> {
    val paired = pairs(tokens.map { it.kind to it.name })
    return tokens.flatMapIndexed { index, token ->
        val isBreak = token.name == "br" && (token.kind == TagKind.OPEN || token.kind == TagKind.SINGLE)
        if (index in paired || isBreak) listOf(token) else emphasized(text, token.start, token.end)
    }
}

/** A line with its marks; tags that nobody closes or opens in it are points. */
private fun line(start: Int, text: CodePoints, tags: List<PlacedTag>): FragmentLine {
    val paired = pairs(tags.map { it.kind to it.name })
    val marks = ArrayList<Mark>()
    val raws = ArrayList<MutableList<String>>()
    val rooms = ArrayList<Room>()
    val waiting = ArrayList<Int>()
    tags.forEachIndexed { index, tag ->
        val place = tag.place - start
        val other = paired[index]
        if (other != null && other < index) {
            val mark = waiting.removeAt(waiting.lastIndex)
            marks[mark] = marks[mark].copy(end = place)
            raws[mark].add(tag.raw)
            return@forEachIndexed
        }
        val kind = if (other == null) MarkKind.POINT else MarkKind.PAIR
        marks.add(Mark(kind, place, place, waiting.lastOrNull() ?: OUTSIDE))
        raws.add(arrayListOf(tag.raw))
        rooms.add(tag.room)
        if (kind == MarkKind.PAIR) waiting.add(marks.lastIndex)
    }
    return FragmentLine(start, Marked(text, marks), raws, rooms)
}
