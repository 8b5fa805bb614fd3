/* Ordinals in Roman figures, as French writes centuries: `XXIe`, `XVIème`. */
package io.github.allez

private val ORDINAL_RULES = SPEC.part("ordinals")

private val UNITS_OF_ROME = listOf("") + ORDINAL_RULES.text("units").split(" ")

private val ROMAN_ORDINALS: Map<String, String> = (2..ORDINAL_RULES.whole("most")).flatMap { number ->
    val letters = ORDINAL_RULES.text("tens").repeat(number / 10) + UNITS_OF_ROME[number % 10]
    words(ORDINAL_RULES.text("ends")).map { end -> letters + end to "$number$end" }
}.toMap() + ORDINAL_RULES.part("first").each<String>()

/** A Roman ordinal in figures, `21e`; "" if it is none. */
internal fun romanOrdinal(word: String): String = ROMAN_ORDINALS[word].orEmpty()
