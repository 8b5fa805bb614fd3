/* How far translations are trusted. */
package io.github.allez

import java.io.File
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

class ConfidenceTest {
    private fun number(value: Any?) = (value as Number).toDouble()

    @Test
    fun `confidence is that of the specification`() {
        val cases = jsonLines(File(VECTORS, "confidence.jsonl"))
        assertTrue(cases.size >= 20)
        for (case in cases) {
            val where = { writeJson(case) }
            val found = case.list("hypotheses").map { it as Map<*, *> }.map { each ->
                val attention = each.list("attention").map { row ->
                    (row as List<*>).map { number(it).toFloat() }.toFloatArray()
                }
                val score = each["score"]?.let(::number) ?: Double.NEGATIVE_INFINITY // not read
                Found(each.ints("tokens"), score, attention, each["finished"] as Boolean)
            }
            val told = Evidence(
                case.text("source"),
                case.int("positions"),
                case.text("target"),
                found,
                case.int("chosen"),
                SearchOptions(4, 1, null, 1, number(case["length_penalty"]), 0),
            )
            val known = features(told, case.int("doubts"))
            assertEquals(case.part("features").keys, known.keys, where)
            for ((name, value) in known) assertEquals(number(case.part("features")[name]), value, 1e-5, where)
            val listed = case.part("weights").list("features").map { it as Map<*, *> }
            val weights = Confidence(
                number(case.part("weights")["intercept"]),
                listed.associate { it.text("name") to number(it["weight"]) },
            )
            val confidence = confidence(weights, known)
            if (case["confidence"] == null) {
                assertNull(confidence, where)
            } else {
                assertEquals(number(case["confidence"]), confidence!!, 1e-5, where)
            }
        }
    }

    @Test
    fun `what is not known is not rated, and what was not read is not trusted`() {
        val weights = Confidence(1.0, mapOf("length" to 1.0))
        assertNull(confidence(null, mapOf("length" to 1.0)))
        assertNull(confidence(weights, mapOf("ratio" to 1.0)))
        assertEquals(0.0, confidence(weights, emptyMap()))
        assertEquals(0.0, confidence(weights, mapOf("length" to -1e9)))
    }

    @Test
    fun `the shipped bundle rates its translations`() {
        Translator(Bundle.open(SHIPPED)).use { translator ->
            val good = translator.translate("Merci beaucoup.").sentences.single()
            assertTrue(good.confidence!! in 0.5..1.0) { "${good.confidence}" }
            assertEquals(0.0, translator.translate("Merci.", TranslateOptions(maxTime = 0.0)).sentences.single().confidence)
        }
    }
}
