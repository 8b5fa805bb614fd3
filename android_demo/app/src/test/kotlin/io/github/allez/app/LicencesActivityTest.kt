package io.github.allez.app

import android.view.View
import android.widget.TextView
import java.io.File
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertTrue
import org.robolectric.Robolectric
import org.robolectric.Shadows.shadowOf

private const val CC_BY_SA = "https://creativecommons.org/licenses/by-sa/4.0/"

/** The page of licences, opened. */
class LicencesActivityTest : AppTest() {
    private fun shown(): String {
        val activity = Robolectric.buildActivity(LicencesActivity::class.java).setup().get()
        return activity.findViewById<TextView>(R.id.licences).text.toString()
    }

    @Test
    fun `it shows the notice of the model, with the licence and every source`() {
        val text = shown()
        val notice = File(SHIPPED, "NOTICE").readText().trim()
        assertTrue(notice in text)
        assertTrue(CC_BY_SA in text)
        assertTrue("Attribution-ShareAlike 4.0 International" in notice, "the licence's own text is part of the notice")
    }

    @Test
    fun `it shows the licences of what the app is built of`() {
        val text = shown()
        assertTrue("Copyright (c) Microsoft Corporation" in text)
        assertTrue("The above copyright notice and this permission notice shall be included in all" in text)
        assertTrue(File(ROOT, "LICENSE").readText().trim() in text, "the app's copy of the licence is not the project's")
    }

    @Test
    fun `the self-test page leads there`() {
        val page = SelfTestPage()
        page.activity.findViewById<View>(R.id.show_licences).performClick()
        val next = shadowOf(page.activity).nextStartedActivity
        assertEquals(LicencesActivity::class.java.name, next.component?.className)
        await("the self-test") { !page.isRunning }
    }
}
