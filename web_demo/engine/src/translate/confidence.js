/**
 * How far a sentence's translation may be trusted, 0 to 1: a logistic regression over what search
 * and the checks already know. The weights are in the bundle.
 */

import { norm } from '../options.js'
import { lexemes } from '../text/lexemes.js'
import { countCharacters } from '../text/characters.js'
import { coverage, worth } from './choice.js'

/** @typedef {import('../bundle/manifest.js').Confidence} Confidence */
/** @typedef {import('../options.js').SearchRules} SearchRules */
/** @typedef {import('../search/trellis.js').Found} Found */

/**
 * What is known of a sentence and its translation; `positions` are tokens of the source, its end
 * among them, `chosen` is which of the hypotheses `target` is.
 *
 * @typedef {{source: string, positions: number, target: string, found: Found[], chosen: number,
 *   search: {lengthPenalty: number, rules?: SearchRules}}} Evidence
 */

/** More doubts count as so many. */
const MOST_DOUBTS = 3

/**
 * Returns what the regression may look at, by name; nothing if the sentence was not read.
 *
 * @param {Evidence} told
 * @param {number} doubts how many the checks have found
 * @returns {Map<string, number>}
 */
export function features({ source, positions, target, found, chosen, search }, doubts) {
  const raw = found[chosen]
  if (!Number.isFinite(raw.score)) return new Map()
  const others = found.filter((other, index) => index !== chosen && other.finished)
  const count = raw.tokens.length
  const length = raw.finished ? count + 1 : Math.max(count, 1)
  const words = lexemes(target)
  const letters = words.reduce((sum, word) => sum + countCharacters(word), 0)
  const shared = others.reduce((sum, other) => sum + sharedOf(raw.tokens, other.tokens), 0)
  const isAlone = others.length === 0
  const worthOf = (/** @type {Found} */ each) => worth(each, positions)
  return new Map([
    ['mean_score', (raw.score * norm(length, search)) / length],
    ['length', Math.log(Math.max(countCharacters(source), 1))],
    ['ratio', Math.log(length / positions)],
    ['coverage', coverage(raw.attention, positions) / positions],
    ['agreement', shared / Math.max(others.length, 1)],
    ['margin', isAlone ? 0 : worthOf(raw) - Math.max(...others.map(worthOf))],
    ['alone', isAlone ? 1 : 0],
    ['letters', letters / Math.max(words.length, 1)],
    ['pieces', Math.log(length / (words.length + 1))],
    ['doubts', Math.min(doubts, MOST_DOUBTS)],
  ])
}

/**
 * Returns the probability of a good translation; null where the bundle has no weights, or weighs
 * what is not known here, 0 if nothing was read.
 *
 * @param {Confidence | null} weights of the bundle
 * @param {Map<string, number>} known the features
 */
export function confidence(weights, known) {
  if (!weights) return null
  if (known.size === 0) return 0
  let total = weights.intercept
  for (const [name, weight] of weights.weights) {
    const value = known.get(name)
    if (value === undefined) return null
    total += weight * value
  }
  return 1 / (1 + Math.exp(-total))
}

/**
 * Returns which share of their tokens two hypotheses have in common, in any order.
 *
 * @param {number[]} one
 * @param {number[]} other
 */
function sharedOf(one, other) {
  const left = [...other]
  let both = 0
  for (const token of one) {
    const at = left.indexOf(token)
    if (at < 0) continue
    left.splice(at, 1)
    both++
  }
  return (2 * both) / Math.max(one.length + other.length, 1)
}
