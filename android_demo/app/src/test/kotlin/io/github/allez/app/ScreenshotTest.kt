package io.github.allez.app

import android.app.Activity
import android.graphics.Bitmap
import android.graphics.Canvas
import android.graphics.Color
import java.io.File
import kotlin.test.Test
import kotlin.test.assertTrue
import org.robolectric.RuntimeEnvironment

private const val TEXT = "Elle a acheté une voiture rouge hier soir.\nIl pleut, mais j'aimerais marcher un peu."
private const val MAX_BYTES = 150_000

/** Pictures of the screens; those for the documents in the folder that the property `allez.screenshots` names. */
class ScreenshotTest : AppTest() {
    private val built = File(System.getProperty("allez.target"), "screenshots")
    private val documents = System.getProperty("allez.screenshots")?.let(::File) ?: built

    private fun pointed(qualifiers: String): Screen {
        RuntimeEnvironment.setQualifiers(qualifiers)
        val screen = start()
        screen.source.clearFocus()
        screen.type(TEXT)
        screen.awaitDone()
        screen.target.tap("red")
        assertTrue("rouge" in screen.source.litWords()) // and maybe its noun: models differ in that
        return screen
    }

    @Test
    fun `by day`() = take(pointed("w360dp-h640dp-notnight-xhdpi").activity, "app-day", isDark = false)

    @Test
    fun `by night`() = take(pointed("w360dp-h640dp-night-xhdpi").activity, "app-night", isDark = true)

    @Test
    fun `sideways, in French`() = take(pointed("fr-rFR-w640dp-h360dp-land-notnight-xhdpi").activity, "app-landscape", isDark = false)

    @Test
    fun `self-test`() {
        RuntimeEnvironment.setQualifiers("w360dp-h640dp-notnight-xhdpi")
        val page = SelfTestPage()
        await("the self-test") { !page.isRunning }
        take(page.activity, "app-self-test", isDark = false, built)
    }

    private fun take(activity: Activity, name: String, isDark: Boolean, folder: File = documents) {
        val view = activity.window.decorView
        val bitmap = Bitmap.createBitmap(view.width, view.height, Bitmap.Config.ARGB_8888)
        view.draw(Canvas(bitmap))
        val corner = bitmap.getPixel(2, bitmap.height - 2)
        assertTrue((Color.luminance(corner) < 0.1) == isDark, "$name has the wrong background")
        val file = File(folder.apply { mkdirs() }, "$name.png")
        file.outputStream().use { bitmap.compress(Bitmap.CompressFormat.PNG, 100, it) }
        assertTrue(file.length() in 10_000..MAX_BYTES, "$name has ${file.length()} bytes")
    }
}
