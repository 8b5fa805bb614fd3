/* When the work for one call must stop. Knows nothing of the work. */
package io.github.allez

private const val NANOS_PER_SECOND = 1e9

/** What errors call who works, and what is made. */
internal class Called(val worker: String, val work: String)

internal val TRANSLATOR = Called("translator", "translation")

/**
 * Tells the work for one call when to stop; begins to count when it is made.
 *
 * @param cancel what the caller sets, from any thread, to give up.
 * @param maxTime seconds from now; null: as long as it takes.
 * @param isClosed whether whoever does the work has been closed.
 * @param called what errors call that, and the work.
 * @param now nanoseconds of a clock that is never set back.
 */
internal class Deadline(
    private val cancel: Cancel?,
    maxTime: Double?,
    private val isClosed: () -> Boolean,
    private val called: Called = TRANSLATOR,
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
     * @throws SessionError whoever does the work is closed.
     */
    fun isOver(): Boolean {
        if (isClosed()) throw closedError(called)
        if (isReleased || cancel?.isSet() == true) throw CancelledError("the ${called.work} was cancelled")
        return now() - start >= most
    }
}

internal fun closedError(called: Called): SessionError = SessionError("the ${called.worker} is closed")
