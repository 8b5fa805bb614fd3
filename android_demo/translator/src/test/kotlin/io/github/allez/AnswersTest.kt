/* Answers that every host gives: prefixes, streams, scores, places of tokens, letters and their cases. */
package io.github.allez

import java.io.File
import org.junit.jupiter.api.AfterAll
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.TestInstance

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AnswersTest {
    private val tiny = Translator(Bundle.open(TINY))
    private val cases = jsonLines(File(VECTORS, "translate.jsonl"))

    @AfterAll
    fun close() = tiny.close()

    /** The cases that have [key], of which there are enough. */
    private fun with(key: String): List<Map<*, *>> = cases.filter { key in it }.also { assertTrue(it.size >= 10, key) }

    private val Map<*, *>.text: String get() = this["text"] as String

    @Test
    fun `a prefix begins what is searched for`() {
        for (case in with("translation")) {
            val options = TranslateOptions(beamSize = case.int("beam_size"), prefix = case["prefix"] as String)
            assertEquals(case["translation"], tiny.translate(case.text, options).text) { writeJson(case) }
        }
    }

    @Test
    fun `the pieces of a stream make up its text`() {
        for (case in with("stream")) {
            val pieces = StringBuilder()
            tiny.stream(case.text) { pieces.append(it) }
            assertEquals(case["stream"], pieces.toString()) { writeJson(case) }
        }
    }

    @Test
    fun `scores are those of Python`() {
        for (case in with("score")) {
            val score = tiny.score(case.text, case["target"] as String)
            assertEquals((case["score"] as Number).toDouble(), score, 2e-3) { writeJson(case) }
        }
    }

    @Test
    fun `tokens stand where Python finds them`() {
        for (case in with("spans")) {
            val sentence = tiny.translate(case.text, TranslateOptions(beamSize = 1)).sentences.single()
            assertEquals(case["tokens"], sentence.tokens.map { it.piece }) { writeJson(case) }
            assertEquals(case["source_tokens"], sentence.sourceTokens.map { it.piece }) { writeJson(case) }
            assertEquals(case["spans"], places(sentence.tokens, sentence.text)) { writeJson(case) }
            val before = (case["source_spans"] as List<*>).map { span -> (span as List<*>).map { it as Long } }
            val shift = before.last()[0] - case.text.codePointCount(0, case.text.length) // of a text of two sentences
            val expected = before.map { span -> span.map { it - shift } }
            assertEquals(expected, places(sentence.sourceTokens, case.text)) { writeJson(case) }
        }
    }

    /** Where tokens stand in code points. */
    private fun places(tokens: List<Token>, text: String): List<List<Long>> = tokens.map { token ->
        listOf(token.start, token.end).map { text.codePointCount(0, it).toLong() }
    }

    @Test
    fun `letters are large, small or strange as in Python`() {
        val bundle = Bundle.open(TINY)
        val rules = SentenceRules.parse(bundle.text("sentences"))
        val tokenizer = Tokenizer(bundle.text("tokenizer"))
        val cases = jsonLines(File(VECTORS, "casing.jsonl"))
        assertTrue(cases.size >= 30)
        for (case in cases) {
            val where = writeJson(case)
            assertEquals(case["capitals"], inCapitals(case.text, rules.spaces)) { where }
            assertEquals(case["small"], inSmallLetters(case.text)) { where }
            assertEquals(case["large"], toCapitals(case.text)) { where }
            assertEquals(case["foreign"], isForeign(case.text, tokenizer)) { where }
            assertEquals(case["alike"], standsAlike(case.text, tokenizer, "fr" to "en")) { where }
            assertEquals(case["begun"], capitalizedAlike(case.text, "Oui", grows = false)) { where }
            assertEquals(case["growing"], capitalizedAlike(case.text, "Oui", grows = true)) { where }
            assertEquals(case["followed"], capitalizedAlike("oui", case.text, grows = false)) { where }
        }
    }
}
