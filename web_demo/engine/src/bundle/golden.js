/** A bundle's golden examples: `golden.jsonl`, line by line. */

import { BundleFormatError } from '../errors.js'
import { Fraction, JsonError, parseJson } from './json.js'

/** @typedef {import('./bundle.js').Bundle} Bundle */

/**
 * A picture as it is: three bytes a pixel, row by row.
 *
 * @typedef {{height: number, width: number, data: Uint8Array}} Picture
 */

/**
 * What is read, and what a right host makes of it; `text` of a picture is what it is called, and it
 * has no `sourceIds`.
 *
 * @typedef {{text: string, sourceIds: number[], firstScores: number[], targetIds: number[],
 *   translation: string, picture: Picture | null}} Golden
 */

/**
 * Returns the examples for self-tests.
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
  const picture = () => {
    const found = pictureOf(entry.get('picture'))
    if (!found) throw malformed('picture')
    return found
  }
  const isImage = manifest.input.kind === 'image'
  return {
    text: text('text'),
    sourceIds: isImage ? [] : numbers('source_ids', manifest.source.size),
    firstScores: numbers('first_scores'),
    targetIds: numbers('target_ids', manifest.target.size),
    translation: text('translation'),
    picture: isImage ? picture() : null,
  }
}

/**
 * Returns a picture as a line has it; null if it is none.
 *
 * @param {any} drawn
 * @returns {Picture | null}
 */
export function pictureOf(drawn) {
  if (!(drawn instanceof Map)) return null
  const [height, width, rgb] = ['height', 'width', 'rgb'].map((key) => drawn.get(key))
  const isBase64 =
    typeof rgb === 'string' && /^[A-Za-z0-9+/]*={0,2}$/.test(rgb) && rgb.length % 4 === 0
  if (!isBase64 || !Number.isInteger(height) || !Number.isInteger(width)) return null
  const data = Uint8Array.from(atob(rgb), (byte) => byte.charCodeAt(0))
  return height > 0 && width > 0 && data.length === 3 * height * width
    ? { height, width, data }
    : null
}
