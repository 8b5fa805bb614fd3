/* What the tests share: the app with a real engine, and a person's fingers. */
package io.github.allez.app

import android.content.Intent
import android.os.Bundle
import android.os.Looper
import android.os.SystemClock
import android.system.Os
import android.text.Spanned
import android.text.style.BackgroundColorSpan
import android.view.MotionEvent
import android.view.View
import android.widget.TextView
import io.github.allez.Bundle as ModelBundle
import io.github.allez.Translator
import java.io.File
import java.io.InputStream
import java.time.Duration
import kotlin.test.fail
import org.junit.After
import org.junit.runner.RunWith
import org.robolectric.Robolectric
import org.robolectric.RobolectricTestRunner
import org.robolectric.RuntimeEnvironment
import org.robolectric.Shadows.shadowOf
import org.robolectric.android.controller.ActivityController
import org.robolectric.annotation.Implementation
import org.robolectric.annotation.Implements

val ROOT = File(System.getProperty("allez.root"))
val SHIPPED = File(ROOT, "models/fr-en")
val TINY = File(ROOT, "spec/bundles/tiny")

private const val PATIENCE_MILLIS = 300_000L

/** The app, whose engine can be made to fail. */
class TestApplication : AllezApplication() {
    /** Loads the model instead of the app, if set. */
    var loader: (() -> Translator)? = null

    /** How often a model was loaded. */
    var loads = 0
        private set

    override fun loadTranslator(): Translator {
        check(Looper.myLooper() != Looper.getMainLooper()) { "the thread that draws must not wait for a model" }
        loads++
        return loader?.invoke() ?: super.loadTranslator()
    }
}

/** The process's environment, which Robolectric lacks. */
@Implements(Os::class)
object ShadowEnvironment {
    val variables = HashMap<String, String>()

    @Implementation
    @JvmStatic
    fun setenv(name: String, value: String, @Suppress("UNUSED_PARAMETER") overwrite: Boolean) {
        variables[name] = value
    }
}

/** The files of a folder as if they had come with the app. */
class PackedFolder(private val folder: File) : PackedBundle {
    /** Names of the files that were opened. */
    val opened = ArrayList<String>()

    override fun names(): List<String> = folder.list().orEmpty().asList()

    override fun open(name: String): InputStream {
        opened.add(name)
        return File(folder, name).inputStream()
    }
}

/** A test of the whole app. Closes its screens and gives the memory of the model back after each. */
@RunWith(RobolectricTestRunner::class)
abstract class AppTest {
    protected val application get() = RuntimeEnvironment.getApplication() as TestApplication

    private val screens = ArrayList<Screen>()

    @After
    fun leave() {
        screens.filter { !it.activity.isDestroyed }.forEach { it.controller.close() }
        releaseModel()
    }

    /** Waits until the engine has done everything, and its model is gone. */
    protected fun releaseModel() {
        application.engine.release()
        await("the model to be released") { !application.engine.isLoaded }
    }

    /** Lets the app work until [condition] holds. */
    protected fun await(what: String, condition: () -> Boolean) {
        val end = System.currentTimeMillis() + PATIENCE_MILLIS
        while (!condition()) {
            if (System.currentTimeMillis() > end) fail("waited in vain for $what")
            shadowOf(Looper.getMainLooper()).idleFor(Duration.ofMillis(FRAME_MILLIS))
            Thread.sleep(2)
        }
    }

    /** What the bundle itself makes of a text. */
    protected fun translated(text: String): String =
        Translator(ModelBundle.open(SHIPPED)).use { it.stream(text) {}.text }

    protected fun start(intent: Intent = Intent(Intent.ACTION_MAIN), saved: Bundle? = null): Screen {
        val controller = Robolectric.buildActivity(TranslateActivity::class.java, intent)
        controller.create(saved).start()
        if (saved != null) controller.restoreInstanceState(saved)
        controller.postCreate(saved).resume().visible().topActivityResumed(true)
        return Screen(controller).also(screens::add)
    }

    /** The screen as a person sees it. */
    protected inner class Screen(val controller: ActivityController<TranslateActivity>) {
        val activity: TranslateActivity get() = controller.get()
        val source: PointableEditText get() = activity.findViewById(R.id.source)
        val target: PointableTextView get() = activity.findViewById(R.id.target)

        fun view(id: Int): View = activity.findViewById(id)

        fun text(id: Int): String = activity.findViewById<TextView>(id).text.toString()

        fun isVisible(id: Int): Boolean = view(id).visibility == View.VISIBLE

        fun type(text: String) = source.setText(text)

        fun click(id: Int) {
            view(id).performClick()
            shadowOf(Looper.getMainLooper()).idle()
        }

        /** Waits until the translation is complete, and returns it. */
        fun awaitDone(): String {
            await("the translation") { view(R.id.copy).isEnabled }
            return target.text.toString()
        }

        fun awaitFailure(): String {
            await("a message") { isVisible(R.id.failure) }
            return text(R.id.failure_message)
        }

        fun string(id: Int, vararg arguments: Any): String = activity.getString(id, *arguments)
    }
}

/** A finger on the first letter but one of [word], put down and lifted. */
fun TextView.tap(word: String) {
    shadowOf(Looper.getMainLooper()).idle() // so that it is laid out
    val offset = text.indexOf(word)
    check(offset >= 0) { "no '$word' in '$text'" }
    val line = layout.getLineForOffset(offset + 1)
    val x = layout.getPrimaryHorizontal(offset + 1) + totalPaddingLeft - 1
    val y = (layout.getLineTop(line) + layout.getLineBottom(line)) / 2f + totalPaddingTop
    val now = SystemClock.uptimeMillis()
    for (action in listOf(MotionEvent.ACTION_DOWN, MotionEvent.ACTION_UP)) {
        val event = MotionEvent.obtain(now, now, action, x, y, 0)
        dispatchTouchEvent(event)
        event.recycle()
        shadowOf(Looper.getMainLooper()).idle()
    }
}

/** The words of a view that are lit up or pointed at. */
fun TextView.litWords(): List<String> {
    val spanned = text as Spanned
    return spanned.getSpans(0, spanned.length, BackgroundColorSpan::class.java)
        .sortedBy(spanned::getSpanStart)
        .map { spanned.substring(spanned.getSpanStart(it), spanned.getSpanEnd(it)) }
}
