/* Entities: which spans are found, and that symbols give back every value. */
package io.github.allez

import java.io.File
import kotlin.random.Random
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertThrows
import org.junit.jupiter.api.condition.EnabledIfSystemProperty
import org.junit.jupiter.params.ParameterizedTest
import org.junit.jupiter.params.provider.CsvSource
import org.junit.jupiter.params.provider.ValueSource

private val FRENCH = NUMBER_FORMS.getValue("fr")
private val ENGLISH = NUMBER_FORMS.getValue("en")
private val SYMBOLS: EntitySymbols = mapOf(
    EntityKind.NUMBER to (0xE000..0xE009).toList(),
    EntityKind.NAME to (0xE010..0xE019).toList(),
    EntityKind.THING to (0xE020..0xE02B).toList(),
    EntityKind.TERM to (0xE030..0xE039).toList(),
)

private fun symbol(kind: EntityKind, index: Int) = String(Character.toChars(SYMBOLS.getValue(kind)[index]))

/** What a case's text holds; spans count code points. */
private fun found(text: String, case: Map<*, *> = emptyMap<Any, Any>()): List<Entity> {
    val forms = case["forms"] as List<*>? ?: listOf("fr", "en")
    val glossary = (case["glossary"] as List<*>?).orEmpty().map { (it as List<*>).let { (a, b) -> Term(a as String, b as String) } }
    val keep = (case["keep"] as List<*>?).orEmpty().map { (it as List<*>).let { (a, b) -> (a as Long).toInt() to (b as Long).toInt() } }
    return EntityFinder(NUMBER_FORMS[forms[0]], NUMBER_FORMS[forms[1]], glossary = glossary).find(CodePoints(text), keep)
}

private fun masked(text: String, case: Map<*, *> = emptyMap<Any, Any>()) =
    mask(CodePoints(text), found(text, case), SYMBOLS)

class EntitiesTest {
    private fun check(case: Map<*, *>) {
        val text = case["text"] as String
        val spans = found(text, case).map { listOf(it.start.toLong(), it.end.toLong(), it.kind.name.lowercase(), it.said) }
        assertEquals(case["entities"], spans) { writeJson(text) }
    }

    @Test
    fun `the spans of the specification`() {
        val cases = jsonLines(File(VECTORS, "entities.jsonl"))
        assertTrue(cases.size >= 600)
        for (case in cases) check(case)
    }

    @Test
    @EnabledIfSystemProperty(named = "allez.cases", matches = ".+")
    fun `thousands of texts hold the entities that Python finds`() {
        val (header, cases) = jsonLines(File(System.getProperty("allez.cases"), "entities.jsonl")).let { it[0] to it.drop(1) }
        val names = Names.parse(header["names"] as String)
        assertTrue(cases.size >= 10_000)
        for (case in cases) {
            check(case)
            val text = case["text"] as String
            val found = findNames(CodePoints(text), found(text, case), names)
            assertEquals(case["found_names"], found.map { listOf(it.start.toLong(), it.end.toLong()) }) { writeJson(text) }
            val masked = masked(text, case)
            assertEquals(case["masked"], masked.text) { writeJson(text) }
            val target = case["target"] as String
            val language = (case["forms"] as List<*>)[1] as String? ?: "en"
            val filled = fill(target, masked.slots, language)
            assertEquals(case["filled"], filled.text) { writeJson(listOf(text, target)) }
            assertEquals(case["settled"], settled(target, language)) { writeJson(target) }
            val places = List(CodePoints(target).size + 1) { target.offsetByCodePoints(0, it) }
            val moved = places.map { filled.text.codePointCount(0, filled.moved(it, it).first).toLong() }
            assertEquals(case["places"], moved) { writeJson(listOf(text, target)) }
            assertEquals(case["target_masked"], maskTarget(text, masked.slots, prefix = true)) { writeJson(text) }
        }
    }

    @Test
    fun `values are filled in as the specification says`() {
        val cases = jsonLines(File(VECTORS, "entities_fill.jsonl"))
        assertTrue(cases.size >= 28)
        for (case in cases) {
            val slots = masked(case["source"] as String, case).slots
            var translation = case["translation"] as String
            for (kind in EntityKind.entries) {
                for (index in 0..1) {
                    translation = translation.replace("{${kind.name.lowercase()}$index}", symbol(kind, index))
                }
            }
            val language = (case["forms"] as List<*>?)?.get(1) as String? ?: "en"
            assertEquals(case["filled"], fill(translation, slots, language).text)
        }
    }

    @Test
    fun `every value is where its span says`() {
        for (case in jsonLines(File(VECTORS, "entities.jsonl"))) {
            val masked = masked(case["text"] as String, case)
            val filled = fill(masked.text, masked.slots, language = "")
            assertEquals(masked.entities.size, filled.spans.size)
            masked.entities.zip(filled.spans) { entity, (start, end) ->
                assertTrue(filled.text.substring(start, end).equals(entity.said, ignoreCase = entity.kind == EntityKind.TERM))
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
        strings = ["a-", "1 ", "1.", "{", "`a", "<a", "a@", "a.b", "%(", "_a", "\\", "FR76 ", "é", ": a", "1:", "Élodie ", "1h à 2h à ", "1 - "],
    )
    fun `a hundred thousand characters take linear time`(unit: String) {
        val text = unit.repeat(100_000 / unit.length)
        val started = System.nanoTime()
        val found = found(text)
        findNames(CodePoints(text), found, Names(emptySet()))
        assertTrue(System.nanoTime() - started < 20_000_000_000)
    }

    @Test
    fun `random texts have ordered and disjoint spans`() {
        val random = Random(5)
        val pieces = "a@b.fr|06 12 34 56|{x}|{|%s|<b>|`|5 590|12,5|€|17 h 30|h30|:|20/05/2023|C:\\|\\|--|−|+|(|0|é|漢|\ud83d\ude00|\ud800|\ufe0f|\u200d|#|_|.|'|années |US$|\ue000|\n|\u00a0"
            .split("|")
        repeat(3_000) {
            val text = List(random.nextInt(12)) { pieces.random(random) }.joinToString("")
            val characters = CodePoints(text)
            var done = 0
            for (entity in found(text)) {
                assertTrue(entity.start in done until entity.end && entity.end <= characters.size) { writeJson(text) }
                assertTrue('\n' !in characters.string(entity.start, entity.end)) { writeJson(text) }
                done = entity.end
            }
        }
    }

    @Test
    fun `the same value has one symbol, and one too many is noticed`() {
        val masked = masked("12,5 et 12,5 et 3,5")
        assertEquals("\ue000 et \ue000 et \ue001", masked.text)
        assertEquals(listOf(2, 1), masked.slots.map { it.times })
        val many = List(13) { "a$it@b.fr" }.joinToString(" ")
        assertEquals(12, excess(found(many), SYMBOLS))
        assertEquals(null, excess(found(many).take(12), SYMBOLS))
        assertEquals(12, masked(many).slots.size)
    }

    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        value = [
            "The 8,000 people | The \ue000 people", "The 8 000 people | The \ue000 people", "The 8,0 | The \ue000",
            "The 80 | The 80", "8,000 8,000 | \ue000 8,000", "18,000 | 18,000", "write to a@ | write to \ue020",
            "write to a | write to a",
        ],
    )
    fun `a prefix is masked by the source`(prefix: String, expected: String) {
        assertEquals(expected, maskTarget(prefix, masked("Les 8 000 écrivent à a@b.fr.").slots, prefix = true))
    }

    @Test
    fun `a value amid a target must be whole`() {
        assertEquals("The 8,0", maskTarget("The 8,0", masked("Les 8 000 écrivent.").slots))
    }

    private val common = "names 1\n0chat\n0des\n0hier\n0la\n1e\n1ondres\n0monsieur\n0président\n0rose\n0saint\n"

    @ParameterizedTest
    @CsvSource(
        delimiter = '|', quoteCharacter = '`',
        value = [
            "Élodie dort. | Élodie", "Hier, Le Chat a vu Élodie Traoré. | Élodie Traoré",
            "Monsieur Keller vit à Londres. | Keller", "M. Keller et J. R. R. Tolkien | Keller;J. R. R. Tolkien",
            "L'ami d'Élodie et d’Angus | Élodie;Angus", "Jean-Luc van der Berg | Jean-Luc van der Berg",
            "O'Brien et D’Artagnan | O'Brien;D’Artagnan", "Rose-Chat et Saint-Malo | Saint-Malo",
            "Le président Lula, Vinci | Lula;Vinci", "Des chats, des Roses | ``", "X et Y | ``", "`` | ``",
        ],
    )
    fun `names are what the list does not have`(sentence: String, names: String) {
        val found = findNames(CodePoints(sentence), emptyList(), Names.parse(common))
        assertEquals(names, found.joinToString(";") { it.value })
    }

    @Test
    fun `names keep clear of other entities`() {
        val text = "chez Élodie@b.fr et Élodie"
        val name = findNames(CodePoints(text), found(text), Names.parse(common)).single()
        assertEquals(20 to 26, name.start to name.end)
    }

    @ParameterizedTest
    @ValueSource(strings = ["", "names 2\n", "names 1", "names 1\n0b\n0a\n", "names 1\n3a\n", "names 1\n\n"])
    fun `a malformed list of names is refused`(content: String) {
        val error = assertThrows<BundleFormatError> { Names.parse(content) }
        assertTrue("list of names" in error.message)
    }

    @Test
    fun `words are in the order of code points`() {
        val astral = "\ud835\udc00"
        assertTrue(compareCodePoints("\uffee", astral) < 0 && compareCodePoints(astral, "\uffee") > 0)
        assertTrue(compareCodePoints("a", "ab") < 0 && compareCodePoints("b", "ab") > 0)
        assertEquals(0, compareCodePoints("ab", "ab"))
    }
}
