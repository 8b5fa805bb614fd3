/*
 * Inline markup through translation: attention says where each mark of a source belongs.
 *
 * A pair is set around the run of target words that attend more to what it encloses than to the rest; a
 * point between the words that attend to what is before it and those that attend to what is behind. Pairs
 * stay within their parents and never overlap, and there are as many marks as before: nothing is lost and
 * nothing doubled, whatever the attention says. Knows nothing of tags. Places count code points.
 */
package io.github.allez

/** What a unit weighs that must be in a run, or must not; attention sums to far less. */
private const val SURE = 1000.0

/** How far below half of a unit's attention that for a pair may be, as a share of it. */
private const val LIKELY = 0.25

/** A run of units, and the sum of their gains. */
private class Run(val sum: Double, val units: List<Int>)

/**
 * The marks of a source text set in its translation; as many, in the same order, and nested.
 *
 * @param marked the source.
 * @param alignment of its text and the translation.
 */
internal fun place(marked: Marked, alignment: Alignment): Marked {
    if (marked.marks.isEmpty()) return Marked(alignment.target)
    return Placing(marked, alignment).placed()
}

/** One text whose marks are being set, parents before what they enclose. */
private class Placing(private val source: Marked, private val alignment: Alignment) {
    private val marks = source.marks
    private val text = alignment.target
    private val words = findWords()
    private val units = whole(unitsOf(text, alignment.targetSpans), words.values)
    private val isWord = BooleanArray(units.size) { hasWord(text, units[it]) }
    private val attended = attended() // [U][S]: what each unit attends to, its tokens together
    private val sourceUnits = whole(
        unitsOf(source.text, alignment.sourceSpans),
        marks.filter { it.kind == MarkKind.WORD }.map { Span(it.start, it.end) },
    )
    private val placed = LinkedHashMap<Int, Mark>()

    fun placed(): Marked {
        val children = marks.indices.groupBy { marks[it].parent }
        val waiting = arrayListOf(OUTSIDE)
        while (waiting.isNotEmpty()) {
            val parent = waiting.removeAt(waiting.lastIndex)
            val pairs = children[parent].orEmpty().filter { marks[it].kind == MarkKind.PAIR }
            if (pairs.isNotEmpty()) placePairs(parent, pairs)
            waiting.addAll(pairs)
        }
        words.keys.forEach(::placeWord)
        marks.forEachIndexed { index, mark ->
            if (index !in placed) {
                val position = position(mark.parent, mark.start)
                placed[index] = Mark(mark.kind, position, position, mark.parent)
            }
        }
        return Marked(text, marks.indices.map { placed.getValue(it) })
    }

    /** Where what was read as a word is spelled in the target; none is found twice. */
    private fun findWords(): Map<Int, Span> {
        val found = LinkedHashMap<Int, Span>()
        marks.forEachIndexed { index, mark ->
            val size = mark.end - mark.start
            if (mark.kind != MarkKind.WORD || size == 0) return@forEachIndexed
            val start = (0..text.size - size).firstOrNull { start ->
                found.values.none { start < it.end && it.start < start + size } &&
                    (0 until size).all { text[start + it] == source.text[mark.start + it] }
            }
            if (start != null) found[index] = Span(start, start + size)
        }
        return found
    }

    private fun attended(): List<DoubleArray> {
        val rows = mutual(alignment)
        val found = units.map { DoubleArray(alignment.sourceSpans.size) }
        alignment.targetSpans.forEachIndexed { token, span ->
            units.forEachIndexed { unit, place ->
                val share = overlap(span, place)
                if (share > 0.0) for (column in rows[token].indices) found[unit][column] += share * rows[token][column]
            }
        }
        return found
    }

    /** [U]: how much of each unit's attention lies in a stretch of the source. */
    private fun within(span: Span): DoubleArray {
        val shares = alignment.sourceSpans.map { overlap(it, span) }
        return DoubleArray(units.size) { unit ->
            var sum = 0.0
            for (column in shares.indices) if (shares[column] > 0.0) sum += attended[unit][column] * shares[column]
            sum
        }
    }

    /** Where in the target the children of a mark may stand. */
    private fun bounds(parent: Int): Span =
        if (parent == OUTSIDE) Span(0, text.size) else placed.getValue(parent).let { Span(it.start, it.end) }

    /** Where in the source the children of a mark stand. */
    private fun sourceBounds(parent: Int): Span =
        if (parent == OUTSIDE) Span(0, source.text.size) else Span(marks[parent].start, marks[parent].end)

    /** The units inside a placed parent. */
    private fun inner(parent: Int): List<Int> {
        val (low, high) = bounds(parent)
        return units.indices.filter { low <= units[it].start && units[it].end <= high }
    }

    /** The words in a stretch of the source, other characters left out. */
    private fun sourceWords(span: Span): List<Span> =
        sourceUnits.filter { span.start < it.end && it.start < span.end && hasWord(source.text, it) }

    /** Whether there is nothing but white space in a stretch of the source. */
    private fun isBlank(start: Int, end: Int): Boolean = source.text.all(start, end, ::isSpace)

    /** Whether a pair encloses a mark of the source, at any depth. */
    private fun isAround(pair: Int, mark: Int): Boolean =
        generateSequence(mark) { index -> marks[index].parent.takeIf { it != OUTSIDE } }.any { it == pair }

    /** Leaves a word where it is spelled; a pair that did not reach so far is not around it. */
    private fun placeWord(index: Int) {
        val (start, end) = words.getValue(index)
        var parent = marks[index].parent
        while (true) {
            val (low, high) = bounds(parent)
            if (low <= start && end <= high) break
            parent = marks[parent].parent
        }
        placed[index] = Mark(MarkKind.WORD, start, end, parent)
    }

    /** Gives each pair of one parent its run of units, the surest first. */
    private fun placePairs(parent: Int, pairs: List<Int>) {
        val inner = inner(parent)
        val total = within(sourceBounds(parent))
        val gains = pairs.associateWith { gains(it, total) }
        val free = inner.toMutableSet()
        val waiting = pairs.toMutableList()
        while (waiting.isNotEmpty()) {
            val runs = waiting.associateWith { bestRun(gains.getValue(it), inner, free) }
            val pair = waiting.maxByOrNull { runs.getValue(it).sum }!! // the first of equal ones
            waiting.remove(pair)
            var run = wholeRun(pair, parent, inner).ifEmpty { runs.getValue(pair).units }
            run = withEdges(pair, longest(run, free), free)
            if (run.isEmpty()) run = withoutWords(pair, gains.getValue(pair), total, free)
            val span = if (run.isEmpty()) {
                position(parent, marks[pair].start).let { Span(it, it) }
            } else {
                Span(units[run.first()].start, units[run.last()].end)
            }
            placed[pair] = Mark(MarkKind.PAIR, span.start, span.end, parent)
            free.removeAll(run.toSet())
        }
    }

    /** [U]: what each unit is worth to a pair. */
    private fun gains(pair: Int, total: DoubleArray): DoubleArray {
        val within = within(Span(marks[pair].start, marks[pair].end))
        val found = DoubleArray(units.size) { if (isWord[it]) within[it] - total[it] / 2 else 0.0 }
        for ((word, place) in words) found[units.indexOf(place)] = if (isAround(pair, word)) SURE else -SURE
        return found
    }

    /** The largest sum that a run of free units has, and the run; none if none is above 0. */
    private fun bestRun(gains: DoubleArray, inner: List<Int>, free: Set<Int>): Run {
        var best = Run(0.0, emptyList())
        var total = 0.0
        var from = 0
        inner.forEachIndexed { place, index ->
            if (index !in free) {
                total = 0.0
                from = place + 1
                return@forEachIndexed
            }
            if (total <= 0.0) {
                total = 0.0
                from = place
            }
            total += gains[index]
            if (total > best.sum + EQUAL) best = Run(total, inner.subList(from, place + 1))
        }
        return best
    }

    /** The run of a pair that encloses all words of its parent: all of them again. */
    private fun wholeRun(pair: Int, parent: Int, inner: List<Int>): List<Int> {
        val mark = marks[pair]
        val around = sourceBounds(parent)
        if (isBlank(around.start, around.end)) return emptyList()
        if (isBlank(around.start, mark.start) && isBlank(mark.end, around.end)) return inner
        val words = sourceWords(around)
        if (words.isEmpty() || sourceWords(Span(mark.start, mark.end)) != words) return emptyList()
        val found = inner.filter { isWord[it] }
        return if (found.isEmpty()) found else (found.first()..found.last()).toList()
    }

    /** The longest stretch of a run whose units are all free, the first of several. */
    private fun longest(run: List<Int>, free: Set<Int>): List<Int> {
        var best = emptyList<Int>()
        var here = emptyList<Int>()
        for (index in run) {
            here = if (index in free) here + index else emptyList()
            if (here.size > best.size) best = here
        }
        return best
    }

    /** Stretches a run over as many signs at its edges as the source encloses at its own. */
    private fun withEdges(pair: Int, run: List<Int>, free: Set<Int>): List<Int> {
        val mark = marks[pair]
        val inside = sourceUnits.filter { mark.start <= it.start && it.end <= mark.end }
        val isSign = inside.map { !hasWord(source.text, it) }
        if (run.isEmpty() || isSign.all { it }) return run
        var (low, high) = run.first() to run.last()
        fun isFreeSign(unit: Int) = unit in free && !isWord[unit] && units[unit] !in words.values
        repeat(isSign.indexOf(false)) { if (isFreeSign(low - 1)) low-- }
        repeat(isSign.size - 1 - isSign.lastIndexOf(false)) { if (isFreeSign(high + 1)) high++ }
        return (low..high).toList()
    }

    /** The unit for a pair that no word attends to: the same sign, or the likeliest word. */
    private fun withoutWords(
        pair: Int,
        gains: DoubleArray,
        total: DoubleArray,
        free: Set<Int>,
    ): List<Int> {
        val mark = marks[pair]
        var (start, end) = mark.start to mark.end
        while (start < end && isSpace(source.text[start])) start++
        while (start < end && isSpace(source.text[end - 1])) end--
        if (start == end) return emptyList()
        val order = free.sorted()
        if (sourceWords(Span(mark.start, mark.end)).isEmpty()) {
            val sign = source.text.string(start, end)
            return order.filter { text.string(units[it].start, units[it].end) == sign }.take(1)
        }
        val likely = order.filter { isWord[it] && gains[it] > -LIKELY * total[it] }
        return listOfNotNull(firstOfMost(likely, gains))
    }

    /** Where a point of the source belongs within its parent, outside of what is placed. */
    private fun position(parent: Int, point: Int): Int {
        val (low, high) = bounds(parent)
        val (start, end) = sourceBounds(parent)
        if (isBlank(start, point)) return low
        if (isBlank(point, end)) return high
        val follows = !isSpace(source.text[point - 1])
        val inner = inner(parent)
        var position = if (follows && !isInWord(source.text[point])) {
            behindWord(inner, point) ?: high // a footnote: it belongs to the word before it
        } else {
            between(inner, Span(start, end), point, follows) ?: low
        }
        for (sibling in placed.values.filter { it.parent == parent }) {
            if (position <= sibling.start || position >= sibling.end) continue
            val isNearEnd = follows || sibling.end - position < position - sibling.start
            position = if (isNearEnd) sibling.end else sibling.start
        }
        return position
    }

    /**
     * The first of some units, in order, that has most; less by next to nothing is as much.
     *
     * What one word of several stands for has its weight shared evenly: a host that adds in another
     * order must not choose another one.
     */
    private fun firstOfMost(among: Iterable<Int>, weights: DoubleArray): Int? {
        val most = among.maxOfOrNull { weights[it] } ?: return null
        return among.first { weights[it] > most - EQUAL }
    }

    /** Behind the unit that attends most to the word before a point. */
    private fun behindWord(inner: List<Int>, point: Int): Int? {
        val weights = within(sourceUnits.last { it.start < point })
        return firstOfMost(inner, weights)?.let { units[it].end }
    }

    /** Between the units that attend to what is before a point and those that attend to what is behind it. */
    private fun between(inner: List<Int>, bounds: Span, point: Int, follows: Boolean): Int? {
        val (before, after) = within(Span(bounds.start, point)) to within(Span(point, bounds.end))
        val sums = DoubleArray(inner.size + 1)
        inner.forEachIndexed { place, index -> sums[place + 1] = sums[place] + (before[index] - after[index]) }
        val cut = firstOfMost(sums.indices, sums) ?: 0
        return when {
            inner.isEmpty() -> null
            cut == inner.size || (follows && cut > 0) -> units[inner[cut - 1]].end
            else -> units[inner[cut]].start
        }
    }
}

/** The units of a text; what one symbol stands for, `12,50 €`, is one of them. */
private fun unitsOf(text: CodePoints, tokens: List<Span>): List<Span> =
    whole(unitsOf(text), tokens.filter { isSymbol(text, it) })

/** Units, each of some spans being one. */
private fun whole(units: List<Span>, spans: Collection<Span>): List<Span> {
    if (spans.isEmpty()) return units
    val others = units.filter { unit -> spans.none { unit.start < it.end && it.start < unit.end } }
    return (others + spans).sortedWith(compareBy({ it.start }, { it.end }))
}

/** Whether a token stands for more than a word or a sign: digits with signs or spaces. */
private fun isSymbol(text: CodePoints, token: Span): Boolean {
    val inside = (token.start until token.end).map { text[it] }
    return inside.any(Character::isDigit) && !inside.all(::isInWord)
}

private fun hasWord(text: CodePoints, unit: Span): Boolean = (unit.start until unit.end).any { isInWord(text[it]) }
