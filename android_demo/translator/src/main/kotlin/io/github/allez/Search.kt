/*
 * Greedy and beam search over any step function, for one sentence.
 *
 * A step is asked for the best continuations of its rows; which model answers, and how, search
 * does not know. Scores are sums of log-probabilities in Double. The rules are the same on every
 * host:
 *
 * - Each step takes the 2K best continuations, ordered by score, then row, then rank.
 * - An eos among the first K finishes a hypothesis; the others fill the K rows.
 * - Where places of finished hypotheses are not replaced, K continuations are taken, not 2K; where they
 *   are kept, K less the hypotheses that have ended. See [SearchRules].
 * - A finished hypothesis scores sum / ((offset + length) / (offset + 1))^lengthPenalty, eos counted
 *   (Wu et al. 2016; the offset is 0 unless the bundle says otherwise).
 * - Search stops at the length limit; when all that could follow is banned; when even the longest
 *   continuation of the best row could not beat the worst hypothesis that would be returned; or
 *   when K are finished and the best row, were it to end with the next word at no cost, would not
 *   beat it either. (K finished ones alone are no reason: a model that is sure of itself fills the
 *   beam with hypotheses cut short.) By the rules of other toolkits it stops as soon as K are finished,
 *   and no more than K are noted, or as soon as the best continuation of a step was an eos and nBest
 *   are finished.
 * - Symbols of entities: one that the source does not have, or that was said as often as it occurs, is
 *   banned; each must be said so often. A row's first 2K continuations that nothing else bans are looked at,
 *   and as many more as its source has different symbols.
 * - A row whose best continuation is eos, but that has not said all its symbols, is noted as incomplete.
 *   It goes on as usual if one of them is among its K best continuations, else by them alone. No other
 *   row may end either before it has said all.
 * - With K > 1, if no continuation among the 2K has said as many different symbols as some other one of
 *   the same rows, the best of those takes the last of the 2K places; and if none of the K rows has, the
 *   last of them.
 * - If nothing complete has ended at 1.5 times the length of the best incomplete one, and two tokens more
 *   for each different symbol of the source, that one is it. With K = 1 none is noted: what was said may
 *   have been handed out.
 * - Rows left empty repeat a live one with score minus infinity.
 * - No loops: a block of one or two tokens stands at most 4 times in a row, one of 3 to 7 at most 3
 *   times, one of 8 to 32 twice, or as often as anything does in the source.
 *
 * Greedy search is K = 1; it stops with its first finished hypothesis.
 */
package io.github.allez

import kotlin.math.pow

/**
 * What one step answers for its N rows; the arrays hold one row after the other.
 *
 * @property k columns of the first two: fewer than asked for when there are fewer words.
 * @property topLogProbs [N x k], descending in each row.
 * @property topTokens [N x k] vocabulary ids.
 * @property attention [N][M] weights over the memory positions.
 * @property logProbs [N x V], only when asked for.
 */
internal class StepResult(
    val k: Int,
    val topLogProbs: FloatArray,
    val topTokens: IntArray,
    val attention: List<FloatArray>,
    val logProbs: FloatArray?,
)

/** One sentence in the course of being decoded, K rows for it. */
internal fun interface Step {
    /**
     * Feeds one token per row.
     *
     * @param token [N] the tokens to feed.
     * @param parent [N] for each row, the row of the previous call that it continues.
     * @param k how many continuations to return.
     * @param full whether to return the log-probabilities of all words too.
     */
    fun run(token: IntArray, parent: IntArray, k: Int, full: Boolean): StepResult
}

/** How the best translation is looked for: [TranslateOptions] with the bundle's choices filled in. */
internal class SearchOptions(
    val beamSize: Int,
    val nBest: Int,
    val maxLength: Int?,
    val minLength: Int,
    val lengthPenalty: Double,
    val noRepeatNgramSize: Int,
    val shortlist: Boolean = false,
    val rules: SearchRules = SearchRules(),
) {
    /** What a sum of log-probabilities is divided by; [length] counts eos. */
    fun norm(length: Int): Double =
        ((rules.lengthOffset + length) / (rules.lengthOffset + 1)).pow(lengthPenalty)
}

/** A hypothesis as search leaves it: ids without eos, and [T][M] attention. */
internal class Found(
    val tokens: List<Int>,
    val score: Double,
    val attention: List<FloatArray>,
    val finished: Boolean,
)

/**
 * One search.
 *
 * @param step the model, fresh.
 * @param limit the most tokens a translation may have, eos not counted; at least 1.
 * @param bos id that is fed first.
 * @param eos id that ends a hypothesis.
 * @param prefix ids that every hypothesis begins with; fewer than [limit].
 * @param repeats how often the source says the same in a row, see [mostRepeats]; null: loops are let be.
 * @param asked what must and may be said of entities; null: nothing is asked.
 * @param ended whether all hypotheses that came to an end are handed out, whatever `nBest` says: the text
 *   decides among them.
 */
internal class Search(
    private val step: Step,
    private val limit: Int,
    private val bos: Int,
    private val eos: Int,
    private val options: SearchOptions,
    private val prefix: List<Int> = emptyList(),
    private val repeats: Int? = null,
    asked: AskedSymbols? = null,
    private val ended: Boolean = false,
) {
    private val width = options.beamSize
    private val rules = options.rules
    private val lookedAt = if (rules.finished == "replaced") 2 * width else width
    private var topped = false // a hypothesis has ended as the best continuation of its step
    private val trellis = Trellis()
    private val ends = ArrayList<End>()
    private val symbols = asked?.let(::SaidSymbols)
    private var incomplete: End? = null // the best row that would end without having said all its symbols
    private var scores = doubleArrayOf(0.0) // [K]

    /**
     * Searches, and tells [onStep] the tokens [N] of the rows after each step.
     *
     * @param isOver asked after each step whether to give up: then there is what there is, unfinished.
     * @return the `nBest` hypotheses, best first, those cut at the limit last, and behind them what else
     *   has ended where that is asked for; none if no score was finite.
     */
    fun run(isOver: () -> Boolean = { false }, onStep: (IntArray) -> Unit = {}): List<Found> {
        var token = intArrayOf(bos)
        var parent = intArrayOf(0)
        for (forced in prefix) {
            parent = force(token, parent, forced)
            token = intArrayOf(forced)
            onStep(token)
            if (isOver()) return giveUp()
        }
        while (true) {
            val next = advance(token, parent) ?: return best().map { trellis.trace(it) }
            token = next.token
            parent = next.parent
            onStep(token)
            if (isOver()) return giveUp()
        }
    }

    /** Feeds the one row there is and continues it with a given token. */
    private fun force(token: IntArray, parent: IntArray, forced: Int): IntArray {
        val result = step.run(token, parent, 1, full = true)
        val logProbs = checkNotNull(result.logProbs) { "a step that was asked for everything" }
        scores[0] += logProbs[forced].toDouble()
        link(Rows(intArrayOf(forced), intArrayOf(0)), result.attention)
        return intArrayOf(0)
    }

    /** Feeds the rows and chooses the next ones; null when the search is over. */
    private fun advance(token: IntArray, parent: IntArray): Rows? {
        val time = trellis.size // tokens each row has so far
        val banned = trellis.banned(token.size, options.noRepeatNgramSize, repeats)
        var extra = banned?.maxOf { it.size } ?: 0
        if (time < options.minLength) extra++
        if (symbols != null) extra += symbols.room
        val isMissing = symbols != null && symbols.isAnyMissing
        val result = step.run(token, parent, 2 * width + extra, full = isMissing)
        val offered = allowed(result, banned, time)
        if (symbols != null) for (row in token.indices) restrain(symbols, row, offered, result.logProbs, time)
        val best = withinRoom(continuations(offered, isMissing))
        finish(best, time)
        val atLimit = time >= limit
        if (atLimit) cut(time)
        val (live, dead) = best.partition { it.token != eos && it.score.isFinite() }
        val deadEnd = live.isEmpty() && ends.isEmpty() && result.topLogProbs.any { it.isFinite() }
        if (deadEnd) cut(time) // all that could follow is banned
        val chosen = withMostSaid((live + dead).take(width), live)
        scores = DoubleArray(chosen.size) { if (it < live.size) chosen[it].score else Double.NEGATIVE_INFINITY }
        if (atLimit || live.isEmpty() || isOutOfPatience(time) || isOver(time)) return null
        val rows = chosen.mapIndexed { index, continuation -> if (index < live.size) continuation else chosen[0] }
        return Rows(
            token = IntArray(rows.size) { rows[it].token },
            parent = IntArray(rows.size) { rows[it].row },
        ).also { link(it, result.attention) }
    }

    private fun link(next: Rows, weights: List<FloatArray>) {
        trellis.link(next, weights)
        symbols?.advance(next.parent, next.token)
    }

    /** What the model offers; what is not allowed has log-probability minus infinity. */
    private fun allowed(result: StepResult, banned: List<Set<Int>>?, time: Int): Offered {
        val logs = DoubleArray(result.topTokens.size) { index ->
            val token = result.topTokens[index]
            val allowed = (token != eos || time >= options.minLength) &&
                (banned == null || token !in banned[index / result.k])
            if (allowed) result.topLogProbs[index].toDouble() else Double.NEGATIVE_INFINITY
        }
        return Offered(result.k, result.topTokens.copyOf(), logs)
    }

    /** Applies the rules on symbols to what is offered to one row. */
    private fun restrain(symbols: SaidSymbols, row: Int, offered: Offered, logProbs: FloatArray?, time: Int) {
        val places = offered.placesOf(row)
        places.filter { offered.logs[it].isFinite() }.forEachIndexed { rank, place ->
            val isBeyond = rank >= 2 * width + symbols.room
            if (isBeyond || symbols.isForbidden(row, offered.tokens[place])) offered.ban(place)
        }
        if (!symbols.isMissing(row)) return
        val open = places.filter { offered.logs[it].isFinite() }
        val isEnding = open.isNotEmpty() && offered.tokens[open[0]] == eos
        val isHelped = open.take(width).any { symbols.isUnsaid(row, offered.tokens[it]) }
        if (isEnding && width > 1) noteIncomplete(row, scores[row] + offered.logs[open[0]], time)
        places.filter { offered.tokens[it] == eos }.forEach(offered::ban)
        if (!isEnding || isHelped) return
        places.forEach(offered::ban)
        val every = checkNotNull(logProbs) { "a step that was asked for everything" }
        val first = row * (every.size / scores.size)
        symbols.missing(row) { every[first + it].toDouble() }.zip(places) { token, place ->
            offered.tokens[place] = token
            offered.logs[place] = every[first + token].toDouble()
        }
    }

    /** Keeps the best row that would end without all its symbols. */
    private fun noteIncomplete(row: Int, total: Double, time: Int) {
        if (!total.isFinite()) return
        val end = End(total / options.norm(time + 1), time, row, finished = true)
        incomplete = incomplete?.takeIf { it.score >= end.score } ?: end
    }

    /** Whether the rows are much longer than an incomplete hypothesis, and nothing has ended. */
    private fun isOutOfPatience(time: Int): Boolean {
        val end = incomplete ?: return false
        return ends.isEmpty() && time >= PATIENCE * (end.step + 1) + 2 * (symbols?.room ?: 0)
    }

    /** The 2K best continuations, the one with most symbols said among them. */
    private fun continuations(offered: Offered, isMissing: Boolean): List<Continuation> {
        val all = offered.tokens.indices.mapTo(ArrayList(offered.tokens.size)) { index ->
            val row = index / offered.k
            val token = offered.tokens[index]
            Continuation(token, row, scores[row] + offered.logs[index], symbols?.said(row, token) ?: 0)
        }
        // Stable, so that equal scores stay in the order of row and rank; what is no number comes last.
        all.sortWith { one, other -> descending(one.score, other.score) }
        val best = all.take(lookedAt)
        return if (isMissing) withMostSaid(best, all.filter { it.score.isFinite() }) else best
    }

    /** Those of [best] that have a place, where hypotheses that ended keep theirs. */
    private fun withinRoom(best: List<Continuation>): List<Continuation> =
        if (rules.finished == "kept") best.take(maxOf(width - ends.size, 0)) else best

    /** [best], its last one replaced by the first of [all] with most symbols said if it has none such. */
    private fun withMostSaid(best: List<Continuation>, all: List<Continuation>): List<Continuation> {
        if (width == 1 || symbols == null || symbols.room == 0) return best
        val most = all.maxByOrNull { it.said } ?: return best
        val isAmong = best.any { it.said == most.said && it in all }
        return if (isAmong) best else best.dropLast(1) + most
    }

    private fun descending(one: Double, other: Double): Int = when {
        one.isNaN() || other.isNaN() -> one.isNaN().compareTo(other.isNaN())
        one > other -> -1
        one < other -> 1
        else -> 0
    }

    /** Notes the hypotheses that end here: eos among the first K. */
    private fun finish(best: List<Continuation>, time: Int) {
        val norm = options.norm(time + 1)
        best.take(width).forEachIndexed { rank, continuation ->
            if (continuation.token != eos || !continuation.score.isFinite()) return@forEachIndexed
            if (rank == 0) topped = true
            if (rules.earlyStopping == "full" && ends.size >= width) return@forEachIndexed
            ends.add(End(continuation.score / norm, time, continuation.row, finished = true))
        }
    }

    /** Notes the rows that reached the limit; they rank after finished ones. */
    private fun cut(time: Int) {
        val norm = options.norm(maxOf(time, 1))
        scores.forEachIndexed { row, score ->
            if (score.isFinite()) ends.add(End(score / norm, time, row, finished = false))
        }
    }

    /** Whether enough is known, or the rows can hardly win any more. */
    private fun isOver(time: Int): Boolean {
        if (ends.size < options.nBest) return false
        if (rules.earlyStopping == "full") return ends.size >= width
        if (rules.earlyStopping == "best") return topped
        if (width == 1) return true
        val worst = ends.map { it.score }.sortedDescending()[options.nBest - 1]
        // Sums only fall, so the most that a row can reach is its sum over the most tokens.
        // With K finished ones in hand, its sum over the fewest is hope enough.
        val most = if (ends.size >= width) time + 2 else limit + 1
        return scores[0] / options.norm(most) <= worst
    }

    /**
     * Ends the search: rows that would go on become hypotheses. They rank by their score alone: what
     * ended early in a search that was not done is seldom better.
     */
    private fun giveUp(): List<Found> {
        cut(trellis.size)
        return kept(known().sortedByDescending { it.score }).map { trellis.trace(it) }
    }

    /** The hypotheses; where none is complete, the best incomplete one is, too. */
    private fun known(): List<End> = listOfNotNull(incomplete.takeIf { ends.none { end -> end.finished } }) + ends

    private fun best(): List<End> = kept(known().sortedWith(compareBy<End> { !it.finished }.thenByDescending { it.score }))

    private fun kept(best: List<End>): List<End> =
        best.take(options.nBest) + best.drop(options.nBest).filter { ended && it.finished }
}

/** How often a block of 1, 2, ... tokens may stand in a row, unless the source repeats more. */
private val BLOCK_REPEATS = SPEC.part("search").list("loops").fold(IntArray(0)) { repeats, rule ->
    val (size, times) = (rule as List<*>).map { (it as Long).toInt() }
    repeats + IntArray(size - repeats.size) { times }
}

/** How often, at most, the same 1 to 32 ids stand in a row; 1 if nothing is repeated. */
internal fun mostRepeats(ids: IntArray): Int = (1..BLOCK_REPEATS.size).maxOf { block ->
    var same = 0
    var most = 1
    for (at in block until ids.size) {
        same = if (ids[at] == ids[at - block]) same + 1 else 0
        most = maxOf(most, same / block + 1)
    }
    most
}

/** How many times as long as the best incomplete hypothesis a complete one may be. */
private const val PATIENCE = 1.5

/** What rows may go on with: [N x k] tokens and log-probabilities, one row after the other. */
private class Offered(val k: Int, val tokens: IntArray, val logs: DoubleArray) {
    fun placesOf(row: Int): IntRange = row * k until (row + 1) * k

    fun ban(place: Int) {
        logs[place] = Double.NEGATIVE_INFINITY
    }
}

/** A row of a step, what it could go on with, and how many different symbols it then has said. */
private class Continuation(val token: Int, val row: Int, val score: Double, val said: Int)

/** The rows of the next step: [N] tokens to feed, and the rows of this one that they continue. */
private class Rows(val token: IntArray, val parent: IntArray)

/** Where a hypothesis ended: the row of a step that fed its last token. */
private class End(val score: Double, val step: Int, val row: Int, val finished: Boolean)

/** All rows of all steps, linked backwards. */
private class Trellis {
    private val rows = ArrayList<Rows>()
    private val attention = ArrayList<List<FloatArray>>()

    /** Tokens that each row has. */
    val size: Int get() = rows.size

    /** Records the rows of the next step and the attention [N][M] of this one. */
    fun link(next: Rows, weights: List<FloatArray>) {
        rows.add(next)
        attention.add(weights)
    }

    /** Walks back from an end to the first token. */
    fun trace(end: End): Found {
        val weights = ArrayList<FloatArray>()
        val tokens = ArrayList<Int>()
        var row = end.row
        for (step in end.step - 1 downTo 0) {
            tokens.add(rows[step].token[row])
            row = rows[step].parent[row]
            weights.add(attention[step][row])
        }
        return Found(tokens.reversed(), end.score, weights.reversed(), end.finished)
    }

    /**
     * For each of [count] rows, the tokens that would repeat a sequence of [length], or go round in a
     * loop more often than [repeats] and [BLOCK_REPEATS] allow; null: none could.
     */
    fun banned(count: Int, length: Int, repeats: Int?): List<Set<Int>>? {
        val sequences = length > 0 && size >= length
        if (!sequences && repeats == null) return null
        val found = List(count) { row ->
            val history = history(row)
            val tokens = HashSet<Int>()
            if (sequences) {
                val recent = history.takeLast(length - 1)
                history.windowed(length).filter { it.dropLast(1) == recent }.mapTo(tokens) { it.last() }
            }
            if (repeats != null) tokens.addAll(loops(history, repeats))
            tokens
        }
        return found.takeIf { sets -> sets.any { it.isNotEmpty() } }
    }

    /** The first token of each block that has followed itself as often as it may. */
    private fun loops(history: List<Int>, repeats: Int): List<Int> = BLOCK_REPEATS.indices.mapNotNull { index ->
        val block = index + 1
        var same = 0
        var at = history.lastIndex
        while (at >= block && history[at] == history[at - block]) {
            same++
            at--
        }
        val allowed = (maxOf(repeats, BLOCK_REPEATS[index]) - 1) * block
        if (same >= allowed) history[history.size - block] else null
    }

    private fun history(end: Int): List<Int> {
        val tokens = IntArray(size)
        var row = end
        for (step in size - 1 downTo 0) {
            tokens[step] = rows[step].token[row]
            row = rows[step].parent[row]
        }
        return tokens.asList()
    }
}
