package io.github.allez

import java.io.File
import java.nio.file.Path
import java.util.concurrent.Callable
import java.util.concurrent.Executors
import org.junit.jupiter.api.AfterAll
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.TestInstance
import org.junit.jupiter.api.assertThrows
import org.junit.jupiter.api.io.TempDir
import org.junit.jupiter.params.ParameterizedTest
import org.junit.jupiter.params.provider.CsvSource
import org.junit.jupiter.params.provider.ValueSource

private val PAIRS = listOf(
    "Je vois le chat noir." to "I see the black cat.",
    "Elle n'achète pas trois petites maisons." to "She does not buy three small houses.",
    "Nous aimons la grande voiture verte le 14 mars 1987." to "We like the big green car on March 14, 1987.",
    "Les enfants cherchent dix fleurs bleues." to "The children want ten blue flowers.",
)

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TranslatorTest {
    private val tiny = Translator(Bundle.open(TINY))

    @AfterAll
    fun close() = tiny.close()

    private fun joined(text: String, translator: Translator = tiny): String {
        val pieces = ArrayList<String>()
        val answer = translator.stream(text, onPiece = pieces::add)
        assertEquals(answer.text, pieces.joinToString(""))
        return answer.text
    }

    @ParameterizedTest
    @ValueSource(strings = ["models/fr-en", "spec/bundles/tiny", "spec/bundles/tiny_shortlist", "spec/bundles/tiny_entities", "spec/bundles/tiny_student"])
    fun `golden sentences pass`(name: String) {
        Translator(Bundle.open(File(ROOT, name))).use { translator ->
            val report = translator.selfTest()
            assertEquals(emptyList<String>(), report.results.filter { !it.passed }.map { "${it.text}: ${it.problem}" })
            assertTrue(report.passed && report.results.size >= 20)
            assertTrue(report.onnxRuntime.startsWith("1.")) { report.onnxRuntime }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = [1, 4])
    fun `translates as it was trained to`(beamSize: Int) {
        for ((source, target) in PAIRS) assertEquals(target, tiny.translate(source, TranslateOptions(beamSize)).text)
    }

    @Test
    fun `hostile texts come out as they do in Python`() {
        for (case in jsonLines(File(VECTORS, "hostile.jsonl"))) {
            val text = (case["text"] as String).repeat(case.int("times"))
            val expected = case["translation"] as String? ?: text
            val beamSize = case.int("beam_size")
            assertEquals(expected, tiny.translate(text, TranslateOptions(beamSize)).text) { writeJson(text).take(100) }
            if (beamSize == 1) assertEquals(expected, joined(text)) { writeJson(text).take(100) }
        }
    }

    @Test
    fun `everything known of a sentence`() {
        val text = "  ${PAIRS[0].first} ${PAIRS[3].first}\n"
        val result = tiny.translate(text, TranslateOptions(nBest = 3))
        assertEquals(text, result.source)
        assertEquals("  ${PAIRS[0].second} ${PAIRS[3].second}\n", result.text)
        assertEquals(3, result.texts.size)
        for (sentence in result.sentences) {
            assertEquals(sentence.source, text.substring(sentence.start, sentence.end))
            assertEquals(sentence.text, result.text.substring(sentence.targetStart).take(sentence.text.length))
            assertEquals(3, sentence.hypotheses.size)
            assertEquals(sentence.score, sentence.hypotheses.maxOf { it.score })
            assertEquals(EOS_PIECE, sentence.sourceTokens.last().piece)
            for (token in sentence.sourceTokens.dropLast(1)) {
                assertEquals(shown(token), text.substring(token.start, token.end))
            }
            for (hypothesis in sentence.hypotheses) {
                assertEquals(hypothesis.tokens.size, hypothesis.attention.size)
                for (row in hypothesis.attention) {
                    assertEquals(sentence.sourceTokens.size, row.size)
                    assertEquals(1f, row.sum(), 1e-4f)
                }
                for (token in hypothesis.tokens) {
                    assertEquals(shown(token), hypothesis.text.substring(token.start, token.end))
                }
            }
        }
        assertEquals(result.sentences.flatMap { it.tokens }.map { it.id }, result.tokens.map { it.id })
        for (token in result.tokens.drop(1)) assertEquals(shown(token), result.text.substring(token.start, token.end))
        val lengths = result.sentences.map { it.tokens.size + 1 }
        val mean = result.sentences.zip(lengths).sumOf { (sentence, length) -> sentence.score * length } / lengths.sum()
        assertEquals(mean, result.score, 1e-12)
    }

    @Test
    fun `attention finds the reordered adjective`() {
        val sentence = tiny.translate("Je vois le chat noir.").sentences[0]
        val words = sentence.alignment.associate { link ->
            sentence.tokens[link.target].piece to sentence.sourceTokens[link.source].start
        }
        val black = words.entries.first { it.key.startsWith("▁bl") }
        assertTrue(black.value >= sentence.source.indexOf("noir")) { "$words" }
    }

    @ParameterizedTest
    @ValueSource(strings = ["", " ", "\n\n  \n", "123", "…", "\t42\r\n", "🎉"])
    fun `what has no letters is returned`(text: String) {
        val result = tiny.translate(text)
        assertEquals(Triple(text, 0, 0.0), Triple(result.text, result.sentences.size, result.score))
        assertEquals(text, joined(text))
    }

    @ParameterizedTest
    @ValueSource(strings = ["你好，世界。", "Здравствуйте !", "مرحبا"])
    fun `a script that was never learnt is returned`(foreign: String) {
        val cat = tiny.translate("Le chat noir.").text
        val answer = tiny.translate("Le chat noir.\n$foreign\nLe chat noir.")
        assertEquals("$cat\n$foreign\n$cat", answer.text)
        assertEquals(2, answer.sentences.size)
        assertEquals(foreign, joined(foreign))
    }

    @ParameterizedTest
    @CsvSource(
        "OÙ ?,true", "AOÛT,true", "Où est Москва ?,true", "C'est du 日本語.,true", "Việt Nam,true",
        "Он не верит,false", "Свет не горит,false", "健広,false", "Γειά σου,false",
    )
    fun `a script is known by the subwords that were learnt`(sentence: String, known: Boolean) {
        assertEquals(!known, isForeign(sentence, Tokenizer(Bundle.open(File(ROOT, "models/fr-en")).text("tokenizer"))))
    }

    @ParameterizedTest
    @CsvSource("JE VOIS LE CHAT NOIR.,I SEE THE BLACK CAT.", "Je vois le chat noir.,I see the black cat.")
    fun `a sentence in capitals is answered in capitals`(source: String, target: String) {
        assertEquals(target, tiny.translate(source).text)
        assertEquals(target, joined(source))
    }

    @Test
    fun `streaming is greedy search piece by piece`() {
        for ((source, target) in PAIRS) {
            val pieces = ArrayList<String>()
            val answer = tiny.stream(source, onPiece = pieces::add)
            assertEquals(target, pieces.joinToString(""))
            assertEquals(target, answer.text)
            assertTrue(pieces.size > 3)
        }
        val (source, target) = PAIRS[0]
        assertEquals(target, tiny.stream(source, TranslateOptions(beamSize = 4, nBest = 2)) { }.text) // greedy all the same
    }

    @Test
    fun `many texts and many threads change nothing`() {
        val texts = List(120) { index -> List(index % 4) { PAIRS[(index + it) % PAIRS.size].first }.joinToString(" ") }
        val alone = texts.map { tiny.translate(it) }
        Translator(Bundle.open(TINY), threads = 3).use { translator ->
            val together = translator.translateBatch(texts).toList()
            assertEquals(alone.map { it.text }, together.map { it.text })
            assertEquals(alone.map { it.score }, together.map { it.score })
        }
    }

    @Test
    fun `one translator serves eight threads`() {
        val pool = Executors.newFixedThreadPool(8)
        try {
            val answers = pool.invokeAll(List(200) { Callable { tiny.translate(PAIRS[it % PAIRS.size].first).text } })
            answers.forEachIndexed { index, answer -> assertEquals(PAIRS[index % PAIRS.size].second, answer.get()) }
        } finally {
            pool.shutdown()
        }
    }

    @Test
    fun `a prefix begins the first sentence`() {
        val text = "${PAIRS[0].first} ${PAIRS[0].first}"
        for (prefix in listOf("You see", " You  see ")) {
            val result = tiny.translate(text, TranslateOptions(prefix = prefix))
            assertTrue(result.sentences[0].text.startsWith("You see")) { result.text }
            assertEquals(PAIRS[0].second, result.sentences[1].text)
            assertTrue(result.sentences[0].score < result.sentences[1].score)
        }
        val pieces = ArrayList<String>()
        tiny.stream(text, TranslateOptions(prefix = "You see"), onPiece = pieces::add)
        val greedy = tiny.translate(text, TranslateOptions(beamSize = 1, prefix = "You see"))
        assertEquals(greedy.text, pieces.joinToString(""))
        assertThrows<OptionError> { tiny.translate(text, TranslateOptions(prefix = "the cat ".repeat(200))) }
    }

    @Test
    fun `length options`() {
        val short = tiny.translate(PAIRS[2].first, TranslateOptions(beamSize = 1, maxLength = 3)).sentences[0]
        assertEquals(3, short.tokens.size)
        assertTrue(!short.finished)
        val long = tiny.translate(PAIRS[0].first, TranslateOptions(minLength = 40, noRepeatNgramSize = 2)).sentences[0]
        assertTrue(long.tokens.size >= 40)
        val pairs = long.tokens.map { it.id }.zipWithNext()
        assertEquals(pairs.size, pairs.toSet().size)
    }

    @Test
    fun `a score is that of the sentence`() {
        for ((source, _) in PAIRS) {
            val sentence = tiny.translate(source).sentences[0]
            assertEquals(sentence.score, tiny.score(source, sentence.text), 1e-3)
        }
        assertTrue(tiny.score(PAIRS[0].first, PAIRS[0].second) > tiny.score(PAIRS[0].first, PAIRS[1].second))
        assertThrows<InputError> { tiny.score("", "Nothing.") }
        assertThrows<InputError> { tiny.score("chat ".repeat(500), "cat") }
    }

    @ParameterizedTest
    @CsvSource(
        "0,1,,0,,0", "101,1,,0,,0", "4,5,,0,,0", ",0,,0,,0", ",101,,0,,0", ",1,0,0,,0", ",1,4,5,,0", ",1,,-1,,0",
        ",1,,0,NaN,0", ",1,,0,-1,0", ",1,,0,11,0", ",1,,0,,-1",
    )
    fun `options that make no sense`(beam: Int?, nBest: Int, max: Int?, min: Int, penalty: Double?, noRepeat: Int) {
        assertThrows<OptionError> { TranslateOptions(beam, nBest, max, min, penalty, noRepeat) }
    }

    @ParameterizedTest
    @ValueSource(ints = [0, -1, 10_000])
    fun `threads that make no sense`(threads: Int) {
        assertThrows<OptionError> { Translator(Bundle.open(TINY), threads) }
    }

    @ParameterizedTest
    @CsvSource(
        delimiter = '|', quoteCharacter = '`',
        value = [
            "\"source_ids\": [ | \"source_ids\": [3, | tokenized",
            "\"first_scores\": [-0. | \"first_scores\": [-9. | first step",
            "\"first_scores\": [ | \"first_scores\": [-1e400, | first step",
            "\"target_ids\": [ | \"target_ids\": [3, | tokens",
            "\"translation\": \" | \"translation\": \"! | another text",
        ],
    )
    fun `the self-test notices`(old: String, new: String, problem: String, @TempDir folder: Path) {
        val copy = Copy(folder)
        val golden = copy.file("golden.jsonl").readText()
        assertTrue(old in golden.lineSequence().first())
        copy.replace("golden", golden.replaceFirst(old, new))
        Translator(Bundle.open(copy.folder)).use { translator ->
            val report = translator.selfTest()
            assertTrue(!report.passed)
            assertTrue(problem in report.results[0].problem.orEmpty()) { report.results[0].problem }
            for (result in report.results.drop(1)) assertNull(result.problem)
        }
    }

    @Test
    fun `closed means closed`() {
        val translator = Translator(Bundle.open(TINY), threads = 2)
        translator.use { assertEquals(PAIRS[0].second, it.translate(PAIRS[0].first).text) }
        translator.close()
        assertEquals(0, translator.openHandles)
        val calls = listOf<() -> Any>(
            { translator.translate("Oui.") }, { translator.translateBatch(listOf("Oui.")) },
            { translator.stream("Oui.") { } }, { translator.score("Oui.", "Yes.") }, { translator.selfTest() },
        )
        for (call in calls) {
            val error = assertThrows<SessionError> { call() }
            assertTrue("closed" in error.message)
        }
    }
}
