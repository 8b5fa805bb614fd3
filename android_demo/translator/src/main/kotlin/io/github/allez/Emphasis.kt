/*
 * Emphasis typed as plain text: `**mot**`, `_mot_`, `~~mot~~`, whose marks are pairs as tags are.
 *
 * And stars that refer to a note (`10 €*`, `*hors taxes`), which are points. To a model they are letters
 * of the word that they stand at. Knows nothing of Markdown but this. Places count code points.
 */
package io.github.allez

private val RULES = SPEC.part("emphasis")
private val MARKS = words(RULES.text("marks"))
private val NOTES = words(RULES.text("notes"))
private val NOTED = RULES.text("noted")
private val BEFORE = RULES.text("before")
private val BEHIND = RULES.text("behind")
private val SIGNS = MARKS.joinToString("")

/** Whether a text has a sign that emphasis is made of. */
internal fun mayBeEmphasized(text: String): Boolean = text.any { it in SIGNS }

/**
 * The tokens of a stretch of a text: text, the marks of emphasis as tags in pairs, notes.
 *
 * A mark opens behind an edge, white space or one of `before`, and before a letter, a digit or one of
 * `before`. The next same mark of the line closes it, behind no white space, and before an edge, white
 * space or one of `behind`; several marks may stand together. What is within has a letter or a digit, and
 * is no name as programmers write it (`__init__`). One or two stars alone that have no other refer to a
 * note: where they might open, before a letter or a digit, and where they might close, behind a letter, a
 * digit or one of `noted`. Code between backticks is left alone.
 */
internal fun emphasized(text: CodePoints, start: Int, end: Int): List<TagToken> {
    val found = ArrayList<TagToken>()
    var done = start
    var begin = start
    while (begin < end) {
        val feed = text.find('\n', begin, end)
        val lineEnd = if (feed < 0) end else feed
        for ((first, last, kind) in EmphasizedLine(text.slice(begin, lineEnd)).signs()) {
            if (done < begin + first) found.add(TagToken(TagKind.TEXT, done, begin + first))
            done = begin + last
            found.add(TagToken(kind, begin + first, done, text.string(begin + first, done)))
        }
        begin = lineEnd + 1
    }
    if (done < end) found.add(TagToken(TagKind.TEXT, done, end))
    return found
}

/** A run of one sign that opens or closes emphasis, or refers to a note. */
private data class Sign(val start: Int, val end: Int, val kind: TagKind)

private class EmphasizedLine(private val line: CodePoints) {
    private val found = HashMap<Int, Sign>()
    private val opened = ArrayList<Sign>()
    private val waiting = HashMap<String, Int>()

    /** Its marks of emphasis, which nest, and of notes, in order. */
    fun signs(): List<Sign> {
        var position = 0
        while (position < line.size) {
            position = if (line.hasOneOf(SIGNS, position)) {
                read(position)
            } else {
                maxOf(if (line.has('`', position)) line.code(position) else position, position + 1)
            }
        }
        return found.values.sortedBy { it.start }
    }

    /** Reads the marks that stand together at a place; where they end. */
    private fun read(start: Int): Int {
        val stop = line.run(start) { isOneOf(SIGNS, it) }
        val (before, behind) = line.at(start - 1) to line.at(stop)
        val opens = (isEdge(before) || isOneOf(BEFORE, before)) && (isPart(behind) || isOneOf(BEFORE, behind))
        val closes = !isEdge(before) && (isEdge(behind) || isOneOf(BEHIND, behind))
        val isNoted = closes && (isPart(before) || isOneOf(NOTED, before))
        if (line.string(start, stop) in NOTES && (isNoted || opens && isPart(behind))) {
            add(Sign(start, stop, TagKind.SINGLE))
        }
        var position = start
        while (position < stop) {
            val sign = line[position]
            val end = line.run(position) { it == sign }
            val mark = line.string(position, end)
            if (closes && (waiting[mark] ?: 0) > 0) {
                close(position, end, mark)
            } else if (opens && mark in MARKS) {
                opened.add(Sign(position, end, TagKind.OPEN))
                waiting[mark] = (waiting[mark] ?: 0) + 1
            }
            position = end
        }
        return position
    }

    /** Closes a mark where it was opened last; it and those opened behind it are open no more. */
    private fun close(start: Int, end: Int, mark: String) {
        while (true) {
            val last = opened.removeAt(opened.lastIndex)
            val other = line.string(last.start, last.end)
            waiting[other] = waiting.getValue(other) - 1
            if (other != mark) continue
            if (isEmphasized(last.end, start, mark)) {
                add(last)
                add(Sign(start, end, TagKind.CLOSE))
            }
            return
        }
    }

    private fun add(sign: Sign) {
        found[sign.start] = sign
    }

    /** Whether marks stand around words, and not around a name of code. */
    private fun isEmphasized(start: Int, end: Int, mark: String): Boolean {
        val isName = mark == "__" && line.all(start, end) { it == '_'.code || isDigit(it) || it in 'a'.code..'z'.code }
        return !isName && !line.all(start, end) { !isPart(it) }
    }
}

private fun isEdge(character: Int): Boolean = character == NOTHING || isSpace(character)

private fun isPart(character: Int): Boolean = isLetter(character) || isDigit(character)
