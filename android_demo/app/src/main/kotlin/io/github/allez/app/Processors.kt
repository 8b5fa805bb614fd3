/* How many threads a phone can feed: its big cores, not its small ones. No Android here. */
package io.github.allez.app

import java.io.File
import java.io.IOException

private const val MAX_THREADS = 4

/**
 * Threads for translating, 1 to 4: the cores that are faster than the slowest kind, or all where
 * there is one kind; half of all [cores] where the kernel does not tell.
 *
 * @param folder where the kernel describes its processors.
 */
fun translationThreads(
    folder: File = File("/sys/devices/system/cpu"),
    cores: Int = Runtime.getRuntime().availableProcessors(),
): Int {
    val speeds = (0 until cores).map { maximumSpeed(File(folder, "cpu$it/cpufreq/cpuinfo_max_freq")) }
    val known = speeds.filterNotNull()
    val count = when {
        known.size < cores -> cores / 2
        known.distinct().size == 1 -> cores
        else -> known.count { it > known.min() }
    }
    return count.coerceIn(1, MAX_THREADS)
}

/** In kHz; null where the file is missing, forbidden or no number. */
private fun maximumSpeed(file: File): Long? = try {
    file.readText().trim().toLongOrNull()
} catch (_: IOException) {
    null
}
