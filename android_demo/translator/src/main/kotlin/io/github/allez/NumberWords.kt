/*
 * The numbers that a sentence holds, in figures or in words, as values that can be compared.
 *
 * For checks, not for translation: what a number counts, and how it is written, does not matter.
 */
package io.github.allez

import java.math.BigInteger
import java.math.BigInteger.ONE
import java.math.BigInteger.TEN
import java.math.BigInteger.ZERO
import java.util.Locale

/** An exact number; two are equal if they are as much. */
internal class Quantity private constructor(val numerator: BigInteger, val denominator: BigInteger) {
    /** The whole number that this is, if it is one and not too large; null if not. */
    val whole: Int? get() = numerator.takeIf { denominator == ONE && it.bitLength() < Int.SIZE_BITS }?.toInt()

    operator fun compareTo(other: Long): Int = numerator.compareTo(denominator * BigInteger.valueOf(other))

    operator fun plus(other: Quantity): Quantity =
        of(numerator * other.denominator + other.numerator * denominator, denominator * other.denominator)

    operator fun minus(other: Long): Quantity = of(numerator - denominator * BigInteger.valueOf(other), denominator)

    override fun equals(other: Any?): Boolean =
        other is Quantity && numerator == other.numerator && denominator == other.denominator

    override fun hashCode(): Int = 31 * numerator.hashCode() + denominator.hashCode()

    companion object {
        fun of(numerator: BigInteger, denominator: BigInteger = ONE): Quantity {
            val common = numerator.gcd(denominator).max(ONE)
            return Quantity(numerator / common, denominator / common)
        }

        fun of(number: Long): Quantity = of(BigInteger.valueOf(number))
    }
}

/** A number in a text, and where it stands, in UTF-16 units. */
internal class NumberValue(val value: Quantity, val start: Int, val end: Int)

/**
 * The numbers of a text in order, ones in words left out: they are articles.
 *
 * @param language of the text; "fr" and "en" have number words.
 */
internal fun numberValues(text: String, language: String): List<NumberValue> {
    val characters = CodePoints(text)
    val units = characters.offsets()
    return NumberReader(characters, language).values().map { NumberValue(it.value, units[it.start], units[it.end]) }
}

/** Words with their numbers: of each row the words, the first one's number, and the step. */
private fun numbered(rows: List<*>): Map<String, Int> = rows.flatMap { row ->
    val (text, first, step) = row as List<*>
    (text as String).split(" ").mapIndexed { index, word -> word to ((first as Long) + (step as Long) * index).toInt() }
}.toMap()

private val RULES = SPEC.part("number_words")

/** What English counts with, which is often no number of French. */
internal val ORDINALS = numbered(RULES.part("en").list("ordinals"))

/** About how many a word of French says, which may be said as a number: "une vingtaine". */
internal val ABOUT = numbered(RULES.part("fr").list("about"))

/** How a language says numbers. */
private class NumberLanguage(
    val units: Map<String, Int>,
    val hundreds: Set<String>,
    val powers: Map<String, Int>,
    val link: String,
)

private fun read(language: String): NumberLanguage {
    val said = RULES.part(language)
    val units = numbered(said.list("units"))
    return NumberLanguage(
        units = if (language == "en") units + ORDINALS else units,
        hundreds = words(said.text("hundreds")),
        powers = numbered(said.list("powers")),
        link = said.text("link"),
    )
}

private val LANGUAGES = listOf("fr", "en").associateWith(::read)
private val NO_WORDS = NumberLanguage(emptyMap(), emptySet(), emptyMap(), "")
private val ROMAN = mapOf('I' to 1, 'V' to 5, 'X' to 10)
private val HUNDRED = BigInteger.valueOf(100)
private const val GAPS = " -\u00a0\u2011"

/** A separator, and three digits. */
private const val GROUP = 4

private class NumberReader(private val text: CodePoints, private val language: String) {
    /** A run of letters or of figures. */
    private class Word(val text: String, val start: Int, val end: Int) {
        val small: String = text.lowercase(Locale.ROOT)
        val isFigures: Boolean get() = isDigit(text.codePointAt(0))
    }

    private val said = LANGUAGES[language] ?: NO_WORDS
    private val words = words()

    fun values(): List<NumberValue> {
        val found = ArrayList<NumberValue>()
        var index = 0
        while (index < words.size) {
            val (value, count) = read(index)
            if (count > 0) {
                val isSpokenOne = value == Quantity.of(1) && !words[index].isFigures
                if (!isSpokenOne) found.add(NumberValue(value, words[index].start, words[index + count - 1].end))
            }
            index += maxOf(count, 1)
        }
        return found
    }

    private fun words(): List<Word> {
        val found = ArrayList<Word>()
        var position = 0
        while (position < text.size) {
            var end = position
            if (isDigit(text[position])) end = figures(position) else while (isLetter(text.at(end))) end++
            if (end > position) found.add(Word(text.string(position, end), position, end))
            position = maxOf(end, position + 1)
        }
        return found
    }

    /** Where digits end: groups of three after a separator, then a fraction. */
    private fun figures(start: Int): Int {
        var end = text.digits(start)
        while ((text.hasOneOf(SPACES, end) || text.hasOneOf(".,", end)) && isDigit(text.at(end + 1))) {
            val following = text.digits(end + 1)
            val size = end - start
            val isGroup = following - end == GROUP && size <= 3 + GROUP * (size / GROUP)
            if (text.hasOneOf(SPACES, end) && !(isGroup && size != GROUP)) break
            end = following
        }
        return end
    }

    /** The value that begins at a word and how many words it takes, 0 if none does. */
    private fun read(index: Int): Pair<Quantity, Int> {
        val first = words[index]
        if (first.isFigures) {
            val value = figureValue(first.text)
            val power = words.getOrNull(index + 1)?.let { said.powers[it.small] } ?: return value to 1
            return Quantity.of(value.numerator * TEN.pow(power), value.denominator) to 2
        }
        val century = if (language == "fr") roman(first.text) else 0
        return if (century > 0) Quantity.of(century.toLong()) to 1 else spoken(index)
    }

    /** The value of figures with separators. */
    private fun figureValue(figures: String): Quantity {
        var plain = figures.filterNot { it in SPACES }
        val mark = if (language == "fr") ',' else '.'
        val other = if (mark == '.') ',' else '.'
        val parts = plain.split(other)
        if (parts.size > 1 && parts.drop(1).all { it.length == 3 }) plain = parts.joinToString("")
        val marked = plain.replaceFirst(other, mark)
        val place = marked.lastIndexOf(mark)
        val whole = (if (place < 0) plain else marked.substring(0, place)).filter { isDigit(it.code) }
        val fraction = (if (place < 0) "" else marked.substring(place + 1)).filter { isDigit(it.code) }
        val value = Quantity.of(BigInteger(whole.ifEmpty { "0" }))
        return if (fraction.isEmpty()) value else value + Quantity.of(BigInteger(fraction), TEN.pow(fraction.length))
    }

    /** The century of `XIXe`, 0 if it is none. */
    private fun roman(word: String): Int {
        val numeral = word.dropLast(1)
        if (!word.endsWith("e") || numeral.any { it !in ROMAN }) return 0
        val each = numeral.map(ROMAN::getValue)
        return each.indices.sumOf { if (it + 1 < each.size && each[it] < each[it + 1]) -each[it] else each[it] }
    }

    /** Whether a hundred or more begins a number: "cent", not "pour cent"; "a hundred". */
    private fun mayBegin(index: Int): Boolean {
        val before = words.getOrNull(index - 1)?.small.orEmpty()
        return if (language == "en") before in ARTICLES else words[index].text in CENT && before != "pour"
    }

    /** Reads number words: "quatre-vingt-dix-sept", "two hundred and five". */
    private fun spoken(index: Int): Pair<Quantity, Int> {
        var total = ZERO
        var current = ZERO
        var used = 0
        var taken = 0
        while (index + used < words.size) {
            val word = words[index + used].small
            if (used > 0 && !isJoined(words[index + used - 1], words[index + used])) break
            val unit = said.units[word]
            if (unit != null) {
                if (isCentury(current) && unit >= 10 && total == ZERO) { // a year: "nineteen eighty-four"
                    current *= HUNDRED
                }
                val added = added(current, unit, isFirst = used == 0) ?: break
                current += BigInteger.valueOf(added.toLong())
            } else if (word in said.hundreds && (used > 0 || mayBegin(index))) {
                current = current.max(ONE) * HUNDRED
            } else if (word in said.powers && (used > 0 || word == "mille" || mayBegin(index))) {
                total += current.max(ONE) * TEN.pow(said.powers.getValue(word))
                current = ZERO
            } else if (word == said.link && used > 0) {
                used++
                continue
            } else {
                break
            }
            used++
            taken = used
        }
        val following = if (taken > 0) words.getOrNull(index + taken)?.text.orEmpty() else ""
        // "soixante-septième" counts nothing
        if (language == "fr" && following.endsWith("ième")) return Quantity.of(1) to taken + 1
        return Quantity.of(total + current) to taken
    }

    private fun isJoined(one: Word, other: Word) = other.start == one.end + 1 && text.hasOneOf(GAPS, one.end)

    private fun isCentury(current: BigInteger) =
        language == "en" && current > BigInteger.TEN && current <= BigInteger.valueOf(20)

    /** What a unit adds to what was said of a number; null: it begins another one ("deux trois"). */
    private fun added(current: BigInteger, unit: Int, isFirst: Boolean): Int? {
        val rest = current.mod(HUNDRED).toInt()
        val isBase = rest == 60 || rest == 80
        return when {
            language == "fr" && unit == 20 && rest == 4 -> 80 - 4 // "quatre-vingts"
            !isFirst && rest % 10 > 0 && !isBase && unit < 10 -> null
            !isFirst && unit >= 10 && rest > 0 && !isBase -> null
            else -> unit
        }
    }

    private companion object {
        val ARTICLES = setOf("a", "an")
        val CENT = setOf("cent", "Cent")
    }
}
