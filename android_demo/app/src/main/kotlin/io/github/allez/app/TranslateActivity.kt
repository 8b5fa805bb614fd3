package io.github.allez.app

import android.app.Activity
import android.content.Intent
import android.os.BadParcelableException
import android.os.Bundle
import android.text.Editable
import android.text.InputFilter
import android.text.Spanned
import android.text.TextWatcher
import android.view.View

private const val SOURCE = "source"
private const val SIDE = "side"
private const val OFFSET = "offset"

/**
 * The screen. It comes up from the launcher, with a text that another app shares, or with one that
 * was selected in another app and that its translation may replace.
 */
class TranslateActivity : Activity() {
    private lateinit var presenter: TranslatePresenter
    private lateinit var screen: TranslateScreen

    override fun onCreate(savedInstanceState: Bundle?) {
        super.onCreate(savedInstanceState)
        setContentView(R.layout.activity_translate)
        screen = TranslateScreen(this, mayReplace())
        val kept = lastNonConfigurationInstance as TranslatePresenter?
        presenter = kept ?: TranslatePresenter(engine, MainLoop()).also { begin(it, savedInstanceState) }
        presenter.view = screen::draw
        listen()
    }

    override fun onRetainNonConfigurationInstance(): Any = presenter

    override fun onSaveInstanceState(outState: Bundle) {
        super.onSaveInstanceState(outState)
        val state = presenter.state
        outState.putString(SOURCE, state.source)
        state.alignment?.cursor?.let { cursor ->
            outState.putString(SIDE, cursor.side.name)
            outState.putInt(OFFSET, cursor.offset)
        }
    }

    override fun onDestroy() {
        if (isChangingConfigurations) presenter.view = null else presenter.close()
        super.onDestroy()
    }

    private fun begin(presenter: TranslatePresenter, saved: Bundle?) {
        presenter.warmUp()
        if (saved != null) {
            val side = saved.getString(SIDE)?.let { Side.valueOf(it) }
            presenter.open(saved.getString(SOURCE).orEmpty(), side?.let { Cursor(it, saved.getInt(OFFSET)) })
        } else if (intent.action == Intent.ACTION_SEND || intent.action == Intent.ACTION_PROCESS_TEXT) {
            val text = textFromOutside()
            if (text.isNullOrBlank()) say(R.string.nothing_shared) else presenter.open(text)
        }
    }

    /** What another app sent; whatever it sent, it must not stop this one. */
    private fun textFromOutside(): String? = try {
        val key = if (intent.action == Intent.ACTION_SEND) Intent.EXTRA_TEXT else Intent.EXTRA_PROCESS_TEXT
        intent.getCharSequenceExtra(key)?.toString()
    } catch (_: BadParcelableException) { // among the extras is a class that does not exist here
        null
    }

    /** Only a text that fitted as a whole may be replaced, whatever was made of it since. */
    private fun mayReplace() = intent.action == Intent.ACTION_PROCESS_TEXT &&
        textFromOutside().orEmpty().length in 1..MAX_CHARACTERS &&
        !intent.getBooleanExtra(Intent.EXTRA_PROCESS_TEXT_READONLY, false)

    private fun listen() {
        screen.source.filters += Limit { presenter.refuseMore() }
        screen.source.addTextChangedListener(AfterChange { presenter.edit(it) })
        screen.source.onPoint = { point(Side.SOURCE, it) }
        screen.target.onPoint = { point(Side.TARGET, it) }
        onClick(R.id.clear) { presenter.clear() }
        onClick(R.id.paste) { clipboardText()?.let(presenter::open) ?: say(R.string.nothing_to_paste) }
        onClick(R.id.copy) { presenter.state.complete?.let { copy(it.target) } }
        onClick(R.id.share) { presenter.state.complete?.let { share(it.target) } }
        onClick(R.id.replace) { presenter.state.complete?.let { replace(it.target) } }
        onClick(R.id.retry) { presenter.retry() }
        onClick(R.id.self_test) { startActivity(Intent(this, SelfTestActivity::class.java)) }
    }

    private fun onClick(id: Int, action: () -> Unit) = findViewById<View>(id).setOnClickListener { action() }

    /** The cursor also moves when a text is put in its view; that is no pointing. */
    private fun point(side: Side, offset: Int) {
        if (!screen.isDrawing && screen.shows(presenter.state)) presenter.point(Cursor(side, offset))
    }

    private fun replace(text: String) {
        setResult(RESULT_OK, Intent().putExtra(Intent.EXTRA_PROCESS_TEXT, text))
        finish()
    }
}

/** Refuses what is too much, and says so. */
private class Limit(private val onMore: () -> Unit) : InputFilter.LengthFilter(MAX_CHARACTERS) {
    override fun filter(
        source: CharSequence,
        start: Int,
        end: Int,
        dest: Spanned,
        dstart: Int,
        dend: Int,
    ): CharSequence? = super.filter(source, start, end, dest, dstart, dend).also { if (it != null) onMore() }
}

/** Hears of a text once it has changed. */
private class AfterChange(private val onText: (String) -> Unit) : TextWatcher {
    override fun beforeTextChanged(text: CharSequence, start: Int, count: Int, after: Int) = Unit

    override fun onTextChanged(text: CharSequence, start: Int, before: Int, count: Int) = Unit

    override fun afterTextChanged(text: Editable) = onText(text.toString())
}
