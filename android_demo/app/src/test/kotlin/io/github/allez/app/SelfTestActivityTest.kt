package io.github.allez.app

import android.content.ClipboardManager
import android.os.Build
import android.view.View
import android.widget.TextView
import io.github.allez.Bundle
import io.github.allez.Translator
import java.io.File
import java.security.MessageDigest
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertTrue
import org.robolectric.Robolectric
import org.robolectric.Shadows.shadowOf

/** The self-test page, opened. */
class SelfTestPage {
    val controller = Robolectric.buildActivity(SelfTestActivity::class.java).setup()!!
    val activity: SelfTestActivity get() = controller.get()
    val verdict get() = activity.findViewById<TextView>(R.id.verdict).text.toString()
    val details get() = activity.findViewById<TextView>(R.id.details).text.toString()
    val isRunning get() = activity.findViewById<View>(R.id.progress).visibility == View.VISIBLE
}

class SelfTestActivityTest : AppTest() {
    @Test
    fun `the shipped model passes, and the page describes the device`() {
        val page = SelfTestPage()
        assertTrue(page.isRunning)
        assertEquals(page.activity.getString(R.string.self_test_running), page.verdict)
        await("the self-test") { !page.isRunning }
        val count = File(SHIPPED, "golden.jsonl").readLines().size
        assertEquals("Passed: all $count sentences came out as recorded.", page.verdict)
        val lines = page.details.lines()
        assertTrue("Processor: ${Build.SUPPORTED_ABIS.joinToString()}" in lines, page.details)
        assertTrue("ONNX Runtime: 1.23.2" in lines, page.details)
        val cores = Runtime.getRuntime().availableProcessors()
        assertTrue("Cores: $cores, translation threads: ${translationThreads()}" in lines, page.details)
        assertTrue(lines.any { it.startsWith("Model: fr-en") }, page.details)

        page.activity.findViewById<View>(R.id.copy_report).performClick()
        val clip = application.getSystemService(ClipboardManager::class.java).primaryClip
        assertEquals("${page.verdict}\n${page.details}", clip?.getItemAt(0)?.text.toString())
    }

    @Test
    fun `a sentence that comes out otherwise is named`() {
        application.loader = { Translator(Bundle.open(withWrongGolden())) }
        val page = SelfTestPage()
        await("the self-test") { !page.isRunning }
        assertTrue(page.verdict.startsWith("Failed: 1 of "), page.verdict)
        assertTrue("expected: something else" in page.details, page.details)
    }

    @Test
    fun `a rotation does not start it again, the button does`() {
        val page = SelfTestPage()
        await("the self-test") { !page.isRunning }
        val details = page.details
        page.controller.recreate()
        assertFalse(page.isRunning)
        assertEquals(details, page.details)
        page.activity.findViewById<View>(R.id.run_again).performClick()
        assertTrue(page.isRunning)
        await("the self-test") { !page.isRunning }
    }

    @Test
    fun `the button of the screen leads there`() {
        val screen = start()
        screen.click(R.id.self_test)
        val next = shadowOf(screen.activity).nextStartedActivity
        assertEquals(SelfTestActivity::class.java.name, next.component?.className)
    }

    /** The tiny bundle with one recorded translation changed, and the manifest made to agree. */
    private fun withWrongGolden(): File {
        val folder = File(application.cacheDir, "wrong").also { TINY.copyRecursively(it) }
        val golden = File(folder, "golden.jsonl")
        val manifest = File(folder, "manifest.json")
        val old = describe(golden)
        golden.writeText(golden.readText().replaceFirst(Regex("\"translation\": \"[^\"]*\""), "\"translation\": \"something else\""))
        val changed = manifest.readText().replace(old, describe(golden))
        assertTrue(changed != manifest.readText())
        manifest.writeText(changed)
        return folder
    }

    private fun describe(file: File): String {
        val hash = MessageDigest.getInstance("SHA-256").digest(file.readBytes()).joinToString("") { "%02x".format(it) }
        return "\"bytes\": ${file.length()},\n   \"sha256\": \"$hash\""
    }
}
