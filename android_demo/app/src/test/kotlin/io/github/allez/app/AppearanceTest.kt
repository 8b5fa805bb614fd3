package io.github.allez.app

import android.content.pm.ApplicationInfo
import android.content.pm.PackageManager
import android.graphics.Color
import android.graphics.Rect
import android.text.Selection
import android.text.Spannable
import android.util.TypedValue
import android.view.View
import android.view.ViewGroup
import android.widget.ImageButton
import android.widget.TextView
import java.io.File
import kotlin.math.pow
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertNotEquals
import kotlin.test.assertTrue
import org.robolectric.RuntimeEnvironment

private const val NAMES = "Tom aime Marie, mais Marie aime John."

/** By day and night, upright and lying, in large letters, in both languages, read aloud; and what the app may do. */
class AppearanceTest : AppTest() {
    private fun View.place() = Rect().also { getGlobalVisibleRect(it) }

    private fun views(root: View): List<View> =
        listOf(root) + ((root as? ViewGroup)?.let { group -> (0 until group.childCount).flatMap { views(group.getChildAt(it)) } }.orEmpty())

    private fun Screen.all() = views(view(android.R.id.content))

    @Test
    fun `upright the translation stands below, lying it stands beside`() {
        RuntimeEnvironment.setQualifiers("w360dp-h640dp-port-xhdpi")
        val upright = start()
        assertTrue(upright.target.place().top > upright.source.place().bottom)
        RuntimeEnvironment.setQualifiers("w640dp-h360dp-land-xhdpi")
        val lying = start()
        assertEquals(lying.target.place().top, lying.source.place().top)
        assertTrue(lying.target.place().left > lying.source.place().right)
    }

    @Test
    fun `at twice the size of letters nothing is cut off at the side`() {
        RuntimeEnvironment.setQualifiers("fr-rFR-w320dp-h480dp-port-xhdpi")
        RuntimeEnvironment.setFontScale(2f)
        val screen = start()
        screen.type(NAMES)
        screen.awaitDone()
        val width = screen.view(android.R.id.content).width
        for (view in screen.all().filter { it.isShown && it is TextView || it is ImageButton }) {
            val place = IntArray(2).also { view.getLocationInWindow(it) }
            assertTrue(place[0] >= 0 && place[0] + view.width <= width, "$view")
            if (view is TextView && view.layout != null) {
                val lines = view.layout.height + view.totalPaddingTop + view.totalPaddingBottom
                assertTrue(lines <= view.height, "letters of $view are cut: $lines")
            }
        }
        assertEquals(TypedValue.applyDimension(TypedValue.COMPLEX_UNIT_SP, 20f, metrics), screen.source.textSize)
        assertTrue(screen.source.textSize > 1.5 * 20 * metrics.density) // large letters grow less than small ones
    }

    private val metrics get() = application.resources.displayMetrics

    @Test
    fun `the screen speaks French to French people`() {
        RuntimeEnvironment.setQualifiers("fr-rFR")
        val screen = start()
        screen.type(NAMES)
        screen.awaitDone()
        assertEquals("Français", screen.text(R.id.source_language))
        assertEquals("Anglais", screen.text(R.id.target_language))
        assertEquals("Effacer", screen.view(R.id.clear).contentDescription)
        assertTrue(screen.text(R.id.status).startsWith("1 phrase"), screen.text(R.id.status))
    }

    @Test
    fun `French has every string that English has`() {
        val english = names("values")
        assertTrue(english.size > 30)
        assertEquals(english, names("values-fr"))
    }

    private fun names(folder: String) = Regex("<(?:string|plurals) name=\"(\\w+)\"(?! translatable=\"false\")")
        .findAll(File(ROOT, "android_demo/app/src/main/res/$folder/strings.xml").readText()).map { it.groupValues[1] }.toSet()

    @Test
    fun `by night it is dark, and can be read at any time`() {
        val backgrounds = listOf("notnight", "night").map { time ->
            RuntimeEnvironment.setQualifiers("+$time")
            val activity = start().activity
            val surface = activity.getColor(R.color.surface)
            for (color in listOf(R.color.text, R.color.text_secondary, R.color.accent, R.color.error)) {
                assertTrue(contrast(activity.getColor(color), surface) >= 4.5, "$color by $time")
            }
            for (light in listOf(R.color.lit, R.color.pointed)) {
                assertTrue(contrast(activity.getColor(R.color.text), activity.getColor(light)) >= 4.5, "$light by $time")
            }
            luminance(activity.getColor(R.color.background))
        }
        assertTrue(backgrounds[0] > 0.8 && backgrounds[1] < 0.05)
    }

    private fun contrast(one: Int, other: Int): Double {
        val (dark, bright) = listOf(luminance(one), luminance(other)).sorted()
        return (bright + 0.05) / (dark + 0.05)
    }

    private fun luminance(color: Int): Double {
        fun linear(part: Int) = (part / 255.0).let { if (it <= 0.04045) it / 12.92 else ((it + 0.055) / 1.055).pow(2.4) }
        return 0.2126 * linear(Color.red(color)) + 0.7152 * linear(Color.green(color)) + 0.0722 * linear(Color.blue(color))
    }

    @Test
    fun `a screen reader finds a name for everything, and hears the result once`() {
        val screen = start()
        screen.type(NAMES)
        assertEquals(View.ACCESSIBILITY_LIVE_REGION_NONE, screen.target.accessibilityLiveRegion)
        screen.awaitDone()
        assertEquals(View.ACCESSIBILITY_LIVE_REGION_POLITE, screen.target.accessibilityLiveRegion)
        assertEquals(R.id.source, screen.view(R.id.source_language).labelFor)
        assertEquals(R.id.target, screen.view(R.id.target_language).labelFor)
        val buttons = screen.all().filter { it.isClickable && it.isShown }
        assertTrue(buttons.size >= 6)
        for (button in buttons) {
            val name = button.contentDescription ?: (button as? TextView)?.text?.ifEmpty { button.hint }
            assertFalse(name.isNullOrBlank(), "$button has no name")
        }
        for (button in screen.all().filterIsInstance<ImageButton>()) {
            val least = 48 * metrics.density
            assertTrue(button.width >= least && button.height >= least, "$button is too small for a finger")
        }
        // A reader moves the cursor by words; the light follows, and what is lit is said.
        Selection.setSelection(screen.target.text as Spannable, screen.target.text.indexOf("Mary") + 1)
        assertEquals(listOf("Marie"), screen.source.litWords())
        assertEquals(View.ACCESSIBILITY_LIVE_REGION_POLITE, screen.view(R.id.alignment).accessibilityLiveRegion)
        assertNotEquals(screen.string(R.string.alignment_hint), screen.text(R.id.alignment))
    }

    @Test
    fun `the app may do nothing, not even use the network, and is never backed up`() {
        val manager = application.packageManager
        val permissions = PackageManager.PackageInfoFlags.of(PackageManager.GET_PERMISSIONS.toLong())
        val info = manager.getPackageInfo(application.packageName, permissions)
        assertEquals(emptyList(), info.requestedPermissions.orEmpty().asList())
        assertEquals(0, application.applicationInfo.flags and ApplicationInfo.FLAG_ALLOW_BACKUP)
    }
}
