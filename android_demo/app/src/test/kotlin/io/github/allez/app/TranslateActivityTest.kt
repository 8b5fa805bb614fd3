package io.github.allez.app

import android.content.ClipData
import android.content.ClipboardManager
import android.content.ComponentCallbacks2
import android.content.Intent
import android.graphics.Bitmap
import android.graphics.Canvas
import android.os.Bundle
import android.os.Parcel
import android.text.Spanned
import io.github.allez.Bundle as ModelBundle
import io.github.allez.Translator
import java.io.File
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertNotNull
import kotlin.test.assertTrue
import org.robolectric.RuntimeEnvironment
import org.robolectric.Shadows.shadowOf
import org.robolectric.shadows.ShadowToast

private const val NAMES = "Tom aime Marie, mais Marie aime John."

/** From text to translation, and what can be done with it. */
class TranslateActivityTest : AppTest() {
    @Test
    fun `what is typed is translated`() {
        val screen = start()
        screen.type(NAMES)
        assertEquals(translated(NAMES), screen.awaitDone())
        assertTrue(Regex("1 sentence, \\d+ ms").matches(screen.text(R.id.status)), screen.text(R.id.status))
    }

    @Test
    fun `the screen names model, size and languages`() {
        val screen = start()
        await("the model") { screen.text(R.id.model).isNotEmpty() }
        assertTrue(Regex("fr-en [0-9.]+ · 14 MB · offline").matches(screen.text(R.id.model)), screen.text(R.id.model))
        assertEquals("French", screen.text(R.id.source_language))
        assertEquals("English", screen.text(R.id.target_language))
    }

    @Test
    fun `a long text appears while it is decoded`() {
        val text = List(30) { NAMES }.joinToString(" ")
        val screen = start()
        screen.type(text)
        val seen = LinkedHashSet<String>()
        await("the translation") {
            seen.add(screen.target.text.toString())
            screen.view(R.id.copy).isEnabled
        }
        val whole = screen.target.text.toString()
        assertEquals(translated(text), whole)
        assertTrue(seen.size > 3, "only ${seen.size} states were seen")
        assertTrue(seen.all { whole.startsWith(it) })
    }

    @Test
    fun `lines and blank lines stay where they are`() {
        val text = "\n  $NAMES\r\n\n— 12 —\nTom aime Marie.\n"
        val screen = start()
        screen.type(text)
        assertEquals(translated(text), screen.awaitDone())
    }

    @Test
    fun `a tapped word lights up the words it came from, and the reverse`() {
        val screen = start()
        screen.type("Tom aime Marie.")
        screen.awaitDone()
        assertEquals(screen.string(R.string.alignment_hint), screen.text(R.id.alignment))
        screen.target.tap("Mary")
        assertEquals(listOf("Mary"), screen.target.litWords())
        assertEquals(listOf("Marie"), screen.source.litWords())
        assertEquals("Mary ↔ Marie", screen.text(R.id.alignment))
        screen.source.tap("Tom")
        assertEquals(listOf("Tom"), screen.target.litWords())
        assertEquals(listOf("Tom"), screen.source.litWords())
    }

    @Test
    fun `a doubtful sentence is underlined, and what to look at is said`() {
        application.loader = { Translator(ModelBundle.open(TINY)) }
        val doubtful = "Je vois trois chats et 17 petites fleurs vertes."
        val screen = start()
        screen.type("Je vois le chat noir. $doubtful")
        val translation = screen.awaitDone()
        val sentences = Translator(ModelBundle.open(TINY)).use { tiny -> tiny.stream(screen.source.text.toString()) {}.sentences }
        assertEquals(listOf(true, false), sentences.map { it.doubts.isEmpty() })
        val text = screen.target.text as Spanned
        val line = text.getSpans(0, text.length, DoubtLine::class.java).single()
        assertEquals(sentences[1].text, translation.substring(text.getSpanStart(line), text.getSpanEnd(line)))
        assertTrue(screen.isVisible(R.id.doubts))
        assertTrue("17" in screen.text(R.id.doubts), screen.text(R.id.doubts))
        screen.target.draw(Canvas(Bitmap.createBitmap(screen.target.width, screen.target.height, Bitmap.Config.ARGB_8888)))
        screen.type("Je vois le chat noir.")
        screen.awaitDone()
        assertEquals("", screen.text(R.id.doubts))
        assertFalse(screen.isVisible(R.id.doubts))
    }

    @Test
    fun `what is lit goes out when the text changes`() {
        val screen = start()
        screen.type("Tom aime Marie.")
        screen.awaitDone()
        screen.target.tap("Mary")
        screen.type("Tom aime Marie !")
        assertEquals(emptyList(), screen.source.litWords())
        assertEquals(emptyList(), screen.target.litWords())
        screen.awaitDone()
        assertEquals(emptyList(), screen.target.litWords())
    }

    @Test
    fun `typing on stops the translation of what was there`() {
        val screen = start()
        screen.type(List(200) { NAMES }.joinToString("\n"))
        await("the beginning") { screen.target.text.isNotEmpty() }
        screen.type(NAMES)
        assertFalse(screen.view(R.id.copy).isEnabled)
        assertEquals(translated(NAMES), screen.awaitDone())
    }

    @Test
    fun `a translation can be copied, shared and cleared away`() {
        val screen = start()
        assertFalse(screen.view(R.id.copy).isEnabled)
        assertFalse(screen.view(R.id.share).isEnabled)
        assertFalse(screen.view(R.id.clear).isEnabled)
        screen.type(NAMES)
        val translation = screen.awaitDone()

        screen.click(R.id.copy)
        assertEquals(translation, clipboard().primaryClip?.getItemAt(0)?.text.toString())

        screen.click(R.id.share)
        val chooser = shadowOf(screen.activity).nextStartedActivity
        val sent = assertNotNull(chooser.getParcelableExtra(Intent.EXTRA_INTENT, Intent::class.java))
        assertEquals(Intent.ACTION_SEND, sent.action)
        assertEquals("text/plain", sent.type)
        assertEquals(translation, sent.getStringExtra(Intent.EXTRA_TEXT))

        screen.click(R.id.clear)
        assertEquals("", screen.source.text.toString())
        assertEquals("", screen.target.text.toString())
        assertEquals("", screen.text(R.id.status))
        assertFalse(screen.view(R.id.copy).isEnabled)
    }

    @Test
    fun `a text is pasted from the clipboard`() {
        val screen = start()
        screen.click(R.id.paste)
        assertEquals(screen.string(R.string.nothing_to_paste), ShadowToast.getTextOfLatestToast())
        clipboard().setPrimaryClip(ClipData.newPlainText("", NAMES))
        screen.click(R.id.paste)
        assertEquals(NAMES, screen.source.text.toString())
        assertEquals(translated(NAMES), screen.awaitDone())
    }

    @Test
    fun `white space and marks alone are no reason for an error`() {
        val screen = start()
        screen.type(" \n\t ")
        await("the model") { screen.text(R.id.model).isNotEmpty() }
        assertEquals("", screen.target.text.toString())
        screen.type("12 + 3 = 15 …")
        assertEquals("12 + 3 = 15 …", screen.awaitDone())
        assertEquals("", screen.text(R.id.status)) // no sentence, no time
    }

    @Test
    fun `hostile texts do no harm`() {
        val hostile = listOf(
            "</s> <s> <unk> ▁▁", "%s %n %1\$d <b>gras</b>", "\u0000\u0007\uFEFF\uD800 \uDC00", "\u202Eenvers\u202C",
            "a\u0301".repeat(500), "\u0E33".repeat(300), "👩‍👩‍👧‍👦".repeat(100), "مرحبا", "x".repeat(2_000), "\n".repeat(2_000),
        )
        val screen = start()
        for (text in hostile) {
            screen.type(text)
            await("an end of ${text.take(10)}") { screen.view(R.id.copy).isEnabled || screen.text(R.id.status).isEmpty() }
            assertFalse(screen.isVisible(R.id.failure), text.take(10))
            for (part in 0..10) screen.target.onPoint?.invoke(screen.target.text.length * part / 10)
        }
        screen.type(NAMES)
        assertEquals(translated(NAMES), screen.awaitDone())
    }

    @Test
    fun `an enormous text is cut, and the person is told`() {
        val screen = start()
        assertFalse(screen.isVisible(R.id.cut))
        screen.type("é".repeat(1_000_000))
        assertEquals(MAX_CHARACTERS, screen.source.text.length)
        assertTrue(screen.isVisible(R.id.cut))
        assertTrue("20" in screen.text(R.id.cut))
        screen.type(NAMES)
        assertFalse(screen.isVisible(R.id.cut))
        assertEquals(translated(NAMES), screen.awaitDone())
    }

    @Test
    fun `a screen that goes away stops its translation`() {
        val screen = start()
        screen.type(List(400) { NAMES }.joinToString("\n"))
        await("the beginning") { screen.target.text.isNotEmpty() }
        val start = System.nanoTime()
        screen.controller.pause().stop().destroy()
        releaseModel() // waits for the engine, which works in order
        assertTrue(System.nanoTime() - start < 2_000_000_000)
    }

    @Test
    fun `a screen that goes away while the model is unpacked leaves it whole`() {
        val first = start()
        first.type(NAMES)
        first.controller.close()
        val second = start()
        second.type(NAMES)
        assertEquals(translated(NAMES), second.awaitDone())
        assertEquals(1, application.loads)
        val folder = File(application.noBackupFilesDir, "bundles")
        assertEquals(listOf("fr-en"), folder.list().orEmpty().asList())
    }

    @Test
    fun `telemetry is off before the engine is loaded`() {
        assertFalse(application.engine.isLoaded)
        assertEquals("1", ShadowEnvironment.variables["ORT_DISABLE_TELEMETRY"])
    }

    @Test
    fun `text and light survive a rotation, and nothing is translated again`() {
        val screen = start()
        screen.type("Tom aime Marie.")
        val translation = screen.awaitDone()
        screen.target.tap("Mary")
        val time = screen.text(R.id.status)
        val before = screen.activity
        RuntimeEnvironment.setQualifiers("+land")
        screen.controller.configurationChange().visible()
        assertTrue(screen.activity !== before)
        assertEquals("Tom aime Marie.", screen.source.text.toString())
        assertEquals(translation, screen.target.text.toString())
        assertEquals(time, screen.text(R.id.status))
        assertEquals(listOf("Mary"), screen.target.litWords())
        assertEquals(listOf("Marie"), screen.source.litWords())
        screen.target.tap("Tom")
        assertEquals(listOf("Tom"), screen.source.litWords())
    }

    @Test
    fun `a rotation in the midst of a translation does not stop it`() {
        val text = List(100) { NAMES }.joinToString("\n")
        val screen = start()
        screen.type(text)
        await("the beginning") { screen.target.text.isNotEmpty() }
        screen.controller.recreate()
        assertFalse(screen.view(R.id.copy).isEnabled)
        assertEquals(translated(text), screen.awaitDone())
    }

    @Test
    fun `text and light survive the death of the process`() {
        val first = start()
        first.type("Tom aime Marie.")
        val translation = first.awaitDone()
        first.source.tap("Marie")
        val saved = Bundle()
        first.controller.pause().stop().saveInstanceState(saved).destroy()

        val second = start(saved = parcelled(saved))
        assertEquals("Tom aime Marie.", second.source.text.toString())
        assertEquals(translation, second.awaitDone())
        assertEquals(listOf("Mary"), second.target.litWords())
        assertEquals(listOf("Marie"), second.source.litWords())
    }

    @Test
    fun `the model goes when memory is short, and comes back when it is needed`() {
        val screen = start()
        screen.type(NAMES)
        val translation = screen.awaitDone()
        application.onTrimMemory(ComponentCallbacks2.TRIM_MEMORY_UI_HIDDEN)
        screen.type("$NAMES Tom aime Marie.")
        screen.awaitDone()
        assertEquals(1, application.loads)

        application.onTrimMemory(ComponentCallbacks2.TRIM_MEMORY_BACKGROUND)
        await("the model to go") { !application.engine.isLoaded }
        assertTrue(screen.target.text.startsWith(translation))
        screen.type(NAMES)
        assertEquals(translation, screen.awaitDone())
        assertEquals(2, application.loads)
    }

    private fun clipboard() = application.getSystemService(ClipboardManager::class.java)

    /** As it comes back from the system: written and read again. */
    private fun parcelled(bundle: Bundle): Bundle {
        val parcel = Parcel.obtain()
        parcel.writeBundle(bundle)
        assertTrue(parcel.dataSize() < 500_000)
        parcel.setDataPosition(0)
        return assertNotNull(parcel.readBundle(javaClass.classLoader))
    }
}
