/*
 * Labels that signs part: `Réglages → Compte`, `Fichier > Exporter`, `Oui / Non`, `Nom | Prix`.
 *
 * A model that reads them as one sentence leaves some out; each is a sentence of its own, and the signs
 * stay where they are. A sign is a word by itself: white space or an edge is on both sides. A tab parts the
 * cells of a row, whatever is in them.
 */
package io.github.allez

private val LABELS = SPEC.part("labels")
private val DIVIDERS = words(LABELS.text("signs"))

/** What leads on to a label, and what it closes in other texts. */
private val PATHS = LABELS.text("paths").split(" ").associate { it.substringBefore(':') to it.substringAfter(':') }
private val SLASH = LABELS.text("slash")

/** What the signs are made of. */
private val ALL = (DIVIDERS + PATHS.keys + SLASH + "\t").joinToString("")
private val MOST = LABELS.whole("words")

/** Whether this parts labels, whatever stands around it. */
internal fun isDivider(word: String): Boolean = word in DIVIDERS

/**
 * What are sentences of their own in a sentence: all of it, if no sign parts it.
 *
 * Of one that is parted, what has no word of two letters is left out.
 *
 * @param line has the sentence from [start] to before [end].
 * @param spaces what parts words.
 */
internal fun labels(line: CodePoints, start: Int, end: Int, spaces: Characters): List<Pair<Int, Int>> {
    if ((start until end).none { isOneOf(ALL, line[it]) }) return listOf(start to end)
    var first = start
    var last = end
    while (first < last && line[first] in spaces) first++
    while (first < last && line[last - 1] in spaces) last--
    val tabs = (first until last).filter { line[it] == '\t'.code }
    return (listOf(first - 1) + tabs + last).zipWithNext().flatMap { (before, tab) ->
        cellLabels(line, before + 1, tab, spaces, isWhole = tabs.isEmpty())
    }
}

/** Those of a cell; [isWhole]: it is all of its row. */
private fun cellLabels(line: CodePoints, start: Int, end: Int, spaces: Characters, isWhole: Boolean): List<Pair<Int, Int>> {
    val words = wordsOf(line, start, end, spaces)
    val cuts = cuts(line, words)
    if (isWhole && cuts.isEmpty()) return listOf(start to end)
    return (listOf(-1) + cuts + words.size).zipWithNext { before, behind ->
        if (behind - before > 1) words[before + 1].first to words[behind - 1].second else null
    }.filterNotNull().filter { (first, last) ->
        (first + 1 until last).any { isLetter(line[it - 1]) && isLetter(line[it]) }
    }
}

private fun wordsOf(line: CodePoints, start: Int, end: Int, spaces: Characters): List<Pair<Int, Int>> {
    val words = ArrayList<Pair<Int, Int>>()
    var position = start
    while (position < end) {
        val first = position
        while (position < end && line[position] !in spaces) position++
        if (first < position) words.add(first to position)
        position++
    }
    return words
}

/** Which words are signs between labels. */
private fun cuts(line: CodePoints, words: List<Pair<Int, Int>>): List<Int> {
    val signs = ArrayList<Int>()
    val slashes = ArrayList<Int>()
    val opened = PATHS.keys.associateWithTo(HashMap()) { 0 }
    for ((index, span) in words.withIndex()) {
        val word = line.string(span.first, span.second)
        val isInner = index > 0 && index < words.size - 1
        val leads = isInner && opened[word] == 0 && isFirst(line, words[index + 1])
        if (word in DIVIDERS || leads) {
            signs.add(index)
        } else if (word == SLASH && isInner && !isFraction(line, words[index - 1], words[index + 1])) {
            slashes.add(index)
        }
        for ((closer, opener) in PATHS) {
            opened[closer] = maxOf(0, opened.getValue(closer) + times(word, opener) - times(word, closer))
        }
    }
    val both = (signs + slashes).sorted()
    val isShort = (listOf(-1) + both + words.size).zipWithNext().all { (a, b) -> b - a - 1 <= MOST }
    return if (isShort) both else signs
}

private fun times(word: String, sign: String): Int = word.split(sign).size - 1

/** Whether a word begins a label: a capital, and a letter behind it. */
private fun isFirst(line: CodePoints, word: Pair<Int, Int>): Boolean {
    val (start, end) = word
    return end > start + 1 && Character.isUpperCase(line[start]) && isLetter(line[start + 1])
}

private fun isFraction(line: CodePoints, before: Pair<Int, Int>, behind: Pair<Int, Int>): Boolean =
    isDigit(line[before.second - 1]) && isDigit(line[behind.first])
