/*
 * A text on its way: taken apart into sentences and tokens, and put together again translated.
 *
 * What is not translated (white space, blank lines, lines without letters, sentences in letters that
 * the model never learnt) stays where it was.
 */
package io.github.allez

/**
 * A text taken apart.
 *
 * @property pieces all of it, in order; those of [split], but that two which are copied may be neighbours.
 * @property sources source tokens of the pieces that are translated, in order; each ends with eos.
 * @property rules what took it apart.
 */
internal class Plan(
    val text: String,
    val pieces: List<Piece>,
    val sources: List<List<Token>>,
    val rules: SentenceRules,
)

/**
 * Splits a text; each sentence is tokenized once, for counting and for reading.
 *
 * @param isOver asked before each sentence; once it says so, nothing is tokenized any more, since
 *   nobody will read it.
 */
internal fun takeApart(
    text: String,
    rules: SentenceRules,
    tokenizer: Tokenizer,
    eos: Int,
    isOver: () -> Boolean = { false },
): Plan {
    val known = HashMap<String, List<Token>>()
    fun encode(sentence: String) =
        known.getOrPut(sentence) { tokenizer.encode(Aligned(sentence).asRead(rules.spaces)) }

    val pieces = split(text, rules) { if (isOver()) 0 else encode(it).size }.map { piece ->
        if (isForeign(piece.text, tokenizer)) piece.copy(translate = false) else piece
    }
    val sources = pieces.filter { it.translate }.map { piece ->
        val read = if (isOver()) emptyList() else encode(piece.text)
        val tokens = read.map { it.copy(start = it.start + piece.start, end = it.end + piece.start) }
        tokens + Token(eos, tokenizer.piece(eos), piece.end, piece.end)
    }
    return Plan(text, pieces, sources, rules)
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
 * Joins pieces and translations.
 *
 * @param found the hypotheses of each sentence, best first.
 */
internal fun putTogether(plan: Plan, found: List<List<Found>>, tokenizer: Tokenizer): Translation {
    val texts = List(found.maxOfOrNull { it.size } ?: 1) { StringBuilder() }
    val sentences = ArrayList<Sentence>()
    var before: Piece? = null
    for (piece in plan.pieces) {
        if (piece.translate) {
            val hypotheses = found[sentences.size].map { hypothesis(it, tokenizer, spelling(piece, plan.rules)) }
            if (needsSpace(before, piece)) texts.forEach { it.append(' ') }
            sentences.add(
                Sentence(piece.text, piece.start, piece.end, texts[0].length, plan.sources[sentences.size], hypotheses),
            )
            texts.forEachIndexed { rank, text -> text.append(hypotheses[minOf(rank, hypotheses.size - 1)].text) }
        } else {
            texts.forEach { it.append(piece.text) }
        }
        before = piece
    }
    return Translation(plan.text, texts.map { it.toString() }, sentences)
}

/** Two sentences without white space between them (Chinese, or a cut) get one in English. */
internal fun needsSpace(before: Piece?, piece: Piece): Boolean = before != null && before.translate && piece.translate

/** What makes of the text of a piece's tokens the text that is handed out. */
internal fun spelling(piece: Piece, rules: SentenceRules): (String) -> String =
    if (inCapitals(piece.text, rules.spaces)) ::toCapitals else { text -> text }

private fun hypothesis(found: Found, tokenizer: Tokenizer, spell: (String) -> String): Hypothesis {
    val spelled = tokenizer.spell(found.tokens)
    return Hypothesis(spell(spelled.text), spelled.tokens, found.score, found.attention, found.finished)
}
