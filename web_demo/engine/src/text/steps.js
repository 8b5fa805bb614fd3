/**
 * Steps of normalizers that vocabularies of other toolkits have; loaded with the first one of them.
 */

import { LATER } from '../spec_later.js'
import { Charsmap } from './charsmap.js'
import { refusal } from './vocabulary.js'

/** @typedef {import('./aligned.js').Edit} Edit */
/** @typedef {import('./normalizer.js').Step} Step */

const RULES = LATER.tokenizer

/**
 * Returns the step that a part of a normalizer stands for.
 *
 * @param {Map<string, any>} part
 * @param {RegExp | null} kept what a character map lets be
 * @returns {Step}
 * @throws {BundleFormatError} it is not one that every host implements
 */
export function readStep(part, kept) {
  const kind = part.get('type')
  if (kind === 'Precompiled') {
    const map = readCharsmap(part, kept)
    return (text) => map.edits(text)
  }
  if (kind === 'Strip') {
    const [left, right] = [part.get('strip_left'), part.get('strip_right')]
    if (typeof left !== 'boolean' || typeof right !== 'boolean') {
      throw refusal('normalizer Strip must say which sides')
    }
    return stripped(left, right)
  }
  const pattern = part.get('pattern')
  if (
    pattern.size === 1 &&
    pattern.get('Regex') === RULES.several_spaces &&
    part.get('content') === ' '
  ) {
    return squeezed
  }
  throw refusal('normalizer Replace must have a plain string pattern, or that of spaces')
}

/**
 * @param {Map<string, any>} part
 * @param {RegExp | null} kept
 */
function readCharsmap(part, kept) {
  const text = part.get('precompiled_charsmap') || ''
  const isBase64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/
  if (typeof text !== 'string' || !isBase64.test(text)) {
    throw refusal('normalizer Precompiled is not Base64')
  }
  const data = Uint8Array.from(atob(text), (c) => c.charCodeAt(0))
  return new Charsmap(data, RULES.charsmap_characters, kept)
}

/**
 * No spaces at the ends, U+0020 alone: other white space is text, as it is to SentencePiece.
 *
 * @param {boolean} left
 * @param {boolean} right
 * @returns {Step}
 */
function stripped(left, right) {
  return (text) => {
    let [start, end] = [0, text.length]
    while (left && start < text.length && text[start] === ' ') start++
    while (right && end > start && text[end - 1] === ' ') end--
    /** @type {Edit[]} */
    const ends = [
      [0, start, ''],
      [end, text.length, ''],
    ]
    return ends.filter(([from, to]) => from < to)
  }
}

/** Two spaces or more as one. @type {Step} */
function squeezed(text) {
  return [...text.matchAll(/ {2,}/g)].map((run) => [run.index, run.index + run[0].length, ' '])
}
