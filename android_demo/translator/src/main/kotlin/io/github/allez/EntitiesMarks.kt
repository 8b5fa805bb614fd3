/*
 * Entities that a mark announces: code, tags, placeholders, paths, options, emoji.
 *
 * Knows nothing of numbers and words; each scanner is as EntitiesCharacters.kt says.
 */
package io.github.allez

private val THINGS = SPEC.part("things")
private val CLOSING_TAIL = THINGS.text("closing_tail")
private val ADDRESS_STOPS = THINGS.text("address_stops")
private val CONVERSIONS = THINGS.text("conversions")
private val CURRENCY_LETTERS = words(SPEC.part("prices").text("dollars"))
private val PATH_LEADS = setOf("/", "~/", "./", "../", "../../", "../../../", "/.", "~/.", ".")

/** Typed characters of private use: they would pass for symbols. */
internal fun CodePoints.privateUse(start: Int): Int = run(start, ::isPrivate)

/** Whether Unicode leaves this character to private agreement. */
internal fun isPrivate(character: Int): Boolean =
    character in 0xE000..0xF8FF || character in 0xF0000..0xFFFFD || character in 0x100000..0x10FFFD

/** What rows stand for what is to be filled in, and how long the shortest are. */
private val BLANKS = rows("blanks")

/** The shortest beside others that a slash parts: `..../..../......`. */
private val SLASHED = rows("slashed")

private fun rows(name: String): Map<Int, Int> =
    THINGS.part(name).each<Long>().entries.associate { (mark, least) -> mark[0].code to least.toInt() }

/**
 * `________`, `........`: a row to write on; right behind a word it is twice as long. A figure may
 * stand right behind dots, as in a table of contents.
 */
internal fun CodePoints.blank(start: Int): Int {
    val mark = at(start)
    if (at(start - 1) == mark) return start
    val end = run(start) { it == mark }
    val isSlashed = (has('/', start - 1) && at(start - 2) == mark) || (has('/', end) && at(end + 1) == mark)
    val isAttached = isWord(at(start - 1)) && mark != '_'.code
    val least = (if (isSlashed) SLASHED else BLANKS).getValue(mark) * (if (isAttached) 2 else 1)
    val isWhole = ends(end) || (mark != '_'.code && isDigit(at(end)))
    return if (isWhole && end - start >= least) end else start
}

/** `code` between backticks, as many behind as before. */
internal fun CodePoints.code(start: Int): Int {
    val opened = run(start) { it == '`'.code }
    val ticks = opened - start
    val last = minOf(size, opened + REACH) - ticks
    val closing = (opened..last).firstOrNull { all(it, it + ticks) { mark -> mark == '`'.code } } ?: return start
    if (closing == opened) return start
    return if (ticks > 1) run(closing) { it == '`'.code } else closing + 1
}

/** A tag `<br>`, `</a>`, `<!-- -->`, `<%= x %>`, or a character reference `&nbsp;`. */
internal fun CodePoints.markup(start: Int): Int {
    if (has('&', start)) {
        val begin = if (has('#', start + 1)) start + 2 else start + 1
        val end = run(begin, ::isPlainWord)
        return if (end > start + 2 && has(';', end)) end + 1 else start
    }
    val closes = has('/', start + 1)
    val begin = if (closes) start + 2 else start + 1
    val inner = at(begin)
    if (isDigit(inner)) { // `<0>`, `</0>`, `<1/>`, as translators of programs number tags
        val last = digits(begin).let { if (has('/', it) && !closes) it + 1 else it }
        return if (has('>', last)) last + 1 else start
    }
    if (!isPlainLetter(inner) && !hasOneOf("!?%", start + 1)) return start
    val end = find('>', start, start + REACH)
    return if (end != NOTHING && count('<', start + 1, end) == 0) end + 1 else start
}

/** `{name}`, `{{x}}`, `{count, plural, one {# file} other {# files}}`, `[[link]]`. */
internal fun CodePoints.braces(start: Int): Int {
    val opening = at(start)
    val closing = if (opening == '{'.code) '}'.code else ']'.code
    if (opening == '['.code && !has('[', start + 1)) return start
    var depth = 0
    for (end in start until minOf(size, start + REACH)) {
        if (at(end) == opening) depth++
        if (at(end) == closing) depth--
        if (depth == 0) return if (end > start + 1) end + 1 else start
    }
    return start
}

/** `%s`, `%1$s`, `%(name)d`, `%05.2f`, `%{name}`, `%NAME%`. */
internal fun CodePoints.percent(start: Int): Int {
    var before = start - 1
    while (hasOneOf(SPACES, before)) before--
    if (isDigit(at(before))) return start
    var end = start + 1
    if (has('{', end)) return braces(end).let { if (it > end) it else start }
    val name = run(end) { it == '_'.code || isPlainCapital(it) || isDigit(it) }
    if (name > end && has('%', name)) return name + 1
    if (has('(', end)) {
        end = run(end + 1, ::isWord)
        if (!has(')', end)) return start
        end++
    }
    end = run(end) { isDigit(it) || isOneOf(".$-", it) }
    if (has('$', end - 1) && hasOneOf("sd", end)) return end + 1 // "%1$sMot"
    if (listOf("ld", "lu", "zu").any { startsWith(it, end) }) end++
    val found = hasOneOf(CONVERSIONS, end) && ends(end + 1)
    return if (found && !hasOneOf(APOSTROPHES, end + 1)) end + 1 else start
}

/** `${x}`, `$name`, `#{x}`; an amount of dollars is none. */
internal fun CodePoints.dollar(start: Int): Int {
    val end = start + 1
    if (has('{', end)) return braces(end).let { if (it > end) it else start }
    if (!has('$', start) || isDigit(lastBefore(start)) || CURRENCY_LETTERS.any { startsWith(it, end) }) return start
    if (!begins(start) || !(has('_', end) || isPlainLetter(at(end)))) return start
    return run(end, ::isWord)
}

/** The last of the two characters before [start] that is no space. */
private fun CodePoints.lastBefore(start: Int): Int =
    (start - 1 downTo maxOf(start - 2, 0)).firstOrNull { !hasOneOf(SPACES, it) }?.let(::at) ?: NOTHING

/** `#topic`, `@someone`, `#{x}`. */
internal fun CodePoints.tagged(start: Int): Int {
    if (!begins(start)) return start
    if (startsWith("#{", start)) return dollar(start)
    var end = run(start + 1) { isWord(it) || it == '-'.code }
    while (end > start && has('-', end - 1)) end--
    return if (end > (if (has('@', start)) start + 2 else start + 1)) end else start
}

/** `:smile:`, as chats write emoji. */
internal fun CodePoints.colons(start: Int): Int {
    val end = run(start + 1) { it in 'a'.code..'z'.code || isDigit(it) || isOneOf("_+-", it) }
    val named = end > start + 2 && has(':', end) && ends(end + 1)
    return if (named && begins(start)) end + 1 else start
}

/** `\n`, `\u00e9`, `\textbf`, and a share `\\server\folder`. */
internal fun CodePoints.backslash(start: Int): Int {
    if (has('\\', start + 1) && isWord(at(start + 2))) return addressEnd(start)
    val end = start + 1
    val goesOn = isLetter(at(end + 1)) && isSmall(at(end + 1))
    return if (hasOneOf("ntr", end) && !goesOn) end + 1 else run(end, ::isPlainWord)
}

/** `/etc/hosts`, `~/notes`, `./run.sh`, `../up`, `.gitignore`. */
internal fun CodePoints.path(start: Int): Int {
    if (isWord(at(start - 1)) || hasOneOf(".)/\\%\u20ac$", start - 1)) return start
    val marks = run(start) { isOneOf("~./", it) }
    val lead = string(start, marks)
    if (lead !in PATH_LEADS || !isWord(at(marks))) return start
    if (lead == ".") {
        val end = trimmed(start, run(marks) { isWord(it) || isOneOf(".-", it) })
        val named = end - marks > 1 && isSmall(at(marks)) && all(marks, end, ::isAscii)
        return if (named) end else start
    }
    val end = addressEnd(start)
    val alone = lead == "/" && count('/', start + 1, end) == 0
    val earlier = lastBefore(start)
    val amount = isDigit(earlier) || isOneOf("%\u20ac$\u00a3\u00b0", earlier)
    return if (alone && amount) start else end
}

/** `--force`, `--out=a.txt`. */
internal fun CodePoints.option(start: Int): Int {
    if (!startsWith("--", start) || !isPlainLetter(at(start + 2))) return start
    if (isWord(at(start - 1)) || has('-', start - 1)) return start
    return trimmed(start, run(start + 2) { isWord(it) || isOneOf("-=./:", it) })
}

/** Where an address ends: before white space or a quote, and without final marks. */
internal fun CodePoints.addressEnd(start: Int): Int =
    trimmed(start, run(start) { !isSpace(it) && !isOneOf(ADDRESS_STOPS, it) })

/** [end] without marks that belong to the sentence, closing brackets among them. */
private fun CodePoints.trimmed(start: Int, end: Int): Int {
    var last = end
    while (last > start) {
        val unbalanced = isUnbalanced('(', ')', start, last) || isUnbalanced('[', ']', start, last) ||
            isUnbalanced('{', '}', start, last)
        if (!hasOneOf(CLOSING_TAIL, last - 1) && !unbalanced) break
        last--
    }
    return last
}

private fun CodePoints.isUnbalanced(opening: Char, closing: Char, start: Int, end: Int): Boolean =
    has(closing, end - 1) && count(closing, start, end) > count(opening, start, end)

/** Signs that stand alone and say the same in any language: © ± ½ § → ≤ and the like. */
private val SIGNS = THINGS.text("signs")

/** A run of signs that no word goes on to. */
internal fun CodePoints.sign(start: Int): Int = if (begins(start)) run(start) { isOneOf(SIGNS, it) } else start

private const val VARIATION = '\ufe0f'
private const val JOINER = '\u200d'
private const val KEYCAP = '\u20e3'

/** A run of emoji: selectors, joiners, tones of skin, flags and keycaps included. */
internal fun CodePoints.emoji(start: Int): Int {
    var end = start
    while (true) {
        val following = oneEmoji(end)
        if (following == end || following - start > REACH) return end
        end = following
    }
}

private fun CodePoints.oneEmoji(start: Int): Int {
    if (isDigit(at(start)) || hasOneOf("#*", start)) {
        val end = if (has(VARIATION, start + 1)) start + 2 else start + 1
        return if (has(KEYCAP, end)) end + 1 else start
    }
    if (start >= size || !(isEmoji(at(start)) || has(VARIATION, start + 1))) return start
    var end = start + 1
    while (end < size && (goesWithEmoji(at(end)) || has(JOINER, end - 1))) {
        if (has(JOINER, end) && end + 1 == size) break
        if (has(JOINER, end - 1) && !isEmoji(at(end))) return end - 1
        end++
    }
    return end
}

/** Whether this is a selector, a joiner, a tone of skin or a letter of a flag's name. */
private fun goesWithEmoji(character: Int): Boolean = character == VARIATION.code || character == JOINER.code ||
    character in 0x1F3FB..0x1F3FF || character in 0xE0020..0xE007F

private fun isEmoji(character: Int): Boolean = character in 0x1F000..0x1FAFF ||
    character in 0x2600..0x27BF || character in 0x231A..0x23FF || character in 0x2B05..0x2B55
