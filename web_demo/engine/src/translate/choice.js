/**
 * Which of the hypotheses that search ended anyway is handed out: one more look, no further step.
 *
 * Search knows sums of probabilities alone. What is worth most is looked at first: its score, and
 * how much of the source it attends to (the coverage of Wu et al. 2016). If something in it is in
 * doubt, one that leaves less in doubt and is worth hardly less takes its place.
 */

import { SPEC } from '../spec.js'

/** @typedef {import('../search/trellis.js').Found} Found */

const RULES = SPEC.search.choice

/**
 * Returns how much of the source a translation attends to: 0 is all of it, below is less. The sum,
 * over all positions but the end, of the logarithm of what the tokens pay to it together.
 *
 * @param {Float32Array[]} attention [T][S] as search leaves it
 * @param {number} [width] S, where nothing was said
 */
export function coverage(attention, width = 1) {
  const positions = (attention[0]?.length ?? width) - 1
  let total = 0
  for (let at = 0; at < positions; at++) {
    const paid = attention.reduce((sum, row) => sum + row[at], 0)
    total += Math.log(Math.min(1, Math.max(RULES.least, paid)))
  }
  return total
}

/**
 * What a hypothesis is worth.
 *
 * @param {Pick<Found, 'score' | 'attention'>} found
 * @param {number} [width] S, where nothing was said
 */
export const worth = ({ score, attention }, width) =>
  score + RULES.coverage * coverage(attention, width)

/**
 * Returns the index of the hypothesis that is handed out.
 *
 * Of those that came to an end and are worth at most `margin` less than the best of them, the one
 * with fewest doubts; of equals the one that is worth most, and of those the first. The first one
 * if that was cut.
 *
 * @param {Pick<Found, 'score' | 'attention' | 'finished'>[]} found as search orders them; not empty
 * @param {(index: number) => number} doubtsOf counts those of a hypothesis; asked for as few as
 *   decide
 * @param {number} [width] S, where nothing was said
 */
export function chosen(found, doubtsOf, width) {
  if (found.length === 1 || !found[0].finished) return 0
  const worths = found.map((each) => worth(each, width))
  const order = found.flatMap(({ finished }, index) => (finished ? [index] : []))
  order.sort((a, b) => worths[b] - worths[a])
  let [best] = order
  let fewest = doubtsOf(best)
  for (const index of order.slice(1)) {
    if (fewest === 0 || worths[index] < worths[order[0]] - RULES.margin) break
    const count = doubtsOf(index)
    if (count >= fewest) continue
    best = index
    fewest = count
  }
  return best
}
