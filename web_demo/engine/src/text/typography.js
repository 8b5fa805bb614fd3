/**
 * The punctuation of French, put into a translation: spaces that no line is broken at, « ».
 *
 * A model reads and writes `Où ?` and `Où?` as one, and every quote as `"`. What is said here is
 * how a translation is handed out; a bundle asks for it (`target.typography`). All places count
 * UTF-16 units: no mark takes two.
 */

import { isOneOf, isSpace } from '../entities/characters.js'
import { LATER } from '../spec_later.js'

const [NO_BREAK, NARROW] = ['\u00a0', '\u202f']

/** What stands before a mark. */
const MARKS = new Map([
  ['?', NARROW],
  ['!', NARROW],
  [';', NARROW],
  [':', NO_BREAK],
])

/**
 * Behind the first no mark gets a space, and a quote begins, as behind the second; the third may
 * follow `?` and `!`, as white space and quotes do.
 */
const { openers: OPENERS, joints: JOINTS, behind: BEHIND, quotes: QUOTES } = LATER.typography

/**
 * A text with its typography, and where each unit of the text as it was stands now and ends.
 *
 * @typedef {{text: string, starts: number[], ends: number[]}} Typeset
 */

/**
 * Returns a French text with the spaces and quotes that French has.
 *
 * @param {string} text a sentence, or how one begins that `stable` has cut
 * @param {[number, number][]} [kept] stretches that nothing is changed in, in order: addresses,
 *   times, numbers
 * @returns {Typeset}
 */
export function typeset(text, kept = []) {
  /** @type {Typeset} */
  const found = { text: '', starts: [], ends: [] }
  let [out, isQuoted, next] = ['', false, 0]
  for (let index = 0; index < text.length; index++) {
    while (next < kept.length && index >= kept[next][1]) next++
    let [before, said, behind] = ['', text[index], '']
    if (next === kept.length || index < kept[next][0]) {
      if (MARKS.has(said) && isMarked(text, index)) {
        before = MARKS.get(said) ?? ''
      } else if (said === '"') {
        if (beginsQuote(text, index)) {
          ;[said, behind, isQuoted] = ['«', NO_BREAK, true]
        } else if (endsQuote(text, index, isQuoted)) {
          ;[before, said, isQuoted] = [NO_BREAK, '»', false]
        }
      } else if (said === '«') {
        behind = isSpaceOrEnd(text, index + 1) ? '' : NO_BREAK
      } else if (said === '»') {
        before = NO_BREAK
      } else if (said === ' ') {
        said = spaceAt(text, index)
      }
    }
    if (out !== '' && !isSpace(out[out.length - 1])) out += before
    found.starts.push(out.length)
    out += said
    found.ends.push(out.length)
    out += behind
  }
  return { ...found, text: out }
}

/**
 * Returns where a stretch of the text as it was is now.
 *
 * @param {Typeset} typed
 * @param {number} start
 * @param {number} end
 * @returns {[number, number]}
 */
export function movedIn({ starts, ends }, start, end) {
  if (start < end) return [starts[start], ends[end - 1]]
  const place = start > 0 ? ends[start - 1] : 0
  return [place, place]
}

/**
 * Returns the part of a growing text that `typeset` writes the same whatever follows.
 *
 * @param {string} text
 */
export const stable = (text) => text.replace(/[ ?!;:«»"\u00a0\u202f]+$/, '')

/**
 * Returns the space that stands where the text has a plain one.
 *
 * @param {string} text
 * @param {number} index
 */
function spaceAt(text, index) {
  const following = text[index + 1] ?? ''
  if (following === '»' || text[index - 1] === '«') return NO_BREAK
  return (isMarked(text, index + 1) && MARKS.get(following)) || ' '
}

/**
 * Tells whether a mark ends what is said, and is none of an address, a smiley or a time.
 *
 * @param {string} text
 * @param {number} index
 */
function isMarked(text, index) {
  const following = text[index + 1] ?? ''
  const goesOn = !isSpaceOrEnd(text, index + 1) && !isOneOf(QUOTES, following)
  if (goesOn && (isOneOf(';:', text[index]) || !isOneOf(BEHIND, following))) return false
  let place = index - 1
  while (text[place] === ' ') place--
  return place >= 0 && !isOneOf(`${OPENERS}?!;:«`, text[place])
}

/**
 * @param {string} text
 * @param {number} index
 */
function beginsQuote(text, index) {
  const before = text[index - 1] ?? ''
  const isApart = before === '' || isSpace(before) || isOneOf(OPENERS + JOINTS, before)
  return isApart && !isSpaceOrEnd(text, index + 1) && text[index + 1] !== '"'
}

/**
 * Tells whether a quote ends; one that nobody began may be an inch behind a digit.
 *
 * @param {string} text
 * @param {number} index
 * @param {boolean} isQuoted
 */
function endsQuote(text, index, isQuoted) {
  const before = text[index - 1] ?? ''
  if (before === '' || isSpace(before) || isOneOf(`${OPENERS}"`, before)) return false
  return isQuoted || before < '0' || before > '9'
}

/**
 * @param {string} text
 * @param {number} index
 */
const isSpaceOrEnd = (text, index) => index >= text.length || isSpace(text[index])
