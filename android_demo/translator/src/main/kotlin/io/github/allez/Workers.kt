/* Threads that work on the sentences of a call at the same time. Knows nothing of translation. */
package io.github.allez

import java.util.concurrent.Callable
import java.util.concurrent.ExecutionException
import java.util.concurrent.ExecutorService
import java.util.concurrent.Executors
import java.util.concurrent.Future

/**
 * Threads that all calls share; they begin when they are first needed.
 *
 * @property threads jobs worked on at the same time; with one, a call works on the thread that makes it.
 * @property called what errors call who works.
 */
internal class Workers(private val threads: Int, private val called: Called = TRANSLATOR) {
    private var pool: ExecutorService? = null
    private var isClosed = false

    /** Runs jobs, in order; when it returns or throws, none is running any more. */
    fun <T> run(jobs: List<() -> T>, deadline: Deadline): List<T> {
        if (threads == 1 || jobs.size < 2) return jobs.map { it() }
        val futures = submit(jobs)
        var failure: Throwable? = null
        val results = ArrayList<T>(jobs.size)
        for (future in futures) {
            try {
                results.add(future.await())
            } catch (error: Throwable) { // whatever it is, the others must end first
                failure = failure ?: error
                deadline.release()
            }
        }
        failure?.let { throw it }
        return results
    }

    /** Takes no more jobs; those that run are for their deadline to end. */
    @Synchronized
    fun close() {
        isClosed = true
        pool?.shutdown()
    }

    @Synchronized
    private fun <T> submit(jobs: List<() -> T>): List<Future<T>> {
        if (isClosed) throw closedError(called)
        val pool = pool ?: Executors.newFixedThreadPool(threads, ::thread).also { pool = it }
        return jobs.map { job -> pool.submit(Callable { job() }) }
    }

    private fun thread(work: Runnable) = Thread(work, "allez").apply { isDaemon = true }

    /** Waits for a job; what it threw is thrown here. An interrupt is kept for the caller to see. */
    private fun <T> Future<T>.await(): T {
        var interrupted = false
        try {
            while (true) {
                try {
                    return get()
                } catch (_: InterruptedException) {
                    interrupted = true
                } catch (error: ExecutionException) {
                    throw error.cause ?: error
                }
            }
        } finally {
            if (interrupted) Thread.currentThread().interrupt()
        }
    }
}
