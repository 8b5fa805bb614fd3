/*
 * Cheap checks of an English sentence against its French translation: what these languages ask.
 *
 * As in `Checks`, they see words, not meanings; what both directions share is there.
 */
package io.github.allez

private val LIMITS = SPEC.part("limits").part("en")
private val FEWER = LIMITS.names("fewer")
private val MORE = LIMITS.names("more")
private val SAID_FEWER = words(LIMITS.text("said_fewer"))
private val SAID_MORE = words(LIMITS.text("said_more"))
private val PHRASES = listOf("least", "most").flatMap { key ->
    val sayings = LIMITS.names("said_$key")
    LIMITS.names(key).map { it to sayings }
}
private val BEFORE_LIMITS = listOf("no ", "not ", "n't ")

private fun doubtAt(kind: String, source: String, start: Int, size: Int): Doubt {
    val end = minOf(start + size, source.length)
    return Doubt(kind, source.substring(minOf(start, end), end), start, start + size)
}

/** A limit whose direction is not in the translation, or turned round. */
internal fun englishLimit(source: String, target: String, said: List<String>): Doubt? {
    val (small, smallTarget) = source.small to target.small
    for ((phrase, sayings) in PHRASES) {
        val place = place(small, phrase)
        if (place < 0 || sayings.any { it in smallTarget }) continue
        if (numberFollows(source, place + phrase.length)) return doubtAt("limit", source, place, phrase.length)
    }
    for ((phrases, wanted, other) in listOf(Triple(FEWER, SAID_FEWER, SAID_MORE), Triple(MORE, SAID_MORE, SAID_FEWER))) {
        for (phrase in phrases) {
            val place = place(small, phrase)
            if (place < 0 || BEFORE_LIMITS.any(small.take(place)::endsWith)) continue
            if (!numberFollows(source, place + phrase.length) || said.any { it in wanted }) continue
            if (said.any { it in other } || ' ' in phrase) return doubtAt("limit", source, place, phrase.length)
        }
    }
    return null
}

/** Where a phrase stands apart from other words, -1 if it does not. */
private fun place(text: String, phrase: String): Int {
    var place = text.indexOf(phrase)
    while (place >= 0) {
        val end = place + phrase.length
        val before = if (place > 0) text.codePointBefore(place) else NOTHING
        val behind = if (end < text.length) text.codePointAt(end) else NOTHING
        if (!isWord(before) && !isWord(behind)) return place
        place = text.indexOf(phrase, place + 1)
    }
    return place
}

/** Whether a number begins behind a position, or behind one word there. */
private fun numberFollows(text: String, end: Int): Boolean {
    val rest = text.substring(minOf(end, text.length))
    val found = numberValues(rest, "en").firstOrNull { it.value.whole != 0 } ?: return false
    val between = rest.substring(0, found.start)
    return between.indices.count { !isSpace(between[it].code) && (it == 0 || isSpace(between[it - 1].code)) } <= 1
}

private val RULES = SPEC.part("negation").part("en")

/** What denies in English, and what may. */
private val NOT = words(RULES.text("no"))
private val HIDDEN = words(RULES.text("hidden"))
private val HIDDEN_PREFIXES = words(RULES.text("hidden_prefixes"))
private val IDIOMS = RULES.names("idioms")

/** What denies in French, and what does so without a doubt. */
private val DENIED = words(RULES.text("not"))
private val CLEAR = words(RULES.text("clear"))
private val PREFIXES = words(RULES.text("prefixes"))
private const val PREFIXED = 5
private val STEPS = words(SPEC.part("negation").text("steps"))

/** A negation that was lost, or one that nobody said; none in questions. */
internal fun englishNegation(source: String, target: String, here: List<String>, said: List<String>): Doubt? {
    if ('?' in source || '?' in target) return null
    val small = source.small
    val strong = here.filterIndexed { index, word ->
        word in NOT && (word != "t" || here.getOrNull(index - 1)?.endsWith('n') == true)
    }
    if (strong.isNotEmpty() && said.none { it in DENIED }) {
        val hinted = said.any { word ->
            word.codePointCount(0, word.length) > PREFIXED && PREFIXES.any(word::startsWith)
        }
        if (!hinted && IDIOMS.none { it in small }) {
            val word = if (strong[0] == "t") "n't" else strong[0]
            val start = if (word == "n't") small.indexOf(word) else place(small, word)
            return doubtAt("negation", source, maxOf(start, 0), word.length)
        }
    }
    val spoken = said.filterIndexed { index, word ->
        word in CLEAR && !(word == "pas" && said.getOrNull(index - 1) in STEPS)
    }
    val hidden = here.any { it in HIDDEN || HIDDEN_PREFIXES.any(it::startsWith) }
    if (spoken.isEmpty() || strong.isNotEmpty() || hidden || "n'est-ce pas" in target.small) return null
    return Doubt("negation", spoken[0], null, null)
}

private val NAMES = SPEC.part("names").part("en")
private val SMALL_IN_FRENCH = words(SPEC.part("calendar").text("en")) + words(NAMES.text("common"))
private val PEOPLES = words(NAMES.text("peoples"))

/** A name, within a sentence, of which the translation has nothing. */
internal fun englishName(source: String, target: String, capitalized: (String) -> List<Pair<String, Int>>): Doubt? {
    val here = capitalized(source).filter { (word, _) -> word !in SMALL_IN_FRENCH }
    val there = capitalized(target).map { it.first }.toSet()
    if (!here.map { it.first }.containsAll(there)) return null
    val said = target.small
    val lost = here.firstOrNull { (word, start) ->
        val alone = !capitalBeside(source, start, start + word.length)
        alone && word.substring(0, word.offsetByCodePoints(0, 3)).small !in said && PEOPLES.none(word::endsWith)
    } ?: return null
    return doubtAt("name", source, lost.second, lost.first.length)
}

/** Whether the word before or behind has a capital, too, or is "of". */
private fun capitalBeside(text: String, start: Int, end: Int): Boolean {
    if (text.startsWith(" of ", end) || text.take(start).endsWith(" of ")) return true
    val follows = end + 1 < text.length && text[end] in " -" && isCapital(text.codePointAt(end + 1))
    if (follows || start == 0 || text[start - 1] !in " -") return follows
    var first = start - 1
    while (first > 0 && isLetter(text.codePointBefore(first))) first -= Character.charCount(text.codePointBefore(first))
    return isCapital(text.codePointAt(first))
}

private val NUMBERS = SPEC.part("number_words").part("in_french")

/** What French says for a number of English. */
private val SAID_FOR = NUMBERS.part("said").each<String>().entries.associate { it.key.toInt() to words(it.value) }

/** Words of French that are not only numbers. */
private val NO_NUMBERS = words(NUMBERS.text("no_numbers"))
private val HOURS = words(NUMBERS.text("hours"))

/** Whether a French translation says a number of English in another way. */
internal fun saysOtherwise(number: Int?, said: List<String>): Boolean =
    SAID_FOR[number].orEmpty().let { others -> said.any { it in others } }

/** Whether a French translation has hours, which may be those of the afternoon. */
internal fun tellsHours(said: List<String>): Boolean = said.any { word ->
    val second = word.offsetByCodePoints(0, 1)
    val size = word.codePointCount(0, word.length)
    word in HOURS || 'h' in word.substring(second, word.offsetByCodePoints(0, minOf(size, 3)))
}

/** Whether a number of a French translation may be none: "neuf", "un cent", "XIXe". */
internal fun isNoNumber(text: String): Boolean = text.small.substringAfterLast(' ') in NO_NUMBERS || text[0] in "IVX"
