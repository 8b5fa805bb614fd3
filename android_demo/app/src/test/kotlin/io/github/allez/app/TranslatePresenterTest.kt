package io.github.allez.app

import io.github.allez.Bundle
import io.github.allez.SessionError
import io.github.allez.Translator
import java.util.concurrent.LinkedBlockingQueue
import java.util.concurrent.TimeUnit
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertIs
import kotlin.test.assertNotNull
import kotlin.test.assertNull
import kotlin.test.assertTrue
import org.junit.After

/** The state of the screen without a screen: a real engine, and a loop turned by hand. */
class TranslatePresenterTest {
    private class HandLoop : Loop {
        val posted = LinkedBlockingQueue<Pair<Long, () -> Unit>>()

        override fun post(delayMillis: Long, work: () -> Unit) {
            posted.add(delayMillis to work)
        }

        /** Does what is posted, in order, until [condition] holds. */
        fun runUntil(condition: () -> Boolean) {
            while (!condition()) assertNotNull(posted.poll(300, TimeUnit.SECONDS), "nothing happens any more").second()
        }
    }

    private val loop = HandLoop()
    private var isBroken = false
    private val engine = Engine(2) {
        if (isBroken) throw SessionError("broken")
        Translator(Bundle.open(SHIPPED))
    }
    private val presenter = TranslatePresenter(engine, loop)

    @After
    fun release() = engine.release()

    private fun target(text: String) = Translator(Bundle.open(SHIPPED)).use { it.stream(text) {}.text }

    @Test
    fun `a person who types is not disturbed before a pause`() {
        presenter.edit("Tom")
        presenter.edit("Tom dort.")
        assertEquals(listOf(PAUSE_MILLIS, PAUSE_MILLIS), loop.posted.map { it.first })
        assertEquals(Outcome.Working(""), presenter.state.outcome)
        loop.runUntil { presenter.state.complete != null }
        assertEquals("Tom dort.", presenter.state.complete?.source)
        assertEquals(target("Tom dort."), presenter.state.target)
    }

    @Test
    fun `only the last text counts, however late the others are`() {
        presenter.open("Tom aime Marie.\n".repeat(100))
        loop.runUntil { presenter.state.target.isNotEmpty() }
        presenter.edit("Tom dort.")
        val seen = ArrayList<UiState>()
        presenter.view = seen::add
        loop.runUntil { presenter.state.complete != null }
        assertTrue(seen.all { it.source == "Tom dort." })
        assertEquals(target("Tom dort."), presenter.state.target)
    }

    @Test
    fun `the old translation stays until there is something of the new one`() {
        presenter.open("Tom dort.")
        loop.runUntil { presenter.state.complete != null }
        val old = presenter.state.target
        presenter.edit("Tom aime Marie.")
        assertEquals(Outcome.Working(old), presenter.state.outcome)
        assertNull(presenter.state.complete)
    }

    @Test
    fun `clearing stops what is under way`() {
        presenter.open("Tom aime Marie.\n".repeat(100))
        loop.runUntil { presenter.state.target.isNotEmpty() }
        presenter.clear()
        assertEquals(Outcome.Nothing, presenter.state.outcome)
        engine.execute(failed = {}) { loop.post(0) { isBroken = true } } // comes after all that was under way
        loop.runUntil { isBroken }
        assertEquals(Outcome.Nothing, presenter.state.outcome)
    }

    @Test
    fun `what failed can be tried again`() {
        isBroken = true
        presenter.open("Tom dort.")
        loop.runUntil { presenter.state.outcome is Outcome.Failed }
        val failure = assertIs<Outcome.Failed>(presenter.state.outcome).failure
        assertEquals(Failure(Failure.Kind.ENGINE_FAILED, "broken"), failure)
        isBroken = false
        presenter.retry()
        loop.runUntil { presenter.state.complete != null }
    }

    @Test
    fun `a text is cut between characters, and only as long as it is too long`() {
        presenter.open("a".repeat(MAX_CHARACTERS - 1) + "😀")
        assertEquals(MAX_CHARACTERS - 1, presenter.state.source.length)
        assertTrue(presenter.state.isCut)
        presenter.edit("a")
        assertEquals(false, presenter.state.isCut)
    }

    @Test
    fun `pointing before there is a translation does nothing`() {
        presenter.point(Cursor(Side.SOURCE, 0))
        assertNull(presenter.state.alignment)
    }
}
