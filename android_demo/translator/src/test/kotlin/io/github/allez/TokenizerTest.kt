package io.github.allez

import java.io.File
import java.time.Duration
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTimeout
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertThrows
import org.junit.jupiter.api.condition.EnabledIfSystemProperty
import org.junit.jupiter.params.ParameterizedTest
import org.junit.jupiter.params.provider.CsvSource
import org.junit.jupiter.params.provider.ValueSource

class TokenizerTest {
    private val definition = File(TINY, "tokenizer.json").readText()
    private val tiny = Tokenizer(definition)

    /** Compares all cases whose characters this Java knows; returns how many those are. */
    private fun check(tokenizer: Tokenizer, file: File): Int {
        val cases = jsonLines(file)
        var compared = 0
        for (case in cases) {
            val text = case["text"] as String?
            if (text != null && text.codePoints().anyMatch { !Character.isDefined(it) }) continue
            compared++
            val ids = case.ints("ids")
            if (text != null) assertEquals(ids, tokenizer.encode(text).toList()) { writeJson(text).take(200) }
            assertEquals(case["decoded"], tokenizer.decode(ids)) { "$ids" }
        }
        assertTrue(compared >= 0.9 * cases.size) { "only $compared of ${cases.size}" }
        return compared
    }

    @Test
    fun `ids and texts are those of the reference`() {
        assertTrue(check(tiny, File(VECTORS, "tokenizer.jsonl")) >= 500)
    }

    @ParameterizedTest
    @ValueSource(strings = ["tokenizer", "tokenizer-unigram", "tokenizer-unigram-bytes", "tokenizer-pairs",
        "tokenizer-suffix", "tokenizer-words"])
    fun `ids, places and texts are those of all hosts`(name: String) {
        val cases = jsonLines(File(VECTORS, "$name.jsonl"))
        val own = cases.first()["definition"]?.let { Tokenizer(writeJson(it)) } ?: tiny
        for (case in cases.filter { "ids" in it }) {
            val ids = case.ints("ids")
            assertEquals(case["decoded"], own.decode(ids)) { "$ids" }
            val text = case["text"] as String? ?: continue
            if (text.codePoints().anyMatch { !Character.isDefined(it) }) continue
            val tokens = own.encode(Aligned(text))
            assertEquals(ids, tokens.map { it.id }) { writeJson(text).take(200) }
            val spans = (case["spans"] as List<*>).map { span ->
                (span as List<*>).map { text.offsetByCodePoints(0, (it as Long).toInt()) }
            }
            assertEquals(spans, tokens.map { listOf(it.start, it.end) }) { writeJson(text).take(200) }
        }
    }

    @Test
    @EnabledIfSystemProperty(named = "allez.cases", matches = ".+")
    fun `tens of thousands of ids and texts are those of the reference`() {
        val folder = File(System.getProperty("allez.cases"))
        val shipped = Tokenizer(File(SHIPPED, "tokenizer.json").readText())
        val compared = check(shipped, File(folder, "tokenizer-fr-en.jsonl"))
        assertTrue(compared >= 20_000) { "only $compared" }
        assertTrue(check(tiny, File(folder, "tokenizer-tiny.jsonl")) >= 3_000)
    }

    @ParameterizedTest
    @ValueSource(
        strings = [
            "Je vois le chat noir.", "L’été,  « e\u0301té » !", "a\u00adb", "1234", "é😀中",
            "\u1100\u1161\u11a8", "a\ud800b", "▁a", "\u0fb2\u0f71\u0f80", "x\u0345\u0301\u0323y",
        ],
    )
    fun `offsets cover the text in order`(text: String) {
        val tokens = tiny.encode(Aligned(text))
        var done = 0
        for (token in tokens) {
            assertTrue(token.start in 0..token.end && token.end <= text.length) { "$token" }
            assertTrue(token.end >= done) { "$token" }
            done = token.end
        }
        assertEquals(text.length, done)
    }

    @Test
    fun `offsets point at the words`() {
        val text = "Je vois\u00a0le  chat."
        val aligned = Aligned(text).squeeze(setOf(' '.code, 0xA0))
        assertEquals("Je vois le chat.", aligned.text)
        val shown = tiny.encode(aligned).map { it.piece.removePrefix("▁") to text.substring(it.start, it.end) }
        for ((piece, source) in shown) if (piece.isNotEmpty()) assertEquals(piece, source)
    }

    @Test
    fun `where each token of a text stands is known`() {
        val ids = tiny.encode("Je vois 😀 le chat.").toList()
        val spelled = tiny.spell(ids)
        assertEquals("Je vois 😀 le chat.", spelled.text)
        for (token in spelled.tokens) {
            val shown = spelled.text.substring(token.start, token.end)
            assertEquals(if (token.piece.startsWith("<0x")) "😀" else shown(token), shown)
        }
    }

    @Test
    fun `bytes at the end are held back`() {
        val ids = tiny.encode("a 😀 b").toList()
        val texts = ids.indices.map { tiny.decodeStable(ids.take(it + 1)) }
        assertTrue(texts.all { "a 😀 b".startsWith(it) }) { "$texts" }
        assertEquals("a 😀 b", texts.last())
        for ((id, text) in ids.zip(texts)) if (tiny.piece(id).startsWith("<0x")) assertEquals("a ", text)
    }

    @ParameterizedTest
    @ValueSource(strings = ["a", "ab", "le", "é", "😀"])
    fun `a very long word takes no quadratic time`(unit: String) {
        val text = unit.repeat(100_000 / unit.length)
        assertTimeout(Duration.ofSeconds(10)) { assertEquals(text, tiny.decode(tiny.encode(text).toList())) }
    }

    @ParameterizedTest
    @CsvSource(
        delimiter = '|', quoteCharacter = '`',
        value = [
            "\"added_tokens\": [] | \"added_tokens\": [{\"id\": 2}] | added_tokens",
            "\"type\": \"BPE\" | \"type\": \"WordPiece\" | WordPiece",
            "\"byte_fallback\": true | \"byte_fallback\": false | byte fallback",
            "\"dropout\": null | \"dropout\": 0.1 | dropout",
            "\"ignore_merges\": false | \"ignore_merges\": true | ignore_merges",
            "\"type\": \"NFC\" | \"type\": \"NFKC\" | NFKC",
            "\"String\": \"…\" | \"Regex\": \"…\" | plain string",
            "\"type\": \"Digits\" | \"type\": \"ByteLevel\" | ByteLevel",
            "\"type\": \"Digits\" | \"type\": 3 | malformed",
            "\"type\": \"Fuse\" | \"type\": \"Strip\" | decoders",
            "\"individual_digits\": true | \"individual_digits\": false | Digits",
            "\"prepend_scheme\": \"always\" | \"prepend_scheme\": \"first\" | Metaspace",
            "\"padding\": null | \"padding\": {} | padding",
            "\"post_processor\": null | \"post_processor\": {} | post_processor",
            "\"<0x7F>\": 130 | \"x7F\": 130 | bytes to fall back to",
            "\"<pad>\": 0 | \"<pad>\": 1 | each once",
            "\"<pad>\": 0 | \"<pad>\": 9999 | each once",
            "\"<pad>\": 0 | \"<pad>\": \"0\" | each once",
            "\"padding\": null | \"later\": null | 'later', which no host knows",
            "\"dropout\": null | \"scores\": null | 'scores', which no host knows",
            "\"model\": | \"module\": | no model",
        ],
    )
    fun `foreign components are refused by name`(old: String, new: String, named: String) {
        val compact = old.replace(": ", ":")
        val found = if (old in definition) old else compact
        assertTrue(found in definition) { "no $old" }
        val error = assertThrows<BundleFormatError> { Tokenizer(definition.replaceFirst(found, new)) }
        assertTrue(named in error.message) { error.message }
    }

    @ParameterizedTest
    @ValueSource(strings = ["[\"a\"]", "3", "\"a b c\"", "[\"l\", 3]", "[\"zz\", \"z\"]"])
    fun `merges that are none are refused`(merge: String) {
        val start = Regex("\"merges\":\\s*\\[").find(definition)!!.range.last + 1
        val error = assertThrows<BundleFormatError> {
            Tokenizer(definition.substring(0, start) + merge + "," + definition.substring(start))
        }
        assertTrue("cannot be read" in error.message) { error.message }
    }

    @ParameterizedTest
    @ValueSource(strings = ["", "{", "[]", "null", "3"])
    fun `what is no tokenizer is refused`(text: String) {
        assertThrows<BundleFormatError> { Tokenizer(text) }
    }
}
