package io.github.allez.app

import android.app.Activity
import android.graphics.Color
import android.text.Spannable
import android.text.Spanned
import android.text.style.BackgroundColorSpan
import android.text.style.UnderlineSpan
import android.view.View
import android.widget.TextView
import kotlin.math.roundToInt

/** The faintest light that can be told from none. */
private const val FAINTEST = 0.4f

/** Draws a [UiState] on the views; decides nothing. */
class TranslateScreen(private val activity: Activity, private val mayReplace: Boolean) {
    val source: PointableEditText = activity.findViewById(R.id.source)
    val target: PointableTextView = activity.findViewById(R.id.target)
    private val alignment: TextView = activity.findViewById(R.id.alignment)
    private val doubts: TextView = activity.findViewById(R.id.doubts)
    private val status: TextView = activity.findViewById(R.id.status)

    /** What is drawn comes from the state, not from a person. */
    var isDrawing = false
        private set

    /** Whether the views show the texts of [state]. */
    fun shows(state: UiState): Boolean = source.text.contentEquals(state.source) && target.text.contentEquals(state.target)

    fun draw(state: UiState) {
        isDrawing = true
        drawTexts(state)
        drawAlignment(state)
        drawDoubts(state)
        drawModel(state.model)
        drawStatus(state)
        drawButtons(state)
        isDrawing = false
    }

    private fun drawTexts(state: UiState) {
        if (!source.text.contentEquals(state.source)) {
            source.setText(state.source)
            source.setSelection(source.length())
        }
        // Read aloud once it is complete, not piece by piece.
        val region = if (state.complete != null) View.ACCESSIBILITY_LIVE_REGION_POLITE else View.ACCESSIBILITY_LIVE_REGION_NONE
        val isNews = target.accessibilityLiveRegion != region
        target.accessibilityLiveRegion = region
        if (isNews || !target.text.contentEquals(state.target)) target.setText(state.target, TextView.BufferType.SPANNABLE)
        visible(R.id.cut, state.isCut)
        activity.findViewById<TextView>(R.id.cut).text = activity.getString(R.string.cut, MAX_CHARACTERS)
    }

    private fun drawAlignment(state: UiState) {
        val source = source.text
        val target = target.text as Spannable
        listOf(source, target).forEach(::darken)
        val found = state.alignment
        alignment.text = when {
            found != null -> captionOf(found, state)
            (state.complete?.sentences ?: 0) > 0 -> activity.getString(R.string.alignment_hint)
            else -> ""
        }
        if (found == null) return
        val (here, there) = if (found.cursor.side == Side.SOURCE) source to target else target to source
        light(here, found.word, activity.getColor(R.color.pointed))
        found.lit.forEach { light(there, it.span, faded(activity.getColor(R.color.lit), it.weight)) }
    }

    /** A line below each doubtful sentence, and in words what to look at. */
    private fun drawDoubts(state: UiState) {
        val text = target.text as Spannable
        text.getSpans(0, text.length, DoubtLine::class.java).forEach(text::removeSpan)
        val doubtful = state.complete?.doubtful.orEmpty()
        val thickness = activity.resources.displayMetrics.density * LINE_DP
        for (sentence in doubtful) {
            val line = DoubtLine(activity.getColor(R.color.error), thickness)
            text.setSpan(line, sentence.place.start, sentence.place.end, Spanned.SPAN_EXCLUSIVE_EXCLUSIVE)
        }
        val caption = activity.captionOf(doubtful)
        if (doubts.text.toString() != caption) doubts.text = caption // a live region: said once
        visible(R.id.doubts, doubtful.isNotEmpty())
    }

    private fun captionOf(found: Alignment, state: UiState): String {
        val isSource = found.cursor.side == Side.SOURCE
        val (here, there) = if (isSource) state.source to state.target else state.target to state.source
        val words = found.lit.joinToString(" … ") { there.substring(it.span.start, it.span.end) }
        return activity.getString(R.string.alignment, here.substring(found.word.start, found.word.end), words)
    }

    private fun darken(text: Spannable) {
        for (kind in listOf(Light::class.java, Line::class.java)) text.getSpans(0, text.length, kind).forEach(text::removeSpan)
    }

    /** Colour for the eye, and a line for those who see no colours. */
    private fun light(text: Spannable, span: Span, color: Int) {
        text.setSpan(Light(color), span.start, span.end, Spanned.SPAN_EXCLUSIVE_EXCLUSIVE)
        text.setSpan(Line(), span.start, span.end, Spanned.SPAN_EXCLUSIVE_EXCLUSIVE)
    }

    private fun faded(color: Int, weight: Float): Int {
        val alpha = (maxOf(weight, FAINTEST).coerceAtMost(1f) * OPAQUE).roundToInt()
        return Color.argb(alpha, Color.red(color), Color.green(color), Color.blue(color))
    }

    private fun drawModel(model: ModelInfo?) {
        if (model == null) return
        val text = activity.getString(R.string.model, model.name, model.version, activity.sizeOf(model))
        activity.findViewById<TextView>(R.id.model).text = text
        activity.findViewById<TextView>(R.id.source_language).text = activity.languageName(model.source)
        activity.findViewById<TextView>(R.id.target_language).text = activity.languageName(model.target)
    }

    private fun drawStatus(state: UiState) {
        val failure = (state.outcome as? Outcome.Failed)?.failure
        visible(R.id.failure, failure != null)
        activity.findViewById<TextView>(R.id.failure_message).text = failure?.let(activity::messageOf).orEmpty()
        val text = when (val outcome = state.outcome) {
            is Outcome.Working -> activity.getString(if (state.model == null) R.string.loading else R.string.translating)
            is Outcome.Done -> timeOf(outcome.document)
            else -> ""
        }
        if (status.text.toString() != text) status.text = text // a live region: said once
    }

    private fun timeOf(document: Document): String = document.millisPerSentence?.let { millis ->
        activity.resources.getQuantityString(R.plurals.time, document.sentences, document.sentences, millis)
    }.orEmpty()

    private fun drawButtons(state: UiState) {
        val isComplete = !state.complete?.target.isNullOrBlank()
        activity.findViewById<View>(R.id.copy).isEnabled = isComplete
        activity.findViewById<View>(R.id.share).isEnabled = isComplete
        activity.findViewById<View>(R.id.clear).isEnabled = state.source.isNotEmpty()
        visible(R.id.replace, mayReplace && !state.isCut) // half a text must not take the place of a whole one
        activity.findViewById<View>(R.id.replace).isEnabled = isComplete
    }

    private fun visible(id: Int, isVisible: Boolean) {
        activity.findViewById<View>(id).visibility = if (isVisible) View.VISIBLE else View.GONE
    }

    private class Light(color: Int) : BackgroundColorSpan(color)

    private class Line : UnderlineSpan()

    private companion object {
        const val OPAQUE = 255
        const val LINE_DP = 1.5f
    }
}
