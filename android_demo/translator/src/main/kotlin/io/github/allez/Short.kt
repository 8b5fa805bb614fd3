/*
 * Words that are cut short are read whole: `env. 30 €`, `p. ex.`, `3 av. Foch`, `29 juil. 2026`.
 *
 * A model knows "environ"; of "env." it makes a word and a full stop. So are words before a colon (`Tél :`),
 * behind a number (`3 j`), rates (`250 €/mois`), and ordinals. Knows nothing of numbers.
 */
package io.github.allez

import java.util.Locale

private val ANYWHERE = wordsOf("anywhere")
private val AMID = wordsOf("amid")
private val FIRST = wordsOf("first")
private val STREETS = wordsOf("streets")
private val LABELS = wordsOf("labels")
private val BEHIND = wordsOf("behind")
private val NUMBERS = wordsOf("numbers")

/** What stands behind "av." where it is no street: "av. J.-C.". */
private val ERAS = words(SPEC.part("shortened").text("eras"))

/** What stands before a noun ("la mer."), and between two days. */
private val ARTICLES = words(SPEC.part("shortened").text("articles"))
private val DAY_JOINTS = SPEC.part("shortened").names("joints")

/** What ends no sentence but its own: of "Il porte un bât." it is a word. */
private val FOLLOWED = words(SPEC.part("shortened").text("followed"))

/** What has letters behind its number: "point 3 j". */
private val POINTS = words(SPEC.part("shortened").text("points"))

private val RATED = SPEC.part("rates").keys

/** By language, what is cut short, in small letters, and the whole word. */
private fun wordsOf(key: String): Map<String, Map<String, String>> =
    SPEC.part("shortened").part(key).each<Map<*, *>>().mapValues { it.value.each<String>() }

/**
 * Where words stand that are cut short, with their full stop, and the whole words.
 *
 * Those of `first` begin the sentence; within one a model knows them. Those of `amid` are days that are words, too: a
 * number or another day follows, or they are all of the text, in small letters. Those of streets stand behind a
 * number, with a comma or without, and before a space and none of `eras`, nor, without a comma, a symbol: "av. JC"
 * has one. Months are those of [months].
 * At the end of the text the full stop is the sentence's, too, and is left out.
 *
 * @param text a sentence; numbers in it may be hidden.
 * @param language of the text.
 * @return edits in UTF-16 units.
 */
internal fun shortened(text: String, language: String): List<Edit> {
    val line = CodePoints(text)
    val units = line.offsets()
    val found = beforeStops(line, language) + ordinals(line, language) + beforeColons(line, language) +
        behindNumbers(line, language) + beforeNumbers(line, language) + rates(line, language)
    val all = found.map { Edit(units[it.start], units[it.end], it.new) } + months(text, language)
    val disjoint = ArrayList<Edit>()
    for (edit in all.sortedWith(compareBy({ it.start }, { -it.end }))) {
        if (disjoint.isEmpty() || edit.start >= disjoint.last().end) disjoint.add(edit)
    }
    return disjoint
}

private fun beforeStops(line: CodePoints, language: String): List<Edit> {
    val (amid, first, streets) = listOf(AMID, FIRST, STREETS).map { it[language].orEmpty() }
    val known = ANYWHERE[language].orEmpty() + amid + first + streets
    val last = line.end()
    return (0 until line.size).filter { line.has('.', it) && line.ends(it + 1) && !line.has('.', it + 1) && !isPrivate(line.at(it + 1)) }.flatMap { dot ->
        val isLast = dot + 1 >= last
        known.mapNotNull { (short, whole) ->
            val start = dot - short.codePointCount(0, short.length)
            val word = if (start < 0) "" else line.string(start, dot)
            if (word.lowercase(Locale.ROOT) != short || !line.begins(start) || line.has('.', start - 1)) return@mapNotNull null
            if (short in FOLLOWED && isLast && start > 0) return@mapNotNull null
            if (short in first && start > 0) return@mapNotNull null
            val isAlone = start == 0 && isLast && word == short
            if (short in amid && !isAlone && !line.isDay(start, dot + 1, known)) return@mapNotNull null
            if (short in streets && !line.isStreet(start, dot + 1)) return@mapNotNull null
            Edit(start, if (isLast) dot else dot + 1, line.counted(start, cased(word, whole)))
        }
    }
}

/** Where a line ends but for white space. */
internal fun CodePoints.end(): Int {
    var last = size
    while (last > 0 && isSpace(get(last - 1))) last--
    return last
}

/** Whether a number follows a day that is cut short, or "au" and another; no article leads. */
private fun CodePoints.isDay(start: Int, end: Int, known: Map<String, String>): Boolean {
    if (wordBefore(start, SPACES) in ARTICLES) return false
    val joint = DAY_JOINTS.firstOrNull { startsWith(it, end) } ?: return hasOneOf(SPACES, end) && isNumber(at(end + 1))
    val other = end + joint.length
    val word = string(other, run(other, ::isLetter)).lowercase(Locale.ROOT)
    return (known[word] ?: word) in DAYS_OF_WEEK
}

/** A word with the capitals of what it stands for. */
private fun cased(short: String, whole: String): String {
    val letters = CodePoints(short)
    if (letters.size > 1 && letters.allCapital()) return whole.uppercase(Locale.ROOT)
    return (if (isCapital(letters.at(0))) whole.take(1).uppercase(Locale.ROOT) else whole.take(1)) + whole.drop(1)
}

/** Words behind a number as they are, behind "1" the first of them without its `s`. */
private fun CodePoints.counted(start: Int, whole: String): String {
    val one = if (hasOneOf(SPACES, start - 1)) start - 2 else start - 1
    if (!has('1', one) || !numberBegins(one)) return whole
    val first = whole.substringBefore(' ')
    return first.removeSuffix("s") + whole.drop(first.length)
}

/** Whether the number of a house stands before, and a name may stand behind. */
private fun CodePoints.isStreet(start: Int, end: Int): Boolean {
    if (!hasOneOf(SPACES, start - 1) || !hasOneOf(SPACES, end)) return false
    val hasComma = has(',', start - 2)
    if (!isNumber(at(if (hasComma) start - 3 else start - 2))) return false
    return (hasComma || !isPrivate(at(end + 1))) && ERAS.none { startsWith(it, end + 1) }
}

/** Where a short word stands at which no word goes on. */
private fun CodePoints.places(short: String): List<Int> {
    val isOpen = isLetter(short.last().code)
    return (0..size - short.length).filter { start ->
        startsWith(short, start) && !(isOpen && isWord(at(start + short.length))) && !isLetter(at(start - 1))
    }
}

/** A line in small letters; an empty one, if that has more of them. */
private fun CodePoints.small(): CodePoints {
    val letters = CodePoints(toString().lowercase(Locale.ROOT))
    return if (letters.size == size) letters else CodePoints("")
}

/** Labels: `Tél :`, `Réf. :`, or nothing but one. */
private fun beforeColons(line: CodePoints, language: String): List<Edit> {
    val letters = line.small()
    val begin = (0 until line.size).firstOrNull { !isSpace(line[it]) } ?: line.size
    val last = line.end()
    return LABELS[language].orEmpty().flatMap { (short, whole) ->
        letters.places(short).mapNotNull { start ->
            val end = start + short.length
            val isDotted = short.endsWith('.')
            val stop = if (!isDotted && line.has('.', end)) end + 1 else end
            val isFirst = start <= begin
            val isLabel = line.has(':', line.behindSpace(stop)) && (isFirst || isCapital(line.at(start)))
            if (!isLabel && !(isFirst && stop >= last)) return@mapNotNull null
            Edit(start, stop, cased(line.string(start, if (isDotted) end - 1 else end), whole))
        }
    }
}

/** What is cut short behind a number: `3 j`, `10 mn`, `2 M d'euros`. */
private fun behindNumbers(line: CodePoints, language: String): List<Edit> =
    BEHIND[language].orEmpty().flatMap { (short, whole) ->
        line.places(short).mapNotNull { start ->
            val end = start + short.length
            val isSpaced = line.hasOneOf(SPACES, start - 1)
            val isOpen = isLetter(short.last().code) && line.hasOneOf("$APOSTROPHES-", end)
            val number = if (isSpaced) start - 1 else start
            if (isOpen || !isNumber(line.at(number - 1))) return@mapNotNull null
            if (short.length == 1 && line.isLettered(number, end)) return@mapNotNull null
            val isStopped = isLetter(short.last().code) && line.has('.', end) && line.hasOneOf(SPACES, end + 1)
            val stop = if (isStopped && end + 1 < line.end()) end + 1 else end
            Edit(start, stop, (if (isSpaced) "" else " ") + line.counted(start, whole))
        }
    }

/** Whether one letter belongs to what ends before it: "article 3 j", "3 j)", "log4j". */
private fun CodePoints.isLettered(end: Int, stop: Int): Boolean {
    var start = end
    while (isNumber(at(start - 1))) start--
    return has(')', stop) || isWord(at(start - 1)) || wordBefore(start, SPACES) in POINTS
}

/** `n°` right before a number, which is read apart, and "n° de", which is a word. */
private fun beforeNumbers(line: CodePoints, language: String): List<Edit> {
    val letters = line.small()
    return NUMBERS[language].orEmpty().flatMap { (short, whole) ->
        letters.places(short).mapNotNull { start ->
            val end = start + short.length
            val isRead = isLetter(short.last().code) || isNumber(line.at(end))
            if (isRead) Edit(start, end, cased(line.string(start, end), whole)) else null
        }
    }
}

/** What `rates` knows: `/mois`, `24 h/24`. */
private fun rates(line: CodePoints, language: String): List<Edit> {
    if (language !in RATED) return emptyList()
    return (0 until line.size).mapNotNull { start ->
        (line.rate(start) ?: line.around(start))?.let { Edit(start, it.end, it.text) }
    }
}
