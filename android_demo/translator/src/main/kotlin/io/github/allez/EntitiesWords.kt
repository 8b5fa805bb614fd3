/*
 * Entities that begin like words: addresses, files, identifiers, account numbers, other scripts.
 *
 * Each scanner is as EntitiesCharacters.kt says, and is asked only where a word begins.
 */
package io.github.allez

import java.util.Locale

private val THINGS = SPEC.part("things")
private val DOMAINS = words(THINGS.text("domains"))
private val FILES = words(THINGS.text("files"))

/** Letters that stand right behind a number and are translated: units, ends of ordinals. */
internal val UNITS = words(THINGS.text("letters"))

/** A URL, an e-mail address, a domain, or a path `C:\...`. */
internal fun CodePoints.address(start: Int): Int {
    val onDrive = has(':', start + 1) && hasOneOf("\\/", start + 2)
    if (onDrive && isDrive(at(start)) && !has('/', start + 3)) return drive(start)
    val end = run(start) { isPlainWord(it) || isOneOf("+.-", it) }
    if (startsWith("://", end) && end + 3 < size && !isSpace(at(end + 3))) return addressEnd(start)
    if (startsWith("www.", start) || startsWith("mailto:", start)) {
        return addressEnd(start).let { if (it > start + 7) it else start }
    }
    return mail(start).let { if (it > start) it else domain(start) }
}

/** Whether the capital of a character is, or begins like, a letter of ASCII. */
private fun isDrive(character: Int): Boolean =
    String(Character.toChars(character)).uppercase(Locale.ROOT).let { it >= "A" && it <= "Z" }

/** Where a path on a drive ends; a space is part of it if a backslash comes after. */
private fun CodePoints.drive(start: Int): Int {
    var end = addressEnd(start)
    while (has(' ', end)) {
        val following = addressEnd(end + 1)
        if (count('\\', end + 2, following) == 0 || count(':', end + 1, following) > 0) break
        end = following
    }
    return end
}

private fun CodePoints.mail(start: Int): Int {
    val sign = run(start) { isWord(it) || isOneOf(".+-%", it) }
    if (!has('@', sign) || sign == start) return start
    var end = run(sign + 1) { isWord(it) || isOneOf(".-", it) }
    while (end > sign && hasOneOf(".-", end - 1)) end--
    val dot = lastOf('.', sign + 1, end)
    return if (dot > sign + 1 && end - dot > 2 && all(dot + 1, end, ::isLetter)) end else start
}

/** Where [character] stands for the last time from [start] to before [end]; NOTHING if it does not. */
private fun CodePoints.lastOf(character: Char, start: Int, end: Int): Int =
    (end - 1 downTo start).firstOrNull { has(character, it) } ?: NOTHING

private fun CodePoints.domain(start: Int): Int {
    var end = run(start) { isPlainWord(it) || isOneOf(".-", it) }
    while (end > start && hasOneOf(".-", end - 1)) end--
    val labels = string(start, end).split(".")
    if (labels.size < 2 || labels.last() !in DOMAINS || labels.any { it.isEmpty() } || !ends(end)) return start
    return if (hasOneOf("/:", end)) addressEnd(start) else end
}

/** `rapport_final.docx`, `src/main.c`. */
internal fun CodePoints.file(start: Int): Int {
    var end = run(start) { isWord(it) || isOneOf("-./+", it) }
    while (end > start && hasOneOf("-./+", end - 1)) end--
    val dot = lastOf('.', start, end)
    return if (dot > start && string(dot + 1, end).lowercase(Locale.ROOT) in FILES) end else start
}

/** `S.N.C.F.`, `R.A.T.P`: two capitals and more, each but the last with a full stop. */
internal fun CodePoints.initials(start: Int): Int {
    if (has('.', start - 1) && isCapital(at(start - 2)) && begins(start - 2)) return start // within some that are none
    var end = start
    while (isCapital(at(end)) && has('.', end + 1)) end += 2
    if (end > start && isCapital(at(end)) && ends(end + 1)) end++
    return if (end - start > 3 && ends(end)) end else start
}

/** `get_user_name()`, `getUserName`, `os.path.join`, `B7-4431-K`, `CO2`, `v2.0`, `3f2a9c`. */
internal fun CodePoints.identifier(start: Int): Int {
    val end = tokenEnd(start)
    var token = slice(start, end)
    if (token.isNameOfCode(at(end))) return if (startsWith("()", end)) end + 2 else end
    if (startsWith("()", end) && !isDigit(token[0])) return end + 2
    while (token.isCode() && token.tail() > 0) token = token.slice(0, token.size - token.tail() - 1)
    return if (token.isCode()) start + token.size else start
}

private fun CodePoints.tokenEnd(start: Int): Int {
    var end = start
    while (true) {
        end = run(end, ::isWord)
        val following = at(end + 1)
        val goesOn = isDigit(following) || (if (has('.', end)) isSmall(following) else isWord(following))
        if (!hasOneOf("-.", end) || !goesOn || end - start > 100) return end
        end++
    }
}

/** Whether programmers write so: underscores, humps, dots. */
private fun CodePoints.isNameOfCode(following: Int): Boolean {
    val token = toString()
    val core = token.trim('_')
    if ('_' in core || (core.isNotEmpty() && token.startsWith("__") && token.endsWith("__"))) return true
    val parts = token.split(".").map(::CodePoints)
    val small = parts.all { it.size > 1 && it.all(0, it.size, ::isAscii) && it.allSmall() }
    if (small && (parts.size > 2 || (parts.size == 2 && following == '('.code))) return true
    return (1 until size).any { isSmall(at(it - 1)) && isCapital(at(it)) }
}

/** Whether letters and digits are mixed as in codes, not as in `12kg`, `2nd`, `mi-2023`. */
private fun CodePoints.isCode(): Boolean {
    val runs = runs()
    val letters = runs.filter { isLetter(it[0]) }
    val numbers = runs.filter { isDigit(it[0]) }
    if (letters.isEmpty() || numbers.isEmpty()) return false
    val spelled = letters.map { it.toString() }
    if (numbers.size == 2 && (spelled == listOf("x") || spelled == listOf("X"))) return true // 1920x1080
    if (isDigit(at(0)) && count('-', 0, size) == 0 && spelled.all { it in UNITS }) return false
    if (hasOneOf("vV", 0) && all(1, size) { isDigit(it) || it == '.'.code }) return true // v2.0
    val hyphen = find('-', 0, size)
    val first = if (hyphen == NOTHING) size else hyphen
    if (first > 1 && all(0, first, ::isLetter) && allSmall(0, first)) { // "covid-19", but not "mi-2023"
        return runs.size == 2 && hyphen != NOTHING && first > 3 && numbers[0].size <= 2
    }
    if (letters.any { isCapital(it[0]) }) return true
    return runs.zipWithNext().count { (a, b) -> isLetter(a[0]) != isLetter(b[0]) } >= 3
}

/** The runs of letters and of digits, in order. */
private fun CodePoints.runs(): List<CodePoints> {
    val bounds = ArrayList<IntArray>()
    for (index in 0 until size) {
        val (before, character) = at(index - 1) to at(index)
        val goesOn = (isLetter(character) && isLetter(before)) || (isDigit(character) && isDigit(before))
        if (goesOn) {
            bounds.last()[1] = index + 1
        } else if (isWord(character) && character != '_'.code) {
            bounds.add(intArrayOf(index, index + 1))
        }
    }
    return bounds.map { (start, end) -> slice(start, end) }
}

/** How long the word is that hangs on a code by a hyphen, as in `PS5-là`; 0 if there is none. */
private fun CodePoints.tail(): Int {
    val hyphen = lastOf('-', 0, size)
    val length = size - hyphen - 1
    val isWord = hyphen != NOTHING && length > 1 && all(hyphen + 1, size, ::isLetter) && allSmall(hyphen + 1)
    return if (isWord) length else 0
}

/** An IBAN: two capitals, two digits, 11 to 30 capitals and digits, also in groups of four. */
internal fun CodePoints.account(start: Int): Int {
    val begins = isPlainCapital(at(start)) && isPlainCapital(at(start + 1)) &&
        isDigit(at(start + 2)) && isDigit(at(start + 3))
    if (!begins) return start
    var end = start + 4
    var count = 4
    var inGroup = 4
    var best = start
    while (count <= 34) {
        if (isOfAccount(at(end))) {
            end++
            count++
            inGroup++
            if (count in 15..34 && ends(end)) best = end
        } else if (hasOneOf(SPACES, end) && inGroup == 4) {
            if (!isGroup(end + 1)) break
            end++
            inGroup = 0
        } else {
            break
        }
        if (inGroup > 4 && count(' ', start, end) > 0) break
    }
    return if ((start until best).count { isDigit(at(it)) } >= 8) best else start
}

private fun isOfAccount(character: Int): Boolean = isDigit(character) || isPlainCapital(character)

/** Whether one to four capitals and digits stand here, a digit among them. */
private fun CodePoints.isGroup(start: Int): Boolean {
    val end = run(start, ::isOfAccount)
    return end - start in 1..4 && ends(end) && (start until end).any { isDigit(at(it)) }
}

/** Words with letters that the model never learnt; single spaces between them belong to it. */
internal fun CodePoints.foreign(start: Int, knows: (Int) -> Boolean): Int {
    var end = scriptWord(start, knows)
    while (has(' ', end) && end > start) {
        val following = scriptWord(end + 1, knows)
        if (following == end + 1 || following - start > REACH) break
        end = following
    }
    return end
}

private fun CodePoints.scriptWord(start: Int, knows: (Int) -> Boolean): Int {
    val end = run(start, ::isOfScript)
    return if (all(start, end) { !isLetter(it) || isAscii(it) || knows(it) }) start else end
}

/** Whether this is a letter, or one of the marks that stand on or between letters. */
private fun isOfScript(character: Int): Boolean =
    isLetter(character) || character in 0x300..0x1DFF || character in 0xA800..0xABFF

/** Whether a letter is of the Latin script: what a model of Latin languages knows. */
internal fun isLatin(letter: Int): Boolean = letter < 0x250 || letter in 0x1E00..0x1EFF
