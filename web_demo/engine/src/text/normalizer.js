/**
 * What a text goes through before it is cut into subwords, and where its characters came from.
 *
 * Each step says what it would rewrite. Knows nothing of subwords.
 */

import { edited } from './aligned.js'
import { encodable, isAscii, isMark } from './characters.js'

/** @typedef {import('./aligned.js').Aligned} Aligned */
/** @typedef {import('./aligned.js').Edit} Edit */

/** One step of a normalizer: the stretches that change. @typedef {(text: string) => Edit[]} Step */

/**
 * Returns what becomes of a text, step by step.
 *
 * @param {Aligned} text
 * @param {Step[]} steps
 */
export function normalized(text, steps) {
  let aligned = text.with(encodable(text.text))
  for (const step of steps) aligned = aligned.edited(step(aligned.text))
  return aligned
}

/**
 * Unicode's normalization form C, cluster by cluster (a character and the marks on it). Where
 * clusters touch one another, so that the whole comes out otherwise, all came from all.
 *
 * @type {Step}
 */
export function composed(text) {
  if (isAscii(text)) return []
  const whole = text.normalize('NFC')
  if (whole === text) return []
  /** @type {Edit[]} */
  const found = []
  let [start, end] = [0, 0]
  const close = () => {
    const old = text.slice(start, end)
    const now = old.normalize('NFC')
    if (now !== old) found.push([start, end, now])
    start = end
  }
  for (const c of text) {
    if (end > start && !joins(c)) close()
    end += c.length
  }
  close()
  return edited(text, found) === whole ? found : [[0, text.length, whole]]
}

/**
 * Tells whether a character belongs to the one before: a mark, or a Hangul vowel or final.
 *
 * @param {string} c
 */
const joins = (c) => c > '\x7f' && ((c >= '\u1160' && c <= '\u11ff') || isMark(c))

/**
 * Every occurrence of a string put in another way, from left to right and never overlapping.
 *
 * @param {string} old
 * @param {string} put
 * @returns {Step}
 */
export function replaced(old, put) {
  return (text) => {
    /** @type {Edit[]} */
    const found = []
    let start = text.indexOf(old)
    while (start >= 0) {
      const end = start + old.length
      found.push([start, end, put])
      start = text.indexOf(old, end)
    }
    return found
  }
}
