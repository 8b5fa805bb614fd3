/*
 * Entities on their way: hidden before a text is cut into sentences, symbols when one is read.
 *
 * While sentences are looked for, each entity is one character, so that no cut goes through it and its
 * letters decide nothing. Then names are looked for, and every sentence gets symbols of its own.
 */
package io.github.allez

import java.util.Arrays
import java.util.Locale

/** The fewest letters of a sentence in capitals whose words are all known. */
private val LISTED = SPEC.part("casing").whole("listed")

/** What a caller wants carried over: texts that are never translated, and terms. */
internal class Asked(val keep: List<String> = emptyList(), val glossary: List<Term> = emptyList())

/**
 * A text in which each entity is one character, the first symbol of its kind; a sign between labels is
 * that sign, so that it is seen to part them.
 *
 * @property read [original] with all letters on the line, as long as it was.
 * @property text what has become of it.
 * @property entities in order; their places are code points of the text as it was, [original].
 * @property places where their characters stand in [text], in UTF-16 units.
 * @property starts for each UTF-16 unit of [text] and its end, which code point of [original] it was.
 */
internal class Hidden(
    val original: CodePoints,
    val read: CodePoints,
    val text: String,
    val entities: List<Entity>,
    private val places: IntArray,
    private val starts: IntArray,
) {
    private val units = original.offsets()

    /** Which code point of [original] stands at a UTF-16 unit of [text]. */
    fun original(unit: Int): Int = starts[unit]

    /** The entities of a piece of [text]. */
    fun entities(piece: Piece): List<Entity> = entities.subList(first(piece.start), first(piece.end))

    /** Where in a piece of [text] its terms stand, and the numbers that the target has otherwise. */
    fun saidOtherwise(piece: Piece): List<Pair<Int, Int>> {
        val from = first(piece.start)
        return (from until first(piece.end)).filter { index ->
            val (start, end, kind, said) = entities[index]
            kind == EntityKind.TERM || (kind == EntityKind.NUMBER && said != original.string(start, end))
        }.map { places[it] - piece.start to places[it] - piece.start + 1 }
    }

    /** A piece of [text] as it is in the text itself. */
    fun outside(piece: Piece): Piece {
        val (start, end) = starts[piece.start] to starts[piece.end]
        return piece.copy(text = original.string(start, end), start = units[start], end = units[end])
    }

    /** The first entity that stands at or behind a place. */
    private fun first(place: Int): Int = Arrays.binarySearch(places, place).let { if (it < 0) it.inv() else it }
}

/**
 * What a bundle's entities are and how they are said.
 *
 * @param bundle one whose manifest has entities.
 * @param source tokenizer of what is read.
 * @param target tokenizer of what is said.
 * @throws BundleFormatError a symbol is no subword of its own, or the list of names is malformed.
 */
internal class Masking(bundle: Bundle, source: Tokenizer, target: Tokenizer) {
    private val rules = checkNotNull(bundle.manifest.entities) { "a bundle without entities" }
    private val symbols = rules.symbols
    private val forms = NUMBER_FORMS[rules.sourceNumbers] to NUMBER_FORMS[rules.targetNumbers]
    private val knows = source::knows
    private val names = if ("names" in bundle.manifest.files) Names.parse(bundle.text("names")) else null
    private val first = symbols.filterValues { it.isNotEmpty() }.mapValues { it.value[0].toChar() }
    private val every = symbols.values.flatten()
    private val ids = every.associateWith { id(it, target, bundle) }
    private val sourceIds = every.associateWith { id(it, source, bundle) }

    /** Of translations: what is put right before a value. */
    val language: String = bundle.manifest.target

    private fun id(symbol: Int, tokenizer: Tokenizer, bundle: Bundle): Int {
        val letters = String(Character.toChars(symbol))
        val id = tokenizer.encode(letters).lastOrNull()
        if (id != null && tokenizer.piece(id) == letters) return id
        val code = symbol.toString(radix = 16).uppercase(Locale.ROOT).padStart(4, '0')
        throw BundleFormatError("${bundle.place}: the symbol U+$code is no subword of its own")
    }

    /** The id of a symbol in the target. */
    fun targetId(symbol: Int): Int = ids.getValue(symbol)

    /** The id of a symbol in the source. */
    fun sourceId(symbol: Int): Int = sourceIds.getValue(symbol)

    /** Whether a character is one of the bundle's symbols. */
    fun isSymbol(character: Int): Boolean = character in ids

    /** A text with its things, numbers and terms hidden. */
    fun hide(text: String, asked: Asked): Hidden {
        val original = CodePoints(text)
        val finder = EntityFinder(forms.first, forms.second, knows, asked.glossary)
        val read = onTheLine(original)
        val entities = finder.find(read, places(text, asked.keep)).filter { it.kind in first }
        val hidden = StringBuilder(text.length)
        val starts = IntArray(text.length + 1)
        val places = IntArray(entities.size)
        var next = 0
        var position = 0
        while (position < original.size) {
            val entity = entities.getOrNull(next)?.takeIf { it.start == position }
            val before = hidden.length
            if (entity == null || read.partsLabels(entity)) {
                hidden.appendCodePoint(read[position])
            } else {
                hidden.append(first[entity.kind])
            }
            starts.fill(position, before, hidden.length)
            if (entity != null) places[next++] = before
            position = entity?.end ?: (position + 1)
        }
        starts[hidden.length] = original.size
        return Hidden(original, read, hidden.toString(), entities, places, starts)
    }

    /**
     * How a sentence is written whose entities are hidden.
     *
     * One that is too short to be told by its letters alone is in capitals if it has four, and those of its
     * words that have two are in the list of ordinary ones: "MERCI", "À LOUER". One with names in small letters
     * is, if the rest is: "APPELEZ Quentin AVANT MIDI". A few words of which the first has a capital and is
     * ordinary are a label.
     */
    fun casing(sentence: String, spaces: Characters): Casing {
        val characters = CodePoints(sentence)
        val casing = casingOf(sentence, spaces)
        if (casing == Casing.CAPITALS || names == null || characters.allSmall()) return casing
        if (!isUpper(sentence)) {
            val rest = StringBuilder(sentence)
            val units = characters.offsets()
            val within = namesWithinCapitals(characters)
            if (within.isEmpty()) return if (isLabel(sentence, names)) Casing.LABEL else casing
            for (name in within.asReversed()) rest.delete(units[name.start], units[name.end])
            return casingOf(rest.toString(), spaces)
        }
        val words = wordsBetween(sentence, emptyList()).map { (start, end) -> sentence.substring(start, end) }
        val sizes = words.map { it.codePointCount(0, it.length) }
        val ordinary = words.indices.all { sizes[it] < 2 || names.lists(words[it].lowercase(Locale.ROOT)) }
        return if (sizes.sum() >= LISTED && ordinary) Casing.CAPITALS else casing
    }

    /** The names of a sentence whose other entities are hidden; their places are UTF-16 units of it. */
    fun names(sentence: String, casing: Casing): List<Entity> {
        if (names == null || EntityKind.NAME !in first) return emptyList()
        val characters = CodePoints(sentence)
        val found = if (casing == Casing.CAPITALS) namesWithinCapitals(characters) else names(characters, names)
        val units = characters.offsets()
        return found.map { it.copy(start = units[it.start], end = units[it.end]) }
    }

    private fun names(characters: CodePoints, names: Names): List<Entity> {
        val hidden = (0 until characters.size).filter { isPrivate(characters[it]) }
            .map { Entity(it, it + 1, EntityKind.THING, "", "") }
        return findNames(characters, hidden, names)
    }

    /**
     * What is read of a hidden sentence as far as its length goes.
     *
     * @return null: it is too much, since it has more spans of a kind than there are symbols.
     */
    fun read(sentence: String, casing: Casing): String? {
        val names = names(sentence, casing)
        val isTooMuch = names.size > symbols.getValue(EntityKind.NAME).size ||
            first.any { (kind, symbol) -> sentence.count { it == symbol } > symbols.getValue(kind).size }
        if (isTooMuch) return null
        val read = StringBuilder(sentence)
        for (name in names.asReversed()) read.replace(name.start, name.end, first[EntityKind.NAME].toString())
        return read.toString()
    }

    /** A sentence of a hidden text with symbols; it begins where [piece] does. */
    fun mask(piece: Piece, hidden: Hidden, casing: Casing): Masked {
        val (start, end) = hidden.original(piece.start) to hidden.original(piece.end)
        val names = names(piece.text, casing).map { name ->
            val begin = hidden.original(piece.start + name.start)
            name.copy(start = begin, end = begin + name.value.codePointCount(0, name.value.length))
        }
        val spans = (hidden.entities(piece) + names).sortedBy { it.start }
            .map { it.copy(start = it.start - start, end = it.end - start) }
        return mask(hidden.read.slice(start, end), spans, symbols)
    }

    /** What is said of a number and nothing else, read as [tokens]: its symbol; null: the model is asked. */
    fun figure(masked: Masked, tokens: List<Token>): List<Found>? {
        val slot = masked.slots.singleOrNull()?.takeIf { it.kind == EntityKind.NUMBER } ?: return null
        if (masked.text != String(Character.toChars(slot.symbol))) return null
        val attention = FloatArray(tokens.size) { if (tokens[it].id == sourceId(slot.symbol)) 1f else 0f }
        return listOf(Found(listOf(targetId(slot.symbol)), 0.0, listOf(attention), finished = true))
    }

    /** What the translation of a sentence must and may say. */
    fun asked(masked: Masked): AskedSymbols {
        val times = masked.slots.associate { it.symbol to it.times }
        return AskedSymbols(
            ids = every.map(::targetId).toIntArray(),
            times = every.map { times[it] ?: 0 }.toIntArray(),
        )
    }
}

/**
 * The parts of a sentence that is nearly all entities; null: it is a sentence.
 *
 * It has fewer ordinary words than entities, and no two of them in a row: a line of a log, a row of a
 * table. Its words are translated one by one, marks behind a space with them, and the rest is copied, but
 * for numbers that the target writes otherwise. Names that no mark but a comma parts from a word are of a
 * sentence, and count for nothing: "Tom aime Julie, et Marc".
 *
 * @param piece of a hidden text.
 * @param names those in it, as [Masking.names] finds them.
 * @param hidden the text.
 */
internal fun carriedOver(piece: Piece, names: List<Entity>, hidden: Hidden): List<Piece>? {
    val text = piece.text
    val words = wordsBetween(text, names)
    val areInARow = words.zipWithNext().any { (one, other) ->
        text.substring(one.second, other.first).all { it in JOINING }
    }
    val entities = namesApart(text, names, words) + text.codePoints().filter(::isPrivate).count()
    if (entities == 0L || words.size >= entities || areInARow) return null
    val spaced = words.map { (start, end) -> start to if (hasSpacedMark(text, end)) end + 2 else end }
    return oneByOne(piece, spaced + hidden.saidOtherwise(piece))
}

/** What may stand between two words of a row of them. */
private const val JOINING = " '\u2019-"

/** How many names there are that marks other than commas part from all words. */
private fun namesApart(text: String, names: List<Entity>, words: List<Pair<Int, Int>>): Int {
    val spans = names.map { Triple(it.start, it.end, true) } + words.map { (start, end) -> Triple(start, end, false) }
    var (apart, here, done) = Triple(0, 0, 0)
    var isBesideWord = false
    for ((start, end, isName) in spans.sortedBy { it.first }) {
        if (text.substring(done, start).any { it !in JOINING && it != ',' }) {
            if (!isBesideWord) apart += here
            here = 0
            isBesideWord = false
        }
        if (isName) here++ else isBesideWord = true
        done = end
    }
    return if (isBesideWord) apart else apart + here
}

/** Whether a mark follows behind a space, as in French: it belongs to the word before. */
private fun hasSpacedMark(text: String, at: Int): Boolean =
    at + 1 < text.length && text[at] in SPACES && text[at + 1] in ":;?!"

/**
 * The parts of what has no letters: its terms and the numbers that the target writes otherwise are
 * sentences, the rest is copied.
 */
internal fun entitiesApart(piece: Piece, hidden: Hidden): List<Piece> = oneByOne(piece, hidden.saidOtherwise(piece))

/** Whether an entity is a sign between labels. */
private fun CodePoints.partsLabels(entity: Entity): Boolean {
    val isAlone = listOf(at(entity.start - 1), at(entity.end)).all { it == NOTHING || isOneOf("$SPACES\n", it) }
    return isAlone && isDivider(string(entity.start, entity.end))
}

/** A piece's parts: words are sentences, what is between them is copied. */
private fun oneByOne(piece: Piece, words: List<Pair<Int, Int>>): List<Piece> {
    val text = piece.text
    val parts = ArrayList<Piece>()
    var done = 0
    fun add(end: Int, translate: Boolean) {
        if (done < end) {
            parts.add(Piece(text.substring(done, end), piece.start + done, piece.start + end, translate))
        }
        done = end
    }
    for ((start, end) in words.sortedBy { it.first }) {
        add(start, translate = false)
        add(end, translate = true)
    }
    add(text.length, translate = false)
    return parts
}

/** What begins a line of a list, or one that is quoted; dashes are for what people say. */
private val BULLETS = SPEC.text("bullets")
private const val LONGEST_NUMBER = 3

/** What a heading is set off with, twice or more: `=== Titre ===`. */
private val RULES_OF_HEADINGS = SPEC.text("rules")

/** So many may touch the words: `===Titre===`. */
private const val TOUCHING = 3

/**
 * A sentence that begins a line without what makes it an item of a list: that is copied.
 *
 * A bullet, a box to tick, a letter with a bracket, a number with a bracket or a full stop; each with
 * white space behind it, and several of them. So is what sets a heading off on both sides.
 *
 * @param piece of [text].
 * @param text a hidden text.
 */
internal fun withoutMarker(piece: Piece, text: String): List<Piece> {
    if (!piece.translate || !beginsLine(text, piece.start)) return listOf(piece)
    val characters = CodePoints(piece.text)
    var end = 0
    while (true) {
        val stop = characters.marker(end)
        if (stop == 0) break
        end = stop
    }
    if (end == 0 || characters.all(end, characters.size) { !isLetter(it) }) return listOf(piece)
    val units = characters.offsets()
    val stop = characters.ruled(end)
    return listOf(0 to end, end to stop, stop to characters.size).filter { (from, to) -> from < to }.map { (from, to) ->
        val (first, last) = units[from] to units[to]
        Piece(piece.text.substring(first, last), piece.start + first, piece.start + last, translate = from == end)
    }
}

/** Where words end that the same signs stand before and behind; the end, if none do. */
private fun CodePoints.ruled(begin: Int): Int {
    var stop = size
    while (hasOneOf(RULES_OF_HEADINGS, 0) && stop > begin && at(stop - 1) == at(0)) stop--
    var words = stop
    while (words > begin && isSpace(at(words - 1))) words--
    val isApart = words < stop || at(begin - 1) == at(0)
    return if (begin < words && isApart && stop < size - 1) words else size
}

private fun beginsLine(text: String, start: Int): Boolean {
    var position = start
    while (position > 0 && text[position - 1] != '\n') if (!isSpace(text[--position].code)) return false
    return true
}

/** Where the text behind a mark of a list begins; 0: there is none. */
private fun CodePoints.marker(start: Int): Int {
    var end = start
    if (start == 0 && hasOneOf(RULES_OF_HEADINGS, 0) && at(1) == at(0)) {
        end = run(0) { it == at(0) }
        val touches = end >= TOUCHING && all(maxOf(size - TOUCHING, 0), size) { it == at(0) }
        if (touches) return run(end, ::isSpace)
    } else if (hasOneOf(BULLETS, start)) {
        end = start + 1
    } else if (has('[', start) && hasOneOf(" xX", start + 1) && has(']', start + 2)) {
        end = start + 3
    } else {
        val inner = if (has('(', start)) start + 1 else start
        val isNumber = digits(inner) - inner in 1..LONGEST_NUMBER
        val isLetter = isPlainLetter(at(inner))
        val last = if (isLetter && !isNumber) inner + 1 else digits(inner)
        if ((isNumber || isLetter) && (has(')', last) || (isNumber && has('.', last)))) end = last + 1
    }
    var behind = end
    while (isSpace(at(behind))) behind++
    return if (behind > end && end > start) behind else 0
}

/** Where the runs of letters stand that no name holds, in UTF-16 units. */
private fun wordsBetween(text: String, names: List<Entity>): List<Pair<Int, Int>> {
    val words = ArrayList<Pair<Int, Int>>()
    var position = 0
    for ((start, end) in names.map { it.start to it.end } + (text.length to text.length)) {
        while (position < start) {
            val begin = position
            while (position < start && Character.isLetter(text.codePointAt(position))) {
                position += Character.charCount(text.codePointAt(position))
            }
            if (position > begin) words.add(begin to position) else position += Character.charCount(text.codePointAt(begin))
        }
        position = end
    }
    return words
}

/** What of a sentence is carried over. */
internal fun carried(sentence: String, reading: Reading): List<Carried> {
    val entities = reading.masked?.entities.orEmpty()
    if (entities.isEmpty()) return emptyList()
    val characters = CodePoints(sentence)
    return entities.map { entity ->
        val term = if (entity.kind == EntityKind.TERM) entity.value else ""
        Carried(entity.kind.name.lowercase(Locale.ROOT), characters.string(entity.start, entity.end), entity.said, term)
    }
}

/** Where texts stand that are never translated, as whole words and within a line, in code points. */
private fun places(text: String, keep: List<String>): List<Pair<Int, Int>> {
    val found = ArrayList<Pair<Int, Int>>()
    for (kept in keep.filter { it.isNotEmpty() && '\n' !in it }) {
        val size = kept.codePointCount(0, kept.length)
        var counted = 0
        var point = 0
        var place = text.indexOf(kept)
        while (place >= 0) {
            point += text.codePointCount(counted, place)
            counted = place
            val end = place + kept.length
            val begins = place == 0 || !(isWord(kept.codePointAt(0)) && isWord(text.codePointBefore(place)))
            val ends = end == text.length || !(isWord(kept.codePointBefore(kept.length)) && isWord(text.codePointAt(end)))
            if (begins && ends) found.add(point to point + size)
            place = text.indexOf(kept, place + 1)
        }
    }
    return found
}
