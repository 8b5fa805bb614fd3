/* What the screen shows and what happens when it is touched. Knows no views, and nothing of Android. */
package io.github.allez.app

import java.util.concurrent.atomic.AtomicBoolean

/** A text longer than this is cut: some ten pages, which a phone can still keep and show. */
const val MAX_CHARACTERS = 20_000

/** How long a person must have stopped typing, in milliseconds. */
internal const val PAUSE_MILLIS = 300L

/** How often a growing translation is drawn, in milliseconds. */
internal const val FRAME_MILLIS = 50L

/** Runs work later on the thread that draws. */
fun interface Loop {
    fun post(delayMillis: Long, work: () -> Unit)
}

/** How far the translation has come. */
sealed interface Outcome {
    /** There is nothing to translate. */
    data object Nothing : Outcome

    /** It is on its way; [text] is what can be shown of it, at first what was there before. */
    data class Working(val text: String) : Outcome

    /** It is complete. */
    data class Done(val document: Document) : Outcome

    /** It cannot be had. */
    data class Failed(val failure: Failure) : Outcome
}

/**
 * All that the screen shows.
 *
 * @property source the text to translate.
 * @property isCut it was longer than [MAX_CHARACTERS], the rest is left out.
 * @property alignment words that are lit up.
 * @property model null until it is loaded.
 */
data class UiState(
    val source: String = "",
    val isCut: Boolean = false,
    val outcome: Outcome = Outcome.Nothing,
    val alignment: Alignment? = null,
    val model: ModelInfo? = null,
) {
    /** The translation as far as there is one. */
    val target: String
        get() = when (outcome) {
            is Outcome.Working -> outcome.text
            is Outcome.Done -> outcome.document.target
            else -> ""
        }

    /** The whole translation of the whole text, or null. */
    val complete: Document? get() = (outcome as? Outcome.Done)?.document
}

/**
 * Holds the state of the screen, outlives its views. All calls come from the thread that draws.
 *
 * @param loop runs work on that thread.
 */
class TranslatePresenter(private val engine: Engine, private val loop: Loop) {
    /** What is shown now. */
    var state: UiState = UiState()
        private set(value) {
            field = value
            view?.invoke(value)
        }

    /** Draws the state, now and whenever it changes. */
    var view: ((UiState) -> Unit)? = null
        set(value) {
            field = value
            value?.invoke(state)
        }

    private var job = AtomicBoolean() // of the text that is shown; older ones are of no interest any more
    private var wanted: Cursor? = null // to be lit up when the translation is there

    /** Loads the model ahead of the first text. */
    fun warmUp() = engine.execute(::failLater) { model -> loop.post(0) { state = state.copy(model = model.info) } }

    /** The person typed. */
    fun edit(text: String) {
        if (text == state.source) return
        val kept = cut(text)
        change(kept, isCut = kept.length < text.length || (state.isCut && text.length == MAX_CHARACTERS), PAUSE_MILLIS)
    }

    /** A text came from elsewhere, whole; [cursor] is what shall be lit up in the end. */
    fun open(text: String, cursor: Cursor? = null) {
        val kept = cut(text)
        change(kept, isCut = kept.length < text.length, pauseMillis = 0)
        wanted = cursor
    }

    /** More was typed or pasted than fits. */
    fun refuseMore() {
        state = state.copy(isCut = true)
    }

    /** The person wants nothing on the screen. */
    fun clear() = change("", isCut = false, pauseMillis = 0)

    /** The person pointed at a place; where no word is, nothing changes. */
    fun point(cursor: Cursor) {
        val alignment = state.complete?.align(cursor) ?: return
        state = state.copy(alignment = alignment)
    }

    /** Tries once more what failed. */
    fun retry() = change(state.source, state.isCut, pauseMillis = 0)

    /** Nobody will look any more. */
    fun close() {
        view = null
        job.set(true)
    }

    private fun change(text: String, isCut: Boolean, pauseMillis: Long) {
        job.set(true)
        wanted = null
        val mine = AtomicBoolean().also { job = it }
        val outcome = if (text.isBlank()) Outcome.Nothing else Outcome.Working(state.target)
        state = state.copy(source = text, isCut = isCut, outcome = outcome, alignment = null)
        when {
            text.isNotBlank() -> loop.post(pauseMillis) { if (mine === job && !mine.get()) translate(text, mine) }
            state.model == null -> warmUp()
        }
    }

    private fun translate(text: String, mine: AtomicBoolean) {
        val progress = Progress()
        val isDrawn = AtomicBoolean(true)
        fun update(change: (UiState) -> UiState) = loop.post(0) { if (mine === job) state = change(state) }

        engine.execute(failed = { failure -> update { it.copy(outcome = Outcome.Failed(failure)) } }) { model ->
            update { it.copy(model = model.info) }
            val document = model.translate(text, mine, progress) {
                if (isDrawn.getAndSet(false)) loop.post(FRAME_MILLIS) { draw(progress, isDrawn, mine) }
            }
            loop.post(0) { if (mine === job) finish(document) }
        }
    }

    private fun draw(progress: Progress, isDrawn: AtomicBoolean, mine: AtomicBoolean) {
        isDrawn.set(true)
        if (mine === job && state.outcome is Outcome.Working) state = state.copy(outcome = Outcome.Working(progress.text))
    }

    private fun finish(document: Document) {
        state = state.copy(outcome = Outcome.Done(document), alignment = wanted?.let(document::align))
        wanted = null
    }

    private fun failLater(failure: Failure) = loop.post(0) { state = state.copy(outcome = Outcome.Failed(failure)) }

    /** As much as may be kept of a text, and no half of a character. */
    private fun cut(text: String): String = when {
        text.length <= MAX_CHARACTERS -> text
        Character.isHighSurrogate(text[MAX_CHARACTERS - 1]) -> text.take(MAX_CHARACTERS - 1)
        else -> text.take(MAX_CHARACTERS)
    }
}
