/* Which of several hypotheses is handed out. */
package io.github.allez

import java.io.File
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

class ChoiceTest {
    private fun number(value: Any?) = (value as Number).toDouble()

    @Test
    fun `the hypotheses that the specification chooses`() {
        val cases = jsonLines(File(VECTORS, "choice.jsonl"))
        assertTrue(cases.size >= 40)
        for (case in cases) {
            val hypotheses = (case["hypotheses"] as List<*>).map { it as Map<*, *> }
            val found = hypotheses.map { each ->
                val attention = (each["attention"] as List<*>).map { row ->
                    (row as List<*>).map { number(it).toFloat() }.toFloatArray()
                }
                Found(List(attention.size) { 0 }, number(each["score"]), attention, each["finished"] as Boolean)
            }
            val where = { writeJson(case) }
            (case["coverage"] as List<*>).zip(found) { expected, each ->
                assertEquals(number(expected), coverage(each.attention, each.attention[0].size), 1e-6, where)
            }
            assertEquals(case.int("chosen"), chosen(found) { hypotheses[it].int("doubts") }, where)
        }
    }
}
