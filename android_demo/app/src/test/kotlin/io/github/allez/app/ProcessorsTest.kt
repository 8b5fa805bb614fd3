package io.github.allez.app

import java.io.File
import kotlin.test.Test
import kotlin.test.assertEquals
import org.junit.Rule
import org.junit.rules.TemporaryFolder

class ProcessorsTest {
    @get:Rule
    val place = TemporaryFolder()

    private fun threads(vararg speeds: String?): Int {
        place.root.listFiles()?.forEach { it.deleteRecursively() }
        speeds.forEachIndexed { core, speed ->
            val folder = File(place.root, "cpu$core/cpufreq").apply { mkdirs() }
            if (speed != null) File(folder, "cpuinfo_max_freq").writeText("$speed\n")
        }
        return translationThreads(place.root, speeds.size)
    }

    @Test
    fun `big cores count, small ones do not`() {
        assertEquals(4, threads("1800000", "1800000", "1800000", "1800000", "2400000", "2400000", "2400000", "2840000"))
        assertEquals(2, threads("1700000", "1700000", "1700000", "1700000", "1700000", "1700000", "2200000", "2200000"))
    }

    @Test
    fun `cores of one kind all count, up to four`() {
        assertEquals(1, threads("1500000"))
        assertEquals(4, threads("1500000", "1500000", "1500000", "1500000"))
        assertEquals(4, threads(*Array(8) { "1500000" }))
    }

    @Test
    fun `half of the cores where the kernel does not tell`() {
        assertEquals(4, threads(*arrayOfNulls(8)))
        assertEquals(3, threads(*arrayOfNulls(6)))
        assertEquals(1, threads(null))
        assertEquals(2, threads("1500000", "nonsense", "1500000", "1500000"))
        assertEquals(4, translationThreads(File("/nowhere"), 64))
    }
}
