/* French punctuation: what the specification says of texts, and of a bundle that asks for it. */
package io.github.allez

import java.io.File
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir

class TypographyTest {
    private val cases = jsonLines(File(VECTORS, "typography.jsonl"))

    private fun spans(value: Any?): List<Pair<Int, Int>> =
        (value as List<*>).map { (it as List<*>).let { (a, b) -> (a as Long).toInt() to (b as Long).toInt() } }

    @Test
    fun `spaces and quotes stand as the specification says`() {
        val written = cases.filter { "written" in it }
        assertTrue(written.size > 150)
        for (case in written) {
            val text = case["text"] as String
            val offsets = CodePoints(text).offsets()
            val typed = typeset(text, spans(case["kept"]).map { (a, b) -> offsets[a] to offsets[b] })
            assertEquals(case["written"], typed.text) { writeJson(case) }
            val places = List(offsets.size - 1) { at ->
                val (start, end) = typed.moved(offsets[at], offsets[at + 1])
                listOf(start, end).map { typed.text.codePointCount(0, it).toLong() }
            }
            assertEquals(case["places"], places) { writeJson(case) }
            assertEquals(case["stable"], stable(text)) { writeJson(case) }
        }
    }

    @Test
    fun `a bundle that asks for them writes them, in streams too`(@TempDir folder: File) {
        val told = cases.filter { "stream" in it }
        assertTrue(told.size >= 12)
        File(ROOT, "spec/bundles/tiny_entities").copyRecursively(folder, overwrite = true)
        val manifest = File(folder, "manifest.json")
        manifest.writeText(manifest.readText().replaceFirst("\"bos\":", "\"typography\": \"fr\", \"bos\":"))
        Translator(Bundle.open(folder)).use { translator ->
            for (case in told) {
                val text = case["text"] as String
                val prefix = case["prefix"] as String
                val found = translator.translate(text, TranslateOptions(beamSize = case.int("beam_size"), prefix = prefix))
                assertEquals(case["translation"], found.text)
                val places = found.sentences[0].tokens.map { token ->
                    listOf(token.start, token.end).map { found.text.codePointCount(0, it).toLong() }
                }
                assertEquals(case["spans"], places)
                val said = StringBuilder()
                translator.stream(text, TranslateOptions(prefix = prefix)) { said.append(it) }
                assertEquals(case["stream"], said.toString())
            }
        }
    }
}
