package io.github.allez

import java.io.File
import java.util.concurrent.CountDownLatch
import java.util.concurrent.TimeUnit
import java.util.concurrent.atomic.AtomicBoolean
import kotlin.concurrent.thread
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertThrows
import org.junit.jupiter.params.ParameterizedTest
import org.junit.jupiter.params.provider.ValueSource

/** Of an open translator, when nothing is being translated. */
private const val SESSIONS = 2

private const val SENTENCE = "Je vois le chat noir."
private const val MAX_GROWTH_KB = 48_000L

/** What a translator holds on to, and lets go of, whatever happens to a call. */
class ResourcesTest {
    /** Memory of this process in kB, where the system tells. */
    private fun residentMemory(): Long? {
        System.gc()
        val status = File("/proc/self/status")
        if (!status.exists()) return null
        return status.readLines().first { it.startsWith("VmRSS:") }.filter { it.isDigit() }.toLong()
    }

    @Test
    fun `ten thousand translations leave nothing behind`() {
        Translator(Bundle.open(TINY)).use { translator ->
            fun translate(times: Int) = repeat(times) {
                translator.translate(SENTENCE, TranslateOptions(beamSize = 1 + it % 3))
                assertEquals(SESSIONS, translator.openHandles)
            }
            translate(3_000)
            val before = residentMemory()
            translate(7_000)
            val after = residentMemory()
            if (before != null && after != null) {
                assertTrue(after - before < MAX_GROWTH_KB) { "memory grew from $before to $after kB" }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = [1, 3])
    fun `cancelling stops within one step`(threads: Int) {
        Translator(Bundle.open(TINY), threads).use { translator ->
            val set = TranslateOptions(cancel = { true })
            assertThrows<CancelledError> { translator.translate(SENTENCE, set) }
            assertThrows<CancelledError> { translator.translateBatch(listOf(SENTENCE), set) }
            assertThrows<CancelledError> { translator.stream(SENTENCE, set) { } }
            assertThrows<CancelledError> { translator.score(SENTENCE, SENTENCE, set) }
            assertThrows<CancelledError> { translator.selfTest { true } }

            var pieces = 0
            assertThrows<CancelledError> {
                translator.stream("$SENTENCE ".repeat(50), TranslateOptions(cancel = { pieces == 3 })) { pieces++ }
            }
            assertEquals(3, pieces)

            val later = AtomicBoolean()
            val started = CountDownLatch(1)
            val canceller = thread {
                started.await()
                Thread.sleep(50)
                later.set(true)
            }
            assertThrows<CancelledError> {
                started.countDown()
                translator.translateBatch(List(20_000) { SENTENCE }, TranslateOptions(cancel = later::get)).count()
            }
            canceller.join()
            assertEquals(SESSIONS, translator.openHandles)
            assertTrue(translator.translate(SENTENCE).text.isNotEmpty())
        }
    }

    @Test
    fun `a failing listener leaves nothing behind`() {
        Translator(Bundle.open(TINY)).use { translator ->
            val error = assertThrows<IllegalStateException> {
                translator.stream(SENTENCE) { error("no room on the screen") }
            }
            assertEquals("no room on the screen", error.message)
            assertEquals(SESSIONS, translator.openHandles)
        }
    }

    @ParameterizedTest
    @ValueSource(ints = [1, 3])
    fun `closing while it works is safe`(threads: Int) {
        val translator = Translator(Bundle.open(TINY), threads)
        val started = CountDownLatch(1)
        val closer = thread {
            started.await()
            Thread.sleep(50)
            translator.close()
        }
        val error = assertThrows<SessionError> {
            started.countDown()
            translator.translateBatch(List(20_000) { SENTENCE }).count()
        }
        assertTrue("closed" in error.message) { error.message }
        closer.join(TimeUnit.SECONDS.toMillis(300))
        assertEquals(0, translator.openHandles)
    }

    @Test
    fun `a listener may close the translator`() {
        val translator = Translator(Bundle.open(TINY))
        assertThrows<SessionError> { translator.stream(SENTENCE) { translator.close() } }
        assertEquals(0, translator.openHandles)
    }

    @Test
    fun `an interrupt waits for the answer and is kept`() {
        Translator(Bundle.open(TINY), threads = 2).use { translator ->
            Thread.currentThread().interrupt()
            val answers = translator.translateBatch(listOf(SENTENCE, SENTENCE)).toList()
            assertTrue(Thread.interrupted())
            assertEquals(2, answers.size)
        }
    }
}
