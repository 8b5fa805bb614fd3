/* The one translator of the process, loaded when needed and given up when memory is short. No Android here. */
package io.github.allez.app

import io.github.allez.AllezException
import io.github.allez.CancelledError
import io.github.allez.SelfTestReport
import io.github.allez.Translator
import java.util.concurrent.ExecutorService
import java.util.concurrent.Executors
import java.util.concurrent.atomic.AtomicBoolean

/**
 * What is known of a loaded model.
 *
 * @property bytes size of its files.
 * @property source language that it reads, BCP 47.
 * @property target language that it writes, BCP 47.
 */
data class ModelInfo(
    val name: String,
    val version: String,
    val bytes: Long,
    val source: String,
    val target: String,
    val onnxRuntime: String,
    val threads: Int,
)

/** A loaded model, lent to a piece of work. */
class Model internal constructor(private val translator: Translator, private val pool: ExecutorService, threads: Int) {
    val info: ModelInfo = ModelInfo(
        name = translator.name,
        version = translator.version,
        bytes = translator.bundle.size,
        source = translator.sourceLanguage,
        target = translator.targetLanguage,
        onnxRuntime = translator.onnxRuntime,
        threads = threads,
    )

    /** See [LineTranslator.translate]. */
    fun translate(text: String, cancel: AtomicBoolean, progress: Progress, onProgress: () -> Unit): Document =
        LineTranslator(translator, pool).translate(text, cancel, progress, onProgress)

    /** See [Translator.selfTest]. */
    fun selfTest(cancel: AtomicBoolean): SelfTestReport = translator.selfTest(cancel::get)

    internal fun close() = translator.close()
}

/**
 * Owns the model. Everything that touches it happens on one thread of its own, in the order it was
 * asked for; so it is never given up while in use, and never loaded twice.
 *
 * @param threads lines of a text that are translated at the same time.
 * @param load makes the translator; may throw [AllezException] or [StorageException].
 */
class Engine(private val threads: Int, private val load: () -> Translator) {
    private val worker = Executors.newSingleThreadExecutor { daemon("engine", it) }
    private val pool = Executors.newFixedThreadPool(threads) { daemon("line", it) }
    private var model: Model? = null // the worker's alone

    @Volatile
    private var isOpen = false

    /** Whether the model is in memory. */
    val isLoaded: Boolean get() = isOpen

    /**
     * Does [work] on the engine's thread; [failed] is called there instead when it cannot be done,
     * neither of them when it was cancelled.
     */
    fun execute(failed: (Failure) -> Unit, work: (Model) -> Unit) = worker.execute {
        try {
            work(model ?: open())
        } catch (_: CancelledError) { // whoever cancelled it waits for nothing
        } catch (error: AllezException) {
            failed(Failure.of(error))
        } catch (error: StorageException) {
            failed(Failure.of(error))
        } catch (error: OutOfMemoryError) {
            close()
            failed(Failure.of(error))
        }
    }

    /** Gives the model's memory back, after the work that was asked for before; the next loads it again. */
    fun release() = worker.execute { close() }

    private fun open() = Model(load(), pool, threads).also {
        model = it
        isOpen = true
    }

    private fun close() {
        model?.close()
        model = null
        isOpen = false
    }

    private fun daemon(name: String, work: Runnable) = Thread(work, "allez-$name").apply { isDaemon = true }
}
