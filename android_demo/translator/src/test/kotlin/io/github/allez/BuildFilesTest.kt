package io.github.allez

import java.io.File
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

/** People build with Gradle and CI with Maven: both must mean the same. */
class BuildFilesTest {
    private val folder = File(ROOT, "android_demo")
    private val catalogue = File(folder, "gradle/libs.versions.toml").readText()
    private val pom = File(folder, "ci/translator/pom.xml").readText()
    private val gradle = File(folder, "translator/build.gradle.kts").readText()

    private fun all(pattern: String, text: String) =
        Regex(pattern, RegexOption.MULTILINE).findAll(text).map { it.groupValues.drop(1).joinToString(":") }.toList()

    @Test
    fun `Maven takes every version from the catalogue`() {
        val poms = pom + File(folder, "ci/pom.xml").readText()
        val asked = all("""\$\{v\.(\w+)\}""", poms).toSet()
        assertTrue(asked.size >= 5)
        assertEquals(emptySet<String>(), asked - all("""^(\w+) = "[^"]+"$""", catalogue).toSet())
        assertEquals(listOf("1"), all("<version>([0-9][^<]*)</version>", pom)) // the parent's
    }

    @Test
    fun `Maven and Gradle know the same dependencies`() {
        val maven = all("<dependency>\\s*<groupId>(.*?)</groupId>\\s*<artifactId>(.*?)</artifactId>", pom).toSet()
        val aliases = all("libs\\.([a-z.]+)\\)", gradle.substringAfter("dependencies {")).toSet()
        val modules = aliases.flatMap { alias ->
            all("^${alias.replace('.', '-')} = \\{ module = \"(.*?)\"", catalogue)
        }.toSet()
        assertEquals(aliases.size, modules.size)
        val ofMavenAlone = setOf("org.jetbrains.kotlin:kotlin-stdlib") // Gradle's Kotlin plugin brings it
        val ofGradleAlone = setOf("org.junit:junit-bom", "org.junit.platform:junit-platform-launcher")
        assertEquals(maven - ofMavenAlone, modules - ofGradleAlone)
    }

    @Test
    fun `no file of the engine knows Android, and only one knows ONNX Runtime`() {
        val sources = File(folder, "translator/src/main").walk().filter { it.extension == "kt" }.toList()
        assertTrue(sources.size >= 10)
        for (source in sources) {
            val imports = source.readLines().filter { it.startsWith("import ") }.map { it.removePrefix("import ") }
            assertTrue(imports.none { it.startsWith("android") }) { source.name }
            assertEquals(source.name == "Session.kt", imports.any { it.startsWith("ai.onnxruntime") }) { source.name }
        }
    }
}
