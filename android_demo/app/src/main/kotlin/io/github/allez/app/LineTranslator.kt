/* Texts of many parts, translated on several threads and shown as they grow. No Android here. */
package io.github.allez.app

import io.github.allez.CancelledError
import io.github.allez.TranslateOptions
import io.github.allez.Translation
import io.github.allez.Translator
import java.util.concurrent.Callable
import java.util.concurrent.ExecutionException
import java.util.concurrent.ExecutorService
import java.util.concurrent.Future
import java.util.concurrent.atomic.AtomicBoolean

/** A translation in the making. Safe to share between threads. */
class Progress {
    private val done = StringBuilder()
    private var lines = emptyList<StringBuilder>()
    private var isFinished = BooleanArray(0)
    private var current = 0

    /** The text as far as it is known without a gap. */
    val text: String
        @Synchronized get() = if (current < lines.size) "$done${lines[current]}" else done.toString()

    @Synchronized
    internal fun begin(count: Int) {
        lines = List(count) { StringBuilder() }
        isFinished = BooleanArray(count)
    }

    @Synchronized
    internal fun add(line: Int, piece: String) {
        lines[line].append(piece)
    }

    @Synchronized
    internal fun finish(line: Int) {
        isFinished[line] = true
        while (current < lines.size && isFinished[current]) {
            done.append(lines[current])
            current++
            if (current < lines.size) done.append('\n')
        }
    }
}

/**
 * Translates a text, several parts at a time: lines, unless some of them belong together. So the answer is
 * that of the whole.
 *
 * @param pool where the lines are translated; the caller's thread only waits.
 */
class LineTranslator(private val translator: Translator, private val pool: ExecutorService) {
    private class Timed(val translation: Translation, val nanos: Long)

    /**
     * Returns when no thread is at work on the text any more.
     *
     * @param onProgress called on any thread whenever [progress] has grown.
     * @throws CancelledError [cancel] was set.
     * @throws io.github.allez.SessionError the engine failed; [cancel] has then stopped the other lines.
     */
    fun translate(text: String, cancel: AtomicBoolean, progress: Progress, onProgress: () -> Unit): Document {
        val sources = translator.parts(text)
        progress.begin(sources.size)
        val futures = sources.mapIndexed { index, line ->
            pool.submit(Callable { translateLine(line, index, cancel, progress, onProgress) })
        }
        return join(text, sources, allOf(futures, cancel))
    }

    private fun translateLine(
        line: String,
        index: Int,
        cancel: AtomicBoolean,
        progress: Progress,
        onProgress: () -> Unit,
    ): Timed {
        if (cancel.get()) throw CancelledError()
        val start = System.nanoTime()
        val translation = translator.stream(line, TranslateOptions(cancel = cancel::get)) { piece ->
            progress.add(index, piece)
            onProgress()
        }
        progress.finish(index)
        onProgress()
        return Timed(translation, System.nanoTime() - start)
    }

    private fun allOf(futures: List<Future<Timed>>, cancel: AtomicBoolean): List<Timed> {
        var failure: Throwable? = null
        val results = futures.mapNotNull { future ->
            try {
                future.get()
            } catch (error: ExecutionException) {
                failure = failure ?: error.cause
                cancel.set(true)
                null
            }
        }
        failure?.let { throw it }
        return results
    }

    private fun join(text: String, sources: List<String>, results: List<Timed>): Document {
        val target = StringBuilder()
        var sourceStart = 0
        val lines = results.mapIndexed { index, result ->
            if (index > 0) target.append('\n')
            val line = Line(sourceStart, target.length, result.translation)
            target.append(result.translation.text)
            sourceStart += sources[index].length + 1
            line
        }
        val languages = translator.sourceLanguage to translator.targetLanguage
        return Document(text, target.toString(), lines, languages, results.sumOf { it.nanos })
    }
}
