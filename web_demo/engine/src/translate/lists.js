/**
 * What makes a line an item of a list: it is copied, and the item is a sentence without it. Loaded,
 * with what parts labels, by the first text that has any sign.
 */

import { at, isOneOf, isPlainLetter, isSpace, run } from '../entities/characters.js'
import { isAscii, isDigit, isLetter } from '../text/characters.js'

export { isDivider, labels } from '../text/labels.js'

/** @typedef {import('../text/segmentation.js').Piece} Piece */

/** What begins a line of a list, or one that is quoted; dashes are for what people say. */
const BULLETS = '-*+>\u2022\u00b7\u25aa\u25e6\u2023'

/**
 * Returns a sentence that begins a line without what makes it an item of a list: that is copied.
 *
 * A bullet, a box to tick, a letter with a bracket, a number with a bracket or a full stop; each
 * with white space behind it, and several of them.
 *
 * @param {Piece} piece of `text`
 * @param {string} text a hidden text
 * @returns {Piece[]}
 */
export function withoutMarker(piece, text) {
  const before = text.slice(0, piece.start)
  const isFirst = [...before.slice(before.lastIndexOf('\n') + 1)].every(isSpace)
  if (piece.kind !== 'sentence' || !isFirst) return [piece]
  const line = [...piece.text]
  let end = 0
  for (let stop = marker(line, 0); stop > 0; stop = marker(line, end)) end = stop
  if (end === 0 || !line.slice(end).some(isLetter)) return [piece]
  const mark = line.slice(0, end).join('')
  const middle = piece.start + mark.length
  return [
    { ...piece, text: mark, end: middle, kind: 'copied' },
    { ...piece, text: piece.text.slice(mark.length), start: middle },
  ]
}

/**
 * Returns where the text behind a mark of a list begins; 0: there is none.
 *
 * @param {string[]} line
 * @param {number} start
 */
function marker(line, start) {
  let end = start
  const first = at(line, start)
  if (isOneOf(BULLETS, first)) {
    end = start + 1
  } else if (first === '[' && isOneOf(' xX', at(line, start + 1)) && at(line, start + 2) === ']') {
    end = start + 3
  } else {
    const inner = start + (first === '(' ? 1 : 0)
    let last = run(line, inner, isDigit)
    const isNumber = last > inner && last - inner <= 3
    const isLettered = isAscii(first) && isPlainLetter(at(line, inner))
    if (isLettered && !isNumber) last = inner + 1
    const closing = at(line, last)
    if ((isNumber || isLettered) && (closing === ')' || (isNumber && closing === '.'))) {
      end = last + 1
    }
  }
  let spaces = end
  while (isSpace(at(line, spaces))) spaces++
  return spaces > end && end > start ? spaces : 0
}
