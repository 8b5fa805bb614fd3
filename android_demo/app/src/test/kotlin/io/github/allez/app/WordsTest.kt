package io.github.allez.app

import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertTrue

class WordsTest {
    private fun cut(text: String, language: String) = words(text, language).map { text.substring(it.start, it.end) }

    @Test
    fun `words are letters and digits`() {
        assertEquals(listOf("Le", "chat", "a", "9", "vies"), cut(" Le chat a 9 vies. ", "fr"))
        assertEquals(emptyList(), cut(" … — !", "fr"))
        assertEquals(emptyList(), cut("", "fr"))
    }

    @Test
    fun `French elides, English contracts`() {
        assertEquals(listOf("l'", "ami", "d’", "hier"), cut("l'ami d’hier", "fr"))
        assertEquals(listOf("jusqu'", "ici", "aujourd'hui"), cut("jusqu'ici aujourd'hui", "fr"))
        assertEquals(listOf("I'm", "sure", "he", "doesn't"), cut("I'm sure 'he' doesn't", "en"))
    }

    @Test
    fun `a hyphen joins, a dash does not`() {
        assertEquals(listOf("Es-tu", "là"), cut("Es-tu là -", "fr"))
        assertEquals(listOf("a", "b"), cut("a - b", "en"))
    }

    @Test
    fun `marks and characters of two units belong to their words`() {
        assertEquals(listOf("e\u0301te\u0301", "𝒳𝒴"), cut("e\u0301te\u0301 𝒳𝒴", "fr"))
        assertEquals(emptyList(), cut("\uD800", "fr"))
    }

    @Test
    fun `words follow each other`() {
        val text = "L'été, c'est-à-dire qu'on n'a rien à faire aujourd'hui !"
        val found = words(text, "fr")
        assertTrue(found.zipWithNext().all { (one, next) -> one.end <= next.start })
        assertTrue(found.all { it.start < it.end && it.end <= text.length })
    }
}
