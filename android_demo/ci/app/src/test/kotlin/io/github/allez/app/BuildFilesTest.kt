package io.github.allez.app

import java.io.File
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertTrue

/** People build the app with Gradle and CI with Maven: both must mean the same. */
class BuildFilesTest {
    private val folder = File(ROOT, "android_demo")
    private val catalogue = File(folder, "gradle/libs.versions.toml").readText()
    private val pom = File(folder, "ci/app/pom.xml").readText()
    private val gradle = File(folder, "app/build.gradle.kts").readText()

    private fun all(pattern: String, text: String) =
        Regex(pattern, RegexOption.MULTILINE).findAll(text).map { it.groupValues.drop(1).joinToString(":") }.toList()

    @Test
    fun `Maven takes every version from the catalogue`() {
        val asked = all("""\$\{v\.(\w+)\}""", pom).toSet()
        assertTrue(asked.size >= 10)
        assertEquals(emptySet(), asked - all("""^(\w+) = "[^"]+"$""", catalogue).toSet())
        assertEquals(listOf("1"), all("<version>([0-9][^<]*)</version>", pom)) // the parent's
    }

    @Test
    fun `Maven and Gradle know the same dependencies`() {
        val dependencies = pom.substringBefore("<build>")
        val maven = all("<dependency>\\s*<groupId>(.*?)</groupId>\\s*<artifactId>(.*?)</artifactId>", dependencies).toSet()
        val aliases = all("mplementation\\(libs\\.([a-z.]+)\\)", gradle).toSet()
        val modules = aliases.flatMap { alias -> all("^${alias.replace('.', '-')} = \\{ module = \"(.*?)\"", catalogue) }.toSet()
        assertEquals(aliases.size, modules.size)
        val ofMavenAlone = setOf(
            "io.github.allez:translator", // a project there
            "org.jetbrains.kotlin:kotlin-stdlib", "org.robolectric:android-all", // brought by Gradle's plugins
            "com.android.tools:r8", "com.android.tools.build:apksig", // done by Gradle's plugins
        )
        val ofGradleAlone = setOf("com.microsoft.onnxruntime:onnxruntime-android") // cannot be run on a desktop
        assertEquals(maven - ofMavenAlone, modules - ofGradleAlone)
    }

    @Test
    fun `both give the app the same name`() {
        val names = listOf(all("<namespace>(.*?)</namespace>", pom).single(), all("namespace = \"(.*?)\"", gradle).single())
        assertEquals(List(2) { "io.github.allez.app" }, names)
    }

    @Test
    fun `nothing of AndroidX is used at run time`() {
        val sources = File(folder, "app/src/main").walk().filter { it.isFile }.toList()
        assertTrue(sources.size >= 20)
        assertEquals(emptyList(), sources.filter { "androidx." in it.readText() || "INTERNET" in it.readText() })
    }

    @Test
    fun `what knows nothing of Android imports nothing of it`() {
        val plain = listOf(
            "BundleStore", "Document", "Engine", "Failure", "LineTranslator", "Processors", "SelfTestPresenter", "TranslatePresenter", "Words",
        )
        for (name in plain) {
            val source = File(folder, "app/src/main/kotlin/io/github/allez/app/$name.kt").readText()
            assertTrue("import android" !in source, name)
        }
    }
}
