/**
 * The two dates of a period in French: `du 3 mars au 12 juin 2025`; each is one number.
 *
 * English says the month first, "from March 3 to June 12, 2025", and a model that reads days and
 * months apart says one month for both. Loaded with what reads French.
 */

import { LATER } from '../spec_later.js'
import { isLetter, isUpperText } from '../text/characters.js'
import {
  SPACES,
  at,
  behindSpace,
  digits,
  isOneOf,
  numberEnds,
  part,
  run,
  wordBefore,
} from './characters.js'

/** @typedef {import('./characters.js').Line} Line */
/** @typedef {{end: number, value: string, said: string}} Day */

/** How many words of the calendar are days of the week; the months follow. */
const DAYS = 7
/** @type {Record<string, string>} */
const CALENDAR = LATER.calendar
const MONTHS = CALENDAR.en.split(' ').slice(DAYS)
const WEEKDAYS = CALENDAR.fr.split(' ').slice(0, DAYS)
const NAMES = CALENDAR.fr.split(' ').slice(DAYS)
/**
 * What stands before a full stop for the name of a month.
 *
 * @type {Record<string, string>}
 */
const SHORT = LATER.months.fr

/** The most characters from one date of a period to the other. */
const LONGEST = 50

/**
 * Returns the date that begins at a position, null if it is none of the two of a period.
 *
 * @param {Line} line
 * @param {number} start
 * @returns {import('./find.js').Entity | null}
 */
export function period(line, start) {
  const date = dateAt(line, start)
  if (!date) return null
  let isOne = other(line, start) > 0
  for (let first = Math.max(0, start - LONGEST); first < start && !isOne; first++) {
    isOne = other(line, first) === start
  }
  return isOne ? { start, kind: 'number', ...date } : null
}

/**
 * Returns where the second date of a period begins whose first does here; 0: there is none.
 *
 * @param {Line} line
 * @param {number} start
 */
function other(line, start) {
  if (!isSpaceAt(line, start - 1)) return 0
  let before = wordBefore(line, start, SPACES)
  if (WEEKDAYS.includes(before)) before = wordBefore(line, start - 1 - before.length, SPACES)
  const date = before === 'du' ? dateAt(line, start) : null
  const joint = date && isSpaceAt(line, date.end) ? behind(line, date.end + 1, ['au']) : 0
  const second = joint && (behind(line, joint, WEEKDAYS) || joint)
  return second && dateAt(line, second) ? second : 0
}

/**
 * Returns where the next word begins if one of some stands at a position, 0 if none does.
 *
 * @param {Line} line
 * @param {number} start
 * @param {string[]} known
 */
function behind(line, start, known) {
  const end = run(line, start, isLetter)
  const isKnown = known.includes(part(line, start, end).toLowerCase())
  return isKnown && isSpaceAt(line, end) ? end + 1 : 0
}

/**
 * Reads a date: `3 mars`, `1er avril 2025`, `12 févr. 2025`.
 *
 * @param {Line} line
 * @param {number} start
 * @returns {Day | null}
 */
function dateAt(line, start) {
  let end = digits(line, start)
  const day = Number(part(line, start, end))
  if (end === start || end - start > 2 || day < 1 || day > 31) return null
  if (day === 1 && part(line, end, end + 2).toLowerCase() === 'er') end += 2
  let stop = run(line, end + 1, isLetter)
  const word = part(line, end + 1, stop)
  let name = word.toLowerCase()
  if (at(line, stop) === '.' && Object.hasOwn(SHORT, name)) {
    name = SHORT[name]
    if (!beginsSentence(line, stop + 1)) stop++
  }
  const month = NAMES.indexOf(name)
  if (month < 0 || !isSpaceAt(line, end)) return null
  if (!numberEnds(line, stop) || at(line, stop) === '-') return null
  const last = digits(line, stop + 1)
  const figures = part(line, stop + 1, last)
  const isTold = /^[12]...$/.test(figures) && numberEnds(line, last) && isSpaceAt(line, stop)
  const [year, comma, hyphen] = isTold ? [figures, ', ', '-'] : ['', '', '']
  const said = isUpperText(word) ? MONTHS[month].toUpperCase() : MONTHS[month]
  const [of, on] = [month + 1, day].map((number) => `${number}`.padStart(2, '0'))
  return {
    end: isTold ? last : stop,
    said: `${said} ${day}${comma}${year}`,
    value: `${year}${hyphen}${of}-${on}`,
  }
}

/**
 * Tells whether the full stop before a position may be a sentence's, too.
 *
 * @param {Line} line
 * @param {number} start
 */
function beginsSentence(line, start) {
  const first = at(line, behindSpace(line, start))
  return first === '' || isUpperText(first)
}

/** @param {Line} line @param {number} position */
const isSpaceAt = (line, position) => isOneOf(SPACES, at(line, position))
