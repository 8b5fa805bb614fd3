/* Doubts: what a translation does not account for. */
package io.github.allez

import java.io.File
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.condition.EnabledIfSystemProperty
import org.junit.jupiter.params.ParameterizedTest
import org.junit.jupiter.params.provider.ValueSource

private val LANGUAGES = "fr" to "en"

class ChecksTest {
    @Test
    fun `what the specification doubts`() {
        val cases = listOf("doubts", "doubts_en").flatMap { jsonLines(File(VECTORS, "$it.jsonl")) }
        assertTrue(cases.size >= 90)
        for (case in cases) {
            val languages = (case["languages"] as List<*>?)?.let { (a, b) -> a as String to b as String } ?: LANGUAGES
            val found = doubts(case["source"] as String, case["target"] as String, languages)
            assertEquals((case["kinds"] as List<*>).toSet(), found.map { it.kind }.toSet()) { writeJson(case) }
        }
    }

    @Test
    @EnabledIfSystemProperty(named = "allez.cases", matches = ".+")
    fun `thousands of pairs are doubted as in Python, and in the same places`() {
        val cases = jsonLines(File(System.getProperty("allez.cases"), "doubts.jsonl"))
        assertTrue(cases.size >= 5_000)
        for (case in cases) {
            val source = case["source"] as String
            val languages = (case["languages"] as List<*>).let { (a, b) -> a as String to b as String }
            val found = doubts(source, case["target"] as String, languages).map { doubt ->
                val places = listOf(doubt.start, doubt.end).map { it?.let { place -> points(source, place) } }
                listOf(doubt.kind, doubt.text) + places
            }
            val expected = (case["doubts"] as List<*>).map { it as List<*> }
            assertEquals(expected.map(::shown), found.map(::shown)) { writeJson(case) }
        }
    }

    /** A doubt in which what hides a character of two units, here two, is one, as in Python. */
    private fun shown(doubt: List<*>) = listOf(doubt[0], (doubt[1] as String).replace(Regex("\ue000+"), "\ue000"), doubt[2], doubt[3])

    /** A place in code points; behind the end it is as far behind. */
    private fun points(text: String, place: Int): Long =
        text.codePointCount(0, minOf(place, text.length)).toLong() + maxOf(0, place - text.length)

    @Test
    fun `places are those of the text`() {
        Translator(Bundle.open(TINY)).use { tiny ->
            val text = "😀 Je vois le chat noir. Je vois trois chats et 17 petites fleurs vertes."
            val found = tiny.translate(text).sentences.flatMap { it.doubts }
            assertTrue(found.any { it.kind == "number" }) { found.toString() }
            for (doubt in found) {
                val (start, end) = (doubt.start ?: continue) to (doubt.end ?: continue)
                assertEquals(doubt.text, text.substring(start, end))
            }
            assertEquals(emptyList<Doubt>(), tiny.translate("Je vois le chat noir.").sentences.single().doubts)
        }
    }

    @Test
    fun `nothing is in doubt of a copy, and a translation of nothing is`() {
        assertEquals(emptyList<Doubt>(), doubts("Il y a 5 chats.", "Il y a 5 chats.", LANGUAGES))
        assertEquals(listOf(Doubt("length", "Oui.", 0, 4)), doubts("Oui.", " \n", LANGUAGES))
    }

    @ParameterizedTest
    @ValueSource(strings = ["1,2,3 chats", "1.2.3", "1 234 567,5", "cent cent cent", "XIXe siècle", "0,5,1.2"])
    fun `any figures are numbers`(text: String) {
        for (language in listOf("fr", "en", "de")) {
            for (value in numberValues(text, language)) assertTrue(value.end in value.start + 1..text.length)
        }
    }
}
