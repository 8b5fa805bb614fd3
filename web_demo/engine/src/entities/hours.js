/**
 * Hours: when they are a time of day, and when a length of time. Knows no numbers but hours.
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
  numberBegins,
  numberEnds,
  part,
  run,
  wordBefore,
  wordsOf,
} from './characters.js'
import { rate } from './rates.js'

/** @typedef {import('./characters.js').Line} Line */
/** @typedef {import('./numbers.js').Form} Form */

/** What stands behind hours of a day, and behind what is a length of time. */
const { of_day: OF_DAY, lengths: LENGTHS } = LATER.hours

/** Words before hours of a day; words around two hours between which a length of time is. */
export const [MOMENTS, BEFORE_LENGTHS, BEHIND_LENGTHS, SINCE, DAYS] = wordsOf(
  LATER.hours,
  'moments',
  'before',
  'behind',
  'since',
  'days',
)

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
 * Returns where the `h` of whole hours ends behind a number; 0: there is none.
 *
 * @param {Line} line
 * @param {number} end
 */
export function hoursEnd(line, end) {
  const stop = behindSpace(line, end) + 1
  const isAlone = numberEnds(line, stop) && !isOneOf('-\u2013\u2019', at(line, stop))
  const goesOn = isDigit(at(line, behindSpace(line, stop)))
  const isHours = isOneOf('hH', at(line, stop - 1)) && isAlone && !goesOn
  return isHours && (at(line, stop) !== '/' || rate(line, stop)) ? stop : 0
}

/**
 * Tells whether whole hours are a time of day: `à 15 h`, `de 9 h à 12 h`, `2 h du matin`.
 *
 * @param {Line} line
 * @param {number} start
 * @param {number} end
 * @param {Form} form
 * @param {(start: number) => number} timeEnd where hours and minutes end that begin there, or 0
 */
export function isMoment(line, start, end, form, timeEnd) {
  if (!isHour(line, start) || has(line, end, ...OF_DAY)) return isHour(line, start)
  if (has(line, end, ...LENGTHS) || rate(line, end)) return false
  const last = start
  let first = hourBefore(line, start)
  while (first < start && last - start < REACH) {
    end = start - 3
    start = first
    if (!isHour(line, start)) return false
    first = hourBefore(line, start)
  }
  const before = wordBefore(line, start)
  if (before === 'de' || before === 'entre') {
    const joint = [' à ', ' et '].find((word) => has(line, end, word))
    if (joint === undefined) {
      return before === 'de' && SINCE.has(wordBefore(line, start - 3, SPACES))
    }
    const other = end + joint.length
    const stop = timeEnd(other) || hoursEnd(line, digits(line, other))
    return stop > 0 && isHour(line, other) && !has(line, stop, ...LENGTHS)
  }
  if (before === 'à' && has(line, start - 3, ' à ')) {
    const bare = digitsBefore(line, start - 3)
    if (bare < start - 3 && numberBegins(line, bare)) {
      const opens = wordBefore(line, bare)
      return form.designators.has(opens) || DAYS.has(opens)
    }
  }
  if (before !== 'et') {
    if (MOMENTS.has(before) || !has(line, end, ' à ')) return MOMENTS.has(before)
    const other = end + 3
    const stop = timeEnd(other) || hoursEnd(line, digits(line, other))
    return stop > 0 && isHour(line, other) && areOfDay(line, [start, other], stop, form)
  }
  const joint = start - 4
  const hasMinutes = isDigit(at(line, joint - 1)) && isDigit(at(line, joint - 2))
  const mark = (hasMinutes ? beforeSpace(line, joint - 2) : joint) - 1
  const isHours = isOneOf('hH', at(line, mark)) && has(line, joint, ' et ')
  return isHours && isDigit(at(line, beforeSpace(line, mark) - 1))
}

/**
 * Returns where the whole hour begins that "à" joins to the one at a position, that one if none
 * does: `2h à 3h`.
 *
 * @param {Line} line
 * @param {number} start
 */
function hourBefore(line, start) {
  const stop = beforeSpace(line, start - 4)
  const first = digitsBefore(line, stop)
  const isJoined = first < stop && isOneOf('hH', at(line, start - 4)) && has(line, start - 3, ' à ')
  return isJoined ? first : start
}

/**
 * Returns where the digits begin that end at a position.
 *
 * @param {Line} line
 * @param {number} end
 */
function digitsBefore(line, end) {
  let start = end
  while (isDigit(at(line, start - 1))) start--
  return start
}

/**
 * Tells whether two hours, joined by "à" or a dash, are times of a day: `9h à 12h`, `9h-12h`. If
 * they are not, a length of time lies between them: `laisser reposer 8h-12h`, `2h à 3h`.
 *
 * @param {Line} line
 * @param {number[]} hours where each begins
 * @param {number} end where the second ends
 * @param {Form} form
 */
export function areOfDay(line, hours, end, form) {
  const [first, second] = hours.map((hour) => Number(part(line, hour, digits(line, hour))))
  const before = wordBefore(line, hours[0])
  const begin = behindSpace(line, end)
  const behind = begin > end ? part(line, begin, run(line, begin, isLetter)).toLowerCase() : ''
  if (form.durations.has(before) || BEFORE_LENGTHS.has(before) || BEHIND_LENGTHS.has(behind)) {
    return false
  }
  return first === 0 || first >= LATER.hours.earliest || first > second || MOMENTS.has(before)
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
export const beforeSpace = (line, position) =>
  position - (isOneOf(SPACES, at(line, position - 1)) ? 1 : 0)
