package io.github.allez

import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertThrows
import org.junit.jupiter.params.ParameterizedTest
import org.junit.jupiter.params.provider.ValueSource

class JsonTest {
    @Test
    fun `reads every kind of value`() {
        val text = """ {"a": [1, -2.5, 1e3, true, false, null, {}, []], "b\u00e9\n\"": "\ud83d\ude00\/"} """
        val expected = mapOf(
            "a" to listOf(1L, -2.5, 1000.0, true, false, null, emptyMap<String, Any>(), emptyList<Any>()),
            "bé\n\"" to "😀/",
        )
        assertEquals(expected, parseJson(text))
    }

    @ParameterizedTest
    @ValueSource(
        strings = [
            "", " ", "{", "[1,]", "{\"a\":1,}", "{a:1}", "tru", "truely", "nul", "01", "1.", ".5", "-", "1e", "+1",
            "NaN", "[1 2]", "\"", "\"\\x\"", "\"\\u12g4\"", "\"\\u１234\"", "\"a\nb\"", "1 2", "'a'",
            "{\"a\":1 \"b\":2}", "{\"a\":1,\"a\":2}",
        ],
    )
    fun `refuses what is none`(text: String) {
        assertThrows<JsonException> { parseJson(text) }
    }

    @Test
    fun `refuses what is nested too deep`() {
        assertThrows<JsonException> { parseJson("[".repeat(100_000)) }
    }

    @Test
    fun `writes what it reads`() {
        val value = mapOf("a\"\\\u0001😀\ud800" to listOf(1L, 2.5, null, true, "é", mapOf("b" to emptyList<Any>())))
        assertEquals(value, parseJson(writeJson(value)))
    }
}
