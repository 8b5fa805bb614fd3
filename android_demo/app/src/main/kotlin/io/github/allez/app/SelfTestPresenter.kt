/* The bundle's own sentences, translated on this device. Knows no views, and nothing of Android. */
package io.github.allez.app

import io.github.allez.SelfTestReport
import java.util.concurrent.atomic.AtomicBoolean

/** How far the self-test has come. */
sealed interface SelfTestState {
    /** It is running. */
    data object Running : SelfTestState

    /** It ran through. */
    class Done(val report: SelfTestReport, val model: ModelInfo, val millis: Long) : SelfTestState

    /** There is no model to test. */
    class Failed(val failure: Failure) : SelfTestState
}

/** Holds the state of the self-test page, outlives its views. All calls come from the thread that draws. */
class SelfTestPresenter(private val engine: Engine, private val loop: Loop) {
    /** What is shown now. */
    var state: SelfTestState = SelfTestState.Running
        private set(value) {
            field = value
            view?.invoke(value)
        }

    /** Draws the state, now and whenever it changes. */
    var view: ((SelfTestState) -> Unit)? = null
        set(value) {
            field = value
            value?.invoke(state)
        }

    private var job = AtomicBoolean()

    /** Starts, or starts again. */
    fun run() {
        job.set(true)
        val mine = AtomicBoolean().also { job = it }
        fun show(next: SelfTestState) = loop.post(0) { if (mine === job) state = next }
        state = SelfTestState.Running
        engine.execute(failed = { show(SelfTestState.Failed(it)) }) { model ->
            val start = System.nanoTime()
            val report = model.selfTest(mine)
            show(SelfTestState.Done(report, model.info, (System.nanoTime() - start) / NANOS_PER_MILLI))
        }
    }

    /** Nobody will look any more. */
    fun close() {
        view = null
        job.set(true)
    }

    private companion object {
        const val NANOS_PER_MILLI = 1_000_000
    }
}
