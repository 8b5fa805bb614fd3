/*
 * Which of the hypotheses that search ended anyway is handed out: one more look, no further step.
 *
 * Search knows sums of probabilities alone. What is worth most is looked at first: its score, and how
 * much of the source it attends to (the coverage of Wu et al. 2016). If something in it is in doubt, one
 * that leaves less in doubt and is worth hardly less takes its place.
 */
package io.github.allez

import kotlin.math.ln

private val RULES = SPEC.part("search").part("choice")
private val WEIGHT = RULES["coverage"] as Double
private val LEAST = RULES["least"] as Double
private val MARGIN = RULES["margin"] as Double

/**
 * How much of the source a translation attends to: 0 is all of it, below is less.
 *
 * The sum, over all positions but the end, of the logarithm of what the tokens pay to it together: 1 at
 * most, and `least` at least.
 *
 * @param attention [T][S] as search leaves it.
 * @param size S.
 */
internal fun coverage(attention: List<FloatArray>, size: Int): Double = (0 until size - 1).sumOf { place ->
    ln(attention.sumOf { it[place].toDouble() }.coerceIn(LEAST, 1.0))
}

/** What a hypothesis is worth: its score, and what its coverage of [size] positions adds. */
internal fun worth(found: Found, size: Int): Double = found.score + WEIGHT * coverage(found.attention, size)

/**
 * Which hypothesis is handed out.
 *
 * Of those that came to an end and are worth at most `margin` less than the best of them, the one with
 * fewest doubts; of equals the one that is worth most, and of those the first. The first one if that was
 * cut.
 *
 * @param found hypotheses as search orders them; not empty.
 * @param doubts counts those of a hypothesis; asked for as few as decide.
 */
internal fun chosen(found: List<Found>, doubts: (Int) -> Int): Int {
    if (found.size == 1 || !found[0].finished) return 0
    val size = found.maxOf { it.attention.firstOrNull()?.size ?: 0 }
    val worth = found.map { worth(it, size) }
    val order = found.indices.filter { found[it].finished }.sortedByDescending { worth[it] }
    var best = order[0]
    var fewest = doubts(best)
    for (index in order.drop(1)) {
        if (fewest == 0 || worth[index] < worth[order[0]] - MARGIN) break
        val count = doubts(index)
        if (count < fewest) {
            best = index
            fewest = count
        }
    }
    return best
}
