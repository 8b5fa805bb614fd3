/* What the app tells a person, in words of his or her language. */
package io.github.allez.app

import android.content.Context
import android.os.Build
import android.os.Handler
import android.os.Looper
import android.text.format.Formatter
import io.github.allez.Doubt
import java.util.Locale

/** The thread that draws. */
class MainLoop : Loop {
    private val handler = Handler(Looper.getMainLooper())

    override fun post(delayMillis: Long, work: () -> Unit) {
        handler.postDelayed(work, delayMillis)
    }
}

/** The engine of the process. */
val Context.engine: Engine get() = (applicationContext as AllezApplication).engine

/** What went wrong and what can be done about it. */
fun Context.messageOf(failure: Failure): String = when (failure.kind) {
    Failure.Kind.MODEL_MISSING -> getString(R.string.model_missing)
    Failure.Kind.MODEL_DAMAGED -> getString(R.string.model_damaged)
    Failure.Kind.MODEL_FOREIGN -> getString(R.string.model_foreign)
    Failure.Kind.STORAGE_FULL -> getString(R.string.storage_full)
    Failure.Kind.WRONG_PROCESSOR -> getString(R.string.wrong_processor, Build.SUPPORTED_ABIS.joinToString())
    Failure.Kind.MEMORY_FULL -> getString(R.string.memory_full)
    Failure.Kind.ENGINE_FAILED -> getString(R.string.engine_failed)
}

/** The most doubts that are told one by one. */
private const val MOST_DOUBTS = 3

/** What of a translation is worth a look; empty if nothing is. */
fun Context.captionOf(doubtful: List<Doubtful>): String {
    if (doubtful.isEmpty()) return ""
    val unsure = if (doubtful.any { it.isUnsure }) listOf(getString(R.string.doubt_confidence)) else emptyList()
    val told = doubtful.flatMap { it.doubts }.map(::nameOf).distinct() + unsure
    val more = if (told.size > MOST_DOUBTS) "…" else ""
    return getString(R.string.doubts, told.take(MOST_DOUBTS).joinToString() + more)
}

private fun Context.nameOf(doubt: Doubt): String = when (doubt.kind) {
    "number" -> getString(R.string.doubt_number, doubt.text)
    "limit" -> getString(R.string.doubt_limit, doubt.text)
    "negation" -> getString(R.string.doubt_negation, doubt.text)
    "name" -> getString(R.string.doubt_name, doubt.text)
    "repetition" -> getString(R.string.doubt_repetition, doubt.text)
    "length" -> getString(R.string.doubt_length)
    "characters" -> getString(R.string.doubt_characters)
    else -> getString(R.string.doubt_thing, doubt.text)
}

/** Size of the model, as people write it. */
fun Context.sizeOf(model: ModelInfo): String = Formatter.formatShortFileSize(this, model.bytes)

/** Name of a language in the language of the screen, as a title. */
fun Context.languageName(tag: String): String {
    val here = resources.configuration.locales[0]
    return Locale.forLanguageTag(tag).getDisplayLanguage(here).replaceFirstChar { it.titlecase(here) }
}
