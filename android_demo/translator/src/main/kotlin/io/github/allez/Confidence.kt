/*
 * How far a sentence's translation may be trusted, 0 to 1: a logistic regression.
 *
 * Over what search and the checks already know; the weights are in the bundle. What is meant by a good
 * translation, and how often this tells it from others, is in the bundle's card.
 */
package io.github.allez

import kotlin.math.exp
import kotlin.math.ln

/** More doubts count as so many. */
private const val MOST_DOUBTS = 3

/** What the regression adds to the sum of the features, each times its weight. */
internal class Confidence(val intercept: Double, val weights: Map<String, Double>)

/**
 * What is known of a sentence and its translation.
 *
 * @property positions tokens of the source, its end among them.
 * @property found the hypotheses that search handed out.
 * @property chosen which of them [target] is.
 * @property search by which their scores were made.
 */
internal class Evidence(
    val source: String,
    val positions: Int,
    val target: String,
    val found: List<Found>,
    val chosen: Int,
    val search: SearchOptions,
)

/**
 * What the regression may look at, by name; nothing if the sentence was not read.
 *
 * @param doubts how many the checks have found.
 */
internal fun features(told: Evidence, doubts: Int): Map<String, Double> {
    val raw = told.found[told.chosen]
    if (!raw.score.isFinite()) return emptyMap()
    val others = told.found.filterIndexed { index, other -> index != told.chosen && other.finished }
    val length = if (raw.finished) raw.tokens.size + 1 else maxOf(raw.tokens.size, 1)
    val words = lexemes(told.target)
    val size = told.found.firstNotNullOfOrNull { it.attention.firstOrNull() }?.size ?: told.positions
    val best = others.maxOfOrNull { worth(it, size) }
    return mapOf(
        "mean_score" to raw.score * told.search.norm(length) / length,
        "length" to ln(maxOf(characters(told.source), 1).toDouble()),
        "ratio" to ln(length.toDouble() / told.positions),
        "coverage" to coverage(raw.attention, size) / told.positions,
        "agreement" to others.sumOf { shared(raw, it) } / maxOf(others.size, 1),
        "margin" to if (best == null) 0.0 else worth(raw, size) - best,
        "alone" to if (others.isEmpty()) 1.0 else 0.0,
        "letters" to words.sumOf { characters(it) }.toDouble() / maxOf(words.size, 1),
        "pieces" to ln(length.toDouble() / (words.size + 1)),
        "doubts" to minOf(doubts, MOST_DOUBTS).toDouble(),
    )
}

/**
 * The probability of a good translation; 0 if nothing was read.
 *
 * @param weights of the bundle.
 * @param known the features.
 * @return null where the bundle has no weights, or weighs what is not known here.
 */
internal fun confidence(weights: Confidence?, known: Map<String, Double>): Double? {
    if (weights == null) return null
    if (known.isEmpty()) return 0.0
    if (!known.keys.containsAll(weights.weights.keys)) return null
    val total = weights.intercept + weights.weights.entries.sumOf { (name, weight) -> weight * known.getValue(name) }
    return 1 / (1 + exp(-total))
}

private fun characters(text: String): Int = text.codePointCount(0, text.length)

/** Which share of their tokens two hypotheses have in common, in any order. */
private fun shared(one: Found, other: Found): Double {
    val counts = one.tokens.groupingBy { it }.eachCount()
    val both = other.tokens.groupingBy { it }.eachCount().entries.sumOf { (token, count) -> minOf(count, counts[token] ?: 0) }
    return 2.0 * both / maxOf(one.tokens.size + other.tokens.size, 1)
}
