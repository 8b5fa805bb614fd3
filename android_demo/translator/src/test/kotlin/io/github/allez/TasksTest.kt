/* Summaries, replies and captions of tiny bundles, with all that is known of them. */
package io.github.allez

import java.io.File
import java.util.Random
import java.util.concurrent.Callable
import java.util.concurrent.Executors
import org.junit.jupiter.api.AfterAll
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.TestInstance
import org.junit.jupiter.api.assertThrows

private val SUMMARY = File(ROOT, "spec/bundles/tiny_summary")
private val REPLY = File(ROOT, "spec/bundles/tiny_reply")

private val CAPTION = File(ROOT, "spec/bundles/tiny_caption")

private const val TEXT = "Je vois le chat noir. Les enfants cherchent dix fleurs bleues."

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TasksTest {
    private val summarizer = Summarizer(Bundle.open(SUMMARY))
    private val replier = Replier(Bundle.open(REPLY))
    private val captioner = Captioner(Bundle.open(CAPTION), threads = 2)

    @AfterAll
    fun close() {
        summarizer.close()
        replier.close()
        captioner.close()
        assertEquals(0, summarizer.openHandles)
    }

    private fun passed(report: SelfTestReport, least: Int = 10) {
        assertEquals(emptyList<String>(), report.results.filter { !it.passed }.map { "${it.text}: ${it.problem}" })
        assertTrue(report.passed && report.results.size >= least)
    }

    @Test
    fun `golden examples pass`() {
        passed(summarizer.selfTest())
        passed(replier.selfTest())
        passed(captioner.selfTest(), least = 3)
    }

    @Test
    fun `summaries and dialogues are those of Python`() {
        val cases = jsonLines(File(VECTORS, "tasks.jsonl"))
        assertTrue(cases.size > 80)
        fun place(text: String, at: Int) = text.codePointCount(0, at).toLong()
        for (case in cases) {
            val beamSize = case.int("beam_size")
            if ("said" in case) {
                val talk = replier.another()
                val values = case.part("fill").each<String>()
                val found = case.names("said").map { said ->
                    val reply = talk.reply(said, Fill(values::get), TranslateOptions(beamSize))
                    val blanks = reply.blanks.map { listOf(it.name, it.value, place(reply.text, it.start), place(reply.text, it.end)) }
                    mapOf("text" to reply.text, "turns" to reply.turns, "cut" to reply.cut, "blanks" to blanks)
                }
                assertEquals(case["replies"], found) { writeJson(case) }
            } else {
                val text = case.text("text")
                val summary = summarizer.summarize(text, TranslateOptions(beamSize, minOf(beamSize, 2)))
                val read = listOf(place(text, summary.read.start), place(text, summary.read.end))
                val expected = listOf(case["texts"], case["read"], case["cut"])
                assertEquals(expected, listOf(summary.texts, read, summary.cut)) { text }
            }
        }
    }

    @Test
    fun `captions are those of Python, in a batch and as streams`() {
        val all = jsonLines(File(VECTORS, "captions.jsonl"))
        assertTrue(all.size > 25)
        for (case in all) {
            val picture = checkNotNull(pictureOf(case["picture"]))
            val beamSize = case.int("beam_size")
            val caption = captioner.caption(picture, TranslateOptions(beamSize, minOf(beamSize, 2)))
            val grid = listOf(caption.grid.rows.toLong(), caption.grid.columns.toLong())
            assertEquals(listOf(case["texts"], case["grid"]), listOf(caption.texts, grid)) { writeJson(case) }
            assertTrue(caption.attention.all { it.size == 9 } && caption.confidence == null)
        }
        val cases = all.filter { it.int("beam_size") == 1 }
        val pictures = cases.map { checkNotNull(pictureOf(it["picture"])) }
        val expected = cases.map { it.names("texts")[0] }
        assertEquals(expected, captioner.captionBatch(pictures, TranslateOptions(1)).map { it.text }.toList())
        val pieces = ArrayList<String>()
        assertEquals(expected[0], captioner.stream(pictures[0], onPiece = pieces::add).text)
        assertEquals(expected[0], pieces.joinToString(""))
        val late = captioner.caption(pictures[0], TranslateOptions(maxTime = 0.0))
        assertEquals("" to false, late.text to late.finished)
    }

    @Test
    fun `a bundle's typography is that of its texts, and changes no value`() {
        val (said, values) = "Oui ! Non ? [day] !" to Fill { if (it == "day") "a \"b\" ! c" else null }
        val plain = writeOut(said, null, hasBlanks = true, values, grows = false)
        assertEquals("Oui ! Non ? a \"b\" ! c !", plain.text)
        val french = writeOut(said, "fr", hasBlanks = true, values, grows = false)
        val blank = french.blanks.single()
        assertEquals("a \"b\" ! c", french.text.substring(blank.start, blank.end))
        assertEquals("Oui\u202f!", french.text.substring(0, 5))
        val grown = (0..said.length).map { writeOut(said.take(it), "fr", hasBlanks = true, values, grows = true).text }
        for (begun in grown) assertTrue(french.text.startsWith(begun)) { begun }
        val places = (0 until 5).map { french.moved(it, it + 1) }
        assertEquals("Oui", french.text.substring(places[0].start, places[2].end))
    }

    @Test
    fun `everything known of a summary`() {
        val text = " \n$TEXT\n"
        val summary = summarizer.summarize(text, TranslateOptions(nBest = 3))
        assertEquals(Span(2, text.length - 1) to false, summary.read to summary.cut)
        assertEquals(text, summary.source)
        assertEquals(3, summary.texts.distinct().size)
        assertEquals(summary.text, summary.toString())
        assertEquals(summary.tokens.size, summary.attention.size)
        assertTrue(summary.attention.all { it.size >= summary.sourceTokens.size })
        assertEquals(EOS_PIECE, summary.sourceTokens.last().piece)
        assertEquals(Span(text.length - 1, text.length - 1), summary.sourceSpans.last())
        for (token in summary.tokens) assertEquals(shown(token), summary.text.substring(token.start, token.end))
        assertEquals(null, summary.confidence)
        assertTrue(summary.finished && summary.score < 0)
    }

    @Test
    fun `what is longer than the bundle reads is cut, and that is said`() {
        val summary = summarizer.summarize("$TEXT ".repeat(3000))
        assertTrue(summary.cut && summary.read.end in TEXT.length until 3 * TEXT.length)
        assertTrue(summary.sourceTokens.size <= summarizer.bundle.manifest.sourceTokens + 1)
        assertEquals(".", summary.source.substring(summary.read.end - 1, summary.read.end))
    }

    @Test
    fun `about nothing nothing is said`() {
        val before = summarizer.answered
        val summary = summarizer.summarize(" \n\uFEFF\u00a0".trim('\uFEFF'))
        assertEquals(Triple("", true, Span(0, 0)), Triple(summary.text, summary.finished, summary.read))
        assertEquals(before, summarizer.answered)
        assertEquals("", summarizer.stream("\n") { throw AssertionError(it) }.text)
    }

    @Test
    fun `the pieces of a stream make up its text`() {
        val pieces = ArrayList<String>()
        val streamed = summarizer.stream(TEXT, onPiece = pieces::add)
        assertEquals(summarizer.summarize(TEXT, TranslateOptions(beamSize = 1)).text, streamed.text)
        assertEquals(streamed.text, pieces.joinToString(""))
        assertTrue(pieces.size > 3)
    }

    @Test
    fun `a batch is each alone, on any number of threads`() {
        val texts = List(9) { index -> TEXT.split(" ").drop(index).joinToString(" ") } + ""
        val alone = texts.map { summarizer.summarize(it).text }
        assertEquals(alone, summarizer.summarizeBatch(texts).map { it.text }.toList())
        Summarizer(Bundle.open(SUMMARY), threads = 3).use { several ->
            assertEquals(alone, several.summarizeBatch(texts.asIterable()).map { it.text }.toList())
            assertEquals(9, several.answered)
        }
    }

    @Test
    fun `options hold, and those of translations do not`() {
        assertTrue(summarizer.summarize(TEXT, TranslateOptions(maxLength = 3)).let { it.tokens.size == 3 && !it.finished })
        assertTrue(summarizer.summarize(TEXT, TranslateOptions(prefix = "\nWe  see")).text.startsWith("We see"))
        val message = assertThrows<OptionError> { summarizer.summarize(TEXT, TranslateOptions(prefix = "a b c d", maxLength = 1)) }
        assertTrue("the summary may have 1" in message.message, message.message)
        for ((name, options) in listOf(
            "keep" to TranslateOptions(keep = listOf("a")),
            "glossary" to TranslateOptions(glossary = mapOf("a" to "b")),
            "markup" to TranslateOptions(markup = "html"),
        )) {
            val error = assertThrows<OptionError> { summarizer.summarize(TEXT, options) }
            assertEquals("$name goes with translations alone", error.message)
        }
    }

    @Test
    fun `time, cancel and close are heard`() {
        val late = summarizer.summarize(TEXT, TranslateOptions(maxTime = 0.0))
        assertEquals(Triple("", false, Double.NEGATIVE_INFINITY), Triple(late.text, late.finished, late.score))
        val given = assertThrows<CancelledError> { summarizer.summarize(TEXT, TranslateOptions(cancel = { true })) }
        assertEquals("the summary was cancelled", given.message)
        val closed = Summarizer(Bundle.open(SUMMARY))
        closed.close()
        closed.close()
        assertEquals("the summarizer is closed", assertThrows<SessionError> { closed.summarize(TEXT) }.message)
        assertTrue(", closed>" in closed.toString() && closed.openHandles == 0)
    }

    @Test
    fun `a bundle is for its task alone`() {
        val wrong = assertThrows<BundleFormatError> { Summarizer(Bundle.open(REPLY)) }
        assertEquals("$REPLY: a bundle to reply, not to summarize" to "Replier", wrong.message to wrong.hint)
        val plain = assertThrows<BundleFormatError> { Replier(Bundle.open(TINY)) }
        assertEquals("$TINY: a bundle to translate, not to reply" to "Translator", plain.message to plain.hint)
        assertThrows<BundleFormatError> { Translator(Bundle.open(SUMMARY)) }
        assertThrows<OptionError> { Summarizer(Bundle.open(SUMMARY), threads = 0) }
    }

    @Test
    fun `a dialogue goes on from turn to turn`() {
        val talk = replier.another()
        val first = talk.reply("Je vois le chat noir.")
        assertEquals(listOf("Je vois le chat noir."), first.turns)
        val second = talk.reply("Le chat | dort ?")
        assertEquals(listOf("Je vois le chat noir.", first.text, "Le chat dort ?"), second.turns)
        assertEquals(second.turns.joinToString(" | "), second.source)
        assertEquals(setOf(0, 1, 2), second.sourceTurns.toSet())
        assertEquals(second.sourceTokens.size, second.sourceTurns.size)
        assertEquals(listOf("Je vois le chat noir.", first.text, "Le chat | dort ?", second.text), talk.turns)
        assertEquals("", talk.reply(" | ").text)
        assertEquals(4, talk.turns.size)
        val third = talk.reply("Oui.")
        assertEquals(3, third.turns.size) // as many as the bundle reads
        assertFalse(third.cut || talk.cut)
        assertTrue(talk.reply("Le chat dort. ".repeat(40)).cut && talk.cut)
        talk.reset()
        assertEquals(emptyList<String>() to false, talk.turns to talk.cut)
        assertEquals(first.text, talk.reply("Je vois le chat noir.").text)
        assertEquals(emptyList<String>(), replier.turns)
    }

    @Test
    fun `a thousand turns are as soon answered as three`() {
        val talk = replier.another(List(1000) { "Oui $it." })
        assertEquals(listOf("Oui 998.", "Oui 999.", "Non."), talk.reply("Non.").turns)
    }

    @Test
    fun `blanks get their values, in streams too`() {
        val text = bundleWithBlank()
        val plain = replier.another().reply(text, options = TranslateOptions(beamSize = 1))
        val blank = plain.blanks.first()
        assertEquals("[${blank.name}]", plain.text.substring(blank.start, blank.end))
        val values = Fill { name -> if (name == blank.name) "Chez Paul 😀" else null }
        val filled = replier.another().reply(text, values, TranslateOptions(beamSize = 1, nBest = 1))
        assertEquals("Chez Paul 😀", filled.blanks.first().let { filled.text.substring(it.start, it.end) })
        assertTrue(filled.tokens.any { filled.text.substring(it.start, it.end) == "Chez Paul 😀" })
        val talk = replier.another()
        val pieces = ArrayList<String>()
        talk.stream(text, values, onPiece = pieces::add)
        assertEquals(filled.text, pieces.joinToString(""))
        assertEquals(listOf(text, filled.text), talk.turns)
        assertTrue(pieces.none { it.endsWith("[") })
    }

    /** A turn that the tiny bundle answers with a blank: it says what it reads, and digits are blanks. */
    private fun bundleWithBlank(): String = (1..31).map { "Nous aimons la grande voiture verte le $it mars 1987." }
        .first { replier.another().reply(it, options = TranslateOptions(beamSize = 1)).blanks.isNotEmpty() }

    @Test
    fun `a reply that was given up is not remembered`() {
        val talk = replier.another(listOf("Oui."))
        assertThrows<CancelledError> { talk.reply("Non.", options = TranslateOptions(cancel = { true })) }
        assertThrows<IllegalStateException> { talk.stream("Non.") { error("the listener's own") } }
        assertEquals(listOf("Oui."), talk.turns)
    }

    @Test
    fun `dialogues share a model, each on its own thread`() {
        val expected = replier.another().reply(TEXT).text
        val pool = Executors.newFixedThreadPool(4)
        val found = pool.invokeAll(List(12) { Callable { replier.another().reply(TEXT).text } }).map { it.get() }
        pool.shutdown()
        assertEquals(setOf(expected), found.toSet())
    }

    @Test
    fun `hostile turns never raise, and never loop`() {
        val random = Random(5)
        val signs = "| []\u0000\uFEFF\n\ud800😀é中.a0</s>".toCharArray()
        val talk = replier.another()
        repeat(60) {
            val text = CharArray(random.nextInt(40)) { signs[random.nextInt(signs.size)] }.concatToString()
            val reply = talk.reply(text, options = TranslateOptions(beamSize = 1))
            assertTrue(reply.tokens.size <= 1.8 * reply.sourceTokens.size + 10)
        }
    }
}
