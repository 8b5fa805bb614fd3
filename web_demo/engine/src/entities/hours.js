/**
 * Hours: when they are a time of day, and when a length of time. Knows no numbers but hours.
 */

import { isDigit, isLetter } from '../text/characters.js'
import {
  SPACES,
  at,
  behindSpace,
  digits,
  has,
  isOneOf,
  numberEnds,
  part,
  words,
} from './characters.js'

/** @typedef {import('./characters.js').Line} Line */
/** @typedef {import('./numbers.js').Form} Form */

/** What stands behind hours of a day, before them, and behind what is a length of time. */
const OF_DAY = [' du matin', ' du soir', " de l'après-midi", ' de l\u2019après-midi']
const MOMENTS = words(
  'à vers avant dès est était lundi mardi mercredi jeudi vendredi samedi dimanche demain hier',
)
const LENGTHS = [' min', ' de ', " d'", ' d\u2019', ' par ', ' en ', ' à pied']

/**
 * Tells whether hours and minutes are a length of time.
 *
 * @param {Line} line
 * @param {number} start
 * @param {number} stop
 * @param {Form} form
 */
export function isDuration(line, start, stop, form) {
  const isLength = has(line, behindSpace(line, stop), 'min', 'de ', "d'", 'd\u2019')
  return isLength || form.durations.has(wordBefore(line, start))
}

/**
 * Returns the word before a position in small letters, "" if something else stands there.
 *
 * @param {Line} line
 * @param {number} start
 */
export function wordBefore(line, start) {
  let end = start
  while (end > 0 && isOneOf(`${SPACES}°.`, line[end - 1])) end--
  let begin = end
  while (begin > 0 && end - begin < 20 && isLetter(line[begin - 1])) begin--
  return part(line, begin, end).toLowerCase()
}

/**
 * Returns where the `h` of whole hours ends behind a number; 0: there is none.
 *
 * @param {Line} line
 * @param {number} end
 */
export function hoursEnd(line, end) {
  const stop = behindSpace(line, end) + 1
  const isAlone = numberEnds(line, stop) && !isOneOf('/-\u2013\u2019', at(line, stop))
  const goesOn = isDigit(at(line, behindSpace(line, stop)))
  return isOneOf('hH', at(line, stop - 1)) && isAlone && !goesOn ? stop : 0
}

/**
 * Tells whether whole hours are a time of day: `à 15 h`, `de 9 h à 12 h`, `2 h du matin`.
 *
 * @param {Line} line
 * @param {number} start
 * @param {number} end
 * @param {(start: number) => number} timeEnd where hours and minutes end that begin there, or 0
 */
export function isMoment(line, start, end, timeEnd) {
  if (!isHour(line, start) || has(line, end, ...OF_DAY)) return isHour(line, start)
  if (has(line, end, ...LENGTHS)) return false
  const before = wordBefore(line, start)
  if (before === 'de' || before === 'entre') {
    const joint = [' à ', ' et '].find((word) => has(line, end, word))
    if (joint === undefined) return false
    const other = end + joint.length
    const stop = timeEnd(other) || hoursEnd(line, digits(line, other))
    return stop > 0 && isHour(line, other) && !has(line, stop, ...LENGTHS)
  }
  if (before !== 'et') return MOMENTS.has(before)
  const joint = start - 4
  const hasMinutes = isDigit(at(line, joint - 1)) && isDigit(at(line, joint - 2))
  const mark = (hasMinutes ? beforeSpace(line, joint - 2) : joint) - 1
  const isHours = isOneOf('hH', at(line, mark)) && has(line, joint, ' et ')
  return isHours && isDigit(at(line, beforeSpace(line, mark) - 1))
}

/**
 * Tells whether a number is an hour of a day.
 *
 * @param {Line} line
 * @param {number} start
 */
function isHour(line, start) {
  const end = digits(line, start)
  return start < end && end <= start + 2 && Number(part(line, start, end)) < 24
}

/**
 * Returns the position before a space if one stands right before a position, else that.
 *
 * @param {Line} line
 * @param {number} position
 */
const beforeSpace = (line, position) => position - (isOneOf(SPACES, at(line, position - 1)) ? 1 : 0)
