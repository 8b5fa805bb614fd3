/** A bundle's golden sentences: `golden.jsonl`, line by line. */

import { BundleFormatError } from '../errors.js'
import { Fraction, JsonError, parseJson } from './json.js'

/** @typedef {import('./bundle.js').Bundle} Bundle */

/**
 * A sentence, and what a right host makes of it.
 *
 * @typedef {{text: string, sourceIds: number[], firstScores: number[], targetIds: number[],
 *   translation: string}} Golden
 */

/**
 * Returns the sentences for self-tests.
 *
 * @param {Bundle} bundle
 * @returns {Golden[]}
 * @throws {BundleFormatError} `golden.jsonl` is malformed
 */
export function readGolden(bundle) {
  const lines = bundle.text('golden').split('\n')
  return lines.flatMap((line, index) => (line === '' ? [] : [readLine(bundle, line, index + 1)]))
}

/**
 * @param {Bundle} bundle
 * @param {string} line
 * @param {number} number
 * @returns {Golden}
 */
function readLine({ place, manifest }, line, number) {
  const malformed = (/** @type {string} */ why) =>
    new BundleFormatError(`${place}: golden.jsonl, line ${number} is malformed: ${why}`)
  /** @type {any} */
  let entry
  try {
    entry = parseJson(line)
  } catch (error) {
    if (error instanceof JsonError) throw malformed(error.message)
    throw error
  }
  if (!(entry instanceof Map)) throw malformed('no object')
  const text = (/** @type {string} */ key) => {
    const value = entry.get(key)
    if (typeof value !== 'string') throw malformed(key)
    return value
  }
  const numbers = (/** @type {string} */ key, size = 0) => {
    const values = entry.get(key)
    if (!Array.isArray(values)) throw malformed(key)
    return values.map((value) => {
      const found = value instanceof Fraction && size === 0 ? value.value : value
      const isId = Number.isInteger(found) && found >= 0 && found < size
      if (typeof found !== 'number' || (size > 0 && !isId)) throw malformed(key)
      return found
    })
  }
  return {
    text: text('text'),
    sourceIds: numbers('source_ids', manifest.source.size),
    firstScores: numbers('first_scores'),
    targetIds: numbers('target_ids', manifest.target.size),
    translation: text('translation'),
  }
}
