package io.github.allez

import java.io.File
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.DynamicTest
import org.junit.jupiter.api.DynamicTest.dynamicTest
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.TestFactory
import org.junit.jupiter.api.assertThrows
import org.junit.jupiter.api.condition.EnabledIfSystemProperty
import org.junit.jupiter.params.ParameterizedTest
import org.junit.jupiter.params.provider.CsvSource
import org.junit.jupiter.params.provider.ValueSource

class TextTest {
    private val definition = File(TINY, "sentences.json").readText()
    private val french = SentenceRules.parse(definition)

    private fun characters(text: String) = text.codePointCount(0, text.length)

    private fun check(case: Map<*, *>, limits: Map<*, *>) = check(
        case,
        french.copy(maxTokens = limits.int("max_tokens"), maxCharacters = limits.int("max_characters")),
    )

    private fun check(case: Map<*, *>, rules: SentenceRules) {
        val text = case["text"] as String
        val pieces = split(text, rules, ::characters)
        assertEquals(case["pieces"], pieces.map { listOf(it.text, it.translate) }) { writeJson(text) }
        for (piece in pieces) assertEquals(piece.text, text.substring(piece.start, piece.end))
    }

    @TestFactory
    fun `the file that every host agrees with`(): List<DynamicTest> {
        val (header, cases) = jsonLines(File(VECTORS, "sentences.jsonl")).let { it[0] to it.drop(1) }
        assertEquals("fr" to "characters", header["rules"] to header["count_tokens"])
        assertTrue(cases.size >= 60)
        return cases.map { dynamicTest(writeJson(it["text"])) { check(it, header) } }
    }

    @TestFactory
    fun `English falls into the pieces that every host finds`(): List<DynamicTest> {
        val (header, cases) = jsonLines(File(VECTORS, "sentences_en.jsonl")).let { it[0] to it.drop(1) }
        assertEquals("en" to "characters", header["rules"] to header["count_tokens"])
        val rules = SentenceRules.parse(writeJson(header["definition"]))
        return cases.map { dynamicTest(writeJson(it["text"])) { check(it, rules) } }
    }

    @TestFactory
    fun `English words that are cut short are read as every host does`(): List<DynamicTest> =
        jsonLines(File(VECTORS, "shortened_en.jsonl")).map { case ->
            val text = case["text"] as String
            dynamicTest(writeJson(text)) {
                assertEquals(case["read"], Aligned(text).edited(shortened(text, "en")).text)
            }
        }

    @Test
    @EnabledIfSystemProperty(named = "allez.cases", matches = ".+")
    fun `thousands of texts fall into the pieces that Python finds`() {
        val cases = jsonLines(File(System.getProperty("allez.cases"), "splits.jsonl"))
        assertTrue(cases.size >= 4000)
        for (case in cases) check(case, case)
    }

    @ParameterizedTest
    @ValueSource(
        strings = [
            "a", "1", "mot ", "a, ", "é😀", "Il pleut. ", "M. ", "a. (", "a! » ", "好。", "\n", "a\n", " ",
        ],
    )
    fun `a megabyte takes linear time`(unit: String) {
        val text = unit.repeat(1_000_000 / unit.length)
        var asked = 0L
        val started = System.nanoTime()
        val pieces = split(text, french) { sentence -> (1 + sentence.length / 4).also { asked += sentence.length } }
        assertTrue(System.nanoTime() - started < 20_000_000_000)
        assertEquals(text, pieces.joinToString("") { it.text })
        assertTrue(asked <= 6L * text.length)
    }

    @ParameterizedTest
    @CsvSource(
        delimiter = '|', quoteCharacter = '`',
        value = [
            "\"version\": 1 | \"version\": 2 | version 2",
            "\"version\": 1 | \"version\": \"1\" | 'version'",
            "\"version\": 1 | \"version\": 1, \"colour\": 1 | 'colour'",
            "\"version\": 1, | `` | 'version'",
            "\"max_tokens\": 100 | \"max_tokens\": 0 | 'max_tokens'",
            "\"max_tokens\": 100 | \"max_tokens\": true | 'max_tokens'",
            "\"max_characters\": 800 | \"max_characters\": 1.5 | 'max_characters'",
            "\"terminators\": \".!?…\" | \"terminators\": [\".\"] | 'terminators'",
            "\"breaks\": [\";:\", \",\"] | \"breaks\": \",\" | 'breaks'",
            "\"breaks\": [\";:\", \",\"] | \"breaks\": [[\",\"]] | 'breaks'",
            "\"ang\", | \"p. ex\", | 'p. ex'",
            "\"ang\", | \"\", | ''",
        ],
    )
    fun `wrong rules are named`(old: String, new: String?, named: String) {
        assertTrue(old in definition)
        val error = assertThrows<BundleFormatError> { SentenceRules.parse(definition.replaceFirst(old, new.orEmpty())) }
        assertTrue(named in error.message) { error.message }
    }

    @ParameterizedTest
    @ValueSource(strings = ["", "{", "[]", "null"])
    fun `what is no rules file is refused`(text: String) {
        val error = assertThrows<BundleFormatError> { SentenceRules.parse(text) }
        assertTrue("sentence rules" in error.message) { error.message }
    }
}
