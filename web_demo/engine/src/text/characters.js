/** Letters and their cases, by Unicode and one code point at a time: the same on every host. */

const LETTER = /^\p{L}$/u
const SMALL = /^\p{Lowercase}$/u
const CAPITAL = /^\p{Uppercase}$/u
const DECIMAL = /^\p{Nd}$/u
const NUMERAL = /^\p{N}$/u
const MARK = /^\p{M}$/u
const LONE_SURROGATE = /\p{Cs}/gu

/** @param {string} c */
export const isLetter = (c) =>
  c < '\x80' ? (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') : LETTER.test(c)
/** @param {string} c */
export const isSmall = (c) => SMALL.test(c)
/** @param {string} c */
export const isCapital = (c) => CAPITAL.test(c)
/** @param {string} c */
export const isDecimal = (c) => DECIMAL.test(c)
/** @param {string} c */
export const isNumeral = (c) => (c < '\x80' ? c >= '0' && c <= '9' : NUMERAL.test(c))
/** @param {string} c */
export const isMark = (c) => MARK.test(c)
/** One of the ten ASCII digits. @param {string} c */
export const isDigit = (c) => c >= '0' && c <= '9' && c.length === 1

/** @param {string} text */
export const isAscii = (text) => /^[\x00-\x7f]*$/.test(text)

/**
 * Replaces lone surrogates, which no UTF-8 can carry, by question marks; as long as it was.
 *
 * @param {string} text
 */
export const encodable = (text) => text.replace(LONE_SURROGATE, '?')

const UTF8 = new TextEncoder()

/** @param {string} text */
export const utf8 = (text) => UTF8.encode(text)

/** @param {string} text how many code points it has */
export function countCharacters(text) {
  let count = text.length
  for (let at = 0; at + 1 < text.length; at++) {
    if (isPair(text, at)) {
      count--
      at++
    }
  }
  return count
}

/**
 * Tells whether two units of a text are one code point.
 *
 * @param {string} text
 * @param {number} at
 */
export function isPair(text, at) {
  const high = text.charCodeAt(at)
  if (high < 0xd800 || high > 0xdbff) return false
  const low = text.charCodeAt(at + 1)
  return low >= 0xdc00 && low <= 0xdfff
}

/** A letter, a digit or another number. @param {string} c */
export const isAlphanumeric = (c) => isLetter(c) || isNumeral(c)

/**
 * Returns the code point that begins at a place, "" at the end.
 *
 * @param {string} text
 * @param {number} at
 */
export const characterAt = (text, at) =>
  isPair(text, at) ? text.slice(at, at + 2) : text.charAt(at)

/**
 * Returns the code point that ends at a place, "" at the beginning.
 *
 * @param {string} text
 * @param {number} at
 */
export const characterBefore = (text, at) =>
  at > 1 && isPair(text, at - 2) ? text.slice(at - 2, at) : text.charAt(at - 1)

/**
 * Tells whether there is a small letter, and no letter that has a case is another.
 *
 * @param {string} text
 */
export const isLowerText = (text) =>
  /\p{Lowercase}/u.test(text) && !/[\p{Uppercase}\p{Lt}]/u.test(text)

/**
 * Tells whether there is a capital, and no letter that has a case is another.
 *
 * @param {string} text
 */
export const isUpperText = (text) =>
  /\p{Uppercase}/u.test(text) && !/[\p{Lowercase}\p{Lt}]/u.test(text)
