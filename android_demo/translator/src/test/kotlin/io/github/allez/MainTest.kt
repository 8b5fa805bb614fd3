package io.github.allez

import java.io.File
import java.util.concurrent.TimeUnit
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.params.ParameterizedTest
import org.junit.jupiter.params.provider.CsvSource

/** The command line, in a process of its own. */
class MainTest {
    private class Outcome(val code: Int, val out: String, val errors: String)

    private fun run(vararg arguments: String, input: ByteArray = ByteArray(0)): Outcome {
        val java = File(System.getProperty("java.home"), "bin/java").path
        val temporary = System.getProperty("java.io.tmpdir")
        val main = listOf(
            java, "-Djava.io.tmpdir=$temporary", "-cp", System.getProperty("java.class.path"), "io.github.allez.MainKt",
        )
        val errors = File.createTempFile("main", ".errors", File(temporary))
        val process = ProcessBuilder(main + arguments).redirectError(errors).start()
        process.outputStream.use { it.write(input) }
        val out = process.inputStream.readBytes().decodeToString()
        assertTrue(process.waitFor(300, TimeUnit.SECONDS))
        return Outcome(process.exitValue(), out, errors.readText().also { errors.delete() })
    }

    @Test
    fun `translates line by line`() {
        val input = "Je vois le chat noir.\r\n\n12\nLes enfants cherchent dix fleurs bleues.".toByteArray()
        val expected = "I see the black cat.\r\n\n12\nThe children want ten blue flowers.\n"
        for (threads in listOf("1", "2")) {
            val outcome = run("--model", TINY.path, "--beam-size", "1", "--threads", threads, input = input)
            assertEquals(Triple(0, expected, ""), Triple(outcome.code, outcome.out, outcome.errors))
        }
    }

    @Test
    fun `tells ids and scores in JSON`() {
        val golden = Bundle.open(TINY).golden().first()
        val outcome = run("--model", TINY.path, "--beam-size", "1", "--json", input = golden.text.toByteArray())
        val answer = parseJson(outcome.out) as Map<*, *>
        val sentence = (answer["sentences"] as List<*>).single() as Map<*, *>
        assertEquals(golden.translation, answer["text"])
        assertEquals(golden.sourceIds, sentence.ints("source_ids"))
        assertEquals(golden.targetIds, sentence.ints("target_ids"))
        assertEquals(true, sentence["finished"])
    }

    @Test
    fun `texts of several lines end with a NUL, and may be HTML`() {
        val input = "Je vois <b>le chat noir</b>.\u0000Le chat noir voit le chat\ndans le jardin\u0000".toByteArray()
        val outcome = run("--model", TINY.path, "--markup", "html", "--null", "--json", input = input)
        val answers = outcome.out.lines().dropLast(1).map { parseJson(it) as Map<*, *> }
        assertEquals(listOf(2, 0), answers.map { answer -> (answer["text"] as String).count { it == '<' } }, outcome.errors)
        assertEquals(listOf(1, 1), answers.map { answer -> (answer["sentences"] as List<*>).size })
        val sentence = (answers[0]["sentences"] as List<*>).single() as Map<*, *>
        assertEquals(null, sentence["confidence"])
        assertEquals(emptyList<Any>(), sentence["carried"])
        assertEquals(2, run("--model", TINY.path, "--markup", "xml").code)
    }

    @Test
    fun `does other tasks, each text by itself`() {
        val bundles = File(ROOT, "spec/bundles")
        val text = "Je vois le chat noir.\u0000".toByteArray()
        val summary = run("--model", "$bundles/tiny_summary", "--null", "--json", input = text)
        val answer = (parseJson(summary.out) as Map<*, *>).list("sentences").single() as Map<*, *>
        assertEquals("I see the black cat.", answer["text"]) { summary.errors }
        assertEquals(2, answer.ints("source_ids").last())
        val reply = run("--model", "$bundles/tiny_reply", "--null", input = "Oui.\nJe vois le chat noir.\u0000".toByteArray())
        assertTrue(reply.code == 0 && reply.out.endsWith("\u0000")) { reply.errors }
        val picture = jsonLines(File(VECTORS, "captions.jsonl")).last { it.int("beam_size") == 4 }
        val caption = run("--model", "$bundles/tiny_caption", input = writeJson(picture["picture"]).toByteArray())
        assertEquals(picture.names("texts")[0] + "\n", caption.out) { caption.errors }
        val wrong = run("--model", "$bundles/tiny_caption", input = "[]".toByteArray())
        assertEquals(1 to "error: a picture is JSON with height, width and rgb\n", wrong.code to wrong.errors)
        assertEquals(0, run("--model", "$bundles/tiny_caption", "--selftest").code)
    }

    @Test
    fun `tests itself`() {
        val outcome = run("--model", TINY.path, "--selftest")
        assertEquals(0, outcome.code)
        assertTrue(outcome.out.startsWith("20 of 20 passed")) { outcome.out }
    }

    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        value = [
            "--beam-size 1 | 2 | --model is missing",
            "--model | 2 | --model needs a value",
            "--model x --beam-size four | 2 | must be a whole number",
            "--model x --beam-size 0 | 2 | beamSize must be 1 to 100",
            "--modell x | 2 | unknown argument '--modell'",
            "--model nowhere | 1 | is not a bundle",
        ],
    )
    fun `wrong uses are told in one line`(arguments: String, code: Int, named: String) {
        val outcome = run(*arguments.split(" ").toTypedArray())
        assertEquals(code to "", outcome.code to outcome.out)
        assertTrue(outcome.errors.startsWith("error: ") && named in outcome.errors) { outcome.errors }
        assertTrue(outcome.errors.lines().size <= 3) { outcome.errors }
    }

    @Test
    fun `input that is not UTF-8 is named`() {
        val outcome = run("--model", TINY.path, input = byteArrayOf('1'.code.toByte(), 10, -1))
        assertEquals(1 to "1\n", outcome.code to outcome.out)
        assertTrue("line 2 is not UTF-8" in outcome.errors) { outcome.errors }
    }
}
