/**
 * Entities of digits that are copied as they stand: dates, clocks, versions, telephone numbers.
 *
 * Each scanner is as `characters` says, and is asked only where a number begins. What a language
 * writes in its own way (thousands, decimals, prices) is `numbers`' affair.
 */

import { SPEC } from '../spec.js'
import { isDigit, isLetter } from '../text/characters.js'
import {
  SPACES,
  at,
  behindSpace,
  digits,
  has,
  isOneOf,
  isWord,
  numberEnds,
  part,
  run,
} from './characters.js'

/** @typedef {import('./characters.js').Line} Line */
/** Some digits. @typedef {{start: number, end: number, size: number}} Group */

/**
 * Returns the groups of digits from `start` on that single marks of the same kind part.
 *
 * @param {Line} line
 * @param {number} start
 * @param {string} marks the spaces are one kind, any other mark is its own
 * @param {number} [most]
 */
export function groups(line, start, marks, most = 20) {
  /** @type {Group[]} */
  const found = []
  let between = ''
  let [begin, end] = [start, digits(line, start)]
  while (end > begin && found.length < most) {
    found.push({ start: begin, end, size: end - begin })
    const mark = at(line, end)
    const kind = isOneOf(SPACES, mark) ? ' ' : mark
    if (!isOneOf(marks, kind) || (between !== '' && kind !== between)) break
    between = kind
    begin = end + 1
    end = digits(line, begin)
  }
  return found
}

/** @param {Group[]} parts */
const sizesOf = (parts) => parts.map((group) => group.size)

/** @param {Group[]} parts */
const endOf = (parts) => parts[parts.length - 1].end

/**
 * `20/05/2023`, `20.05.23`, `2023-05-20`, with a time behind it if there is one.
 *
 * @param {Line} line
 * @param {number} start
 */
export function date(line, start) {
  for (const mark of '/-.') {
    const parts = groups(line, start, mark, 3)
    const sizes = sizesOf(parts)
    const values = parts.map((group) => Number(part(line, group.start, group.end)))
    if (parts.length !== 3 || !isDate(sizes, values)) continue
    let { end } = parts[2]
    if (isOneOf('T ', at(line, end)) && sizes[0] === 4) {
      const time = clock(line, end + 1)
      if (time > end + 1) end = time
      if (at(line, end) === 'Z' && at(line, end - 1) !== 'Z') end++
    }
    if (numberEnds(line, end)) return end
  }
  return start
}

/**
 * @param {number[]} sizes
 * @param {number[]} values
 */
function isDate([first, second, third], [one, two, three]) {
  if (first === 4) {
    return Math.max(second, third) <= 2 && two >= 1 && two <= 12 && three >= 1 && three <= 31
  }
  const [low, high] = [Math.min(one, two), Math.max(one, two)]
  const isInRange = low >= 1 && high <= 31 && low <= 12
  return Math.max(first, second) <= 2 && (third === 2 || third === 4) && isInRange
}

/**
 * `09:14:02`, `09:14:02,331`, `00:14.167`, `16:9`; a time of day is a number: see there.
 *
 * @param {Line} line
 * @param {number} start
 */
export function clock(line, start) {
  const parts = groups(line, start, ':', 8)
  if (parts.length < 2) return start
  let end = endOf(parts)
  if (isOneOf('.,', at(line, end)) && isDigit(at(line, end + 1)) && parts.at(-1)?.size === 2) {
    end = digits(line, end + 1)
  }
  if (at(line, end) === 'Z') {
    end++
  } else if (isOneOf('+-', at(line, end)) && parts.length === 3 && isDigit(at(line, end + 1))) {
    end = endOf(groups(line, end + 1, ':', 2))
  }
  return numberEnds(line, end) ? end : start
}

/**
 * `5 h 10 min`, `2 h 1 min 39 s`: a length of time, of two units or three.
 *
 * @param {Line} line
 * @param {number} start
 */
export function lapse(line, start) {
  let [position, stop, count] = [start, start, 0]
  for (const unit of ['h', 'min', 's']) {
    const end = digits(line, position)
    const behind = behindSpace(line, end) + unit.length
    if (position < end && has(line, behind - unit.length, unit) && !isLetter(at(line, behind))) {
      stop = behind
      position = behindSpace(line, stop)
      count++
    }
  }
  return count > 1 && numberEnds(line, stop) ? stop : start
}

/**
 * `5'10"`, `6′2″`: two lengths, each with its mark.
 *
 * @param {Line} line
 * @param {number} start
 */
export function feet(line, start) {
  const end = digits(line, start)
  const stop = digits(line, end + 1)
  const isMeasured = isOneOf("'\u2019\u2032", at(line, end)) && stop > end + 1 && stop < end + 4
  const isMarked = isOneOf('"\u201d\u2033', at(line, stop)) && numberEnds(line, stop + 1)
  return isMeasured && isMarked ? stop + 1 : start
}

/**
 * `12 bis`, `4ter`, `7 QUATER`: a number in a street or a law, and one that came between.
 *
 * @param {Line} line
 * @param {number} start
 */
export function house(line, start) {
  const mark = behindSpace(line, digits(line, start))
  for (const word of ['bis', 'ter', 'quater']) {
    const stop = mark + word.length
    const isThere = has(line, mark, word) || has(line, mark, word.toUpperCase())
    if (isThere && numberEnds(line, stop)) return stop
  }
  return start
}

/**
 * `1½`, `2 ¾`: a number and a fraction.
 *
 * @param {Line} line
 * @param {number} start
 */
export function mixed(line, start) {
  const mark = behindSpace(line, digits(line, start))
  return isOneOf(SPEC.fractions, at(line, mark)) && numberEnds(line, mark + 1) ? mark + 1 : start
}

/**
 * `1.2.3`, `3.11.4-rc1`, `10.0.0.12:8080`, `10.0.0.0/8`; thousands with points are none.
 *
 * @param {Line} line
 * @param {number} start
 */
export function version(line, start) {
  const parts = groups(line, start, '.')
  if (parts.length < 3) return start
  const isByte = (/** @type {Group} */ { start: from, end: to, size }) =>
    Number(part(line, from, to)) < 256 && (line[from] !== '0' || size === 1)
  const isAddress = parts.length === 4 && parts.every(isByte)
  const isGrouped = parts[0].size <= 3 && parts.slice(1).every((group) => group.size === 3)
  if (isGrouped && !isAddress) return start
  let end = endOf(parts)
  const mark = at(line, end)
  if (parts.length === 4 && isOneOf(':/', mark) && isDigit(at(line, end + 1))) {
    end = digits(line, end + 1)
  } else if (isOneOf('-+', mark) || (mark !== '' && isLetter(mark))) {
    end = run(line, end, (c) => isWord(c) || isOneOf('-+.', c))
    while (isOneOf('-+.', line[end - 1])) end--
  }
  return numberEnds(line, end) ? end : start
}

/** How many digits a telephone number has at most, its country's code counted. */
/** @type {Record<string, number>} */
const COUNTRY_DIGITS = SPEC.things.telephones

/**
 * `06 12 34 56 78`, `+33 6 12 34 56 78`, `0612345678`, `(514) 555-0199`, `0800 12 34 56`.
 *
 * @param {Line} line
 * @param {number} start
 */
export function telephone(line, start) {
  if (line[start] === '+' || has(line, start, '00')) return international(line, start)
  if (line[start] === '(') {
    const area = digits(line, start + 1)
    if (area - start !== 4 || at(line, area) !== ')') return start
    const begin = area + 1 + (at(line, area + 1) === ' ' ? 1 : 0)
    for (const mark of '- ') {
      const parts = groups(line, begin, mark, 2)
      if (sizesOf(parts).join() === '3,4' && numberEnds(line, endOf(parts))) return endOf(parts)
    }
    return start
  }
  if (line[start] === '0') return national(line, start)
  for (const marks of '-. ') {
    const parts = groups(line, start, marks, 4)
    const sizes = sizesOf(parts)
    for (const shape of [
      [3, 3, 4],
      [1, 3, 3, 4],
    ]) {
      const isShape = sizes.slice(0, shape.length).join() === shape.join()
      if (isShape && numberEnds(line, parts[shape.length - 1].end)) {
        return parts[shape.length - 1].end
      }
    }
  }
  return start
}

/**
 * @param {Line} line
 * @param {number} start
 */
function international(line, start) {
  let end = start + (line[start] === '+' ? 1 : 2)
  let [number, best] = ['', start]
  while (true) {
    const following = digits(line, end)
    if (following === end || number.length + following - end > 15) break
    number += part(line, end, following)
    end = following
    const known = Object.entries(COUNTRY_DIGITS).filter(([code]) => number.startsWith(code))
    const most = known.length > 0 ? Math.max(...known.map(([, count]) => count)) : 13
    if (number.length > most) break
    if (number.length >= 8 && numberEnds(line, end)) best = end
    if (has(line, end + 1, '(0)') && isOneOf(SPACES, at(line, end))) end += 4
    else if (has(line, end, '(0)')) end += 3
    if (isOneOf(`${SPACES}.-`, at(line, end)) && isDigit(at(line, end + 1))) end++
  }
  return best
}

/**
 * Returns where a number that begins with 0 ends: of 10 digits, else 9, else 11.
 *
 * @param {Line} line
 * @param {number} start
 */
function national(line, start) {
  /** @type {Map<number, number>} */
  const found = new Map()
  for (const marks of ' .-/') {
    let parts = groups(line, start, marks, 7)
    if (parts.length > 1 && parts.some((group) => group.size > 4)) parts = parts.slice(0, 1)
    let count = 0
    for (const group of parts) {
      count += group.size
      const isMeant = count === 10 || group !== parts[0]
      if (numberEnds(line, group.end) && isMeant && !found.has(count)) found.set(count, group.end)
    }
  }
  return found.get(10) ?? found.get(9) ?? found.get(11) ?? start
}

/**
 * Digits joined by hyphens, slashes or several commas: `7204-5518`, `2023/145`, `1,2,3`.
 *
 * @param {Line} line
 * @param {number} start
 */
export function joined(line, start) {
  for (const mark of '-/,') {
    const parts = groups(line, start, mark)
    if (parts.length >= (mark === ',' ? 3 : 2) && numberEnds(line, endOf(parts)))
      return endOf(parts)
  }
  return start
}

/**
 * Three groups of digits and more that are no thousands: `4111 1111 1111 1111`.
 *
 * @param {Line} line
 * @param {number} start
 */
export function spaced(line, start) {
  const parts = groups(line, start, ' ')
  const isGrouped = parts[0].size <= 3 && parts.slice(1).every((group) => group.size === 3)
  return parts.length >= 3 && !isGrouped && numberEnds(line, endOf(parts)) ? endOf(parts) : start
}

/**
 * Three digits and more that begin with a nought: a code, no amount.
 *
 * @param {Line} line
 * @param {number} start
 */
export function noughts(line, start) {
  const end = digits(line, start)
  return end - start >= 3 && line[start] === '0' && numberEnds(line, end) ? end : start
}
