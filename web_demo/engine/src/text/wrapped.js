/**
 * Lines that a mail program, a scan or a subtitle broke to fit: which line ends divide a sentence.
 *
 * Nothing here depends on a locale or a regular expression; `spec/README.md` has the rule.
 */

import { LATER } from '../spec_later.js'
import { characterAt, characterBefore, countCharacters, isLetter, isSmall } from './characters.js'

const RULE = LATER.wrapped
const SPACES = ' \t\r\f\v\u00a0\u202f'

/**
 * White space with a line feed in it, and what is read in its place.
 *
 * @typedef {{start: number, end: number, read: string}} Joint
 */

/**
 * Where a line begins and ends, white space at its edges left out.
 *
 * @typedef {[number, number]} Line
 */

/**
 * Returns which line ends of a text are no ends, in order.
 *
 * The next line goes on if it begins with a small letter and the line before ends with a letter, a
 * digit or a mark that ends no sentence, and is about as long as the others around it. A word
 * divided by a hyphen is whole again.
 *
 * @param {string} text
 * @returns {Joint[]}
 */
export function joints(text) {
  if (!text.includes('\n')) return []
  const found = []
  for (const block of blocks(text)) found.push(...within(text, block))
  return found
}

/**
 * Yields the lines between two blank ones.
 *
 * @param {string} text
 * @returns {Generator<Line[], void, void>}
 */
function* blocks(text) {
  /** @type {Line[]} */
  let block = []
  let start = 0
  while (start <= text.length) {
    const feed = text.indexOf('\n', start)
    const end = feed < 0 ? text.length : feed
    let [low, high] = [start, end]
    while (low < high && SPACES.includes(text[low])) low++
    while (low < high && SPACES.includes(text[high - 1])) high--
    if (low < high) {
      block.push([low, high])
    } else if (block.length > 0) {
      yield block
      block = []
    }
    start = end + 1
  }
  if (block.length > 0) yield block
}

/**
 * Yields the joints of lines that follow each other.
 *
 * @param {string} text
 * @param {Line[]} block
 * @returns {Generator<Joint, void, void>}
 */
function* within(text, block) {
  const [share, whole] = RULE.share
  const lengths = block.map(([start, end]) => countCharacters(text.slice(start, end)))
  const widest = lengths.reduce((most, length) => Math.max(most, length), 0)
  for (let next = 1; next < block.length; next++) {
    const [[start, end], [begin, stop]] = [block[next - 1], block[next]]
    if (!isSmall(characterAt(text, begin)) || beginsWithKey(text.slice(begin, stop))) continue
    const last = characterBefore(text, end)
    if (last === '-' && endsWithLetters(text.slice(start, end - 1))) {
      yield { start: end - 1, end: begin, read: '' }
    } else if (
      (isLetter(last) || RULE.behind.includes(last)) &&
      lengths[next - 1] >= RULE.least &&
      whole * lengths[next - 1] >= share * widest
    ) {
      yield { start: end, end: begin, read: ' ' }
    }
  }
}

/** Tells whether a text ends with two letters. @param {string} text */
function endsWithLetters(text) {
  const last = characterBefore(text, text.length)
  return isLetter(last) && isLetter(characterBefore(text, text.length - last.length))
}

/**
 * Tells whether a line begins with a name and a value: `port: 80`, `size = 3`.
 *
 * @param {string} line
 */
function beginsWithKey(line) {
  const [first, second = ''] = line.split(/(?:[^\S\ufeff]|[\x1c-\x1f\x85])+/, 2)
  const isSign = (/** @type {string} */ c) => RULE.key_signs.includes(c)
  return [...first].some(isSign) || (second !== '' && isSign(second[0]))
}
