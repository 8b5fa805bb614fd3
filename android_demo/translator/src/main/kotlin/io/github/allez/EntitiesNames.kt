/*
 * Names: which capitalised words of a sentence are carried over in their own letters.
 *
 * The list in the bundle holds the words that are not: those that training has seen in small letters
 * or translated. Words that are not listed are names that were copied in training, or were never seen.
 */
package io.github.allez

import java.util.Locale

/** Given names that are carried over, whatever is listed: translations of them were seen in training. */
private val GIVEN = words(SPEC.part("names").text("given"))

/** Words cut short that begin what is listed of a letter or an advertisement: `Tél.`, `Réf.`. */
private val NO_NAMES = words(SPEC.part("names").text("no_names"))

/** Months that are cut short: no names before a full stop (`Janv. 2026`). */
private val STOPPED = words(SPEC.part("names").text("stopped"))

/** How many characters a word of the file shares with the one before, as one character. */
private const val SHARED = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"

private const val HEAD = "names 1"

/** Words in small letters that stand within names. */
private val PARTICLES = words(SPEC.part("names").text("particles"))

/** Of plurals and feminines: the list need not hold them apart. */
private val ENDINGS = words(SPEC.part("names").text("endings"))

/**
 * The words that are no names.
 *
 * @property words these words, in small letters.
 */
internal class Names(private val words: Set<String>) {
    /**
     * Whether a capitalised word is carried over. Of a word with hyphens that was never seen, at least
     * one part must be a name.
     */
    fun carried(word: String): Boolean {
        val small = word.lowercase(Locale.ROOT)
        if (small in GIVEN) return true
        if (small in NO_NAMES || romanOrdinal(word).isNotEmpty()) return false
        if (lists(small) || word.codePointCount(0, word.length) < 2) return false
        val parts = small.split("-")
        return parts.size == 1 || !parts.all(::lists)
    }

    /** Whether a capitalised word is translated, but always written so ("Italie"). */
    fun listsWithCapital(word: String): Boolean = word in words

    /** Whether a word or what it is the plural or the feminine of is listed. */
    fun lists(word: String): Boolean =
        word in words || ENDINGS.any { word.endsWith(it) && word.removeSuffix(it) in words }

    companion object {
        /**
         * Reads the file `names.txt`.
         *
         * @throws BundleFormatError it is malformed.
         */
        fun parse(content: String): Names {
            val lines = content.split("\n")
            if (lines[0] != HEAD || lines.last().isNotEmpty()) {
                throw BundleFormatError("the list of names must begin with 'names 1' and end a line")
            }
            val words = HashSet<String>()
            var before = ""
            for (line in lines.subList(1, lines.size - 1)) {
                val word = next(line, before)
                if (word == null || compareCodePoints(word, before) <= 0) {
                    throw BundleFormatError("the list of names is out of order after '$before'")
                }
                words.add(word)
                before = word
            }
            return Names(words)
        }

        /** The word of a line, given the one before; null if it is none. */
        private fun next(line: String, before: String): String? {
            val shared = if (line.isEmpty()) -1 else SHARED.indexOf(line[0])
            if (shared !in 0..before.codePointCount(0, before.length)) return null
            return before.substring(0, before.offsetByCodePoints(0, shared)) + line.substring(1)
        }
    }
}

/** The names of a sentence that is not in capitals, outside its other [entities]. */
internal fun findNames(sentence: CodePoints, entities: List<Entity>, names: Names): List<Entity> =
    NameFinder(sentence, names).find(entities)

/**
 * The names of a sentence in capitals: what is written with a capital and small letters.
 *
 * Words that single spaces part are one name. The list does not count: who writes all else in capitals
 * means something by it. None, where a word has no capital at its start, or they are more than half of
 * all words.
 */
internal fun namesWithinCapitals(sentence: CodePoints): List<Entity> =
    NameFinder(sentence, Names(emptySet())).findWithinCapitals()

private class NameFinder(private val text: CodePoints, private val names: Names) {
    private val found = ArrayList<Entity>()

    fun find(entities: List<Entity>): List<Entity> {
        var position = 0
        for (entity in entities) {
            findBetween(position, entity.start)
            position = maxOf(position, entity.end)
        }
        findBetween(position, text.size)
        return found
    }

    fun findWithinCapitals(): List<Entity> {
        var position = 0
        var words = 0
        var mixed = 0
        while (position < text.size) {
            val end = wordEnd(position, text.size)
            if (end > position) {
                words++
                if (!text.allCapital(position, end)) {
                    mixed++
                    if (!isCapital(text[position])) return emptyList()
                    addJoined(position, end)
                }
            }
            position = maxOf(end, position + 1)
        }
        return if (2 * mixed <= words) found else emptyList()
    }

    /** Adds a word to the name that a single space parts it from, or as a name of its own. */
    private fun addJoined(start: Int, end: Int) {
        val isJoined = text.has(' ', start - 1) && found.lastOrNull()?.end == start - 1
        val begin = if (isJoined) found.removeAt(found.size - 1).start else start
        val letters = text.string(begin, end)
        found.add(Entity(begin, end, EntityKind.NAME, letters, letters))
    }

    private fun findBetween(start: Int, limit: Int) {
        var position = start
        while (position < limit) {
            if (position == 0 || text.has(' ', position - 1)) {
                val space = text.find(' ', position, text.size).let { if (it == NOTHING) text.size else it }
                if (space <= limit && text.allSmall(position, space)) {
                    position = space + 1 // nothing is written with a capital here
                    continue
                }
            }
            val end = wordEnd(position, limit)
            if (end == position) {
                position++
            } else {
                position = if (isName(position, end)) add(position, end, limit) else end
            }
        }
    }

    /** Adds the name that a word begins; returns where it ends. */
    private fun add(start: Int, wordEnd: Int, limit: Int): Int {
        val end = runEnd(wordEnd, limit)
        val begin = withInitials(start)
        val letters = text.string(begin, end)
        found.add(Entity(begin, end, EntityKind.NAME, letters, letters))
        return end
    }

    /** Where a word ends: letters, with hyphens and the apostrophe of O'Brien within. */
    private fun wordEnd(start: Int, limit: Int): Int {
        var end = start
        if (isWord(text.at(start - 1))) {
            while (end < limit && isWord(text[end])) end++
            return end
        }
        while (end < limit) {
            while (end < limit && isLetter(text[end])) end++
            val following = text.at(end + 1)
            val irish = text.hasOneOf(APOSTROPHES, end) && end == start + 1 && text.hasOneOf("OD", start)
            val goesOn = (text.has('-', end) || irish) && end > start && end + 1 < limit
            if (!goesOn || !(if (irish) isCapital(following) else isLetter(following))) return end
            end++
        }
        return end
    }

    private fun isName(start: Int, end: Int): Boolean {
        val whole = !isWord(text.at(end)) && !isWord(text.at(start - 1))
        val word = text.string(start, end)
        if (text.has('.', end) && word.lowercase(Locale.ROOT) in STOPPED) return false
        return whole && isCapital(text[start]) && names.carried(word)
    }

    /** Where a run of names ends that are parted by single spaces and particles. */
    private fun runEnd(wordEnd: Int, limit: Int): Int {
        var end = wordEnd
        while (true) {
            var start = end
            var stop: Int
            do {
                if (!text.has(' ', start)) return end
                val begin = start + 1
                stop = wordEnd(begin, limit)
                val particle = text.string(begin, stop) in PARTICLES
                start = if (particle) stop else begin
            } while (particle)
            if (stop == start || !isName(start, stop)) return end
            end = stop
        }
    }

    /** Where a name begins with its initials: `J. R. R. Tolkien`. */
    private fun withInitials(start: Int): Int {
        val first = found.lastOrNull()?.end ?: 0
        var begin = start
        while (begin - 3 >= first && text.startsWith(". ", begin - 2) && isInitial(begin - 3)) begin -= 3
        return begin
    }

    private fun isInitial(index: Int): Boolean =
        isCapital(text[index]) && !text.has('M', index) && !isWord(text.at(index - 1)) // "M. Keller" is a gentleman
}
