/* Words in a text: what a person taps, and what lights up. Knows nothing of Android. */
package io.github.allez.app

/** A stretch of a text from [start] to before [end], in UTF-16 units. */
data class Span(val start: Int, val end: Int) {
    /** Whether a cursor at [offset] stands in it or right behind it. */
    fun touches(offset: Int): Boolean = offset in start..end

    /** How many characters it shares with the stretch from [from] to before [to]. */
    fun overlap(from: Int, to: Int): Int = minOf(end, to) - maxOf(start, from)

    /** The same stretch, [distance] further. */
    fun shifted(distance: Int): Span = Span(start + distance, end + distance)
}

/** Languages that write a short word and an apostrophe in front of the next: l'ami. */
private val ELIDING = setOf("fr", "it", "ca", "oc")

/** The longest word that loses its vowel, but for those in -qu (jusqu'ici): "qu'" and "l'" are two words with the next. */
private const val LONGEST_ELIDED = 2

/**
 * The words of a text in order: letters, digits and the marks on them. An apostrophe or a hyphen
 * between two of those is within a word, unless [language] elides there.
 */
fun words(text: String, language: String): List<Span> {
    val found = ArrayList<Span>()
    var start = -1
    var position = 0
    while (position < text.length) {
        val character = text.codePointAt(position)
        val next = position + Character.charCount(character)
        when {
            isOfWord(character) -> if (start < 0) start = position
            start < 0 -> Unit
            joins(character) && next < text.length && isOfWord(text.codePointAt(next)) ->
                if (character != '-'.code && elides(text, start, position, language)) {
                    found.add(Span(start, next))
                    start = -1
                }
            else -> {
                found.add(Span(start, position))
                start = -1
            }
        }
        position = next
    }
    if (start >= 0) found.add(Span(start, text.length))
    return found
}

private fun elides(text: String, start: Int, end: Int, language: String) =
    language in ELIDING && (end - start <= LONGEST_ELIDED || text.startsWith("qu", end - 2, ignoreCase = true))

private fun joins(character: Int) = character == '\''.code || character == '’'.code || character == '-'.code

private fun isOfWord(character: Int) = Character.isLetterOrDigit(character) || when (Character.getType(character).toByte()) {
    Character.NON_SPACING_MARK, Character.COMBINING_SPACING_MARK, Character.ENCLOSING_MARK -> true
    else -> false
}
