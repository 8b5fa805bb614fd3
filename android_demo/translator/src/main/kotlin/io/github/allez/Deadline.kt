/* When the work for one call must stop. Knows nothing of the work. */
package io.github.allez

private const val NANOS_PER_SECOND = 1e9

/**
 * Tells the work for one call when to stop; begins to count when it is made.
 *
 * @param cancel what the caller sets, from any thread, to give up.
 * @param maxTime seconds from now; null: as long as it takes.
 * @param isClosed whether whoever does the work has been closed.
 * @param now nanoseconds of a clock that is never set back.
 */
internal class Deadline(
    private val cancel: Cancel?,
    maxTime: Double?,
    private val isClosed: () -> Boolean,
    private val now: () -> Long = System::nanoTime,
) {
    private val start = now()
    private val most = if (maxTime == null) Long.MAX_VALUE else (maxTime * NANOS_PER_SECOND).toLong()

    @Volatile
    private var isReleased = false

    /** Nobody waits for the answer any more. */
    fun release() {
        isReleased = true
    }

    /**
     * Whether the time is up.
     *
     * @throws CancelledError the caller has given up.
     * @throws SessionError the translator is closed.
     */
    fun isOver(): Boolean {
        if (isClosed()) throw closedError()
        if (isReleased || cancel?.isSet() == true) throw CancelledError()
        return now() - start >= most
    }
}

internal fun closedError(): SessionError = SessionError("the translator is closed")
