/* What every host offers: the engine has it by the names that `spec/api.json` lists, and little else. */
package io.github.allez

import java.io.File
import java.lang.reflect.Modifier
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

/** What only Kotlin has: what a data class has, places that its strings need, what a program may ask. */
private val OWN = mapOf(
    "Translator" to setOf("onnxRuntime", "parts"),
    "Sentence" to setOf("targetStart"),
)

private val OF_ANY = setOf("copy", "equals", "hashCode", "toString", "wait", "notify", "notifyAll", "getClass")

class ApiTest {
    private val api = parseJson(File(ROOT, "spec/api.json").readText()) as Map<*, *>

    @Test
    fun `the engine offers what every host does`() {
        val records = api.filterKeys { (it as String)[0].isUpperCase() }
        assertTrue(records.size >= 16)
        val otherwise = api.part("otherwise").part("kotlin")
        for ((name, listed) in records) {
            if (name in otherwise && otherwise[name] == null) continue
            val wanted = (listed as List<*>).map { otherwise["$name.$it"] ?: camel(it as String) }
            val kind = Class.forName("io.github.allez.$name")
            val listedAbove = generateSequence(kind.superclass) { it.superclass }.firstOrNull { it.simpleName in records }
            val inherited = listedAbove?.let(::offered).orEmpty()
            assertEquals(wanted.toSet() + inherited, offered(kind) - OWN[name].orEmpty(), "$name")
        }
    }

    private fun camel(name: String): String =
        name.split("_").mapIndexed { index, part -> if (index == 0) part else part.replaceFirstChar { it.uppercase() } }
            .joinToString("")

    /** Public properties and functions, by their names in Kotlin; what is internal has a `$` in its name. */
    private fun offered(kind: Class<*>): Set<String> = kind.methods
        .filter { !Modifier.isStatic(it.modifiers) && '$' !in it.name }
        .map { it.name }
        .filter { it !in OF_ANY && !it.startsWith("component") }
        .map { name -> if (name.startsWith("get")) name.removePrefix("get").replaceFirstChar { it.lowercase() } else name }
        .toSet()
}
