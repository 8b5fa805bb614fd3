/* Texts with entities on their whole way: what Python says of them, and what callers ask for. */
package io.github.allez

import java.io.File
import java.nio.file.Path
import org.junit.jupiter.api.AfterAll
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.TestInstance
import org.junit.jupiter.api.assertThrows
import org.junit.jupiter.api.io.TempDir

private val MASKED = File(ROOT, "spec/bundles/tiny_entities")

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MaskingTest {
    private val tiny = Translator(Bundle.open(MASKED))
    private val cases = jsonLines(File(VECTORS, "translate_entities.jsonl"))

    @AfterAll
    fun close() = tiny.close()

    /** The cases that have [key], of which there are enough. */
    private fun with(key: String): List<Map<*, *>> = cases.filter { key in it }.also { assertTrue(it.size >= 16, key) }

    private val Map<*, *>.text: String get() = this["text"] as String

    private fun options(case: Map<*, *>) = TranslateOptions(
        beamSize = case.int("beam_size"),
        maxLength = (case["max_length"] as Long?)?.toInt(),
        prefix = case["prefix"] as String,
        keep = (case["keep"] as List<*>).map { it as String },
        glossary = (case["glossary"] as List<*>).associate { (it as List<*>).let { (a, b) -> a as String to b as String } },
    )

    @Test
    fun `texts with entities are translated as the specification says`() {
        for (case in with("translation")) {
            val found = tiny.translate(case.text, options(case))
            val where = { writeJson(case) }
            assertEquals(case["translation"], found.text, where)
            if ("sentences" in case) assertEquals(case["sentences"], found.sentences.map { described(it, case.text) }, where)
        }
        assertTrue(with("translation").size >= 150)
    }

    /** A sentence as a case has it; places count code points. */
    private fun described(sentence: Sentence, text: String): Map<*, *> = mapOf(
        "source" to sentence.source,
        "start" to text.codePointCount(0, sentence.start).toLong(),
        "tokens" to sentence.tokens.map { it.piece },
        "spans" to places(sentence.tokens, sentence.text),
        "source_tokens" to sentence.sourceTokens.map { it.piece },
        "source_spans" to places(sentence.sourceTokens, text),
        "finished" to sentence.finished,
    )

    private fun places(tokens: List<Token>, text: String): List<List<Long>> = tokens.map { token ->
        listOf(token.start, token.end).map { text.codePointCount(0, it).toLong() }
    }

    @Test
    fun `marks of lists and capitals are read as the specification says`(@TempDir folder: Path) {
        val cases = jsonLines(File(VECTORS, "reading.jsonl"))
        assertTrue(cases.size >= 50)
        // The tiny bundle has two symbols for names; what needs more is cut into several sentences.
        val (fitting, other) = cases.partition { case -> (case["read"] as List<*>).none { "\ue012" in it as String } }
        assertTrue(other.size <= 2)
        val copy = Copy(folder, MASKED)
        val listed = (cases[0]["words"] as List<*>).map { it as String }.sortedWith(::compareCodePoints)
        copy.replace("names", listed.joinToString("", prefix = "names 1\n") { "0$it\n" })
        val words = Words.of(Bundle.open(copy.folder))
        for (case in fitting) {
            val text = case.text
            val plan = takeApart(text, words)
            val readings = plan.readings.iterator()
            val parts = plan.pieces.map { piece ->
                val kind = if (!piece.translate) "copied" else readings.next().casing.name.lowercase()
                listOf(piece.start, piece.end).map { text.codePointCount(0, it).toLong() } + kind
            }
            assertEquals(case["parts"], parts) { writeJson(case) }
            assertEquals(case["read"], plan.readings.map { it.masked?.text }) { writeJson(case) }
        }
    }

    @Test
    fun `streams say the values whole`() {
        for (case in with("stream")) {
            val pieces = ArrayList<String>()
            tiny.stream(case.text) { pieces.add(it) }
            assertEquals(case["stream"], pieces.joinToString("")) { writeJson(case) }
        }
        val pieces = ArrayList<String>()
        tiny.stream("Zorglub voit 5 590 chats noirs.") { pieces.add(it) }
        assertTrue(pieces.any { "Zorglub" in it } && pieces.any { "5,590" in it }) { pieces.joinToString("|") }
    }

    @Test
    fun `scores are those of Python`() {
        for (case in with("score")) {
            val score = tiny.score(case.text, case["target"] as String)
            assertEquals((case["score"] as Number).toDouble(), score, 2e-3) { writeJson(case) }
        }
    }

    @Test
    fun `every sentence has an alignment, what it lacked among it`() {
        for (case in with("sentences")) {
            for (sentence in tiny.translate(case.text, options(case)).sentences) {
                assertEquals(sentence.tokens.size, sentence.attention.size)
                for (row in sentence.attention) assertEquals(1f, row.sum(), 1e-3f)
            }
        }
    }

    @Test
    fun `many texts, threads and a second call change nothing`() {
        val texts = with("translation").map { it.text }.distinct()
        val alone = texts.map { tiny.translate(it).text }
        Translator(Bundle.open(MASKED), threads = 3).use { translator ->
            repeat(2) { assertEquals(alone, translator.translateBatch(texts).map { it.text }.toList()) }
        }
    }

    @Test
    fun `values are said although there was no time`() {
        val answer = tiny.translate("Je vois 5 590 chats.", TranslateOptions(maxTime = 0.0))
        assertEquals("5,590", answer.text)
        assertTrue(!answer.finished)
    }

    @Test
    fun `a symbol that is typed stands for nothing`() {
        val error = assertThrows<OptionError> { tiny.translate("Je vois 5 590.", TranslateOptions(prefix = "I \ue001")) }
        assertEquals("the prefix: U+E001 is a symbol, it cannot be said", error.message)
        assertThrows<InputError> { tiny.score("Je vois 5 590.", "I see \ue000") }
        assertTrue("\ue000" in tiny.translate("\ue000 voit 5 590.").text) // itself a value
    }

    @Test
    fun `a bundle without symbols carries nothing over`() {
        Translator(Bundle.open(TINY)).use { plain ->
            val asked = listOf(TranslateOptions(keep = listOf("chat")), TranslateOptions(glossary = mapOf("chat" to "cat")))
            for (options in asked) {
                for (call in listOf({ plain.translate("Le chat.", options) }, { plain.stream("Le chat.", options) { } })) {
                    val error = assertThrows<OptionError> { call() }
                    assertEquals("tiny 1.0.0 has no symbols to carry anything over by", error.message)
                }
                assertThrows<OptionError> { plain.score("Le chat.", "The cat.", options) }
            }
        }
    }

    @Test
    fun `a symbol that is no subword is refused, and so is a list of names out of order`(@TempDir folder: Path) {
        val copy = Copy(folder, MASKED)
        copy.editManifest("\"\ue000\"", "\"\ue003\"")
        val error = assertThrows<BundleFormatError> { Translator(Bundle.open(copy.folder)) }
        assertEquals("${copy.folder}: the symbol U+E003 is no subword of its own", error.message)
        copy.editManifest("\"\ue003\"", "\"\ue000\"")
        copy.replace("names", "names 1\n0b\n0a\n")
        val other = assertThrows<BundleFormatError> { Translator(Bundle.open(copy.folder)) }
        assertEquals("${copy.folder}: the list of names is out of order after 'b'", other.message)
    }
}
