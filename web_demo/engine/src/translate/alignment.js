/**
 * Which characters of a source each token of its translation was made from, by its attention.
 *
 * A text's weights are blocks, one for each sentence and each word that was copied: between blocks
 * there is no attention. Knows nothing of markup.
 */

import { isSpace } from '../entities/characters.js'
import { characterAt, isAlphanumeric, isDecimal, isMark } from '../text/characters.js'

/** @typedef {import('../text/tokenizer.js').Span} Span */
/** @typedef {import('./result.js').Sentence} Sentence */

/**
 * What of a translation is needed to align it: its best text, and its sentences.
 *
 * @typedef {{source: string, text: string, sentences: Sentence[]}} Answer
 */

/**
 * The tokens of a stretch, with their places in both texts, and how much each one of the target's
 * attends to each one of the source's: `weights` [T][S], rows sum to 1 at most.
 *
 * @typedef {{sources: Span[], targets: Span[], weights: ArrayLike<number>[]}} Block
 */

/** @typedef {{source: string, target: string, blocks: Block[]}} Alignment */

const JOINERS = "'’-" // what makes one word of the letters on both sides of it
const EQUAL = 1e-9 // less is nothing, and nothing is divided by it

/**
 * Joins the alignments of a text's sentences; what was copied is aligned word by word.
 *
 * @param {Answer} answer
 * @returns {Alignment}
 */
export function align({ source, text, sentences }) {
  /** @type {Block[]} */
  const blocks = []
  const copied = (
    /** @type {number} */ start,
    /** @type {number} */ end,
    /** @type {number} */ to,
  ) => {
    for (const [from, until] of units(source.slice(start, end))) {
      const own = /** @type {Span} */ ([start + from, start + until])
      blocks.push({ sources: [own], targets: [[to + from, to + until]], weights: [[1]] })
    }
  }
  let [read, written] = [0, 0]
  for (const sentence of sentences) {
    copied(read, sentence.start, written)
    blocks.push(translated(sentence))
    read = sentence.end
    written = sentence.targetStart + sentence.text.length
  }
  copied(read, source.length, written)
  return { source, target: text, blocks }
}

/**
 * @param {Sentence} sentence
 * @returns {Block}
 */
function translated({ sourceTokens, targetStart, hypotheses }) {
  const [{ tokens, attention }] = hypotheses
  const sources = sourceTokens.map(({ start, end }) => /** @type {Span} */ ([start, end]))
  const targets = tokens.map(
    ({ start, end }) => /** @type {Span} */ ([targetStart + start, targetStart + end]),
  )
  const isWhole =
    attention.length === tokens.length && attention.every((row) => row.length === sources.length)
  // A model that attends to nothing in particular: the order is all there is to go by.
  const weights = isWhole ? attention : inProportion(targets.length, sources.length)
  return { sources, targets, weights }
}

/**
 * Returns weights as if each target token came of the source token at the same height.
 *
 * @param {number} rows
 * @param {number} columns
 */
function inProportion(rows, columns) {
  return Array.from({ length: rows }, (_, row) => {
    const weights = new Float64Array(columns)
    weights[Math.floor((row * columns) / rows)] = 1
    return weights
  })
}

/**
 * Returns the words of a text and, each by itself, its other characters that are no white space.
 *
 * A word is letters, digits and the signs that combine with them; an apostrophe or a hyphen
 * between two belongs to it.
 *
 * @param {string} text
 * @returns {Span[]}
 */
export function units(text) {
  /** @type {Span[]} */
  const found = []
  let position = 0
  while (position < text.length) {
    const start = position
    while (position < text.length) {
      const c = characterAt(text, position)
      const isJoiner =
        position > start && JOINERS.includes(c) && isInWord(characterAt(text, position + c.length))
      if (!isJoiner && !isInWord(c)) break
      position += c.length
    }
    const first = characterAt(text, start)
    if (start === position) position += first.length
    if (!isSpace(first)) found.push([start, position])
  }
  return found
}

/** Tells whether a character is part of words. @param {string} c "" is not */
export const isInWord = (c) => isAlphanumeric(c) || (c >= '\u0300' && isMark(c))

/**
 * Returns the units of a text; what was copied, and what one symbol stands for (`12,50 €`), is one.
 *
 * @param {string} text
 * @param {Span[]} tokens
 * @param {Span[]} copied
 */
export function unitsOf(text, tokens, copied) {
  const filled = tokens.filter(([start, end]) => {
    const token = [...text.slice(start, end)]
    return token.some(isDecimal) && !token.every(isInWord)
  })
  return wholeUnits(wholeUnits(units(text), filled), copied)
}

/** Tells whether there is a word in a unit. @param {string} text @param {Span} unit */
export const hasWord = (text, unit) => [...text.slice(...unit)].some(isInWord)

/**
 * Returns the units of a text, each of the words being one.
 *
 * @param {Span[]} found
 * @param {Span[]} words
 */
function wholeUnits(found, words) {
  if (words.length === 0) return found
  const isApart = (/** @type {Span} */ [low, high]) =>
    !words.some(([start, end]) => low < end && start < high)
  return [...found.filter(isApart), ...words].sort((a, b) => a[0] - b[0])
}

/**
 * Returns what tells which share of a span of a text lies within another, in code points.
 *
 * @param {string} text
 */
export function overlapIn(text) {
  const before = new Int32Array(text.length + 1) // code points before each place
  let at = 0
  for (const c of text) {
    before[at + c.length] = before[at] + 1
    at += c.length
  }
  /**
   * @param {Span} span
   * @param {Span} other
   */
  return ([start, end], [low, high]) => {
    const shared = before[Math.min(end, high)] - before[Math.max(start, low)]
    return Math.max(shared, 0) / Math.max(before[end] - before[start], 1)
  }
}

/**
 * Returns weights [T][S] of which both sides are sure; rows sum to 1, or to 0.
 *
 * A target token's share of its attention for a source token is multiplied with the share of that
 * source token's that comes from it: words that everybody looks at (articles, the end) count for
 * less, and a word that one target token looks at more than any other does counts for more.
 *
 * @param {Block} block
 */
export function mutual({ sources, weights }) {
  const rows = weights.map((row) =>
    Float64Array.from(sources, ([start, end], at) => (end > start ? row[at] : 0)),
  )
  const sums = sources.map((_, at) => rows.reduce((sum, row) => sum + row[at], 0))
  return rows.map((row) => {
    const squares = row.map((weight, at) => (weight * weight) / Math.max(sums[at], EQUAL))
    const sum = Math.max(
      squares.reduce((total, weight) => total + weight, 0),
      EQUAL,
    )
    return squares.map((weight) => weight / sum)
  })
}
