/**
 * Names of months that are cut short, alone or beside a number, are read whole: `29 juil. 2026`.
 *
 * A model knows "juillet"; of "juil." it makes a word and a full stop. Knows nothing of numbers.
 */

import { SPACES, at, isOneOf, isSpace, words } from '../entities/characters.js'
import { isPrivate } from '../entities/marks.js'
import { LATER } from '../spec_later.js'
import { isDigit, isLetter } from './characters.js'

/** @typedef {import('../entities/characters.js').Line} Line */

/** Months that are words, too. */
const WORDS = words(LATER.shortened.words)

/** What stands behind the first of a month: "1er janv.". */
const ORDINAL = 'er'

/**
 * Returns where names of months stand that are cut short, with their full stop, and the names.
 *
 * Such a name has a number before it, or behind its full stop, one space between, or is all of the
 * text: then one that is a word as well ("sept.") has small letters. At the end of the text its
 * full stop is the sentence's, too, and is left out.
 *
 * @param {string} text a sentence; numbers in it may be hidden
 * @param {string} language of the text
 */
export function months(text, language) {
  /** @type {import('./aligned.js').Edit[]} */
  const found = []
  const known = LATER.months[language]
  if (!known || !text.includes('.')) return found
  const line = [...text]
  const last = lastOf(line)
  let unit = 0
  line.forEach((c, dot) => {
    unit += c.length
    if (c !== '.') return
    let start = dot
    while (start > 0 && isLetter(line[start - 1])) start--
    const word = line.slice(start, dot).join('')
    const small = word.toLowerCase()
    const isLast = dot + 1 >= last
    const isAlone = start === 0 && isLast && (word === small || !WORDS.has(small))
    const isDate = isAlone || isBehind(line, start) || isBefore(line, dot + 1)
    if (!Object.hasOwn(known, small) || !isDate) return
    const name = known[small]
    const written = word === word.toUpperCase() ? name.toUpperCase() : word[0] + name.slice(1)
    found.push([unit - 1 - word.length, isLast ? unit - 1 : unit, written])
  })
  return found
}

/** Returns where a line ends but for white space. @param {Line} line */
export const lastOf = (line) => line.findLastIndex((c) => !isSpace(c)) + 1

/** Tells whether a number is before a word. @param {Line} line @param {number} start */
function isBehind(line, start) {
  if (!isOneOf(SPACES, at(line, start - 1))) return false
  const isFirst = line.slice(Math.max(start - 3, 0), start - 1).join('') === ORDINAL
  return isNumber(at(line, start - 2 - (isFirst ? ORDINAL.length : 0)))
}

/** Tells whether a number is behind a full stop. @param {Line} line @param {number} end */
const isBefore = (line, end) => isOneOf(SPACES, at(line, end)) && isNumber(at(line, end + 1))

/** @param {string} c */
const isNumber = (c) => isDigit(c) || isPrivate(c)
