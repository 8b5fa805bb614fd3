/*
 * A text on its way: taken apart into sentences and tokens, and put together again translated.
 *
 * What is not translated (white space, blank lines, lines without letters, sentences in letters that
 * the model never learnt) stays where it was.
 */
package io.github.allez

/**
 * What is read of a sentence.
 *
 * @property source the sentence.
 * @property tokens their offsets are places in the text; the last one is eos.
 * @property casing how the sentence is written.
 * @property masked the sentence with symbols; null: the bundle has none.
 * @property told what is said of a number that stands by itself; null: the model is asked.
 */
internal class Reading(
    val source: String,
    val tokens: List<Token>,
    val casing: Casing,
    val masked: Masked? = null,
    val told: List<Found>? = null,
) {
    /** The ids [S], eos last. */
    val ids: IntArray get() = IntArray(tokens.size) { tokens[it].id }
}

/**
 * A text taken apart.
 *
 * @property pieces all of it, in order; those of [split], but that two which are copied may be neighbours.
 * @property readings of the pieces that are translated, in order.
 * @property fragment what the text was taken from, if that has tags, or lines that were joined.
 */
internal class Plan(
    val text: String,
    val pieces: List<Piece>,
    val readings: List<Reading>,
    val fragment: Fragment? = null,
) {
    /** The first sentence that the model is asked about. */
    val first: Reading? get() = readings.firstOrNull { it.told == null }
}

/**
 * Splits a text, its markup taken out; each sentence is tokenized once, for counting and for reading.
 *
 * @param asked what is carried over by the caller's will, if the bundle has symbols.
 * @param markup what the text is a piece of; null: plain text, in which there may be some too.
 * @param isOver asked before each sentence; once it says so, nothing is tokenized any more, since
 *   nobody will read it.
 */
internal fun takeApart(
    text: String,
    words: Words,
    asked: Asked = Asked(),
    markup: String? = null,
    isOver: () -> Boolean = { false },
): Plan {
    val fragment = readMarkup(text, markup) ?: return takeApartRead(text, words, asked, isOver)
    val plan = takeApartRead(fragment.text, words, asked, isOver)
    return Plan(plan.text, plan.pieces, plan.readings, fragment)
}

/** As [takeApart], of a text without markup. */
private fun takeApartRead(text: String, words: Words, asked: Asked, isOver: () -> Boolean): Plan {
    if (words.masking != null) return MaskedText(text, words, words.masking, asked, isOver).takeApart()
    val known = HashMap<String, List<Token>>()
    fun encode(sentence: String) =
        known.getOrPut(sentence) { words.source.encode(Aligned(sentence).asRead(words.rules.spaces)) }

    val pieces = split(text, words.rules) { if (isOver()) 0 else encode(it).size }.map { piece ->
        if (isCopied(piece.text, words)) piece.copy(translate = false) else piece
    }
    val readings = pieces.filter { it.translate }.map { piece ->
        val tokens = if (isOver()) emptyList() else encode(piece.text)
        reading(tokens, piece, casingOf(piece.text, words.rules.spaces), words)
    }
    return Plan(text, pieces, readings)
}

/** A text as one sentence, read as [takeApart] reads them but never cut. */
internal fun readSentence(sentence: String, words: Words, asked: Asked): Reading {
    val masking = words.masking
    if (masking != null) return MaskedText(sentence, words, masking, asked) { false }.asOneSentence()
    val whole = Piece(sentence, 0, sentence.length, translate = true)
    val tokens = words.source.encode(Aligned(sentence).asRead(words.rules.spaces))
    return reading(tokens, whole, casingOf(sentence, words.rules.spaces), words)
}

/** [tokens] of a piece, with offsets in its text, and eos behind them. */
private fun reading(tokens: List<Token>, piece: Piece, casing: Casing, words: Words, masked: Masked? = null): Reading {
    val moved = tokens.map { it.copy(start = it.start + piece.start, end = it.end + piece.start) }
    val read = moved + Token(words.eos, words.source.piece(words.eos), piece.end, piece.end)
    return Reading(piece.text, read, casing, masked, masked?.let { words.masking?.figure(it, read) })
}

/** A text whose entities are hidden, and whose sentences are read with symbols. */
private class MaskedText(
    private val text: String,
    private val words: Words,
    private val masking: Masking,
    asked: Asked,
    private val isOver: () -> Boolean,
) {
    private val spaces = words.rules.spaces
    private val hidden = masking.hide(text, asked)

    fun takeApart(): Plan {
        val pieces = ArrayList<Piece>()
        val readings = ArrayList<Reading>()
        val items = split(hidden.text, words.rules, ::count).flatMap { withoutMarker(it, hidden.text) }
        for (piece in items.flatMap(::parts)) {
            val isRead = piece.translate && !isForeign(piece.text, words.source)
            pieces.add(hidden.outside(piece).copy(translate = isRead))
            if (isRead) readings.add(read(piece))
        }
        return Plan(text, pieces, readings)
    }

    fun asOneSentence(): Reading = read(Piece(hidden.text, 0, hidden.text.length, translate = true))

    /** How many tokens a hidden sentence has; more than there may be if it has more spans than symbols. */
    private fun count(sentence: String): Int {
        if (isOver()) return 0
        val casing = casing(sentence)
        val read = masking.read(sentence, casing) ?: return words.rules.maxTokens + 1
        val whole = Aligned(read).edited(shortened(read, words.languages.first))
        return words.source.encode(whole.asRead(spaces, casing)).size
    }

    /** How a hidden sentence is written, words that are cut short read whole. */
    private fun casing(sentence: String): Casing {
        val whole = Aligned(sentence).edited(shortened(sentence, words.languages.first))
        return masking.casing(whole.text, spaces)
    }

    private fun parts(piece: Piece): List<Piece> {
        if (!piece.translate) return entitiesApart(piece, hidden)
        val names = masking.names(piece.text, casing(piece.text))
        return carriedOver(piece, names, hidden) ?: listOf(piece)
    }

    private fun read(piece: Piece): Reading {
        val whole = hidden.outside(piece)
        val casing = casing(piece.text)
        val symbols = masking.mask(piece, hidden, casing)
        val plain = onTheLine(CodePoints(whole.text)).toString()
        val written = Aligned(plain).edited(symbols.edits(plain))
            .let { it.edited(shortened(it.text, words.languages.first)) }
        val masked = symbols.reading(written.text)
        val read = written.asRead(spaces, casing)
        return reading(if (isOver()) emptyList() else words.source.encode(read), whole, casing, words, masked)
    }
}

/**
 * Whether three quarters of a sentence's letters or more are of a script that was never learnt.
 *
 * The model would have to spell its answer byte by byte: what comes out is no text. A word of Greek
 * within a sentence is another matter; it is copied as names are.
 */
internal fun isForeign(sentence: String, tokenizer: Tokenizer): Boolean {
    val letters = sentence.codePoints().filter(Character::isLetter).toArray()
    val (share, whole) = SPEC.part("foreign").list("share").map { it as Long }
    return letters.isNotEmpty() && whole * letters.count { !tokenizer.knows(it) } >= share * letters.size
}

/**
 * Whether all letters of a sentence are in things, which both languages write alike.
 *
 * An address, a file name, a code between backticks: a model without symbols spells it anew.
 */
internal fun standsAlike(sentence: String, tokenizer: Tokenizer, languages: Pair<String, String>): Boolean {
    val (source, target) = languages
    val text = CodePoints(sentence)
    val rest = StringBuilder()
    var done = 0
    for (entity in EntityFinder(NUMBER_FORMS[source], NUMBER_FORMS[target], tokenizer::knows).find(text)) {
        if (entity.kind != EntityKind.THING) continue
        rest.append(text.string(done, entity.start))
        done = entity.end
    }
    rest.append(text.string(done, text.size))
    return done > 0 && rest.codePoints().noneMatch(Character::isLetter)
}

private fun isCopied(sentence: String, words: Words): Boolean =
    standsAlike(sentence, words.source, words.languages) || isForeign(sentence, words.source)

/**
 * Joins pieces and translations.
 *
 * @param found the hypotheses of each sentence, best first.
 * @param search how they were looked for, and how many are handed out.
 */
internal fun putTogether(plan: Plan, found: List<List<Found>>, words: Words, search: SearchOptions): Translation {
    val texts = List(found.maxOfOrNull { minOf(search.nBest, it.size) } ?: 1) { StringBuilder() }
    val starts = texts.map { IntArray(plan.pieces.size) }
    val sentences = ArrayList<Sentence>()
    plan.pieces.forEachIndexed { index, piece ->
        if (needsSpace(plan.pieces.getOrNull(index - 1), piece)) texts.forEach { it.append(' ') }
        texts.forEachIndexed { rank, text -> starts[rank][index] = text.length }
        if (piece.translate) {
            val said = found[sentences.size]
            val sentence = sentence(piece, plan.readings[sentences.size], said, words, search, texts[0].length)
            sentences.add(sentence)
            val last = sentence.hypotheses.size - 1
            texts.forEachIndexed { rank, text -> text.append(sentence.hypotheses[minOf(rank, last)].text) }
        } else {
            texts.forEach { it.append(piece.text) }
        }
    }
    val translation = Translation(plan.text, texts.map { it.toString() }, sentences)
    return if (plan.fragment == null) translation else FragmentWriter(plan.fragment, translation, plan.pieces, starts).written()
}

private fun sentence(
    piece: Piece,
    reading: Reading,
    found: List<Found>,
    words: Words,
    search: SearchOptions,
    targetStart: Int,
): Sentence {
    val (first, hypotheses) = best(piece, found, reading, words, search.nBest)
    val target = hypotheses[0].text
    val doubted = lazy { doubts(piece, target, words.languages) }
    val told = Evidence(piece.text, reading.tokens.size, target, found, first, search)
    val measured = lazy { features(told, doubted.value.size) }
    return Sentence(
        source = piece.text,
        start = piece.start,
        end = piece.end,
        targetStart = targetStart,
        sourceTokens = reading.tokens,
        hypotheses = hypotheses,
        carried = carried(piece.text, reading),
        measure = measured::value,
        rate = { confidence(words.confidence, measured.value) },
        check = doubted::value,
    )
}

/** Hypotheses as search orders them, and which was chosen; of a bundle with entities that one is the first. */
private fun best(
    piece: Piece,
    found: List<Found>,
    reading: Reading,
    words: Words,
    nBest: Int,
): Pair<Int, List<Hypothesis>> {
    val spelled = found.map { lazy { hypothesis(it, reading, words) } }
    val first = if (words.masking == null) 0 else chosen(found) { index ->
        doubts(piece.text, spelled[index].value.text, words.languages).size
    }
    val others = found.indices.filter { it != first }.take(nBest - 1)
    return first to (listOf(first) + others).map { spelled[it].value }
}

/** What is in doubt of a piece, with places in the text. */
private fun doubts(piece: Piece, target: String, languages: Pair<String, String>): List<Doubt> =
    doubts(piece.text, target, languages).map { doubt ->
        doubt.copy(start = doubt.start?.plus(piece.start), end = doubt.end?.plus(piece.start))
    }

/** Two sentences without white space between them (Chinese, or a cut) get one in English. */
internal fun needsSpace(before: Piece?, piece: Piece): Boolean = before != null && before.translate && piece.translate

/** What is said of a sentence, or its beginning, in the case of the sentence. */
private fun written(text: String, reading: Reading, grows: Boolean = false): String =
    if (reading.casing == Casing.CAPITALS) toCapitals(text) else capitalizedAlike(text, reading.source, grows)

/**
 * What is handed out of a sentence's translation.
 *
 * @param text of its tokens, or of the first of them.
 * @param grows whether more will follow: then it is only what nothing can change any more.
 */
internal fun handedOut(text: String, reading: Reading, words: Words, grows: Boolean): String {
    var written = written(text, reading, grows)
    var kept = emptyList<Pair<Int, Int>>()
    val slots = reading.masked?.slots.orEmpty()
    if (slots.isNotEmpty() && words.masking != null) {
        val language = words.masking.language
        val filled = fill(if (grows) settled(written, language) else written, slots, language)
        written = filled.text
        kept = filled.spans
    }
    if (words.typography == null) return written
    return typeset(if (grows) stable(written) else written, kept).text
}

private fun hypothesis(raw: Found, reading: Reading, words: Words): Hypothesis {
    val found = withMissing(raw, reading, words)
    val spelled = words.target.spell(found.tokens)
    val text = written(spelled.text, reading)
    val filled = if (reading.masked == null || words.masking == null) {
        null
    } else {
        fill(text, reading.masked.slots, words.masking.language)
    }
    val typed = if (words.typography == null) null else typeset(filled?.text ?: text, filled?.spans.orEmpty())
    val tokens = spelled.tokens.map { token ->
        val (low, high) = filled?.moved(token.start, token.end) ?: (token.start to token.end)
        val (start, end) = typed?.moved(low, high) ?: (low to high)
        token.copy(start = start, end = end)
    }
    return Hypothesis(typed?.text ?: filled?.text ?: text, tokens, found.score, found.attention, found.finished)
}

/**
 * A hypothesis with every symbol of its source; the rare one that lacks some gets them.
 *
 * A symbol is put behind the word that attends most to where the source has it; at the end of a
 * hypothesis that was cut, so that a stream, which has said the rest, says the same.
 */
internal fun withMissing(raw: Found, reading: Reading, words: Words): Found {
    val masking = words.masking ?: return raw
    val missing = reading.masked?.slots.orEmpty().filter { masking.targetId(it.symbol) !in raw.tokens }
    if (missing.isEmpty()) return raw
    val tokens = raw.tokens.toMutableList()
    val attention = raw.attention.toMutableList()
    val width = attention.firstOrNull()?.size ?: reading.tokens.size
    for (slot in missing) {
        val said = words.target.encode(String(Character.toChars(slot.symbol)))
        val source = maxOf(reading.tokens.indexOfFirst { it.id == masking.sourceId(slot.symbol) }, 0)
        var place = tokens.size
        if (raw.finished && tokens.isNotEmpty() && source < width) {
            place = attention.indices.maxByOrNull { attention[it][source] }!! + 1
            while (place < tokens.size && goesOn(words.target.piece(tokens[place]))) place++
        }
        tokens.addAll(place, said.toList())
        attention.addAll(place, said.map { FloatArray(width).also { row -> row[minOf(source, width - 1)] = 1f } })
    }
    return Found(tokens, raw.score, attention, raw.finished)
}

/** Whether a subword goes on with the word before it. */
private fun goesOn(piece: String): Boolean = piece.isNotEmpty() && isLetter(piece.codePointAt(0))
