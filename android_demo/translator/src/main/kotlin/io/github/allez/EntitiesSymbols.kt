/*
 * Symbols: entities become one private-use character each, and come back as what is said for them.
 *
 * Between the two lies the model. The first entity of a kind gets the first symbol of the kind, and
 * so on; the same value has the same symbol. Back: `fill`, which also puts right what hangs on a
 * value: `a` or `an`, spaces, the capital of a term that begins the sentence.
 */
package io.github.allez

import java.util.Locale

private const val HEX = 16

/** The symbols of each kind, in the order in which they are given out. */
internal typealias EntitySymbols = Map<EntityKind, List<Int>>

/**
 * A symbol in a sentence and what stands behind it.
 *
 * @property source the letters in the source.
 * @property said what stands for it in the translation.
 * @property times how often the sentence has it.
 * @property joined the symbol right before it, without a space between them; NOTHING if there is none.
 * @property tightBefore whether a letter or digit stands right before it.
 * @property tightAfter whether a letter or digit stands right behind it.
 * @property isApart whether it begins the sentence, or a space stands right before it.
 */
internal data class Slot(
    val symbol: Int,
    val kind: EntityKind,
    val source: String,
    val said: String,
    val times: Int,
    val joined: Int,
    val tightBefore: Boolean,
    val tightAfter: Boolean,
    val isApart: Boolean,
)

/**
 * A sentence with symbols.
 *
 * @property slots one for each symbol, in order of appearance.
 * @property entities which stand at the symbols, in order, with positions in the sentence as it was.
 * @property symbols those symbols, one for each of [entities].
 */
internal class Masked(
    val text: String,
    val slots: List<Slot>,
    val entities: List<Entity>,
    private val symbols: List<Int>,
) {
    /** The same sentence, of which [written] is read. */
    fun reading(written: String): Masked = Masked(written, slots, entities, symbols)

    /** What makes [text] of [sentence], the sentence as it was. */
    fun edits(sentence: String): List<Edit> {
        var unit = 0
        var point = 0
        return entities.zip(symbols) { entity, symbol ->
            val start = sentence.offsetByCodePoints(unit, entity.start - point)
            unit = sentence.offsetByCodePoints(start, entity.end - entity.start)
            point = entity.end
            Edit(start, unit, String(Character.toChars(symbol)))
        }
    }
}

/** Puts symbols in place of entities; those of a kind that has no more symbols stay raw. */
internal fun mask(text: CodePoints, entities: List<Entity>, symbols: EntitySymbols): Masked {
    val slots = LinkedHashMap<Triple<EntityKind, String, String>, Slot>()
    val used = ArrayList<Entity>()
    val said = ArrayList<Int>()
    val out = StringBuilder()
    var done = 0
    for (entity in entities) {
        val letters = text.string(entity.start, entity.end)
        val key = Triple(entity.kind, letters, entity.said)
        val slot = slots[key] ?: Slot(
            symbol = symbols.getValue(entity.kind).getOrNull(slots.values.count { it.kind == entity.kind }) ?: continue,
            kind = entity.kind,
            source = letters,
            said = entity.said,
            times = 0,
            joined = if (used.isNotEmpty() && used.last().end == entity.start) said.last() else NOTHING,
            tightBefore = isWord(text.at(entity.start - 1)),
            tightAfter = isWord(text.at(entity.end)),
            isApart = entity.start == 0 || isSpace(text.at(entity.start - 1)),
        )
        slots[key] = slot.copy(times = slot.times + 1)
        out.append(text.string(done, entity.start)).appendCodePoint(slot.symbol)
        used.add(entity)
        said.add(slot.symbol)
        done = entity.end
    }
    out.append(text.string(done, text.size))
    return Masked(out.toString(), slots.values.toList(), used, said)
}

/** Which entity is the first that finds no symbol left, null if all find one. */
internal fun excess(entities: List<Entity>, symbols: EntitySymbols): Int? {
    val seen = HashMap<EntityKind, MutableSet<Pair<String, String>>>()
    entities.forEachIndexed { index, entity ->
        val values = seen.getOrPut(entity.kind) { HashSet() }
        values.add(entity.value to entity.said)
        if (values.size > symbols.getValue(entity.kind).size) return index
    }
    return null
}

/**
 * A translation with its values.
 *
 * All positions count UTF-16 units.
 *
 * @property spans for each symbol in order of appearance, where its value begins in [text] and where it
 *   ends.
 * @property places where each unit of the translation with symbols stands now, and where it ends.
 */
internal class Filled(val text: String, val spans: List<Pair<Int, Int>>, private val places: IntArray) {
    /** Where a stretch of the translation with symbols is now. */
    fun moved(start: Int, end: Int): Pair<Int, Int> = places[start] to maxOf(places[start], places[end])
}

/**
 * Puts values in place of symbols.
 *
 * @param text the translation, words already in their case.
 * @param slots the sentence's; other symbols are dropped.
 * @param language of the translation: of English `a` before a value may have to be `an`, of French `de`
 *   to be `d'`.
 */
internal fun fill(text: String, slots: List<Slot>, language: String = "en"): Filled =
    Filler(text, slots.associateBy { it.symbol }, language).fill()

private class Filler(
    translation: String,
    private val known: Map<Int, Slot>,
    private val language: String,
) {
    private val text = CodePoints(translation)
    private val out = StringBuilder()
    private val spans = ArrayList<Pair<Int, Int>>()
    private val places = IntArray(translation.length + 1)
    private var read = 0 // units of the translation
    private var before: Slot? = null // what was said last, if nothing but spaces came after it
    private var skipsSpace = false
    private var place = 0 // where what was read last stands

    fun fill(): Filled {
        for (index in 0 until text.size) {
            val slot = known[text[index]]
            if (slot != null) say(slot) else copy(index)
            repeat(Character.charCount(text[index])) { places[read++] = place }
        }
        places[read] = out.length
        for (index in read - 1 downTo 0) places[index] = minOf(places[index], places[index + 1]) // spaces taken back
        return Filled(out.toString(), spans, places)
    }

    private fun copy(index: Int) {
        val character = text[index]
        place = out.length
        val slot = before
        val isDouble = slot != null && out.endsWith(' ')
        if (isPrivate(character) || (character == ' '.code && (skipsSpace || isDouble))) return
        val glued = slot != null && spans.last().second == out.length && isWord(out.lastCharacter())
        if (glued && isLetter(character) && !slot.tightAfter) out.append(' ')
        if (character != ' '.code) before = null
        skipsSpace = character == '('.code && symbolFollows(index + 1)
        val closes = character == ')'.code && spans.isNotEmpty() && spans.last().second == out.trimEnd(' ').length
        if (closes) out.dropSpaces()
        place = out.length
        out.appendCodePoint(character)
    }

    private fun say(slot: Slot) {
        var said = slot.said
        if (slot.joined != NOTHING && slot.joined == before?.symbol) {
            out.dropSpaces()
        } else {
            putSpace(slot)
        }
        if (language == "en") putArticle(said, slot.kind == EntityKind.NUMBER)
        if (language == "fr" && slot.kind in ELIDING) putElision(said, slot.kind == EntityKind.TERM)
        if (slot.kind == EntityKind.TERM && out.codePoints().noneMatch(::isAlphanumeric)) said = withCapital(said)
        place = out.length
        spans.add(place to place + said.length)
        out.append(said)
        before = slot
        skipsSpace = false
    }

    /** Makes one space of those before a value, or puts one where one belongs. */
    private fun putSpace(slot: Slot) {
        val last = out.lastCharacter()
        val isWords = isWord(last) && isWord(slot.said.firstCharacter()) && !slot.tightBefore
        if (last == ' '.code) out.dropSpaces()
        val isApart = slot.isApart && (isWord(last) || isOneOf(".,;:!?", last))
        if (last == ' '.code || isWords || isApart) out.append(' ')
    }

    private fun symbolFollows(start: Int): Boolean {
        var index = start
        while (text.has(' ', index)) index++
        return text.at(index) in known
    }

    /** Makes of `a` or `an` at the end of what is said so far what the value wants. */
    private fun putArticle(said: String, number: Boolean) {
        val stable = out.trimEnd(' ')
        val article = articleOf(stable) ?: return
        if (!out.endsWith(' ') || (!number && said.isEmpty())) return
        val stem = stable.length - article.length
        out.setLength(stem + 1)
        out.append(if (soundsLikeVowel(said)) "n " else " ")
    }

    /**
     * Makes of `de` or `d'` at the end of what is said so far what a name or term wants. Before `h` and
     * `y`, whose sound is not told by their letter, and before what begins with no letter, it stays.
     */
    private fun putElision(said: String, isTerm: Boolean) {
        if (said.isEmpty()) return
        val first = said.substring(0, Character.charCount(said.codePointAt(0))).lowercase(Locale.ROOT)
        if (first in "hy" || !first.codePoints().allMatch(::isLetter)) return
        val stable = out.trimEnd(' ')
        val word = lastWord(stable).lowercase(Locale.ROOT)
        val short = word in SHORT
        if (first !in FRENCH_VOWELS) {
            if (short) out.replace(stable.length - 1, out.length, "e ")
        } else if (short) {
            out.setLength(stable.length)
        } else if (out.endsWith(' ') && (word == "de" || word == "que" || (isTerm && (word == "le" || word == "la")))) {
            out.replace(stable.length - 1, out.length, "'")
        }
    }
}

/** The last word of a text, without quotes before it. */
private fun lastWord(text: CharSequence): String =
    text.substring(text.lastIndexOf(' ') + 1).trimStart('(', '"', '\'', '\u201c', '\u2018')

/** The `a` or `an` that a text ends with, null if it does not. */
private fun articleOf(text: CharSequence): String? = lastWord(text).takeIf { it.lowercase(Locale.ROOT) in ARTICLES }

private val ARTICLES = setOf("a", "an")

/** What a value decides about in French; `le` and `la` only before a term. */
private val SHORT = setOf("d'", "qu'", "d\u2019", "qu\u2019")
private val ELIDED = SHORT + setOf("de", "que", "le", "la")
private val ELIDING = setOf(EntityKind.NAME, EntityKind.TERM)
private val FRENCH_VOWELS = SPEC.part("spoken").part("fr").text("vowels")

/** The part of a growing translation that [fill] writes the same whatever follows. */
internal fun settled(text: String, language: String = "en"): String {
    val stable = text.trimEnd(' ')
    val word = lastWord(stable)
    val held = word.lowercase(Locale.ROOT) in (if (language == "fr") ELIDED else ARTICLES)
    return stable.dropLast(if (held) word.length else 0).trimEnd('(', ' ')
}

private fun withCapital(said: String): String {
    val size = if (said.isEmpty()) 0 else Character.charCount(said.codePointAt(0))
    return said.substring(0, size).uppercase(Locale.ROOT) + said.substring(size)
}

private fun StringBuilder.dropSpaces() = setLength(trimEnd(' ').length)

private fun CharSequence.lastCharacter(): Int = if (isEmpty()) NOTHING else Character.codePointBefore(this, length)

private fun CharSequence.firstCharacter(): Int = if (isEmpty()) NOTHING else Character.codePointAt(this, 0)

private val SPOKEN = SPEC.part("spoken").part("en")

/** Capitals whose name begins with a vowel: "an SMS". */
private val LETTERS_WITH_VOWEL = SPOKEN.text("letters")

private val VOWELS = SPOKEN.text("vowels")

/** How words begin that are written with a vowel and spoken without. */
private val NO_VOWEL = words(SPOKEN.text("no_vowel"))

/** Whether English says `an` before this: by its first letter or number. */
internal fun soundsLikeVowel(said: String): Boolean {
    val text = CodePoints(said)
    val start = (0 until text.size).firstOrNull { isAlphanumeric(text[it]) } ?: return false
    var end = start
    if (isDigit(text[start])) {
        while (isDigit(text.at(end))) end++
        val teen = (text.startsWith("11", start) || text.startsWith("18", start)) && end - start in listOf(2, 4, 5)
        return text.has('8', start) || teen
    }
    while (isLetter(text.at(end))) end++
    val spelled = text.allCapital(start, end) && end - start < 5 && !(end - start > 3 && text.hasOneOf("AEIOU", start))
    if (spelled) return text.hasOneOf(LETTERS_WITH_VOWEL, start)
    val word = text.string(start, end).lowercase(Locale.ROOT)
    val first = text.string(start, start + 1).lowercase(Locale.ROOT)
    return first in VOWELS && NO_VOWEL.none { word.startsWith(it) }
}

/**
 * Puts symbols in place of values in a text of the target language.
 *
 * @param text a translation, or how one begins.
 * @param slots the source's.
 * @param prefix whether the text goes on, so that a value begun at its end is meant whole.
 * @param isSymbol whether a character is one of the bundle's symbols.
 * @throws InputError one of them is typed, where no value has it.
 */
internal fun maskTarget(
    text: String,
    slots: List<Slot>,
    prefix: Boolean = false,
    isSymbol: (Int) -> Boolean = { false },
): String {
    val forms = slots.flatMap { slot ->
        setOf(slot.said, slot.source).filter { it.isNotEmpty() }.map { TargetForm(CodePoints(it), it, slot) }
    }.sortedWith(compareByDescending<TargetForm> { it.letters.size }.thenComparing({ it.text }, ::compareCodePoints))
    val left = slots.associateTo(HashMap()) { it.symbol to it.times }
    val characters = CodePoints(text)
    val out = StringBuilder()
    var position = 0
    while (position < characters.size) {
        val form = forms.firstOrNull { left.getValue(it.slot.symbol) > 0 && it.standsAt(position, characters, prefix) }
        if (form != null) {
            left[form.slot.symbol] = left.getValue(form.slot.symbol) - 1
            out.appendCodePoint(form.slot.symbol)
            position += form.letters.size
        } else {
            if (isSymbol(characters[position])) throw typed(characters[position])
            out.appendCodePoint(characters[position++])
        }
    }
    return out.toString()
}

private fun typed(symbol: Int) =
    InputError("U+${symbol.toString(HEX).uppercase(Locale.ROOT)} is a symbol, it cannot be said")

/** A value as it may be written in a translation. */
private class TargetForm(val letters: CodePoints, val text: String, val slot: Slot) {
    /** Whether it, or what is begun of it at the end, stands here, apart from the words around it. */
    fun standsAt(start: Int, target: CodePoints, prefix: Boolean): Boolean {
        val end = minOf(start + letters.size, target.size)
        for (index in start until end) if (target[index] != letters[index - start]) return false
        val whole = end - start == letters.size
        val begun = prefix && !whole && (end - start > 1 || isDigit(target[start]))
        if ((!whole && !begun) || (isWord(letters[0]) && isWord(target.at(start - 1)))) return false
        return begun || !(isWord(letters[letters.size - 1]) && isWord(target.at(end)))
    }
}
