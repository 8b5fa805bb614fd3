/**
 * The numbers that a sentence holds, in figures or in words, as values that can be compared.
 *
 * For checks, not for translation: what a number counts, and how it is written, does not matter.
 * Places count UTF-16 units.
 */

import { SPACES, isOneOf } from '../entities/characters.js'
import { SPEC } from '../spec.js'
import { isDigit, isLetter } from './characters.js'

/**
 * A number of a text, `text.slice(start, end)`, to the last digit.
 *
 * @typedef {{value: Exact, start: number, end: number}} Value
 */

/** A fraction that is never rounded. */
export class Exact {
  /**
   * @param {bigint} numerator
   * @param {bigint} [denominator] a power of ten
   */
  constructor(numerator, denominator = 1n) {
    while (denominator > 1n && numerator % 10n === 0n) {
      numerator /= 10n
      denominator /= 10n
    }
    this.numerator = numerator
    this.denominator = denominator
  }

  /** The same for equal values. */
  get key() {
    return `${this.numerator}/${this.denominator}`
  }

  /** The whole number that it is; null: it is none. */
  get whole() {
    return this.denominator === 1n ? this.numerator : null
  }

  /** Tells whether it is at least so much. @param {bigint} other */
  isFrom(other) {
    return this.numerator >= other * this.denominator
  }

  /** @param {bigint} other */
  isUpTo(other) {
    return this.numerator <= other * this.denominator
  }

  /** @param {bigint} other */
  times(other) {
    return new Exact(this.numerator * other, this.denominator)
  }

  /** @param {bigint} other */
  minus(other) {
    return new Exact(this.numerator - other * this.denominator, this.denominator)
  }
}

/**
 * Returns words with their numbers.
 *
 * @param {[words: string, first: number, step: number][]} rows
 */
const numbered = (...rows) =>
  new Map(
    rows.flatMap(([text, first, step]) =>
      text.split(' ').map((word, index) => /** @type {const} */ ([word, first + step * index])),
    ),
  )

/** @type {Record<string, any>} */
const LANGUAGES = SPEC.number_words
const { fr: FR, en: EN } = LANGUAGES

/** What English counts with, which is often no number of French. */
export const ORDINALS = numbered(...EN.ordinals)
/** About how many a word of French says, which may be said as a number: "une vingtaine". */
export const ABOUT = numbered(...FR.about)
/** @type {Record<string, Map<string, number>>} */
const UNITS = { fr: numbered(...FR.units), en: numbered(...EN.units, ...EN.ordinals) }
/** @type {Record<string, Map<string, number>>} */
const POWERS = { fr: numbered(...FR.powers), en: numbered(...EN.powers) }
/** @type {Record<string, string>} */
const DECIMAL = { fr: ',', en: '.' }
/** @type {Record<string, number>} */
const ROMAN = { I: 1, V: 5, X: 10 }

/** @typedef {{text: string, start: number, end: number}} Word */
/**
 * What a number is, and how many words it takes, 0 if there is none.
 *
 * @typedef {[value: Exact, count: number]} Found
 */

/**
 * Returns the numbers of a text in order, ones in words left out: they are articles.
 *
 * @param {string} text a sentence
 * @param {string} language of the text; "fr" and "en" have number words
 * @returns {Value[]}
 */
export function values(text, language) {
  const words = wordsOf(text)
  /** @type {Value[]} */
  const found = []
  let index = 0
  while (index < words.length) {
    const [value, count] = read(words, index, language, text)
    if (count > 0) {
      const [first, last] = [words[index], words[index + count - 1]]
      const isSpokenOne = value.whole === 1n && !isDigit(first.text[0])
      if (!isSpokenOne) found.push({ value, start: first.start, end: last.end })
    }
    index += Math.max(count, 1)
  }
  return found
}

/**
 * Returns runs of letters and runs of digits, figures with their separators.
 *
 * @param {string} text
 */
function wordsOf(text) {
  /** @type {Word[]} */
  const found = []
  let [start, position] = [-1, 0]
  const close = () => {
    if (start >= 0) found.push({ text: text.slice(start, position), start, end: position })
    start = -1
  }
  while (position < text.length) {
    const c = String.fromCodePoint(Number(text.codePointAt(position)))
    if (isDigit(c)) {
      close()
      const end = figures(text, position)
      found.push({ text: text.slice(position, end), start: position, end })
      position = end
      continue
    }
    if (!isLetter(c)) close()
    else if (start < 0) start = position
    position += c.length
  }
  close()
  return found
}

/**
 * @param {string} text
 * @param {number} start
 */
function digits(text, start) {
  let end = start
  while (end < text.length && isDigit(text[end])) end++
  return end
}

/**
 * Returns where digits end: groups of three after a separator, then a fraction.
 *
 * @param {string} text
 * @param {number} start
 */
function figures(text, start) {
  let end = digits(text, start)
  while (isOneOf(`${SPACES}.,`, text[end] ?? '') && isDigit(text[end + 1] ?? '')) {
    const following = digits(text, end + 1)
    const size = end - start
    const isGrouped = following - end === 4 && size <= 3 + 4 * Math.floor(size / 4)
    if (isOneOf(SPACES, text[end]) && !(isGrouped && size !== 4)) break
    end = following
  }
  return end
}

/**
 * Returns the value that begins at a word and how many words it takes.
 *
 * @param {Word[]} words
 * @param {number} index
 * @param {string} language
 * @param {string} text
 * @returns {Found}
 */
function read(words, index, language, text) {
  const first = words[index].text
  if (isDigit(first[0])) {
    const value = figureValue(first, language)
    const power = POWERS[language]?.get(words[index + 1]?.text.toLowerCase() ?? '')
    return power === undefined ? [value, 1] : [value.times(10n ** BigInt(power)), 2]
  }
  const roman = language === 'fr' ? romanOf(first) : 0
  if (roman !== 0) return [new Exact(BigInt(roman)), 1]
  return spoken(words, index, language, text)
}

/**
 * Returns the value of figures with separators.
 *
 * @param {string} written
 * @param {string} language
 */
function figureValue(written, language) {
  let plain = [...written].filter((c) => !isOneOf(SPACES, c)).join('')
  const mark = DECIMAL[language] ?? '.'
  const other = mark === ',' ? '.' : ','
  const parts = plain.split(other)
  if (parts.length > 1 && parts.slice(1).every((part) => part.length === 3)) plain = parts.join('')
  plain = plain.replace(other, mark)
  const last = plain.lastIndexOf(mark)
  const figuresOf = (/** @type {string} */ part) => part.replace(/[^0-9]/g, '')
  const whole = figuresOf(last < 0 ? plain : plain.slice(0, last))
  const fraction = last < 0 ? '' : figuresOf(plain.slice(last + 1))
  return new Exact(BigInt(whole + fraction || '0'), 10n ** BigInt(fraction.length))
}

/**
 * Returns the century of `XIXe`, 0 if it is none.
 *
 * @param {string} word
 */
function romanOf(word) {
  const numeral = word.slice(0, -1)
  if (!word.endsWith('e') || !/^[IVX]+$/.test(numeral)) return 0
  const last = numeral.slice(-1) + 'I'
  let total = 0
  for (let index = 0; index < numeral.length; index++) {
    const [here, after] = [numeral[index], numeral[index + 1] ?? 'I']
    const isSmaller = ROMAN[here] < ROMAN[after] && after !== last
    total += isSmaller ? -ROMAN[here] : ROMAN[here]
  }
  return total
}

/**
 * Tells whether a hundred or more begins a number: "cent", not "pour cent"; "a hundred".
 *
 * @param {Word[]} words
 * @param {number} index
 * @param {string} language
 */
function mayBegin(words, index, language) {
  const before = words[index - 1]?.text.toLowerCase() ?? ''
  if (language === 'en') return before === 'a' || before === 'an'
  return ['cent', 'Cent'].includes(words[index].text) && before !== 'pour'
}

/**
 * Tells whether a unit cannot follow what was said: "deux trois" are two numbers.
 *
 * @param {number} unit
 * @param {bigint} current
 */
function isAnother(unit, current) {
  const rest = current % 100n
  if (rest === 60n || rest === 80n) return false
  return unit < 10 ? current % 10n > 0n : rest !== 0n
}

/**
 * Reads number words: "quatre-vingt-dix-sept", "two hundred and five".
 *
 * @param {Word[]} words
 * @param {number} index
 * @param {string} language
 * @param {string} text
 * @returns {Found}
 */
function spoken(words, index, language, text) {
  const [units, powers] = [UNITS[language], POWERS[language]]
  let [total, current] = [0n, 0n]
  let [used, taken] = [0, 0]
  const atLeastOne = () => (current > 1n ? current : 1n)
  while (index + used < words.length) {
    const word = words[index + used].text.toLowerCase()
    const gap = used > 0 ? text.slice(words[index + used - 1].end, words[index + used].start) : ''
    if (used > 0 && ![' ', '-', '\u00a0', '\u2011'].includes(gap)) break
    const unit = units?.get(word)
    const power = powers?.get(word)
    const isBegun = used > 0
    if (unit !== undefined) {
      if (language === 'fr' && unit === 20 && current % 100n === 4n) current += 76n
      else if (language === 'en' && unit > 9 && current > 10n && current < 21n && !total)
        current = 100n * current + BigInt(unit) // a year: "nineteen eighty-four"
      else if (isBegun && isAnother(unit, current)) break
      else current += BigInt(unit)
    } else if (
      LANGUAGES[language]?.hundreds.split(' ').includes(word) &&
      (isBegun || mayBegin(words, index, language))
    ) {
      current = atLeastOne() * 100n
    } else if (
      power !== undefined &&
      (isBegun || word === 'mille' || mayBegin(words, index, language))
    ) {
      total += atLeastOne() * 10n ** BigInt(power)
      current = 0n
    } else if (word === LANGUAGES[language]?.link && isBegun) {
      used++
      continue
    } else {
      break
    }
    used++
    taken = used
  }
  const following = taken > 0 ? (words[index + taken]?.text ?? '') : ''
  if (language === 'fr' && following.endsWith('ième')) {
    return [new Exact(1n), taken + 1] // "soixante-septième" counts nothing
  }
  return [new Exact(total + current), taken]
}
