/** Where sentences stand in a text that is read as a whole: what does other tasks asks. */

import { lines } from './segmentation.js'

/** @typedef {import('./rules.js').SentenceRules} SentenceRules */

/**
 * Yields where each sentence of a text stands, however long it is, without white space around it.
 *
 * What has no letter is none of its own, but may be one here: nothing is left out but white space.
 *
 * @param {string} text
 * @param {SentenceRules} rules
 * @returns {Generator<[number, number], void, void>}
 */
export function* sentenceSpans(text, rules) {
  for (const [offset, line] of lines(text, 0, rules, () => 0)) {
    for (const [from, to] of line.cuts()) {
      const [start, end] = line.trimmed(from, to)
      if (start < end) yield [offset + line.offsets[start], offset + line.offsets[end]]
    }
  }
}
