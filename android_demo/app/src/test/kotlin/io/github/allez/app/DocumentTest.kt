package io.github.allez.app

import io.github.allez.Doubt
import io.github.allez.Hypothesis
import io.github.allez.Sentence
import io.github.allez.Token
import io.github.allez.Translation
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertNotNull
import kotlin.test.assertNull

/** Attention between words, from a table that can be checked by hand. */
class DocumentTest {
    // "x. Le chat" -> "The cat": the first line is copied, "chat" is two tokens, as is "cat".
    private val sourceTokens = listOf(Token(5, "▁Le", 0, 2), Token(6, "▁ch", 3, 5), Token(7, "at", 5, 7), Token(2, "</s>", 7, 7))
    private val targetTokens = listOf(Token(5, "▁The", 0, 3), Token(6, "▁c", 4, 5), Token(7, "at", 5, 7))

    private fun document(vararg attention: FloatArray): Document {
        val hypothesis = Hypothesis("The cat", targetTokens, -0.1, attention.asList(), true)
        val sentence = Sentence("Le chat", 0, 7, 0, sourceTokens, listOf(hypothesis))
        val lines = listOf(
            Line(0, 0, Translation("12", listOf("12"), emptyList())),
            Line(3, 3, Translation("Le chat", listOf("The cat"), listOf(sentence))),
        )
        return Document("12\nLe chat", "12\nThe cat", lines, "fr" to "en", 3_000_000)
    }

    private val clear = document(
        floatArrayOf(0.9f, 0.1f, 0f, 0f),
        floatArrayOf(0.2f, 0.3f, 0.5f, 0f),
        floatArrayOf(0f, 0.6f, 0.2f, 0.2f),
    )

    @Test
    fun `a target word lights up what it attends to`() {
        val the = assertNotNull(clear.align(Cursor(Side.TARGET, 4)))
        assertEquals(Span(3, 6), the.word)
        assertEquals(listOf(Lit(Span(3, 5), 0.9f)), the.lit)
        val cat = assertNotNull(clear.align(Cursor(Side.TARGET, 10)))
        assertEquals(Span(7, 10), cat.word)
        assertEquals(listOf(Span(6, 10)), cat.lit.map { it.span })
        assertEquals((0.8f + 0.8f) / 2, cat.lit.single().weight, 1e-6f) // both source tokens, mean of both target tokens
    }

    @Test
    fun `a source word lights up what attends to it`() {
        val chat = assertNotNull(clear.align(Cursor(Side.SOURCE, 6)))
        assertEquals(Span(6, 10), chat.word)
        assertEquals(listOf(Span(7, 10)), chat.lit.map { it.span })
    }

    @Test
    fun `attention that is spread out lights up several words`() {
        val spread = document(floatArrayOf(0.5f, 0.25f, 0.25f, 0f), floatArrayOf(1f, 0f, 0f, 0f), floatArrayOf(1f, 0f, 0f, 0f))
        assertEquals(listOf(Span(3, 5), Span(6, 10)), spread.align(Cursor(Side.TARGET, 3))?.lit?.map { it.span })
        assertEquals(listOf(Span(3, 6), Span(7, 10)), spread.align(Cursor(Side.SOURCE, 3))?.lit?.map { it.span })
    }

    @Test
    fun `what nothing attends to lights up nothing`() {
        val onEnd = document(*Array(3) { floatArrayOf(0.02f, 0f, 0f, 0.98f) })
        assertNull(onEnd.align(Cursor(Side.TARGET, 3)))
        assertNull(onEnd.align(Cursor(Side.SOURCE, 6)))
    }

    @Test
    fun `there is no word in what was copied, nor outside`() {
        for (offset in listOf(0, 1, 2, 99, -1)) {
            assertNull(clear.align(Cursor(Side.SOURCE, offset)))
            assertNull(clear.align(Cursor(Side.TARGET, offset)))
        }
    }

    @Test
    fun `a model without attention lights up nothing`() {
        assertNull(document(*Array(3) { floatArrayOf(1f) }).align(Cursor(Side.TARGET, 4)))
    }

    @Test
    fun `a doubtful sentence stands where it is in the whole text`() {
        val hypothesis = Hypothesis("The cat", targetTokens, -0.1, emptyList(), true)
        val found = listOf(Doubt("name", "Tom", null, null))
        val sentences = listOf(found, emptyList()).mapIndexed { index, doubts ->
            Sentence("Le chat", 8 * index, 8 * index + 7, 8 * index, sourceTokens, listOf(hypothesis)) { doubts }
        }
        val line = Line(3, 3, Translation("Le chat Le chat", listOf("The cat The cat"), sentences))
        val document = Document("12\nLe chat Le chat", "12\nThe cat The cat", listOf(line), "fr" to "en", 0)
        assertEquals(listOf(Doubtful(Span(3, 10), found)), document.doubtful)
        assertEquals(emptyList(), clear.doubtful)
    }

    @Test
    fun `a sentence that is as likely wrong as right is doubtful, whatever is accounted for`() {
        val hypothesis = Hypothesis("The cat", targetTokens, -0.1, emptyList(), true)
        val sentences = listOf(0.49, 0.5, null).mapIndexed { index, confidence ->
            Sentence("Le chat", 8 * index, 8 * index + 7, 8 * index, sourceTokens, listOf(hypothesis), rate = { confidence })
        }
        val line = Line(0, 0, Translation("Le chat Le chat Le chat", listOf("The cat The cat The cat"), sentences))
        val document = Document("", "", listOf(line), "fr" to "en", 0)
        assertEquals(listOf(Doubtful(Span(0, 7), emptyList(), isUnsure = true)), document.doubtful)
    }

    @Test
    fun `time is that of a sentence`() {
        assertEquals(3, clear.millisPerSentence)
        assertNull(Document("", "", emptyList(), "fr" to "en", 5).millisPerSentence)
    }
}
