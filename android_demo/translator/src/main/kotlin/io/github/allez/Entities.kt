/*
 * Entities: the spans of a text whose facts are carried over, and how the target says them.
 *
 * `find` looks through a paragraph for what stands alike in both languages (a *thing*), for numbers,
 * and for the terms of a glossary; names are looked for sentence by sentence, once it is known what
 * else there is (EntitiesNames.kt). Spans come in order and are disjoint. Knows nothing of models:
 * who asks says which letters were learnt and how the two languages write numbers.
 */
package io.github.allez

/** The kinds of entities; each has symbols of its own. */
internal enum class EntityKind { NUMBER, NAME, THING, TERM }

/**
 * A span that becomes one symbol.
 *
 * @property start where it begins, in code points.
 * @property end where it ends.
 * @property said what stands for it in the translation.
 * @property value what is the same on both sides: the letters themselves, or a number's value.
 */
internal data class Entity(val start: Int, val end: Int, val kind: EntityKind, val said: String, val value: String)

private typealias Scanner = (CodePoints, Int) -> Int

private val MARKS: Map<Int, List<Scanner>> = mapOf<Char, List<Scanner>>(
    '`' to listOf(CodePoints::code),
    '<' to listOf(CodePoints::markup, CodePoints::sign),
    '&' to listOf(CodePoints::markup),
    '{' to listOf(CodePoints::braces),
    '[' to listOf(CodePoints::braces),
    '%' to listOf(CodePoints::percent),
    '$' to listOf(CodePoints::dollar),
    '#' to listOf(CodePoints::emoji, CodePoints::tagged),
    '*' to listOf(CodePoints::emoji),
    '@' to listOf(CodePoints::tagged),
    ':' to listOf(CodePoints::colons),
    '\\' to listOf(CodePoints::backslash),
    '/' to listOf(CodePoints::path),
    '~' to listOf(CodePoints::path),
    '.' to listOf(CodePoints::blank, CodePoints::path),
    '\u2026' to listOf(CodePoints::blank),
    '-' to listOf(CodePoints::option),
).mapKeys { it.key.code }
private val OTHER_MARKS: List<Scanner> = listOf(CodePoints::emoji, CodePoints::sign)
private val DIGITS: List<Scanner> = listOf(
    CodePoints::emoji, CodePoints::date, CodePoints::version, CodePoints::telephone, CodePoints::house, CodePoints::mixed,
    CodePoints::feet, CodePoints::identifier, CodePoints::spaced, CodePoints::lapse,
)
private val NUMBER_SIGNS: List<Scanner> = listOf(CodePoints::telephone)
private val CODES: List<Scanner> =
    listOf(CodePoints::clock, CodePoints::joined, CodePoints::noughts, CodePoints::address)
private val WORDS: List<Scanner> =
    listOf(CodePoints::address, CodePoints::account, CodePoints::file, CodePoints::identifier)

private const val BEFORE_WORDS = "\u00ab\u00bb\"\u201c\u201d(\u00a0\u202f"
private const val BEHIND_WORDS = ".,;:!?\u2026)\u00ab\u00bb\"\u201c\u201d'\u2019\u00a0\u202f"
private const val ROW = "....."
private const val ROW_OF_DOTS = "\u2026\u2026"
private val BEFORE_NUMBERS = "+(-\u2013\u2212\u00b1$CURRENCY_SIGNS$DECADE_QUOTES"
private val DOLLARS = words(SPEC.part("prices").text("dollars"))
private const val DECADE = "années"

/**
 * Finds the things, numbers and terms of texts.
 *
 * @param source how the texts' language writes numbers; null: numbers stay as they are.
 * @param target how the other language does.
 * @param knows whether the model has learnt a letter.
 * @param glossary terms; the longest one counts.
 */
internal class EntityFinder(
    private val source: NumberForm?,
    private val target: NumberForm?,
    private val knows: (Int) -> Boolean = ::isLatin,
    glossary: List<Term> = emptyList(),
) {
    private val terms = glossary.filter { it.text.isNotEmpty() }
        .sortedWith(compareByDescending<Term> { it.characters.size }.thenComparing({ it.text }, ::compareCodePoints))

    /**
     * The entities of a paragraph, in order and disjoint; none crosses a line feed.
     *
     * @param keep spans that are never translated, in code points, the end not among them; empty ones
     *   and those that overlap an earlier one are passed over.
     */
    fun find(text: CodePoints, keep: List<Pair<Int, Int>> = emptyList()): List<Entity> {
        val found = ArrayList<Entity>()
        var done = 0
        for ((start, end) in keep.sortedWith(compareBy({ it.first }, { -it.second }))) {
            if (start < done || start >= end || end > text.size) continue
            findBetween(text, done, start, found)
            val letters = text.string(start, end)
            found.add(Entity(start, end, EntityKind.THING, letters, letters))
            done = end
        }
        findBetween(text, done, text.size, found)
        return found
    }

    /** Adds what stands between two positions, line by line. */
    private fun findBetween(text: CodePoints, from: Int, end: Int, found: MutableList<Entity>) {
        var start = from
        while (start < end) {
            val lineEnd = text.find('\n', start, end).let { if (it == NOTHING) end else it }
            val shift = start
            LineFinder(text.slice(start, lineEnd)).find().mapTo(found) {
                it.copy(start = it.start + shift, end = it.end + shift)
            }
            start = lineEnd + 1
        }
    }

    /** Looks through one line. */
    private inner class LineFinder(private val line: CodePoints) {
        fun find(): List<Entity> {
            val found = ArrayList<Entity>()
            var position = 0
            while (position < line.size) {
                val term = line.termAt(position, terms, target?.hours == true)
                if (term != null) {
                    found.add(Entity(position, term.end, EntityKind.TERM, term.said, term.term))
                    position = term.end
                    continue
                }
                val passed = if (source != null && source.hours) line.passed(position) else position
                if (passed > position && !hasTerm(position + 1, passed)) {
                    position = passed
                    continue
                }
                if (terms.isEmpty() && (position == 0 || line.has(' ', position - 1))) {
                    val space = line.find(' ', position, line.size).let { if (it == NOTHING) line.size else it }
                    if (isPlain(position, space)) {
                        position = space + 1
                        continue
                    }
                }
                val entity = at(position)
                if (entity != null) found.add(entity)
                position = entity?.end ?: next(position)
            }
            return found
        }

        /** Whether a term begins in a stretch. */
        private fun hasTerm(start: Int, end: Int): Boolean = terms.isNotEmpty() &&
            (start until end).any { line.termAt(it, terms, target?.hours == true) != null }

        private fun next(position: Int): Int = when {
            isLetter(line[position]) -> line.run(position, ::isLetter)
            isDigit(line[position]) -> line.digits(position)
            else -> position + 1
        }

        /**
         * Whether nothing between two spaces can begin an entity, as with most words. This only saves
         * time: the scanners would find nothing there either.
         */
        private fun isPlain(from: Int, to: Int): Boolean {
            if (to > from && line.all(from, to, ::isPlainLetter) && line.allSmall(from + 1, to)) return true
            if ((from until to).any { it + ROW.length <= to && line.startsWith(ROW, it) }) return false
            if ((from until to - 1).any { line.startsWith(ROW_OF_DOTS, it) }) return false
            var start = from
            var end = to
            while (start < end && line.hasOneOf(BEFORE_WORDS, start)) start++
            while (end > start && line.hasOneOf(BEHIND_WORDS, end - 1)) end--
            val within = line.all(start, end) { isLetter(it) || isOneOf("$APOSTROPHES-", it) }
            if (start == end || !within || line.all(start, end) { !isLetter(it) } || line.has('-', start)) {
                return start == end && line.all(from, to) { isAscii(it) && it != '('.code }
            }
            if (!line.all(start, end) { isAscii(it) || !isLetter(it) || knows(it) }) return false
            val regular = line.allSmall(start, end) || line.allSmall(start + 1, end) ||
                line.allCapital(start, end) || line.titled(start, end)
            return regular && !line.startsWith(DECADE, end - DECADE.length)
        }

        /** The thing or number that begins at a position. */
        private fun at(start: Int): Entity? {
            val first = line[start]
            if (first == ' '.code) return null
            val row = if (first == '_'.code && line.begins(start)) line.blank(start) else start
            if (row > start) return thing(start, row)
            if (isLetter(first) || first == '_'.code) return atWord(start)
            if (isDigit(first) || isOneOf(BEFORE_NUMBERS, first)) atNumber(start)?.let { return it }
            if (isPrivate(first)) return thing(start, line.privateUse(start))
            return firstOf(MARKS[first] ?: if (isAscii(first)) emptyList() else OTHER_MARKS, start)
        }

        private fun atNumber(start: Int): Entity? {
            if (!line.beginsNumber(start, source)) return null
            val first = line[start]
            if (source != null && !source.hours) atEnglish(start, source)?.let { return it }
            if (isDigit(first)) {
                if (source != null && source.hours && target?.hours == false) line.period(start)?.let { return it }
                if (source != null && source.hours) line.stretch(start, source, target)?.let { return it }
                val end = if (source != null && source.hours) line.nameEnd(start, source) else start
                if (end > start && line.isNamed(start, end)) return thing(start, end)
                firstOf(DIGITS, start)?.let { return it }
            } else if (isOneOf("+(", first)) {
                firstOf(NUMBER_SIGNS, start)?.let { return it }
            }
            if (first != '('.code) number(start)?.let { return it }
            return if (isDigit(first)) firstOf(CODES, start) else null
        }

        /** What English alone reads where a number begins. */
        private fun atEnglish(start: Int, source: NumberForm): Entity? {
            line.englishSpan(start, source, target)?.let { return it }
            if (!isDigit(line[start])) return null
            val last = line.plain(start, source).end
            val joined = line.has('-', last) && line.unitBehind(last, source.units) != null
            if (joined || line.moment(start) != null) return number(start)
            val end = line.numbered(start)
            return if (end > start) thing(start, end) else null
        }

        private fun atWord(start: Int): Entity? {
            if (!line.begins(start)) return null
            val end = line.run(start, ::isLetter)
            if (!line.all(start, end) { isAscii(it) || knows(it) }) {
                val stop = line.foreign(start, knows)
                if (stop > start) return thing(start, stop)
            }
            val humps = !line.allSmall(minOf(start + 1, end), end) && !line.allCapital(start, end)
            val inner = isDigit(line.at(end)) || line.hasOneOf("_@.-:/\\(+%", end)
            if (end - start > 1 && !humps && !inner) {
                val word = line.string(start, end)
                if (word == DECADE && source != null) return number(start)
                if (!(word in DOLLARS && line.has('$', end))) return null
            }
            if (line.has('$', end)) number(start)?.let { return it }
            if (!inner && !humps) return null
            val english = source != null && !source.hours
            val stop = line.initials(start)
            if (stop > start && !(english && isTranslated(line.string(start, stop)))) return thing(start, stop)
            val found = firstOf(WORDS, start) ?: return null
            if (!english || isTranslated(found.said)) return found.takeIf { !english }
            val said = if (line.identifier(start) == found.end) singular(found.said) else found.said
            return found.copy(said = said, value = said)
        }

        private fun number(start: Int): Entity? {
            val (end, amount) = line.read(start, source ?: return null) ?: return null
            val said = if (target != null) write(amount, target) else line.string(start, end)
            return Entity(start, end, EntityKind.NUMBER, said, amount.value)
        }

        private fun firstOf(scanners: List<Scanner>, start: Int): Entity? {
            for (scanner in scanners) {
                val end = scanner(line, start)
                if (end > start) return thing(start, end)
            }
            return null
        }

        private fun thing(start: Int, end: Int): Entity {
            val letters = line.string(start, end)
            return Entity(start, end, EntityKind.THING, letters, letters)
        }
    }
}
