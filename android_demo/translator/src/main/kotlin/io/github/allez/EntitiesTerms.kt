/*
 * Terms of a glossary in a line: as they are, in capitals, and in plural.
 *
 * The nouns of a compound have their plurals each ("tableaux de bord"); it stands in plural if one
 * before its preposition does. Knows nothing of other entities, and of grammar no more than endings.
 */
package io.github.allez

import java.util.Locale

private val TERM_RULES = SPEC.part("terms")

/** Words that join the nouns of a compound, and have no plural. */
private val JOINTS = words(TERM_RULES.text("joints")) + words(TERM_RULES.text("of"))

/** What stands behind the noun of an English compound that takes its plural. */
private val OF = words(TERM_RULES.text("of")).map { " $it " }

/** The fewest characters of a word whose plural ends with "aux". */
private const val AUX = 4

/** A term of the source language, and what it is in the target language. */
internal class Term(val text: String, val said: String) {
    val characters: CodePoints = CodePoints(text)
    val first: Int = if (text.isEmpty()) NOTHING else foldedFirst(characters)
    val pieces: List<TermPiece> = pieces(characters)
}

/** A word of a term, or a character between two. */
internal class TermPiece(val text: String, val size: Int, isWord: Boolean) {
    val folded: String = folded(text)
    val isJoint: Boolean = folded in JOINTS
    val isNoun: Boolean = isWord && !isJoint
    val isAux: Boolean = isNoun && size >= AUX && folded.endsWith("al")

    /** What the noun is in plural in English: "boxes", and "stomachs" that hiss not. */
    val inEnglish: List<String> by lazy { listOf(pluralOf(text), "${text}s") }
}

private fun pieces(term: CodePoints): List<TermPiece> {
    val pieces = ArrayList<TermPiece>()
    var start = 0
    while (start < term.size) {
        val isWord = isWord(term[start])
        val end = if (isWord) term.run(start, ::isWord) else start + 1
        pieces.add(TermPiece(term.string(start, end), end - start, isWord))
        start = end
    }
    return pieces
}

/**
 * A term of a glossary in a line.
 *
 * @property said what it is in the target language, in capitals or in plural where it is that here.
 * @property term how the glossary spells it.
 */
internal class FoundTerm(val end: Int, val said: String, val term: String)

/**
 * The first of [terms] that begins at [start], in any case and number.
 *
 * @param isFrench whether that is what they are said in, and the line is English; else it is the other way round.
 */
internal fun CodePoints.termAt(start: Int, terms: List<Term>, isFrench: Boolean): FoundTerm? {
    if (terms.isEmpty() || (isWord(get(start)) && !begins(start))) return null
    val first = foldedFirst(slice(start, start + 1))
    for (term in terms) {
        val spelled = (if (term.first == first) spelled(start, term, isFrench) else null) ?: continue
        if (isWord(term.characters[term.characters.size - 1]) && !ends(spelled.end)) continue
        if (isPart(start, spelled.end, term.characters)) continue
        val plural = if (isFrench) ::pluralInFrench else ::pluralOf
        val said = if (spelled.isPlural) plural(term.said) else term.said
        return FoundTerm(spelled.end, if (spelled.isLoud) said.uppercase(Locale.ROOT) else said, term.text)
    }
    return null
}

/** Where a spelling ends, whether it is in capitals unlike the term, and whether in plural. */
private class TermSpelling(val end: Int, val isLoud: Boolean, val isPlural: Boolean)

/** How a term is spelled from [start] on, in English or in French; null: something else stands there. */
private fun CodePoints.spelled(start: Int, term: Term, isEnglish: Boolean): TermSpelling? {
    var end = start
    val singular = StringBuilder()
    val marks = StringBuilder()
    var (hasHead, isJoined, isPlural) = listOf(false, false, false)
    for (piece in term.pieces) {
        val noun = if (!piece.isNoun) null else if (isEnglish) englishNoun(end, piece) else frenchNoun(end, piece)
        val here = noun?.singular ?: string(end, minOf(end + piece.size, size))
        if (noun == null && folded(here) != piece.folded) return null
        singular.append(here)
        marks.append(noun?.mark.orEmpty())
        end = noun?.end ?: (end + piece.size)
        isPlural = isPlural || (noun != null && !isJoined)
        hasHead = hasHead || piece.isNoun
        isJoined = isJoined || (hasHead && piece.isJoint)
    }
    val letters = straight(singular.toString())
    val isLoud = letters != straight(term.text) && term.characters.size > 1 && letters == letters.uppercase(Locale.ROOT)
    if (marks.any { it.isUpperCase() != isLoud }) return null
    return TermSpelling(end, isLoud, isPlural)
}

/** A noun that stands in plural: its singular, the mark of the plural, and where it ends. */
private class PluralNoun(val singular: String, val mark: String, val end: Int)

/** The noun of a term in plural; null if something else stands there. */
private fun CodePoints.frenchNoun(start: Int, piece: TermPiece): PluralNoun? {
    val end = start + piece.size
    if (!hasOneOf("sxSX", end) || !ends(end + 1)) return null
    val here = string(start, end)
    val isAux = piece.isAux && hasOneOf("xX", end) && here.last() in "uU"
    val singular = if (isAux) here.dropLast(1) + (if (here.last() == 'u') 'l' else 'L') else here // "canaux"
    return PluralNoun(singular, string(end, end + 1), end + 1).takeIf { folded(singular) == piece.folded }
}

/** What [frenchNoun] does of English. */
private fun CodePoints.englishNoun(start: Int, piece: TermPiece): PluralNoun? {
    for (plural in piece.inEnglish) {
        val end = start + plural.codePointCount(0, plural.length)
        if (end > size || folded(string(start, end)) != folded(plural) || !ends(end)) continue
        val alike = piece.text.commonPrefixWith(plural)
        val begin = start + alike.codePointCount(0, alike.length)
        val mark = string(begin, end)
        val rest = piece.text.drop(alike.length)
        val isUpper = mark == mark.uppercase(Locale.ROOT)
        return PluralNoun(string(start, begin) + if (isUpper) rest.uppercase(Locale.ROOT) else rest, mark, end)
    }
    return null
}

/** A text with straight apostrophes, which say the same. */
private fun straight(text: String): String = text.replace('\u2019', '\'')

private fun folded(text: String): String = straight(text.lowercase(Locale.ROOT))

/** The first character of a text that is not empty, in a small letter. */
private fun foldedFirst(text: CodePoints): Int = folded(text.string(0, 1)).codePointAt(0)

private val DEMONSTRATIVES = listOf("ci", "là")

/**
 * Whether what is spelled like a term is part of a compound word or of a name.
 *
 * A compound is joined by a hyphen (but `-ci`, `-là`). A name is a capitalised word beside another,
 * which begins no sentence; a term that has a capital itself may be a name.
 */
private fun CodePoints.isPart(start: Int, end: Int, term: CodePoints): Boolean {
    if (hasOneOf("-", start - 1) && isWord(at(start - 2))) return true
    if (hasOneOf("-", end) && isWord(at(end + 1))) {
        return !(string(end + 1, minOf(end + 3, size)) in DEMONSTRATIVES && ends(end + 3))
    }
    if (!isCapital(at(start)) || isCapital(term.at(0)) || isCapital(at(start + 1))) return false
    if (hasOneOf(" ", end) && isTitled(end + 1)) return true
    var first = start - 1
    if (!hasOneOf(" ", first)) return false
    while (first > 0 && isLetter(at(first - 1))) first--
    return hasOneOf(" ", first - 1) && isWord(at(first - 2)) && isTitled(first)
}

private fun CodePoints.isTitled(start: Int) = isCapital(at(start)) && isSmall(at(start + 1))

/** The plural of an English noun, by the regular rules: "point of sale" has it within. */
internal fun pluralOf(noun: String): String {
    val small = noun.lowercase(Locale.ROOT)
    val place = OF.map(small::indexOf).filter { it > 0 }.minOrNull()
    if (place != null) return pluralOf(noun.take(place)) + noun.drop(place)
    val isVowel = small.length > 1 && small[small.length - 2] in "aeou"
    return when {
        small.endsWith('y') && !isVowel -> noun.dropLast(1) + "ies"
        small.endsWith("sis") && !small.endsWith("ssis") -> noun.dropLast(2) + "es"
        HISSES.any(small::endsWith) -> noun + "es"
        else -> noun + "s"
    }
}

private val HISSES = words(TERM_RULES.text("hisses"))

/** The plural of a French noun, by the regular rules: up to the first joint. */
internal fun pluralInFrench(noun: String): String {
    var hasHead = false
    var isJoined = false
    return pieces(CodePoints(noun)).joinToString("") { piece ->
        isJoined = isJoined || (hasHead && piece.isJoint)
        hasHead = hasHead || piece.isNoun
        if (piece.isNoun && !isJoined) pluralWord(piece) else piece.text
    }
}

private fun pluralWord(word: TermPiece): String {
    val isLoud = word.size > 1 && word.text == word.text.uppercase(Locale.ROOT)
    return when {
        word.folded.last() in "sxz" || isLoud -> word.text
        word.isAux -> word.text.dropLast(1) + "ux"
        word.folded.endsWith("au") || word.folded.endsWith("eu") -> word.text + "x"
        else -> word.text + "s"
    }
}
