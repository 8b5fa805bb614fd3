/**
 * How English alone writes numbers: half days (`9 a.m.-5:30 pm`), decades (`the '90s`), `$3.2bn`.
 *
 * Nothing here knows what becomes of them: places, and the digits that are meant, are all it gives.
 */

import { LATER } from '../spec_later.js'
import { isCapital, isDigit, isLetter, isUpperText } from '../text/characters.js'
import {
  SPACES,
  at,
  behindSpace,
  digits,
  has,
  isOneOf,
  isWord,
  numberEnds,
  isSpace,
  part,
  run,
  wordBefore,
  words,
  wordsOf,
} from './characters.js'
import { ALIKE } from './units.js'

export { Spans } from './spans.js'

/** @typedef {import('./characters.js').Line} Line */

/** What stands for the century that a decade leaves out. */
export const QUOTES = "'\u2019\u2018"

const { en: RULES } = LATER.numbers

/** Halves of a day, and the hours that they begin with. @type {[string, number][]} */
const HALVES = Object.entries(RULES.halves)

/**
 * What stands between two times of which the second says which half of the day is meant, and behind
 * hours and minutes that are a length of time.
 *
 * @type {Record<string, string[]>}
 */
const { joints: JOINTS, lengths: LENGTHS } = RULES

/** Words with a capital behind `p.m.` that begin no sentence. */
const GOES_ON = new Set([...words(LATER.calendar.en), ...words(RULES.goes_on)])

/** What may stand between a time and what follows its sentence. */
const { openers: OPENERS, closers: CLOSERS } = RULES

/** Letters right behind the figures of a price, and what they are in an amount. */
const FACTORS = new Map(Object.entries(RULES.multiples))

/**
 * Words before a length of time, before `80s` that are years of a life, or degrees, and before
 * `3.4` that is no fraction; behind the figures of a price, which are translated: "$5 million";
 * initials that another language has of its own, without their full stops.
 */
const [LASTING, AGES, NUMBERED, IN_WORDS, TRANSLATED] = wordsOf(
  RULES,
  'lasting',
  'ages',
  'versions',
  'in_words',
  'initials',
)

/**
 * Words behind `3.4` that is a fraction; before the decades `1990's`, and before a hyphen and one:
 * `mid-1990s`; before a chapter and a verse: "John 3:16"; and, with a capital, before numbers that
 * are amounts: "in June 3.5 were born", "EUR 4.20".
 */
const [AMOUNTS, DECADES, BOOKS, MONEY] = wordsOf(RULES, 'amounts', 'decades', 'books', 'money')
const NO_NAMES = new Set([...words(LATER.calendar.en), ...MONEY])

/** The words and the signs of units of a form that is read: see there. */
export const DESIGNATORS = words(RULES.designators)
export const UNITS = new Map([...ALIKE, ...Object.entries(LATER.units.en)])

/**
 * A time of day, in hours of 24.
 *
 * @typedef {{end: number, hours: string, minutes: string}} Moment
 */

/**
 * Hours, minutes if there are some, the mark between, and the hours that the half of the day begins
 * with; null: it is not said.
 *
 * @typedef {{end: number, hours: number, minutes: string, mark: string, half: number | null}} Clock
 */

/**
 * Reads `5:30 p.m.`, `9 am`, `7.30pm`, `17:30`, and the first of `9 to 5 p.m.`.
 *
 * @param {Line} line
 * @param {number} start
 * @returns {Moment | null}
 */
export function moment(line, start) {
  const clock = clockAt(line, start)
  if (!clock) return null
  const { end, hours, half, mark } = clock
  const minutes = clock.minutes || '00'
  if (half !== null) {
    const stop = end - (endsSentence(line, start, end) ? 1 : 0)
    return { end: stop, hours: ofDay(hours, half), minutes }
  }
  if (mark === '.') return null
  const joint = JOINTS.find((one) => has(line, end, one)) ?? ''
  const other = joint && clockAt(line, end + joint.length)
  if (!other) return plainTime(line, start, clock)
  if (other.half !== null && hours >= 1 && hours <= 12) {
    const before = wordRightBefore(line, start)
    if (joint === ' and ' && before !== 'between' && before !== 'at') {
      return plainTime(line, start, clock)
    }
    const same = hours % 12 <= other.hours % 12
    return { end, hours: ofDay(hours, same ? other.half : 12 - other.half), minutes }
  }
  if (joint === '-' && other.mark === ':' && mark === ':') {
    return { end, hours: String(hours), minutes }
  }
  return plainTime(line, start, clock)
}

/**
 * Returns a time of 24 hours, or of a half day that nobody says.
 *
 * @param {Line} line
 * @param {number} start
 * @param {Clock} clock
 * @returns {Moment | null}
 */
function plainTime(line, start, { end, hours, minutes, mark }) {
  if (mark !== ':' || !numberEnds(line, end)) return null
  const before = wordRightBefore(line, start)
  if (has(line, end, ...LENGTHS) || LASTING.has(before) || BOOKS.has(before)) return null
  return { end, hours: String(hours), minutes }
}

/** @param {number} hours @param {number} half */
const ofDay = (hours, half) => String((hours % 12) + half)

/**
 * @param {Line} line
 * @param {number} start
 * @returns {Clock | null}
 */
function clockAt(line, start) {
  let end = digits(line, start)
  const hours = Number(part(line, start, end))
  if (end === start || end - start > 2 || hours > 24) return null
  let [mark, minutes] = [at(line, end), '']
  if (isOneOf(':.', mark) && isDigit(at(line, end + 1))) {
    const stop = digits(line, end + 1)
    if (stop - end !== 3 || line[end + 1] > '5') return null
    minutes = part(line, end + 1, stop)
    end = stop
  } else {
    mark = ''
  }
  const found =
    mark !== '' || (hours >= 1 && hours <= 12) ? halfAt(line, behindSpace(line, end)) : null
  if (!found) return { end, hours, minutes, mark, half: null }
  return { end: found[0], hours, minutes, mark, half: found[1] }
}

/**
 * Returns where the half of the day ends that stands at a position, and which it is.
 *
 * @param {Line} line
 * @param {number} start
 * @returns {[end: number, half: number] | null}
 */
function halfAt(line, start) {
  for (const [half, later] of HALVES) {
    const stop = start + half.length
    if (part(line, start, stop).toLowerCase() !== half || isWord(at(line, stop))) continue
    return [stop, later]
  }
  return null
}

/**
 * Tells whether the full stop of `p.m.` before `end` ends a sentence, too: at the end of a line,
 * and before a capital, but for days, months, zones and "I", and where a single word stands before.
 *
 * @param {Line} line
 * @param {number} start
 * @param {number} end
 */
function endsSentence(line, start, end) {
  if (line[end - 1] !== '.') return false
  let place = end
  while (isOneOf(CLOSERS, at(line, place))) place++
  if (place === line.length) return true
  while (isOneOf(SPACES + OPENERS, at(line, place))) place++
  if (place === end || !isCapital(at(line, place))) return false
  let last = place
  while (isLetter(at(line, last))) last++
  return !GOES_ON.has(part(line, place, last)) && wordsBefore(line, start) !== 1
}

/**
 * Returns how many words of a sentence stand before a position, 2 for all that are more.
 *
 * @param {Line} line
 * @param {number} start
 */
function wordsBefore(line, start) {
  let [count, place] = [0, start - 1]
  while (place >= 0 && count < 2 && start - place < 60) {
    if (isOneOf('.!?', line[place]) && SPACES.includes(at(line, place + 1))) return count
    if (isWord(line[place]) && !isWord(at(line, place - 1))) count++
    place--
  }
  return count
}

/**
 * Tells whether the second of two times or prices that a hyphen joins begins here, or a decade, of
 * which the first is a word: `mid-1990s`.
 *
 * @param {Line} line
 * @param {number} start
 */
export function followsHyphen(line, start) {
  if (at(line, start - 1) !== '-' || start < 2) return false
  if (DECADES.has(wordBefore(line, start, '-'))) return decadeEnd(line, start) > start
  if (isOneOf('$\u20ac\u00a3', at(line, start))) return isDigit(line[start - 2])
  if (!isDigit(at(line, start)) || !(isDigit(line[start - 2]) || isOneOf('mM.', line[start - 2]))) {
    return false
  }
  let first = start - 2
  while (first > 0 && start - first < 12 && !beginsTime(line, first)) first--
  const clock = clockAt(line, start)
  const isTold = clock !== null && (clock.mark === ':' || clock.half !== null)
  return isTold && beginsTime(line, first) && moment(line, first)?.end === start - 1
}

/**
 * Tells whether a time may begin here.
 *
 * @param {Line} line
 * @param {number} start
 */
function beginsTime(line, start) {
  const before = at(line, start - 1)
  return isDigit(line[start]) && !isWord(before) && !isOneOf(':.,-/', before)
}

/**
 * Returns where a decade ends, `1990s`, `'90s`, `80s`, `the 1990's`; `start` if none begins here.
 *
 * @param {Line} line
 * @param {number} start
 */
export function decadeEnd(line, start) {
  const first = start + (isOneOf(QUOTES, at(line, start)) ? 1 : 0)
  let end = digits(line, first)
  const year = part(line, first, end)
  if (isOneOf(QUOTES, at(line, end)) && DECADES.has(wordBefore(line, start, `${SPACES}-`))) end++
  const isShort = year.length === 2
  if (!year.endsWith('0') || at(line, end) !== 's' || !numberEnds(line, end + 1)) return start
  if (!isShort && !(year.length === 4 && first === start)) return start
  if (year.endsWith('00') && year !== '2000') return start // a century
  return isShort && AGES.has(wordRightBefore(line, start)) ? start : end + 1
}

/**
 * Returns what multiplies a price behind its figures: where it ends, and how an amount has it, ""
 * if there is none; null: it is in words, for a translator.
 *
 * @param {Line} line
 * @param {number} end
 * @returns {[end: number, multiple: string] | null}
 */
export function factor(line, end) {
  let stop = end
  while (isLetter(at(line, stop))) stop++
  const letters = part(line, end, stop)
  const known = FACTORS.get(letters)
  if (known && numberEnds(line, stop)) return [stop, known]
  const place = at(line, end) === '-' ? end + 1 : behindSpace(line, end)
  const isInWords = [...IN_WORDS].some(
    (word) => has(line, place, word) && !isWord(at(line, place + word.length)),
  )
  return (place > end && isInWords) || letters === 'tn' || letters === 'T' ? null : [end, '']
}

/** Where "m" is a million: "1.7m people". */
const MILLIONS = Object.keys(LATER.shortened.behind.en).filter((short) => short.startsWith('m '))

/** Tells whether it is right behind a number. @param {Line} line @param {number} end */
export const isMillion = (line, end) => has(line, end, ...MILLIONS)

/**
 * `3.4` behind "section", "fig." or a name ("USB 3.0"), or before a heading ("2.1 Scope").
 *
 * @type {import('./characters.js').Scanner}
 */
export function numbered(line, start) {
  const point = digits(line, start)
  const end = digits(line, point + 1)
  const isAlone = at(line, point) === '.' && end > point + 1 && numberEnds(line, end)
  if (!isAlone || isAmount(line, end)) return start
  const isShort = end - point <= '.12'.length && end - start <= '12.34'.length
  const isTold = isNumbered(line, start, isShort) || isSecond(line, start)
  return isTold || (isShort && isHeading(line, start, end)) ? end : start
}

/**
 * Tells whether the word before a number says that it is no amount.
 *
 * @param {Line} line
 * @param {number} start
 * @param {boolean} isShort
 */
const isNumbered = (line, start, isShort) =>
  NUMBERED.has(wordBefore(line, start, `${SPACES}.`)) || (isShort && isNamed(line, start))

/**
 * Tells whether a number is joined to one that is no amount: "USB 2.0 or 3.0".
 *
 * @param {Line} line
 * @param {number} start
 */
const isSecond = (line, start) =>
  JOINTS.some((joint) => {
    const end = start - joint.length
    const isPart = (/** @type {string} */ c) => isDigit(c) || c === '.'
    let first = end
    while (first > 0 && end - first < '12.34'.length && isPart(at(line, first - 1))) first--
    const isFraction =
      first < end &&
      part(line, first, end).includes('.') &&
      isDigit(line[first]) &&
      isDigit(line[end - 1])
    return isFraction && has(line, end, joint) && isNumbered(line, first, true)
  })

/**
 * Tells whether a word or a sign of a unit behind a fraction says that it is one.
 *
 * @param {Line} line
 * @param {number} end
 */
function isAmount(line, end) {
  if (isOneOf('%°', at(line, end))) return true
  const start = isOneOf(`${SPACES}-`, at(line, end)) ? end + 1 : end
  const stop = run(line, start, (c) => isWord(c) || isOneOf('%°/²³', c))
  const [word, small] = [part(line, start, stop), part(line, start, stop).toLowerCase()]
  return UNITS.has(word) || /^[%°]/.test(word) || AMOUNTS.has(small) || IN_WORDS.has(small)
}

/**
 * Tells whether a name stands before a number: capitals, or one capital within a sentence.
 *
 * @param {Line} line
 * @param {number} start
 */
function isNamed(line, start) {
  if (!isOneOf(SPACES, at(line, start - 1))) return false
  let first = start - 1
  while (start - first < 20 && isLetter(at(line, first - 1))) first--
  const word = part(line, first, start - 1)
  if (start - 1 - first < 2 || !isCapital(line[first]) || NO_NAMES.has(word)) return false
  const before = at(line, first - 2)
  const isInside = isOneOf(SPACES, at(line, first - 1)) && (isWord(before) || before === ',')
  return isInside || isUpperText(word)
}

/**
 * Tells whether a number stands at the beginning of a line, and a capital behind it.
 *
 * @param {Line} line
 * @param {number} start
 * @param {number} end
 */
function isHeading(line, start, end) {
  const begin = at(line, end) === '.' ? end + 1 : end
  const isSpaced = isOneOf(SPACES, at(line, begin)) && isCapital(at(line, begin + 1))
  return isSpaced && run(line, 0, isSpace) === start
}

/**
 * Returns what a code is called without the plural that English gives it: `F-16s`.
 *
 * @param {string} code
 */
export function singular(code) {
  const [first, ...rest] = [...code]
  const isPlural = rest.length > 1 && isCapital(first) && /[0-9]s$/.test(code)
  return isPlural ? code.slice(0, -1) : code
}

/** Tells whether initials are translated: `U.S.`, `PhD`. @param {string} letters */
export const isTranslated = (letters) => TRANSLATED.has(letters.replaceAll('.', ''))

/**
 * Returns the word right before a position or the space there, in small letters.
 *
 * @param {Line} line
 * @param {number} start
 */
function wordRightBefore(line, start) {
  let end = start
  while (isOneOf(SPACES, at(line, end - 1))) end--
  let first = end
  while (end - first < 20 && isLetter(at(line, first - 1))) first--
  return part(line, first, end).toLowerCase()
}
