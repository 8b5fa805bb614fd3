/* Tags and wrapped lines: what is read of them, where marks belong, and texts on their whole way. */
package io.github.allez

import java.io.File
import org.junit.jupiter.api.AfterAll
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.TestInstance
import org.junit.jupiter.api.assertThrows
import org.junit.jupiter.api.condition.EnabledIfSystemProperty

private val TAGGED = File(ROOT, "spec/bundles/tiny_entities")

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MarkupTest {
    private val tiny = Translator(Bundle.open(TAGGED))

    @AfterAll
    fun close() = tiny.close()

    private fun spans(value: Any?): List<Span> = (value as List<*>).map { span ->
        (span as List<*>).let { (start, end) -> Span((start as Long).toInt(), (end as Long).toInt()) }
    }

    private fun marks(value: Any?): List<Mark> = (value as List<*>).map { mark ->
        val (kind, start, end, parent) = mark as List<*>
        Mark(MarkKind.valueOf((kind as String).uppercase()), (start as Long).toInt(), (end as Long).toInt(), (parent as Long).toInt())
    }

    private fun cases(name: String) = jsonLines(File(VECTORS, name))

    /** Whether the marks of a case are placed as it says. */
    private fun checkPlaced(case: Map<*, *>) {
        val source = CodePoints(case.text("source"))
        val weights = (case["weights"] as List<*>).map { row ->
            (row as List<*>).map { (it as Number).toDouble() }.toDoubleArray()
        }
        val alignment = Alignment(
            source,
            CodePoints(case.text("target")),
            spans(case["source_spans"]),
            spans(case["target_spans"]),
            weights,
        )
        val found = place(Marked(source, marks(case["marks"])), alignment)
        assertEquals(marks(case["placed"]), found.marks) { writeJson(case) }
    }

    /** Whether of the text of a case just that is read which it says. */
    private fun checkRead(case: Map<*, *>, isPlain: Boolean) {
        val fragment = Fragment(case.text("text"), isPlain)
        assertEquals(case["read"], fragment.text) { writeJson(case) }
        assertEquals(marks(case["marks"]), fragment.marked().marks) { writeJson(case) }
    }

    @Test
    fun `marks are placed as the specification says`() {
        jsonLines(File(VECTORS, "markup.jsonl")).also { assertTrue(it.size >= 16) }.forEach(::checkPlaced)
    }

    @Test
    fun `plain texts and pieces of HTML are read as the specification says`() {
        jsonLines(File(VECTORS, "plain.jsonl")).also { assertTrue(it.size >= 45) }.forEach { checkRead(it, isPlain = true) }
        jsonLines(File(VECTORS, "html.jsonl")).also { assertTrue(it.size >= 30) }.forEach { checkRead(it, isPlain = false) }
    }

    @Test
    @EnabledIfSystemProperty(named = "allez.cases", matches = ".+")
    fun `thousands of texts and marks are as in Python`() {
        val folder = File(System.getProperty("allez.cases"))
        val fragments = jsonLines(File(folder, "fragments.jsonl")).also { assertTrue(it.size >= 5_000) }
        fragments.forEach { checkRead(it, it["plain"] as Boolean) }
        jsonLines(File(folder, "placed.jsonl")).also { assertTrue(it.size >= 3_000) }.forEach(::checkPlaced)
    }

    @Test
    fun `texts with tags are translated as the specification says`() {
        val cases = jsonLines(File(VECTORS, "translate_markup.jsonl"))
        assertTrue(cases.size >= 100)
        for (case in cases) {
            val text = case.text("text")
            val where = { writeJson(case) }
            if ("stream" in case) {
                val pieces = ArrayList<String>()
                assertEquals(tiny.stream(text) { pieces.add(it) }.text, case["stream"], where)
                assertEquals(case["stream"], pieces.joinToString(""), where)
                continue
            }
            val options = TranslateOptions(
                beamSize = case.int("beam_size"),
                nBest = case.int("n_best"),
                markup = case["markup"] as String?,
            )
            val found = tiny.translate(text, options)
            assertEquals(case["texts"], found.texts, where)
            assertEquals(text, found.source, where)
            val expected = (case["sentences"] as List<*>).map { it as Map<*, *> }
            assertEquals(expected.size, found.sentences.size, where)
            for ((wanted, sentence) in expected.zip(found.sentences)) {
                assertEquals(wanted - "features", described(sentence, text), where)
                checkFeatures(wanted.part("features"), sentence, where)
                assertTrue(found.text.startsWith(sentence.text, sentence.targetStart), where)
            }
        }
    }

    /** A sentence as a case has it; places count code points. */
    private fun described(sentence: Sentence, text: String): Map<*, *> {
        fun points(text: String, place: Int?) = place?.let { text.codePointCount(0, it).toLong() }
        fun places(spans: List<Span>, text: String) = spans.map { listOf(points(text, it.start), points(text, it.end)) }
        return mapOf(
            "source" to sentence.source,
            "start" to points(text, sentence.start),
            "end" to points(text, sentence.end),
            "text" to sentence.text,
            "spans" to places(sentence.hypotheses[0].spans, sentence.text),
            "source_spans" to places(sentence.sourceSpans, text),
            "carried" to sentence.carried.map { listOf(it.kind, it.text, it.said, it.term) },
            "doubts" to sentence.doubts.map { listOf(it.kind, it.text, points(text, it.start), points(text, it.end)) },
        )
    }

    private fun checkFeatures(wanted: Map<*, *>, sentence: Sentence, where: () -> String) {
        assertEquals(wanted.keys, sentence.features.keys, where)
        for ((name, value) in sentence.features) assertEquals((wanted[name] as Number).toDouble(), value, 2e-3) { "$name: ${where()}" }
        assertEquals(null, sentence.confidence) // the tiny bundle has no weights
    }

    @Test
    fun `many texts and threads change nothing, and nothing is lost where there was no time`() {
        val texts = listOf("Je vois <b>le chat</b>.", "<i>Le voisin</i>\n<b>aime</b>", "un <br> deux", "😀<b>😀</b>")
        val alone = texts.map { tiny.translate(it).text }
        Translator(Bundle.open(TAGGED), threads = 3).use { translator ->
            assertEquals(alone, translator.translateBatch(texts).map { it.text }.toList())
        }
        for (text in texts) {
            val cut = tiny.translate(text, TranslateOptions(maxTime = 0.0)).text
            for (tag in Regex("</?[a-z]+>|\n").findAll(text)) assertTrue(tag.value in cut) { cut }
        }
    }

    @Test
    fun `parts of a text are translated as the whole is`() {
        assertEquals(listOf("un", "", "deux <b>"), tiny.parts("un\n\ndeux <b>"))
        val texts = cases("plain.jsonl").map { it.text("text") } + listOf(
            "Je vois le chat.\n\n<b>Le chat noir\n\n voit</b> le voisin.\n \nLe chat noir voit le voisin\net le chien",
            "<!-- un\n\n<b>chat</b> -->\n\nle <b>chat</b>\n\n<title>un\n\nchat</title>",
        )
        for (text in texts) {
            val parts = tiny.parts(text)
            assertEquals(text, parts.joinToString("\n"))
            assertEquals(tiny.translate(text).text, parts.joinToString("\n") { tiny.translate(it).text }, text)
        }
        assertEquals(3, tiny.parts(texts[texts.size - 2]).size)
    }

    @Test
    fun `what markup does not go with is said`() {
        val error = assertThrows<OptionError> { TranslateOptions(markup = "xml") }
        assertEquals("markup must be null or 'html', not 'xml'", error.message)
        val stream = assertThrows<OptionError> { tiny.stream("un", TranslateOptions(markup = "html")) { } }
        assertEquals("a stream has no markup: tags wait for the end", stream.message)
    }

    @Test
    fun `hostile tags end, and are taken for something`() {
        val texts = listOf(
            "<b translate a==\"x y=\">x</b>",
            "<b translate='no>x</b>",
            "<b>&#${"1".repeat(5_000)};&#x${"f".repeat(5_000)};</b>",
            "<".repeat(20_000) + "b>",
            "<a b=\"".repeat(3_000),
            "</b>".repeat(2_000) + "<b>".repeat(2_000),
            "\ud83d<b>\ude00</b>",
            "<b>a</b>\nb chat\n<i>c</i>",
        )
        for (text in texts) {
            for (isPlain in listOf(true, false)) assertTrue(Fragment(text, isPlain).lines.isNotEmpty())
        }
        assertEquals("�", Fragment("&#${"1".repeat(5_000)};").text)
        val kept = tiny.translate(texts.last(), TranslateOptions(keep = listOf("a\nb", "chat")))
        assertEquals(2, kept.text.count { it == '\n' })
        assertTrue("chat" in kept.text && "<b>" in kept.text && "</i>" in kept.text)
    }
}
