package io.github.allez

import java.io.File
import kotlin.math.abs
import kotlin.math.pow
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

private const val BOS = 0
private const val EOS = 1

/**
 * A language model as a table: log-probabilities depend on the last two tokens.
 *
 * Attention is a function of the token fed, so that a wrong way back shows.
 */
private class TableStep(private val table: List<List<FloatArray>>) : Step {
    private var last = listOf(BOS to BOS) // per row: the token before the last, and the last

    override fun run(token: IntArray, parent: IntArray, k: Int, full: Boolean): StepResult {
        last = token.indices.map { last[parent[it]].second to token[it] }
        val rows = last.map { (before, last) -> table[before][last] }
        val count = minOf(k, table.size)
        val order = rows.map { row -> row.indices.sortedByDescending { row[it] }.take(count) }
        return StepResult(
            k = count,
            topLogProbs = rows.zip(order).flatMap { (row, top) -> top.map { row[it] } }.toFloatArray(),
            topTokens = order.flatten().toIntArray(),
            attention = token.map { fed -> FloatArray(table.size).also { it[fed] = 1f } },
            logProbs = if (full) rows.flatMap { it.asList() }.toFloatArray() else null,
        )
    }
}

class SearchTest {
    private fun table(words: Int, logProb: (Int, Int, Int) -> Double) =
        List(words) { one -> List(words) { two -> FloatArray(words) { logProb(one, two, it).toFloat() } } }

    private fun options(beamSize: Int, nBest: Int = 1, minLength: Int = 0, noRepeat: Int = 0) =
        SearchOptions(beamSize, nBest, null, minLength, 1.0, noRepeat)

    @Test
    fun `hundreds of searches end as they do in Python`() {
        assertTrue(compared("search.jsonl") >= 200)
    }

    @Test
    fun `by the rules of other toolkits they do, too`() {
        assertTrue(compared("search_rules.jsonl") >= 250)
    }

    @Test
    fun `loops are let be where the bundle says so, and only there`() {
        val cases = jsonLines(File(VECTORS, "repeats.jsonl")).toList()
        assertTrue(cases.size >= 40)
        for (case in cases) {
            val ids = (case["ids"] as List<*>).map { (it as Long).toInt() }.toIntArray()
            val rules = SearchRules(repeats = case["rule"] as String)
            assertEquals((case["repeats"] as Long?)?.toInt(), rules.repeatsOf(ids))
        }
    }

    /** How many searches were compared, all of them as in Python. */
    private fun compared(file: String): Int {
        var table = emptyList<List<FloatArray>>()
        var compared = 0
        for (case in jsonLines(File(VECTORS, file))) {
            val content = case["table"] as List<*>?
            if (content != null) {
                table = content.map { page ->
                    (page as List<*>).map { row -> (row as List<*>).map { (it as Number).toFloat() }.toFloatArray() }
                }
                continue
            }
            compare(case, table)
            compared++
        }
        return compared
    }

    private fun compare(case: Map<*, *>, table: List<List<FloatArray>>) {
        val wanted = case["options"] as Map<*, *>
        val options = SearchOptions(
            beamSize = wanted.int("beam_size"),
            nBest = wanted.int("n_best"),
            maxLength = null,
            minLength = wanted.int("min_length"),
            lengthPenalty = wanted["length_penalty"] as Double,
            noRepeatNgramSize = wanted.int("no_repeat_ngram_size"),
            rules = if ("finished" in wanted) rules(wanted) else SearchRules(),
        )
        val repeats = (case["repeats"] as Number?)?.toInt()
        val asked = (case["asked"] as Map<*, *>?)?.let {
            AskedSymbols(it.ints("ids").toIntArray(), it.ints("times").toIntArray())
        }
        val step = TableStep(table)
        val found = Search(step, case.int("limit"), BOS, EOS, options, case.ints("prefix"), repeats, asked).run()
        val expected = (case["found"] as List<*>).map { it as Map<*, *> }
        val where = writeJson(case)
        assertEquals(expected.map { it.ints("tokens") }, found.map { it.tokens }) { where }
        assertEquals(expected.map { it["finished"] }, found.map { it.finished }) { where }
        val fed = found.map { one -> one.attention.map { row -> row.indexOfFirst { it == 1f } } }
        assertEquals(expected.map { it.ints("fed") }, fed) { where }
        // Only a power that is no whole number may end in another last digit.
        val tolerance = if (options.lengthPenalty == 0.6) 1e-12 else 0.0
        for ((one, other) in expected.zip(found)) {
            val score = one["score"] as Double
            assertEquals(score, other.score, tolerance * maxOf(1.0, abs(score))) { where }
        }
    }

    private fun rules(told: Map<*, *>) = SearchRules(
        lengthOffset = told["length_offset"] as Double,
        earlyStopping = told["early_stopping"] as String,
        finished = told["finished"] as String,
    )

    @Test
    fun `symbols are said as in Python`() {
        val cases = jsonLines(File(VECTORS, "search_symbols.jsonl"))
        assertTrue(cases.size >= 40)
        for (case in cases) {
            val rows = (case["table"] as List<*>).map { row ->
                (row as List<*>).map { (it as Number).toFloat() }.toFloatArray()
            }
            val asked = AskedSymbols(case.ints("symbols").toIntArray(), case.ints("times").toIntArray())
            val beam = case.int("beam_size")
            val step = TableStep(List(rows.size) { rows }) // what follows depends on the last token alone
            val found = Search(step, case.int("limit"), BOS, EOS, options(beam, beam, minLength = 1), asked = asked).run()
            val expected = (case["hypotheses"] as List<*>).map { it as List<*> }
            val where = writeJson(case)
            assertEquals(expected.map { it[0] }, found.map { one -> one.tokens.map { it.toLong() } }) { where }
            assertEquals(expected.map { it[2] }, found.map { it.finished }) { where }
            expected.zip(found) { one, other -> assertEquals((one[1] as Number).toDouble(), other.score, 1e-6) { where } }
        }
    }

    private fun certain(likely: Map<Pair<Int, Int>, Double>, otherwise: Double) = table(9) { _, last, next ->
        if (next == BOS) -1e9 else likely[last to next] ?: likely[-1 to next] ?: otherwise
    }

    private val once = AskedSymbols(intArrayOf(4, 5, 6), intArrayOf(1, 0, 0))

    @Test
    fun `a row that would end goes on by the missing symbol alone`() {
        val table = certain(mapOf((BOS to 2) to -0.05, (-1 to EOS) to -0.1, (-1 to 4) to -9.0), -5.0)
        val found = Search(TableStep(table), 12, BOS, EOS, options(1), asked = once).run().single()
        assertEquals(listOf(2, 4) to true, found.tokens to found.finished)
    }

    @Test
    fun `where nothing complete ends the incomplete one is it`() {
        val never = Double.NEGATIVE_INFINITY
        val likely = mapOf(
            (BOS to 2) to -0.1, (2 to EOS) to -0.1, (4 to 3) to -0.1, (3 to 3) to -0.1, (3 to EOS) to never, (4 to EOS) to never,
        )
        fun found(beam: Int) = Search(TableStep(certain(likely, -20.0)), 12, BOS, EOS, options(beam), asked = once).run()[0]
        assertEquals(listOf(2) to true, found(2).let { it.tokens to it.finished })
        // What a stream has handed out stands.
        assertEquals(listOf(2, 4) to false, found(1).let { it.tokens.take(2) to it.finished })
    }

    @Test
    fun `a prefix counts what it says`() {
        for (seed in 0 until 20) {
            val table = table(9) { _, last, next -> if (next == BOS) -1e9 else -((last * 7 + next * (seed + 3)) % 11) / 2.0 }
            val asked = AskedSymbols(intArrayOf(4, 5, 6), intArrayOf(1, 1, 0))
            val found = Search(TableStep(table), 12, BOS, EOS, options(4), listOf(2, 4), asked = asked).run()[0]
            assertEquals(listOf(2, 4), found.tokens.take(2))
            assertEquals(1, found.tokens.count { it == 4 })
            assertTrue(found.tokens.count { it == 5 } <= 1 && 6 !in found.tokens)
        }
    }

    @Test
    fun `the best of all sequences is found by a wide beam`() {
        val table = table(4) { one, two, three ->
            if (three == BOS) -1e9 else -(1 + (one * 7 + two * 5 + three * 3) % 11) / 4.0
        }
        val all = sequences(limit = 4).map { words ->
            var total = 0.0
            var last = BOS to BOS
            for (word in words + EOS) {
                total += table[last.first][last.second][word].toDouble()
                last = last.second to word
            }
            words to total / (words.size + 1)
        }
        val best = all.maxOf { it.second }
        val found = Search(TableStep(table), 4, BOS, EOS, options(beamSize = 100, nBest = all.size)).run()
        assertEquals(best, found[0].score, 1e-9)
        assertEquals(all.map { it.first }.toSet(), found.map { it.tokens }.toSet())
        assertTrue(found.all { it.finished })
    }

    private fun sequences(limit: Int): List<List<Int>> = (0..limit).flatMap { length ->
        (0 until 2.0.pow(length).toInt()).map { code -> List(length) { 2 + (code shr it and 1) } }
    }

    @Test
    fun `the limit cuts and says so`() {
        val table = table(4) { _, _, three -> if (three == 2) -0.5 else -50.0 } // never ends by itself
        val found = Search(TableStep(table), 6, BOS, EOS, options(1)).run().single()
        assertEquals(List(6) { 2 }, found.tokens)
        assertEquals(-0.5, found.score)
        assertTrue(!found.finished)
    }

    @Test
    fun `no finite score means no hypothesis`() {
        val table = table(4) { _, _, _ -> Double.NaN }
        assertEquals(0, Search(TableStep(table), 6, BOS, EOS, options(4)).run().size)
    }

    @Test
    fun `nothing is repeated and nothing ends too soon`() {
        val table = table(6) { _, two, three -> if (three == EOS) -0.1 else -1.0 - (two * 3 + three) % 5 }
        for (beam in listOf(1, 4)) {
            val options = options(beam, minLength = 9, noRepeat = 2)
            val tokens = Search(TableStep(table), 12, BOS, EOS, options).run()[0].tokens
            assertTrue(tokens.size >= 9) { "$tokens" }
            assertEquals(tokens.size - 1, tokens.zipWithNext().toSet().size) { "$tokens" }
        }
    }

    @Test
    fun `each step of greedy search tells its token`() {
        val table = table(6) { one, two, three ->
            if (three == BOS) -1e9 else -((one * 5 + two * 3 + three * 7) % 9) / 2.0
        }
        val told = ArrayList<Int>()
        val found = Search(TableStep(table), 9, BOS, EOS, options(1)).run { told.add(it.single()) }.single()
        assertEquals(found.tokens, told)
    }
}
