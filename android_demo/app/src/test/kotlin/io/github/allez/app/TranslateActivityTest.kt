package io.github.allez.app

import kotlin.test.Test
import kotlin.test.assertEquals

/** From text to translation. */
class TranslateActivityTest : AppTest() {
    @Test
    fun `what is typed is translated`() {
        val screen = start()
        screen.type("Tom aime Marie, mais Marie aime John.")
        assertEquals(translated("Tom aime Marie, mais Marie aime John."), screen.awaitDone())
    }

    @Test
    fun `a tapped word lights up the words it came from`() {
        val screen = start()
        screen.type("Tom aime Marie.")
        screen.awaitDone()
        screen.target.tap("Mary")
        assertEquals(listOf("Mary"), screen.target.litWords())
        assertEquals(listOf("Marie"), screen.source.litWords())
        screen.source.tap("Tom")
        assertEquals(listOf("Tom"), screen.target.litWords())
        assertEquals(listOf("Tom"), screen.source.litWords())
    }
}
