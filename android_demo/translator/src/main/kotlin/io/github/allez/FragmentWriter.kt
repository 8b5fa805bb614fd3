/* A text with tags in it, as it is written: its translation, with the tags where attention says. */
package io.github.allez

/** The code points of a text by their UTF-16 units. */
private class Places(text: String) {
    val points: CodePoints = CodePoints(text)
    private val places: IntArray? = if (points.size == text.length) null else IntArray(text.length + 1).also { places ->
        val offsets = points.offsets()
        for (point in 0 until points.size) places.fill(point, offsets[point], offsets[point + 1])
        places[text.length] = points.size
    }

    /** Which code point stands at a unit; their number at the end. */
    fun point(unit: Int): Int = places?.get(unit) ?: unit
}

/** Where a line of the translation ends, and whether a line feed stands there. */
private class LineEnd(val place: Int, val isSaid: Boolean)

/** What is written, and where in it each character of the translation without tags stands. */
private class Out(private val isPlain: Boolean, size: Int) {
    private val parts = StringBuilder()
    private var last = ""
    private val starts = IntArray(size)
    private val ends = IntArray(size)
    private var count = 0

    val text: String get() = parts.toString()

    /** Writes a line with its tags; what was not read has white space around it again. */
    fun line(line: FragmentLine, placed: Marked) {
        var isApart = false
        for (event in weave(placed)) {
            if (event.kind == EventKind.TEXT) {
                if (isApart && isAlphanumeric(placed.text[event.start])) write(" ")
                for (index in event.start until event.end) character(placed.text.string(index, index + 1))
                isApart = false
                continue
            }
            val room = line.rooms[event.mark]
            if (room.isBefore && last.isNotEmpty() && !isSpace(last.codePointBefore(last.length))) write(" ")
            isApart = isApart || room.isBehind
            write(line.tags[event.mark][if (event.kind == EventKind.CLOSE) 1 else 0])
        }
    }

    /** Writes what stands for a character of the translation. */
    fun character(said: String, written: String = escaped(said)) {
        starts[count] = parts.length
        write(written)
        ends[count++] = parts.length
    }

    private fun escaped(said: String): String = when {
        isPlain -> said
        said == "&" -> "&amp;"
        said == "<" -> "&lt;"
        said == ">" -> "&gt;"
        else -> said
    }

    private fun write(text: String) {
        parts.append(text)
        last = text
    }

    /** Where a stretch of the translation stands. */
    fun span(start: Int, end: Int): Span {
        if (start < end) return Span(starts[start], ends[end - 1])
        val place = if (start > 0) ends[start - 1] else 0
        return Span(place, place)
    }
}

/** One text of a translation with its tags, and what was said of each sentence, with its place there. */
private class Written(val text: String, val said: List<Pair<Int, Hypothesis>>)

/**
 * The translation of [Fragment.text] as one of what was given.
 *
 * @param fragment what was given.
 * @param translation of its text.
 * @param pieces that text taken apart.
 * @param starts of each of the translation's texts, where the pieces begin in it.
 */
internal class FragmentWriter(
    private val fragment: Fragment,
    private val translation: Translation,
    private val pieces: List<Piece>,
    private val starts: List<IntArray>,
) {
    private val source = Places(fragment.text)
    private val sentences = pieces.indices.filter { pieces[it].translate }.zip(translation.sentences)
    private val begins = IntArray(sentences.size) { source.point(sentences[it].second.start) }

    fun written(): Translation {
        val ranks = translation.texts.indices.map(::ranked)
        val moved = translation.sentences.mapIndexed { number, sentence ->
            val (start, end) = original(sentence.start, sentence.end)
            Sentence(
                source = fragment.given.substring(start, end),
                start = start,
                end = end,
                targetStart = ranks[0].said[number].first,
                sourceTokens = sentence.sourceTokens.map { moved(it, original(it.start, it.end)) },
                hypotheses = sentence.hypotheses.indices.map { ranks[it].said[number].second },
                carried = sentence.carried,
                measure = sentence::features,
                rate = sentence::confidence,
            ) { sentence.doubts.map(::movedDoubt) }
        }
        return Translation(fragment.given, ranks.map { it.text }, moved)
    }

    private fun original(start: Int, end: Int): Span = fragment.original(source.point(start), source.point(end))

    private fun moved(token: Token, place: Span): Token = token.copy(start = place.start, end = place.end)

    private fun movedDoubt(doubt: Doubt): Doubt {
        if (doubt.start == null || doubt.end == null) return doubt
        val (start, end) = original(doubt.start, doubt.end)
        return doubt.copy(start = start, end = end)
    }

    private fun hypothesis(sentence: Sentence, rank: Int): Hypothesis =
        sentence.hypotheses[minOf(rank, sentence.hypotheses.size - 1)]

    /** One text with its tags, and of each sentence what was said, with them too. */
    private fun ranked(rank: Int): Written {
        val target = Places(translation.texts[rank])
        val out = Out(fragment.isPlain, target.points.size)
        var low = 0
        val lineEnds = lineEnds(rank, target) + LineEnd(target.points.size, isSaid = false)
        check(lineEnds.size == fragment.lines.size) { "lines were lost on their way" }
        fragment.lines.zip(lineEnds) { line, end ->
            out.line(line, placed(line, rank, target, Span(low, end.place)))
            if (end.isSaid) out.character("\n", if (fragment.isOurs(line.end)) "" else "\n")
            low = if (end.isSaid) end.place + 1 else end.place
        }
        val text = out.text
        val said = sentences.map { (index, sentence) ->
            val hypothesis = hypothesis(sentence, rank)
            val (begin, end) = starts[rank][index].let { target.point(it) to target.point(it + hypothesis.text.length) }
            val place = out.span(begin, end)
            val tokens = hypothesis.tokens.map { token ->
                val first = starts[rank][index] + token.start
                val last = starts[rank][index] + token.end
                val span = out.span(target.point(first), target.point(last))
                moved(token, Span(maxOf(span.start - place.start, 0), maxOf(span.end - place.start, 0)))
            }
            val written = text.substring(place.start, place.end)
            place.start to Hypothesis(written, tokens, hypothesis.score, hypothesis.attention, hypothesis.finished)
        }
        return Written(text, said)
    }

    /** Where the lines end; one within what is carried over as a whole ends with it. */
    private fun lineEnds(rank: Int, target: Places): List<LineEnd> {
        val found = ArrayList<LineEnd>()
        var number = 0
        pieces.forEachIndexed { index, piece ->
            val start = starts[rank][index]
            val size = if (piece.translate) hypothesis(translation.sentences[number++], rank).text.length else 0
            piece.text.forEachIndexed { offset, character ->
                if (character == '\n') {
                    val place = if (piece.translate) start + size else start + offset
                    found.add(LineEnd(target.point(place), isSaid = !piece.translate))
                }
            }
        }
        return found
    }

    /** The marks of a line in its translation, which stands at [there]. */
    private fun placed(line: FragmentLine, rank: Int, target: Places, there: Span): Marked {
        val text = target.points.slice(there.start, there.end)
        if (line.marked.marks.isEmpty()) return Marked(text)
        val within = sentences.subList(firstFrom(line.start), firstFrom(line.end + 1))
        val translated = within.map { (index, sentence) ->
            val hypothesis = hypothesis(sentence, rank)
            val begin = starts[rank][index]
            fun read(start: Int, end: Int) = Span(source.point(start) - line.start, source.point(end) - line.start)
            fun said(start: Int, end: Int) =
                Span(target.point(begin + start) - there.start, target.point(begin + end) - there.start)
            Translated(
                place = read(sentence.start, sentence.end),
                said = said(0, hypothesis.text.length),
                sourceSpans = sentence.sourceTokens.map { read(it.start, it.end) },
                spans = hypothesis.tokens.map { said(it.start, it.end) },
                attention = hypothesis.attention,
            )
        }
        return place(line.marked, align(line.marked.text, text, translated))
    }

    /** The first sentence that begins at a place of the source, or behind it. */
    private fun firstFrom(place: Int): Int = begins.binarySearch(place).let { if (it < 0) it.inv() else it }
}
