/**
 * Rates of French: `3 h/jour`, `250 €/mois`, and what never closes: `24 h/24`, `7 j sur 7`.
 *
 * They are no entities but for their number: the model reads them in words, "par jour".
 */

import { LATER } from '../spec_later.js'
import { isDigit, isLetter } from '../text/characters.js'
import {
  REACH,
  SPACES,
  at,
  behindSpace,
  digits,
  has,
  isOneOf,
  isSpace,
  isWord,
  numberEnds,
  part,
  run,
  wordBefore,
  words,
} from './characters.js'
import { isPrivate } from './marks.js'

/** @typedef {import('./characters.js').Line} Line */

/** Where something ends, and what is read there. @typedef {[end: number, text: string]} Words */

const RATES = LATER.rates.fr

/** Numbers in words, whose word may stand before the slash. */
const COUNTED = words(RATES.counted)

/**
 * Returns the words for the rate whose slash stands at a position (`/mois` is " par mois"), null if
 * there is none. A number stands before the slash, also with a word or a unit behind it:
 * `5 jours/semaine`, "un repas/jour".
 *
 * @param {Line} line
 * @param {number} start
 * @returns {Words | null}
 */
export function rate(line, start) {
  if (at(line, start) !== '/') return null
  const stop = run(line, start + 1, isLetter)
  const short = part(line, start + 1, stop).toLowerCase()
  if (!Object.hasOwn(RATES.per, short)) return null
  if (!numberEnds(line, stop) || !isOfNumber(line, start)) return null
  if (at(line, stop) === '/' && !rate(line, stop)) return null
  const word = RATES.per[short]
  const isDotted = at(line, stop) === '.' && !line.slice(stop + 1).every(isSpace)
  return [short !== word && isDotted ? stop + 1 : stop, RATES.joint + word]
}

/**
 * Tells whether a number ends here, or the word or the signs behind one do.
 *
 * @param {Line} line
 * @param {number} end
 */
function isOfNumber(line, end) {
  let start = end
  while (start > 0 && end - start < REACH && isInner(line[start - 1])) start--
  if (start === end) return false
  if (line.slice(start, end).some(isNumber) && !isLetter(line[start])) return true
  if (!isOneOf(SPACES, at(line, start - 1))) return false
  return COUNTED.has(wordBefore(line, start - 1, SPACES)) || isNumber(at(line, start - 2))
}

/** @param {string} c */
const isInner = (c) => isWord(c) || isOneOf(RATES.signs, c) || isPrivate(c)

/** Tells whether this is a digit, or a number that is hidden. @param {string} c */
export const isNumber = (c) => c !== '' && (isDigit(c) || isPrivate(c))

/**
 * Returns the words for what never closes, whose number begins at a position: `24 h/24`; null if it
 * is none.
 *
 * @param {Line} line
 * @param {number} start
 * @returns {Words | null}
 */
export function around(line, start) {
  const end = digits(line, start)
  if (end === start || end > start + 2 || isWord(at(line, start - 1))) return null
  const begin = behindSpace(line, end)
  const unit = run(line, begin, isLetter)
  const name = part(line, begin, unit)
  if (!Object.hasOwn(RATES.round, name.toLowerCase())) return null
  const [whole, said] = RATES.round[name.toLowerCase()]
  const joint = RATES.of.find((/** @type {string} */ each) => has(line, unit, each))
  if (joint === undefined || !has(line, unit + joint.length, whole)) return null
  let stop = unit + joint.length + whole.length
  if (at(line, stop) === name) stop++
  return numberEnds(line, stop) ? [stop, `${part(line, start, end)} ${said}`] : null
}

/**
 * Returns where ends what begins here and is read in words; the position, if nothing is.
 *
 * @param {Line} line
 * @param {number} start
 */
export function passed(line, start) {
  if (line[start] === '/') return rate(line, start)?.[0] ?? start
  return isDigit(line[start]) ? (around(line, start)?.[0] ?? start) : start
}
