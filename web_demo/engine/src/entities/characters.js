/**
 * Kinds of characters, and how far a run of them goes: what the scanners of entities are made of.
 *
 * A scanner is given a line, as a list of code points, and a position in it, and returns where what
 * it knows ends, or the position itself where there is nothing of it. No regular expressions: hosts
 * disagree about them. Nothing here looks further than `REACH` characters ahead, so that any line
 * takes linear time.
 */

import { isDigit, isLetter } from '../text/characters.js'

/** A line as code points. @typedef {string[]} Line */
/** @typedef {(line: Line, start: number) => number} Scanner */

/** The spaces that stand within numbers: plain, no-break, thin, narrow no-break. */
export const SPACES = '\u0020\u00a0\u2009\u202f'

export const APOSTROPHES = "'\u2019"

/** Signs of a negative number: hyphen and minus. */
export const MINUS = '-\u2212'

export const EN_DASH = '\u2013'

/** The most characters that one entity has, and that are looked at to find its end. */
export const REACH = 300

/** @param {string} text the words that spaces part */
export const words = (text) => new Set(text.split(' '))

/**
 * Returns the words of some strings of the contract.
 *
 * @param {any} rules
 * @param {string[]} keys
 */
export const wordsOf = (rules, ...keys) => keys.map((key) => words(rules[key]))

/**
 * Returns the character at an index, "" beyond either end.
 *
 * @param {Line} line
 * @param {number} index
 */
export const at = (line, index) => line[index] ?? ''

/**
 * Returns a stretch as a string.
 *
 * @param {Line} line
 * @param {number} start
 * @param {number} [end]
 */
export const part = (line, start, end) => line.slice(Math.max(start, 0), end).join('')

/**
 * Tells whether a character is one of some.
 *
 * @param {string} marks
 * @param {string} c "" is none of them
 */
export const isOneOf = (marks, c) => c !== '' && marks.includes(c)

/**
 * Tells whether a word stands at a position.
 *
 * @param {Line} line
 * @param {number} start
 * @param {...string} known
 */
export function has(line, start, ...known) {
  return known.some((word) => {
    for (let offset = 0; offset < word.length; offset++) {
      if (at(line, start + offset) !== word[offset]) return false
    }
    return true
  })
}

/** @param {string} c a letter, a digit or an underscore */
export const isWord = (c) => c !== '' && (c === '_' || isDigit(c) || isLetter(c))

/** @param {string} c a letter or a digit of ASCII */
export const isPlain = (c) => /^[A-Za-z0-9]$/.test(c)

/** @param {string} c a letter of ASCII */
export const isPlainLetter = (c) => /^[A-Za-z]$/.test(c)

/** @param {string} c a capital of ASCII */
export const isPlainCapital = (c) => c >= 'A' && c <= 'Z' && c.length === 1

/** @param {string} text */
export const isAllLetters = (text) => text !== '' && [...text].every(isLetter)

/** White space as Python's strings have it. @param {string} c */
export const isSpace = (c) =>
  c !== '' && (/^[\x1c-\x1f\x85]$/.test(c) || (/^\s$/.test(c) && c !== '\ufeff'))

/**
 * Returns where a run of characters that belong together ends, at most `REACH` further.
 *
 * @param {Line} line
 * @param {number} start
 * @param {(c: string) => boolean} belongs
 */
export function run(line, start, belongs) {
  let end = start
  const last = Math.min(line.length, start + REACH)
  while (end < last && belongs(line[end])) end++
  return end
}

/**
 * @param {Line} line
 * @param {number} start
 */
export const digits = (line, start) => run(line, start, isDigit)

/**
 * Tells whether no word goes on at a position.
 *
 * @param {Line} line
 * @param {number} start
 */
export const begins = (line, start) => !isWord(at(line, start - 1))

/**
 * @param {Line} line
 * @param {number} end
 */
export const ends = (line, end) => !isWord(at(line, end))

/**
 * Tells whether a minus stands at a position; an en dash is one where no word and no value goes on.
 *
 * @param {Line} line
 * @param {number} start
 */
export function isNegative(line, start) {
  if (at(line, start) !== EN_DASH || !isDigit(at(line, start + 1))) {
    return isOneOf(MINUS, at(line, start))
  }
  let end = start
  while (isOneOf(SPACES, at(line, end - 1))) end--
  const before = at(line, end - 1)
  const isOver = isDigit(before) || isOneOf('%\u00b0$\u20ac', before)
  return before === '' || isOneOf('([', before) || (end < start && !isOver)
}

/**
 * Tells whether a slash and a number with a sign stand behind one: `–3/–1 °C`.
 *
 * @param {Line} line
 * @param {number} end
 */
export const isShared = (line, end) =>
  at(line, end) === '/' &&
  isOneOf(`+${EN_DASH}${MINUS}`, at(line, end + 1)) &&
  isDigit(at(line, end + 2))

/**
 * Tells whether neither a word nor a number goes on at `start`.
 *
 * @param {Line} line
 * @param {number} start
 */
export function numberBegins(line, start) {
  const before = at(line, start - 1)
  const isJoined = isOneOf('.,:/-+', before) && isWord(at(line, start - 2))
  return !isWord(before) && !isJoined
}

/**
 * Tells whether neither a word nor a number goes on at `end`.
 *
 * @param {Line} line
 * @param {number} end
 */
export function numberEnds(line, end) {
  const following = at(line, end)
  const isJoined = isOneOf('.,:/-', following) && isDigit(at(line, end + 1))
  return !isWord(following) && !isJoined
}

/**
 * Returns the position behind a space that may stand within a number, if one stands there.
 *
 * @param {Line} line
 * @param {number} position
 */
export const behindSpace = (line, position) =>
  position + (isOneOf(SPACES, at(line, position)) ? 1 : 0)

/**
 * Returns the word before a position in small letters, "" if something else stands there.
 *
 * @param {Line} line
 * @param {number} start
 * @param {string} [between] characters that may stand between the two
 */
export function wordBefore(line, start, between = `${SPACES}°.`) {
  let end = start
  while (end > 0 && isOneOf(between, line[end - 1])) end--
  let begin = end
  while (begin > 0 && end - begin < 20 && isLetter(line[begin - 1])) begin--
  return part(line, begin, end).toLowerCase()
}
