/*
 * Cheap checks of a sentence against its translation: which facts are not accounted for.
 *
 * They see words, not meanings: a doubt is a reason to look, no verdict. Numbers, things that must not
 * change, repetition and length are compared in any language; negation, limits and number words where
 * both languages have their words here.
 */
package io.github.allez

import java.util.Locale

private const val HIDDEN = "\ue000"
private const val REPLACED = "\ufffd"

/** The fewest characters of a sentence whose length says something, and how much longer others may be. */
private const val LONG = 20
private const val SHORTEST = 0.4
private const val LONGEST = 2.2

/** The figures and words of what is in doubt already are no numbers that nobody said. */
private class Sides(val source: String, val target: String, val languages: Pair<String, String>, val doubted: Set<String>) {
    val here = lexemes(source.small)
    val said = lexemes(target.small)
    val numbersHere by lazy { countedAsRead(source, languages.first) }
    val numbersSaid by lazy { counted(target, languages.second) }
    val isFrench = languages == "en" to "fr"
}

internal val String.small: String get() = lowercase(Locale.ROOT)

/**
 * What a translation leaves in doubt, in the order of kinds; places are UTF-16 units of [written].
 *
 * @param written a sentence.
 * @param target its translation.
 * @param languages of the two.
 */
internal fun doubts(written: String, target: String, languages: Pair<String, String>): List<Doubt> {
    if (written == target) return emptyList()
    val source = if (languages.first == "fr") onTheLine(CodePoints(written)).toString() else written
    if (CodePoints(target).let { text -> text.all(0, text.size, ::isSpace) }) {
        return listOf(Doubt("length", source, 0, source.length))
    }
    val units = CodePoints(source).offsets()
    val entities = EntityFinder(NUMBER_FORMS[languages.first], null).find(CodePoints(source))
        .filter { it.kind == EntityKind.THING }.map { it.copy(start = units[it.start], end = units[it.end]) }
    val found = ArrayList(things(source, target, entities))
    val hidden = StringBuilder(source)
    var left = target
    for (entity in entities) {
        hidden.replace(entity.start, entity.end, HIDDEN.repeat(entity.end - entity.start))
        left = left.replaceFirst(entity.value, " $HIDDEN ")
    }
    val sides = Sides(hidden.toString(), left, languages, found.flatMap { lexemes(it.text) }.toSet())
    found += numbers(sides)
    if (languages == "fr" to "en") found += limits(sides) + negation(sides.source, left, sides.here, sides.said) + names(sides)
    if (sides.isFrench) found += ofEnglish(sides)
    found += repetition(sides)
    val (length, wanted) = target.characters to source.characters
    if (wanted >= LONG && length.toDouble() / wanted !in SHORTEST..LONGEST) {
        found += Doubt("length", source, 0, source.length)
    }
    if (REPLACED in left) found += Doubt("characters", REPLACED, null, null)
    return found
}

/** What is asked of English that became French. */
private fun ofEnglish(sides: Sides): List<Doubt> = listOfNotNull(
    englishLimit(sides.source, sides.target, sides.said),
    englishNegation(sides.source, sides.target, sides.here, sides.said),
    englishName(sides.source, sides.target) { capitalized(it, first = false) },
)

/** The numbers of a text, but for the minutes of full hours: "15 h" is "15:00". */
private fun counted(text: String, language: String): List<NumberValue> =
    numberValues(text, language).filterNot { value ->
        val mark = value.start - 1
        val behind = if (mark > 0 && text[mark] in SPACES) mark - 1 else mark
        text.substring(value.start, value.end) == "00" && behind > 0 && text[behind] in ":hH"
    }

/** The numbers of a source as it is read, with their places in the source itself. */
private fun countedAsRead(source: String, language: String): List<NumberValue> {
    val read = Aligned(source).edited(shortened(source, language))
    return counted(read.text, language).map {
        NumberValue(it.value, read.originalStart(it.start, it.end), read.originalEnd(it.start, it.end))
    }
}

internal val String.characters: Int get() = codePointCount(0, length)

/** The words of a text: runs of letters, digits and underscores. */
internal fun lexemes(text: String): List<String> {
    val found = ArrayList<String>()
    var position = 0
    while (position < text.length) {
        val end = wordEnd(text, position)
        if (end > position) found.add(text.substring(position, end))
        position = maxOf(end, next(text, position))
    }
    return found
}

private fun next(text: String, position: Int): Int = position + Character.charCount(text.codePointAt(position))

private fun wordEnd(text: String, start: Int): Int {
    var end = start
    while (end < text.length && isWord(text.codePointAt(end))) end = next(text, end)
    return end
}

private fun count(text: String, part: String): Int {
    var found = 0
    var place = text.indexOf(part)
    while (place >= 0) {
        found++
        place = text.indexOf(part, place + part.length)
    }
    return found
}

/** Things of the source that do not stand in the translation as often, or do more often. */
private fun things(source: String, target: String, entities: List<Entity>): List<Doubt> {
    val (here, plain) = oneSpace(source) to oneSpace(target)
    val found = ArrayList<Doubt>()
    for (entity in entities) {
        val value = oneSpace(entity.value)
        val difference = count(here, value).compareTo(count(plain, value))
        if (difference > 0) {
            found.add(Doubt("thing", entity.value, entity.start, entity.end))
        } else if (difference < 0 && found.none { it.text == entity.value }) {
            found.add(Doubt("thing", entity.value, null, null))
        }
    }
    return found
}

private fun oneSpace(text: String): String = text.map { if (it in SPACES) ' ' else it }.joinToString("")

// --- numbers ----------------------------------------------------------------------------------------

/** Numbers that are said by others: a fortnight is "quinze jours", noon is "midi". */
private val SAME = SPEC.part("number_words").part("same").each<List<Long>>().mapKeys { it.key.toInt() }
private val PAIRS = words(SPEC.part("number_words").text("pairs"))
private val SAID_OF_COURSE = listOf(1, 2, 12)

/** What may be said for a number: the hour of a half day, [later] one of 24; a fortnight. */
private fun alternatives(value: Quantity, later: Boolean): List<Quantity> {
    val others = value.whole?.let { SAME[it] }.orEmpty().map { Quantity.of(it) }
    if (later && value >= 1 && value <= 11) return others + (value - -12)
    return if (value >= 13 && value <= 24) others + (value - 12) else others
}

/** How often each number is left to be said. */
private class Left(values: List<NumberValue>) {
    private val counts = values.groupingBy { it.value }.eachCount().toMutableMap()

    fun has(value: Quantity): Boolean = (counts[value] ?: 0) > 0

    fun take(value: Quantity): Boolean = has(value).also { if (it) counts[value] = counts.getValue(value) - 1 }
}

/** Numbers that were lost, and such as nobody said. */
private fun numbers(sides: Sides): List<Doubt> {
    val target = sides.target
    fun isOrdinal(value: NumberValue) = target.substring(value.start, value.end).small in ORDINALS
    val later = sides.isFrench && tellsHours(sides.said)
    val ofCourse = SAID_OF_COURSE + sides.here.mapNotNull { ABOUT[it] }
    val left = Left(sides.numbersSaid)
    val missing = sides.numbersHere.filterNot { left.take(it.value) }
    val lost = missing.filterNot { value ->
        alternatives(value.value, later).any(left::take) || isSaidOtherwise(sides, value)
    }
    if (lost.isNotEmpty()) {
        return lost.map { Doubt("number", sides.source.substring(it.start, it.end), it.start, it.end) }
    }
    (inAnotherForm(sides) ?: inAnotherUnit(sides))?.let { return listOf(it) }
    for (value in sides.numbersSaid) {
        if (isOrdinal(value) || !left.take(value.value)) continue
        val text = target.substring(value.start, value.end)
        val isUsual = isSpoken(target, value) && value.value.whole in ofCourse
        val isOfThing = lexemes(text).all { it in sides.doubted }
        val isMeant = sides.numbersHere.any { value.value in alternatives(it.value, later) } ||
            (sides.isFrench && isNoNumber(text))
        if (!isUsual && !isOfThing && !isMeant) return listOf(Doubt("number", text, null, null))
    }
    return emptyList()
}

/**
 * A number that an English translation has as French writes it: "3,5", "5 590", "10h53".
 *
 * Who reads it may take it for another one: "3,410" for thousands.
 */
private fun inAnotherForm(sides: Sides): Doubt? {
    if (sides.languages.second != "en") return null
    for (said in sides.numbersSaid.filter { isFrench(sides.target, it) }) {
        val figures = figures(sides.target, said)
        val meant = sides.numbersHere.firstOrNull { figures(sides.source, it) == figures } ?: continue
        return Doubt("number", sides.source.substring(meant.start, meant.end), meant.start, meant.end)
    }
    return null
}

private fun figures(text: String, value: NumberValue): String =
    text.substring(value.start, value.end).filter { isDigit(it.code) }

private fun isFrench(target: String, said: NumberValue): Boolean {
    val text = target.substring(said.start, said.end).dropLastWhile { !isDigit(it.code) }
    val parts = text.split(",")
    val isGrouped = parts[0].length <= 3 && parts.drop(1).all { it.substringBefore('.').length == 3 }
    val isClock = target.startsWith("h", said.end) && said.end + 1 < target.length && isDigit(target[said.end + 1].code)
    return text.isNotEmpty() && ((parts.size > 1 && !isGrouped) || isClock || text.any { it in SPACES })
}

/** A number that has another unit than in the source: "205 m" said as "205 ml". */
private fun inAnotherUnit(sides: Sides): Doubt? {
    for (said in sides.numbersSaid) {
        val unit = unit(sides.target, said, UNITS_ALIKE) ?: continue
        val units = sides.numbersHere.filter { it.value == said.value }.mapNotNull {
            unit(sides.source, it, UNIT_SIGNS, rates = sides.languages.first == "fr")
        }
        val isSaid = units.any { UNIT_SIGNS[signOf(sides.source.substring(it))] == signOf(sides.target.substring(unit)) }
        if (units.isEmpty() || isSaid) continue
        return Doubt("number", sides.source.substring(units[0]), units[0].first, units[0].last + 1)
    }
    return null
}

/** Where the sign of a unit stands behind a number; no sign has a character of two UTF-16 units. */
private fun unit(text: String, value: NumberValue, signs: Map<String, String>, rates: Boolean = false): IntRange? =
    CodePoints(text.substring(value.start)).unitBehind(value.end - value.start, signs, rates)
        ?.let { it.first + value.start..it.last + value.start }

/** Whether a number is written in words. */
private fun isSpoken(text: String, value: NumberValue): Boolean = isLetter(text.codePointAt(value.start))

/** Whether a small number may be within a word: "deuxième", "une paire", "un couple". */
private fun isSaidOtherwise(sides: Sides, value: NumberValue): Boolean =
    (sides.isFrench && isSaidInFrench(sides, value)) || value.value <= 3 && isSpoken(sides.source, value) && sides.said.any { it in PAIRS }

private fun isSaidInFrench(sides: Sides, value: NumberValue): Boolean =
    sides.source.substring(value.start, value.end).small in ORDINALS || saysOtherwise(value.value.whole, sides.said)

// --- limits -----------------------------------------------------------------------------------------

private val LIMITS = SPEC.part("limits").part("fr")
private val FEWER = words(LIMITS.text("fewer"))
private val MORE = words(LIMITS.text("more"))
private val ONES = words(LIMITS.text("ones"))
private val APART = words(LIMITS.text("apart"))
private val PHRASES = LIMITS.part("phrases").each<List<String>>()

/** The first limit whose direction is not in the translation, or turned round. */
private fun limits(sides: Sides): List<Doubt> {
    val turned = sides.here.indices.firstOrNull { isTurned(sides, it) }
    if (turned != null) return listOf(limit(sides.source, "${sides.here[turned]} ${sides.here[turned + 1]}"))
    val (source, target) = sides.source.small to sides.target.small
    for ((phrase, sayings) in PHRASES) {
        val place = source.indexOf(phrase)
        if (place < 0 || sayings.any { it in target }) continue
        if (sides.numbersHere.any { it.start > place }) return listOf(limit(sides.source, phrase))
    }
    return emptyList()
}

/** Whether "moins de" or "plus de" begins here, and the translation says no such thing. */
private fun isTurned(sides: Sides, index: Int): Boolean {
    val here = sides.here
    if (index + 2 >= here.size || here[index] !in listOf("moins", "plus") || here[index + 1] !in listOf("de", "d")) {
        return false
    }
    val following = here.subList(index + 2, minOf(index + 4, here.size))
    if (following[0] !in ONES && numberValues(following.joinToString(" "), "fr").isEmpty()) return false
    if ((index > 0 && here[index - 1] in APART) || following[0] == "plus") return false
    val isFewer = here[index] == "moins"
    val (wanted, other) = if (isFewer) FEWER to MORE else MORE to FEWER
    val isOpposite = sides.said.any { it in other } || (isFewer && "least" in sides.said)
    return sides.said.none { it in wanted } && (isOpposite || sides.numbersSaid.isNotEmpty())
}

private fun limit(source: String, phrase: String): Doubt {
    val start = maxOf(source.small.indexOf(phrase), 0)
    val end = minOf(start + phrase.length, source.length)
    return Doubt("limit", source.substring(start, end), start, end)
}

// --- names, repetition ------------------------------------------------------------------------------

private val SENTENCE_BEGINS = SPEC.part("names").text("begins")

/** What has a capital and small letters, and is read otherwise: "François Ier", "10 Mds €". */
private val NO_CAPITALS =
    SPEC.part("ordinals").part("first").each<String>().keys + SPEC.part("prices").part("multiples").each<String>().keys

/** Names within a sentence of which the translation has fewer than the source. */
private fun names(sides: Sides): List<Doubt> {
    val here = capitalized(sides.source, first = false).filter { (word, _) -> word !in NO_CAPITALS }
    val there = capitalized(sides.target, first = true).map { it.first }.toSet()
    val kept = here.map { it.first }.toSet().intersect(there)
    if (here.map { it.first }.toSet().size - kept.size <= (there - kept).size) return emptyList()
    val lost = here.firstOrNull { (word, _) -> word !in there && word !in sides.target } ?: return emptyList()
    return listOf(Doubt("name", lost.first, lost.second, lost.second + lost.first.length))
}

/** Words with a capital and small letters, and where they stand; [first]: also the first of a sentence. */
private fun capitalized(text: String, first: Boolean): List<Pair<String, Int>> {
    val found = ArrayList<Pair<String, Int>>()
    var position = 0
    var begins = true
    while (position < text.length) {
        var end = wordEnd(text, position)
        while (end > position && end < text.length && text[end] == '-') end = wordEnd(text, end + 1)
        val word = text.substring(position, end).trimEnd('-')
        if (isNameLike(word) && (first || !begins)) found.add(word to position)
        if (word.isNotEmpty()) begins = false else if (text[position] in SENTENCE_BEGINS) begins = true
        position = maxOf(end, next(text, position))
    }
    return found
}

private fun isNameLike(word: String): Boolean = word.characters > 2 && isCapital(word.codePointAt(0)) &&
    isSmall(word.codePointAt(word.offsetByCodePoints(0, 1)))

private val REPEATABLE = words(SPEC.text("repeatable"))
private const val LONG_WORD = 3

/** A word twice running, or several words twice, unless the source does the like. */
private fun repetition(sides: Sides): List<Doubt> {
    if (repeated(sides.here) != null) return emptyList()
    return listOfNotNull(repeated(sides.said)).map { Doubt("repetition", it, null, null) }
}

private fun repeated(said: List<String>): String? {
    said.zipWithNext().firstOrNull { (one, other) -> one == other && other.characters > 1 && other !in REPEATABLE }
        ?.let { return it.second }
    val size = if (said.size < LONG) 3 else 4
    val seen = HashSet<List<String>>()
    return said.windowed(size).firstOrNull { !seen.add(it) && it.any { word -> word.characters > LONG_WORD } }
        ?.joinToString(" ")
}
