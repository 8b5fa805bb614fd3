/* What every call takes and what comes of it: time limits, cancelling, many texts, who the model is. */
package io.github.allez

import org.junit.jupiter.api.AfterAll
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.TestInstance
import org.junit.jupiter.api.assertThrows
import org.junit.jupiter.params.ParameterizedTest
import org.junit.jupiter.params.provider.ValueSource

private const val CAT = "Je vois le chat noir."
private const val CHILDREN = "Les enfants cherchent dix fleurs bleues."
private val OVER = TranslateOptions(maxTime = 0.0)

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OptionsTest {
    private val tiny = Translator(Bundle.open(TINY))

    @AfterAll
    fun close() = tiny.close()

    @Test
    fun `a deadline counts from when it is made`() {
        var now = 5L
        val deadline = Deadline(null, 2.0, isClosed = { false }) { now }
        assertTrue(!deadline.isOver())
        now += 1_999_999_999
        assertTrue(!deadline.isOver())
        now += 1
        assertTrue(deadline.isOver())
        for (endless in listOf(null, Double.POSITIVE_INFINITY, 1e300)) {
            assertTrue(!Deadline(null, endless, isClosed = { false }) { now }.isOver())
        }
    }

    @Test
    fun `a deadline tells who ended the work`() {
        var set = false
        var closed = false
        val deadline = Deadline({ set }, 0.0, isClosed = { closed })
        assertTrue(deadline.isOver())
        set = true
        assertThrows<CancelledError> { deadline.isOver() }
        closed = true
        assertThrows<SessionError> { deadline.isOver() }
        val released = Deadline(null, null, isClosed = { false }).also { it.release() }
        assertThrows<CancelledError> { released.isOver() }
    }

    @Test
    fun `a search that is given up leaves what there is`() {
        val alike = Step { token, _, k, _ ->
            StepResult(
                k = minOf(k, 4),
                topLogProbs = FloatArray(token.size * minOf(k, 4)) { -1f - it % minOf(k, 4) },
                topTokens = IntArray(token.size * minOf(k, 4)) { intArrayOf(2, 3, 1, 0)[it % minOf(k, 4)] },
                attention = token.map { floatArrayOf(1f) },
                logProbs = FloatArray(token.size * 4) { -1f },
            )
        }
        for (steps in 1..4) {
            for (prefix in listOf(emptyList(), listOf(3, 3))) {
                var left = steps
                val options = SearchOptions(2, 1, null, 9, 1.0, 0)
                val found = Search(alike, 20, bos = 0, eos = 1, options, prefix).run(isOver = { --left == 0 }).single()
                assertEquals(steps, found.tokens.size)
                assertEquals(steps, found.attention.size)
                assertEquals(-1.0, found.score)
                assertTrue(!found.finished)
                assertEquals(prefix.take(steps), found.tokens.take(minOf(prefix.size, steps)))
            }
        }
    }

    @Test
    fun `without time nothing is translated, and that is said`() {
        val text = "12\n$CAT $CHILDREN\n"
        val answer = tiny.translate(text, OVER)
        assertTrue(!answer.finished)
        assertEquals(2, answer.sentences.size)
        for (sentence in answer.sentences) {
            assertEquals(Double.NEGATIVE_INFINITY, sentence.score)
            assertTrue(!sentence.finished && sentence.tokens.isEmpty() && sentence.text.isEmpty())
        }
        assertTrue(answer.text.startsWith("12\n"))
        val pieces = ArrayList<String>()
        assertEquals(answer.text, tiny.stream(text, OVER, pieces::add).text)
        assertEquals(answer.text, pieces.joinToString(""))
        assertThrows<CancelledError> { tiny.score(CAT, "I see.", OVER) }
        assertEquals("12", tiny.translate("12", OVER).text)
        assertTrue(tiny.translate("12", OVER).finished)
    }

    @Test
    fun `time enough changes nothing`() {
        val answer = tiny.translate("$CAT $CHILDREN", TranslateOptions(maxTime = 600.0))
        assertTrue(answer.finished && answer.sentences.all { it.finished })
        assertEquals(tiny.translate("$CAT $CHILDREN").text, answer.text)
    }

    @Test
    fun `cancelling stops within one step`() {
        for (asked in listOf(3, 5)) {
            var times = 0
            assertThrows<CancelledError> { tiny.translate(CAT, TranslateOptions(cancel = { ++times == asked })) }
            assertEquals(asked, times)
        }
    }

    @Test
    fun `a score has options as all calls do`() {
        val target = "I see the black cat."
        val plain = tiny.score(CAT, target)
        assertEquals(plain, tiny.score(CAT, target, TranslateOptions(beamSize = 3, maxTime = 600.0)))
        assertTrue(tiny.score(CAT, target, TranslateOptions(lengthPenalty = 0.0)) < plain)
    }

    @ParameterizedTest
    @ValueSource(doubles = [-1.0, Double.NaN, Double.NEGATIVE_INFINITY])
    fun `times that make no sense`(seconds: Double) {
        val error = assertThrows<OptionError> { TranslateOptions(maxTime = seconds) }
        assertTrue("maxTime must be 0 or more" in error.message)
    }

    @ParameterizedTest
    @ValueSource(ints = [1, 2])
    fun `many texts are read as they are answered`(threads: Int) {
        Translator(Bundle.open(TINY), threads).use { translator ->
            var read = 0
            val endless = generateSequence { read++; CAT }
            val answers = translator.translateBatch(endless.asIterable()).take(3).toList()
            assertEquals(List(3) { "I see the black cat." }, answers.map { it.text })
            assertTrue(read <= 2 * 64 * threads) { "$read" }
            assertEquals(0, translator.translateBatch(emptyList()).count())
            val once = translator.translateBatch(listOf(CAT))
            assertEquals(1, once.count())
            assertThrows<IllegalStateException> { once.count() }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = [1, 2])
    fun `what was read before a failure is answered`(threads: Int) {
        Translator(Bundle.open(TINY), threads).use { translator ->
            val texts = sequence {
                yield(CAT)
                yield(CAT)
                error("the file is gone")
            }
            val answers = ArrayList<String>()
            val error = assertThrows<IllegalStateException> {
                translator.translateBatch(texts.asIterable()).forEach { answers.add(it.text) }
            }
            assertEquals("the file is gone" to 2, error.message to answers.size)
        }
    }

    @Test
    fun `the time of many texts is one`() {
        val answers = tiny.translateBatch(List(3) { CAT }, OVER).toList()
        assertEquals(listOf(false, false, false), answers.map { it.finished })
    }

    @Test
    fun `a translator says who it is`() {
        val translator = Translator(Bundle.open(TINY), threads = 2)
        val manifest = translator.bundle.manifest
        assertEquals(manifest.name to manifest.version, translator.name to translator.version)
        assertEquals("fr" to "en", translator.sourceLanguage to translator.targetLanguage)
        val said = "<Translator ${manifest.name} ${manifest.version}: fr to en, 2 thread(s)"
        assertEquals("$said>", translator.toString())
        translator.close()
        translator.close()
        assertEquals("$said, closed>", translator.toString())
    }
}
