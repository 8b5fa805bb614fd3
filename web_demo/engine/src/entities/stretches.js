/**
 * Stretches of a day in French, `8h-12h`, `9 h 30 - 12 h`: two times and a dash, one number.
 *
 * What may as well be a length of time (`2h-3h`) is none. Knows hours, and no other numbers.
 */

import { isDigit } from '../text/characters.js'
import { at, behindSpace, digits, isOneOf, isWord, numberEnds, part } from './characters.js'
import { areOfDay, beforeSpace } from './hours.js'
import { amountOf, valueOf, write } from './numbers.js'

/** @typedef {import('./characters.js').Line} Line */
/** @typedef {import('./numbers.js').Form} Form */
/** @typedef {{end: number, amount: import('./numbers.js').Amount, isColon: boolean}} Time */

const DASHES = '-\u2013\u2014'

/**
 * Returns the stretch of a day that begins where a number does, null if there is none.
 *
 * @param {Line} line
 * @param {number} start
 * @param {Form} source
 * @param {Form | null} target
 * @returns {import('./find.js').Entity | null}
 */
export function stretch(line, start, source, target) {
  const first = time(line, start)
  const dash = first ? behindSpace(line, first.end) : 0
  if (!first || !isOneOf(DASHES, at(line, dash))) return null
  const begin = behindSpace(line, dash + 1)
  const last = time(line, begin)
  if (!last || last.isColon !== first.isColon || !numberEnds(line, last.end)) return null
  const { end } = last
  if (goesOn(line, start, end) || Number(first.amount.whole) > 23) return null
  if (last.amount.whole === '24' && last.amount.minutes !== '00') return null
  if (!first.isColon && !areOfDay(line, [start, begin], end, source)) return null
  const said = target
    ? write(first.amount, target) + part(line, first.end, begin) + write(last.amount, target)
    : part(line, start, end)
  const value = `${valueOf(first.amount)}-${valueOf(last.amount)}`
  return { start, end, kind: 'number', said, value }
}

/**
 * Tells whether another dash joins one more time: `8h - 12h - 14h`.
 *
 * @param {Line} line
 * @param {number} start
 * @param {number} end
 */
function goesOn(line, start, end) {
  const behind = behindSpace(line, end)
  const following = at(line, behindSpace(line, behind + 1))
  if (isOneOf(DASHES, at(line, behind)) && isDigit(following)) return true
  const dash = beforeSpace(line, start) - 1
  const mark = at(line, beforeSpace(line, dash) - 1)
  return isOneOf(DASHES, at(line, dash)) && (isOneOf('hH', mark) || isDigit(mark))
}

/**
 * Reads a time: `8h`, `17 h 30`, `8:00`.
 *
 * @param {Line} line
 * @param {number} start
 * @returns {Time | null}
 */
function time(line, start) {
  const end = digits(line, start)
  const whole = part(line, start, end)
  if (end === start || end > start + 2 || Number(whole) > 24) return null
  const mark = behindSpace(line, end)
  let minute = mark + 1
  const isColon = at(line, mark) === ':' && mark === end
  if (!isColon) {
    if (!isOneOf('hH', at(line, mark))) return null
    minute = behindSpace(line, minute)
    if (!isDigit(at(line, minute))) {
      const amount = amountOf({ whole, minutes: '00' })
      return isWord(at(line, mark + 1)) ? null : { end: mark + 1, amount, isColon }
    }
  }
  const stop = digits(line, minute)
  if (stop - minute !== 2 || line[minute] > '5' || isWord(at(line, stop))) return null
  return { end: stop, amount: amountOf({ whole, minutes: part(line, minute, stop) }), isColon }
}
