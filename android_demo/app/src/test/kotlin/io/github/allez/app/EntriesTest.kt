package io.github.allez.app

import android.app.Activity
import android.content.Intent
import android.content.pm.PackageManager
import android.content.pm.ResolveInfo
import android.os.BadParcelableException
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertNotNull
import kotlin.test.assertNull
import kotlin.test.assertTrue
import org.robolectric.Shadows.shadowOf
import org.robolectric.shadows.ShadowToast

private const val NAMES = "Tom aime Marie, mais Marie aime John."

/** The three ways in: the launcher, what another app shares, what is selected in another app. */
class EntriesTest : AppTest() {
    private fun send() = Intent(Intent.ACTION_SEND).setType("text/plain")

    private fun process() = Intent(Intent.ACTION_PROCESS_TEXT).setType("text/plain")

    @Test
    fun `the system finds every entry`() {
        val launcher = Intent(Intent.ACTION_MAIN).addCategory(Intent.CATEGORY_LAUNCHER)
        for (intent in listOf(launcher, send(), process())) {
            val found = takers(intent)
            assertEquals(listOf(TranslateActivity::class.java.name), found.map { it.activityInfo.name }, intent.action)
            assertTrue(found.single().activityInfo.exported)
        }
        assertEquals(emptyList(), takers(Intent(Intent.ACTION_SEND).setType("image/png")))
    }

    /** Our own activities that the system would offer for [intent]. */
    private fun takers(intent: Intent): List<ResolveInfo> = application.packageManager
        .queryIntentActivities(intent.setPackage(application.packageName), PackageManager.ResolveInfoFlags.of(0))

    @Test
    fun `a shared text is translated at once`() {
        val screen = start(send().putExtra(Intent.EXTRA_TEXT, NAMES))
        assertEquals(NAMES, screen.source.text.toString())
        assertEquals(translated(NAMES), screen.awaitDone())
        assertFalse(screen.isVisible(R.id.replace))
    }

    @Test
    fun `sharing without a text ends in a message, not in a crash`() {
        val blank = send().putExtra(Intent.EXTRA_TEXT, "  ")
        val number = send().putExtra(Intent.EXTRA_TEXT, 42)
        val nothing = listOf(send(), blank, number, process(), Unreadable())
        for (intent in nothing) {
            ShadowToast.reset()
            val screen = start(intent)
            assertEquals(screen.string(R.string.nothing_shared), ShadowToast.getTextOfLatestToast())
            assertEquals("", screen.source.text.toString())
            screen.controller.pause().stop().destroy()
        }
    }

    @Test
    fun `a selected text is replaced by its translation where it may be`() {
        val screen = start(process().putExtra(Intent.EXTRA_PROCESS_TEXT, NAMES as CharSequence))
        val translation = screen.awaitDone()
        assertTrue(screen.isVisible(R.id.replace))
        screen.click(R.id.replace)
        assertTrue(screen.activity.isFinishing)
        assertEquals(Activity.RESULT_OK, shadowOf(screen.activity).resultCode)
        val answer = assertNotNull(shadowOf(screen.activity).resultIntent)
        assertEquals(translation, answer.getCharSequenceExtra(Intent.EXTRA_PROCESS_TEXT).toString())
    }

    @Test
    fun `a selected text that cannot be changed is only translated`() {
        val intent = process().putExtra(Intent.EXTRA_PROCESS_TEXT, NAMES).putExtra(Intent.EXTRA_PROCESS_TEXT_READONLY, true)
        val screen = start(intent)
        assertEquals(translated(NAMES), screen.awaitDone())
        assertFalse(screen.isVisible(R.id.replace))
    }

    @Test
    fun `who leaves without replacing changes nothing`() {
        val screen = start(process().putExtra(Intent.EXTRA_PROCESS_TEXT, NAMES))
        screen.awaitDone()
        screen.activity.finish()
        assertEquals(Activity.RESULT_CANCELED, shadowOf(screen.activity).resultCode)
        assertNull(shadowOf(screen.activity).resultIntent)
    }

    @Test
    fun `half of a selected text never takes the place of the whole`() {
        val screen = start(process().putExtra(Intent.EXTRA_PROCESS_TEXT, "Tom dort.\n".repeat(MAX_CHARACTERS)))
        assertEquals(MAX_CHARACTERS, screen.source.text.length)
        assertTrue(screen.isVisible(R.id.cut))
        assertFalse(screen.isVisible(R.id.replace))
        screen.type(NAMES) // shorter now, but still not what was selected
        screen.awaitDone()
        assertFalse(screen.isVisible(R.id.cut))
        assertFalse(screen.isVisible(R.id.replace))
    }

    /** An intent with extras of a class that this app does not have. */
    private class Unreadable : Intent(ACTION_SEND) {
        override fun getCharSequenceExtra(name: String?): CharSequence? = throw BadParcelableException("no such class")
    }
}
