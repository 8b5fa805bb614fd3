/**
 * What of a line is translated by itself: the item of a list without its mark, the words of a row
 * that is nearly all entities, terms and numbers among what is copied; and, from elsewhere, what
 * parts labels and writes dates out. Loaded with the first text.
 */

import { at, has, isOneOf, isPlainLetter, isSpace, run } from '../entities/characters.js'
import { isPrivate } from '../entities/marks.js'
import { LATER } from '../spec_later.js'
import { isAscii, isDigit, isLetter } from '../text/characters.js'
import { firstFrom } from './masking.js'

export { onTheLine } from '../entities/superscripts.js'
export { shortened } from '../text/short.js'
export { isDivider, labels } from '../text/labels.js'

/** @typedef {import('../text/segmentation.js').Piece} Piece */
/** @typedef {import('./masking.js').Hidden} Hidden */

/** What begins a line of a list, or one that is quoted; dashes are for what people say. */
const { bullets: BULLETS } = LATER

/** What a heading is set off with, twice or more: `=== Titre ===`. */
const { rules: RULES } = LATER

/** So many may touch the words: `===Titre===`. */
const TOUCHING = 3

/**
 * Returns a sentence that begins a line without what makes it an item of a list: that is copied.
 *
 * A bullet, a box to tick, a letter with a bracket, a number with a bracket or a full stop; each
 * with white space behind it, and several of them. So is what sets a heading off on both sides.
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
  const stop = ruled(line, end)
  /** @type {Piece[]} */
  const parts = []
  let start = piece.start
  for (const [from, to] of [
    [0, end],
    [end, stop],
    [stop, line.length],
  ]) {
    const text = line.slice(from, to).join('')
    if (text === '') continue
    const kind = from === end ? piece.kind : 'copied'
    parts.push({ ...piece, text, start, end: start + text.length, kind })
    start += text.length
  }
  return parts
}

/**
 * Returns where words end that the same signs stand before and behind; the end, if none do.
 *
 * @param {string[]} line
 * @param {number} begin
 */
function ruled(line, begin) {
  const { length } = line
  let stop = length
  while (isOneOf(RULES, line[0]) && stop > begin && line[stop - 1] === line[0]) stop--
  let words = stop
  while (words > begin && isSpace(line[words - 1])) words--
  const isApart = words < stop || line[begin - 1] === line[0]
  return begin < words && isApart && stop < length - 1 ? words : length
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
  if (start === 0 && isOneOf(RULES, first) && at(line, 1) === first) {
    end = run(line, start, (c) => c === first)
    const touches = end >= TOUCHING && has(line, line.length - TOUCHING, first.repeat(TOUCHING))
    if (touches) return run(line, end, isSpace)
  } else if (isOneOf(BULLETS, first)) {
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

const SPACED_MARK = /^[ \u00a0\u2009\u202f][:;?!]/

/**
 * Returns the parts of a sentence that is nearly all entities; null: it is a sentence.
 *
 * It has fewer ordinary words than entities, and no two of them in a row: a line of a log, a row
 * of a table. Its words are translated one by one, marks behind a space with them, and the rest is
 * copied, but for numbers that the target writes otherwise. Names that no mark but a comma parts
 * from a word are of a sentence, and count for nothing: "Tom aime Julie, et Marc".
 *
 * @param {Piece} piece of a hidden text
 * @param {[number, number][]} names those in it
 * @param {Hidden} hidden the text
 * @returns {Piece[] | null}
 */
export function carriedOver(piece, names, hidden) {
  const { text } = piece
  const words = ordinaryWords(text, names)
  const entities = namesApart(text, names, words) + [...text].filter(isPrivate).length
  const isInRow = words.some(
    ([start], index) => index > 0 && /^[ '\u2019-]*$/.test(text.slice(words[index - 1][1], start)),
  )
  if (entities === 0 || words.length >= entities || isInRow) return null
  for (const word of words) if (SPACED_MARK.test(text.slice(word[1]))) word[1] += 2
  return oneByOne(piece, [...words, ...saidOtherwise(piece, hidden)])
}

/**
 * Returns how many names there are that marks other than commas part from all words.
 *
 * @param {string} text
 * @param {[number, number][]} names
 * @param {[number, number][]} words
 */
function namesApart(text, names, words) {
  let [apart, here, done, isBesideWord] = [0, 0, 0, false]
  const close = () => {
    if (!isBesideWord) apart += here
    here = 0
    isBesideWord = false
  }
  for (const span of [...names, ...words].sort((a, b) => a[0] - b[0])) {
    if (/[^ '\u2019,-]/.test(text.slice(done, span[0]))) close()
    if (names.includes(span)) here++
    else isBesideWord = true
    done = span[1]
  }
  close()
  return apart
}

/**
 * Returns the parts of what has no letters: its terms and the numbers that the target writes
 * otherwise are sentences, the rest is copied.
 *
 * @param {Piece} piece of a hidden text
 * @param {Hidden} hidden
 */
export const entitiesApart = (piece, hidden) => oneByOne(piece, saidOtherwise(piece, hidden))

/**
 * Returns where the terms of a piece stand, and the numbers that the target has otherwise.
 *
 * @param {Piece} piece
 * @param {Hidden} hidden
 * @returns {[number, number][]}
 */
function saidOtherwise({ start, end }, { entities, places, original }) {
  const [first, last] = [firstFrom(places, start), firstFrom(places, end)]
  return entities.slice(first, last).flatMap((e, at) => {
    const isOther = e.kind === 'number' && e.said !== original.slice(e.start, e.end)
    const place = places[first + at] - start
    return e.kind === 'term' || isOther ? [[place, place + 1]] : []
  })
}

/**
 * Returns a piece's parts: words are sentences, what is between them is copied.
 *
 * @param {Piece} piece
 * @param {[number, number][]} words
 */
function oneByOne(piece, words) {
  /** @type {Piece[]} */
  const parts = []
  let done = 0
  const put = (/** @type {number} */ end, /** @type {Piece['kind']} */ kind) => {
    if (done < end) {
      const [from, to] = [piece.start + done, piece.start + end]
      parts.push({ text: piece.text.slice(done, end), start: from, end: to, kind })
    }
    done = end
  }
  for (const [start, end] of words.sort((a, b) => a[0] - b[0])) {
    put(start, 'copied')
    put(end, 'sentence')
  }
  put(piece.text.length, 'copied')
  return parts
}

/**
 * Returns where runs of letters outside names stand.
 *
 * @param {string} text
 * @param {[number, number][]} names
 */
function ordinaryWords(text, names) {
  /** @type {[number, number][]} */
  const words = []
  let position = 0
  for (const [start, end] of [...names, [text.length, text.length]]) {
    let begun = -1
    for (const c of text.slice(position, start)) {
      if (isLetter(c)) {
        if (begun < 0) begun = position
      } else if (begun >= 0) {
        words.push([begun, position])
        begun = -1
      }
      position += c.length
    }
    if (begun >= 0) words.push([begun, start])
    position = end
  }
  return words
}
