/**
 * Rates of French: `3 h/jour`, `250 €/mois`, and what never closes: `24 h/24`, `7 j sur 7`.
 *
 * They are no entities but for their number: the model reads them in words, "par jour".
 */

import { SPEC } from '../spec.js'
import { FRENCH } from '../spec_french.js'
import { LATER } from '../spec_later.js'
import { isDigit, isLetter } from '../text/characters.js'
import {
  SPACES,
  at,
  behindSpace,
  digits,
  ends,
  has,
  isOneOf,
  isSpace,
  isWord,
  numberBegins,
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

/** Numbers in words, whose noun may stand before the slash. */
const COUNTED = words(RATES.counted)

const MULTIPLES = new Set(['', ...Object.keys(SPEC.prices.multiples)])

/** What a number may have behind it before the slash, beside signs of currencies. */
const UNITS = new Set([
  ...words(SPEC.units.alike),
  ...Object.keys(SPEC.units.fr),
  ...words(RATES.nouns),
])

/** Words whose number counts nothing: "page 2/an". */
const APART = words(FRENCH.numbers.fr.designators)

/** The most characters between the slash and the space before it, and of the number there. */
const LONGEST = 20

/**
 * Returns the words for the rate whose slash stands at a position (`/mois` is " par mois"), null if
 * there is none. A number stands before the slash, also with a unit, a currency or one of `nouns`
 * behind it: `5 jours/semaine`, "un repas/jour". A second slash with a word (`15 €/h/personne`) is
 * left alone.
 *
 * @param {Line} line
 * @param {number} start
 * @returns {Words | null}
 */
export function rate(line, start) {
  const found = per(line, start)
  if (!found || !isOfNumber(line, start)) return null
  const [stop, word] = found
  if (at(line, stop) === '/') {
    const second = per(line, stop)
    if (!second || at(line, second[0]) === '/') return null
  }
  const short = part(line, start + 1, stop).toLowerCase()
  const isDotted =
    short !== word && at(line, stop) === '.' && run(line, stop + 1, isSpace) < line.length
  return [isDotted ? stop + 1 : stop, RATES.joint + word]
}

/**
 * Returns where the word of `per` behind a slash ends, and what is said for it.
 *
 * @param {Line} line
 * @param {number} start
 * @returns {Words | null}
 */
function per(line, start) {
  if (at(line, start) !== '/') return null
  const stop = run(line, start + 1, isLetter)
  const short = part(line, start + 1, stop).toLowerCase()
  const goesOn = isOneOf(RATES.goes_on, at(line, stop)) && isWord(at(line, stop + 1))
  const isKnown = Object.hasOwn(RATES.per, short) && numberEnds(line, stop) && !goesOn
  return isKnown ? [stop, RATES.per[short]] : null
}

/**
 * Tells whether a number ends here, or the unit or the noun behind one does.
 *
 * @param {Line} line
 * @param {number} end
 */
function isOfNumber(line, end) {
  let start = end
  while (start > 0 && end - start <= LONGEST && isInner(line[start - 1])) start--
  if (end - start > LONGEST) return false
  if (isOneOf(SPACES, at(line, start - 1)) && isUnit(line, start, end)) {
    return COUNTED.has(wordBefore(line, start - 1, SPACES)) || isNumber(at(line, start - 2))
  }
  let unit = start
  while (unit < end && isNumber(line[unit])) unit++
  if (unit === start) return false
  const begin = numberBegin(line, start)
  if (!numberBegins(line, begin)) return false
  if (unit < end) return isUnit(line, unit, end)
  const mark = at(line, begin - (isOneOf(SPACES, at(line, begin - 1)) ? 2 : 1))
  return !isOneOf('.\u00b0', mark) && !APART.has(wordBefore(line, begin, SPACES))
}

/**
 * Returns where the number begins whose last digits begin at a position: `1 000,50`.
 *
 * @param {Line} line
 * @param {number} start
 */
function numberBegin(line, start) {
  let begin = start
  while (begin > 0 && start - begin < LONGEST) {
    const isMarked = isOneOf(`${SPACES}.,`, line[begin - 1]) && isDigit(at(line, begin - 2))
    if (!isDigit(line[begin - 1]) && !isMarked) break
    begin--
  }
  return begin
}

/**
 * @param {Line} line
 * @param {number} start
 * @param {number} end
 */
const isUnit = (line, start, end) =>
  UNITS.has(part(line, start, end)) ||
  (end > start && isOneOf(RATES.signs, line[end - 1]) && MULTIPLES.has(part(line, start, end - 1)))

/** @param {string} c */
const isInner = (c) => isWord(c) || isOneOf(`${RATES.signs}\u00b0\u00b2\u00b3/`, c) || isPrivate(c)

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
  const again = behindSpace(line, stop) // "24 h/24 h"
  if (has(line, again, name) && ends(line, again + name.length)) stop = again + name.length
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
