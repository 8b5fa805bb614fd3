/**
 * Names: which capitalised words of a sentence are carried over in their own letters.
 *
 * The list in the bundle holds the words that are not: those that training has seen in small
 * letters or translated. Words that are not listed are names that were copied in training, or were
 * never seen.
 */

import { BundleFormatError } from '../errors.js'
import { SPEC } from '../spec.js'
import { isCapital, isLetter, isLowerText, isUpperText } from '../text/characters.js'
import { APOSTROPHES, at, isOneOf, isWord, part, wordsOf } from './characters.js'
import { romanOrdinal } from './romans.js'

/** @typedef {import('./characters.js').Line} Line */

/** How many characters a word of the file shares with the one before, as one character. */
const SHARED = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'

const HEAD = 'names 1'

/** Words that stand within names; given names that are carried over, whatever is listed; words cut
 * short that begin what is listed of a letter or an advertisement: `Tél.`, `Réf.`. */
const [PARTICLES, GIVEN, NO_NAMES] = wordsOf(SPEC.names, 'particles', 'given', 'no_names')

/** Months that are cut short: no names before a full stop (`Janv. 2026`). */
const [STOPPED] = wordsOf(SPEC.names, 'stopped')

/** Of plurals and feminines: the list need not hold them apart. @type {string[]} */
const ENDINGS = SPEC.names.endings.split(' ')

/** The words that are no names, in small letters. */
export class Names {
  /** @param {Set<string>} known */
  constructor(known) {
    this.known = known
  }

  /**
   * Reads the file `names.txt`.
   *
   * @param {string} content
   * @throws {BundleFormatError} it is malformed
   */
  static parse(content) {
    const lines = content.split('\n')
    if (lines[0] !== HEAD || lines[lines.length - 1] !== '') {
      throw new BundleFormatError("the list of names must begin with 'names 1' and end a line")
    }
    /** @type {Set<string>} */
    const known = new Set()
    /** @type {string[]} */
    let before = []
    for (const line of lines.slice(1, -1)) {
      const shared = line === '' ? -1 : SHARED.indexOf(line[0])
      const word = [...before.slice(0, Math.max(shared, 0)), ...line.slice(1)]
      if (shared < 0 || shared > before.length || !isBehind(word, before)) {
        throw new BundleFormatError(`the list of names is out of order after '${before.join('')}'`)
      }
      known.add(word.join(''))
      before = word
    }
    return new Names(known)
  }

  /**
   * Tells whether a capitalised word is carried over. Of a word with hyphens that was never seen,
   * at least one part must be a name.
   *
   * @param {string} word
   */
  isCarried(word) {
    const small = word.toLowerCase()
    if (GIVEN.has(small)) return true
    if (NO_NAMES.has(small) || romanOrdinal(word) || this.has(small) || [...word].length < 2)
      return false
    const parts = small.split('-')
    return parts.length === 1 || !parts.every((each) => this.has(each))
  }

  /**
   * Tells whether a word or what it is the plural or the feminine of is listed.
   *
   * @param {string} word
   */
  has(word) {
    const { known } = this
    return (
      known.has(word) ||
      ENDINGS.some((end) => word.endsWith(end) && known.has(word.slice(0, -end.length)))
    )
  }
}

/**
 * Tells whether a word comes behind another one, by code points.
 *
 * @param {string[]} word
 * @param {string[]} before
 */
function isBehind(word, before) {
  for (let index = 0; index < word.length; index++) {
    if (index === before.length) return true
    const order = Number(word[index].codePointAt(0)) - Number(before[index].codePointAt(0))
    if (order !== 0) return order > 0
  }
  return false
}

/**
 * Returns where the names of a sentence that is not in capitals stand, outside its other entities;
 * places are code points.
 *
 * @param {Line} sentence
 * @param {[number, number][]} taken where other entities stand, in order
 * @param {Names} names
 * @returns {[number, number][]}
 */
export function findNames(sentence, taken, names) {
  /** @type {[number, number][]} */
  const found = []
  const count = sentence.length
  let next = 0
  const limit = () => (next < taken.length ? taken[next][0] : count)
  let position = 0
  while (position < count) {
    if (position >= limit()) {
      position = Math.max(taken[next][1], position)
      next++
      continue
    }
    if (position === 0 || sentence[position - 1] === ' ') {
      const space = sentence.indexOf(' ', position)
      const stop = space < 0 ? count : space
      if (stop <= limit() && isLowerText(part(sentence, position, stop))) {
        position = stop + 1 // nothing is written with a capital here
        continue
      }
    }
    const end = wordEnd(sentence, position, limit())
    if (end === position) {
      position++
      continue
    }
    const begin = position
    position = end
    if (!isName(sentence, begin, end, names)) continue
    position = runEnd(sentence, end, limit(), names)
    found.push([withInitials(sentence, begin, found.at(-1)?.[1] ?? 0), position])
  }
  return found
}

/**
 * Returns where the names of a sentence in capitals stand: what is written with a capital and small
 * letters; places are code points.
 *
 * Words that single spaces part are one name. The list does not count: who writes all else in
 * capitals means something by it. None, where a word has no capital at its start, or they are more
 * than half of all words.
 *
 * @param {Line} sentence
 * @returns {[number, number][]}
 */
export function withinCapitals(sentence) {
  /** @type {[number, number][]} */
  const found = []
  let [position, count, mixed] = [0, 0, 0]
  while (position < sentence.length) {
    const end = wordEnd(sentence, position, sentence.length)
    if (end === position) {
      position++
      continue
    }
    count++
    if (!isUpperText(part(sentence, position, end))) {
      mixed++
      if (!isCapital(sentence[position])) return []
      const last = found.at(-1)
      if (last && part(sentence, last[1], position) === ' ') last[1] = end
      else found.push([position, end])
    }
    position = end
  }
  return 2 * mixed <= count ? found : []
}

/**
 * Returns where a word ends: letters, with hyphens and the apostrophe of O'Brien within.
 *
 * @param {Line} line
 * @param {number} start
 * @param {number} limit
 */
function wordEnd(line, start, limit) {
  let end = start
  if (isWord(at(line, start - 1))) {
    while (end < limit && isWord(line[end])) end++
    return end
  }
  while (end < limit) {
    while (end < limit && isLetter(line[end])) end++
    const [mark, following] = [at(line, end), at(line, end + 1)]
    const isIrish = isOneOf(APOSTROPHES, mark) && end === start + 1 && isOneOf('OD', line[start])
    const goesOn = (mark === '-' || isIrish) && end > start && end + 1 < limit
    if (!goesOn || !(isIrish ? isCapital(following) : isLetter(following))) return end
    end++
  }
  return end
}

/**
 * @param {Line} line
 * @param {number} start
 * @param {number} end
 * @param {Names} names
 */
function isName(line, start, end, names) {
  const isWhole = !isWord(at(line, end)) && !isWord(at(line, start - 1))
  const word = part(line, start, end)
  if (at(line, end) === '.' && STOPPED.has(word.toLowerCase())) return false
  return isWhole && isCapital(line[start]) && names.isCarried(word)
}

/**
 * Returns where a run of names ends that are parted by single spaces and particles.
 *
 * @param {Line} line
 * @param {number} end
 * @param {number} limit
 * @param {Names} names
 */
function runEnd(line, end, limit, names) {
  while (true) {
    let start = end
    let stop = end
    do {
      start = stop
      if (at(line, start) !== ' ') return end
      start++
      stop = wordEnd(line, start, limit)
    } while (PARTICLES.has(part(line, start, stop)))
    if (stop === start || !isName(line, start, stop, names)) return end
    end = stop
  }
}

/**
 * Returns where a name begins with its initials: `J. R. R. Tolkien`.
 *
 * @param {Line} line
 * @param {number} start
 * @param {number} first
 */
function withInitials(line, start, first) {
  while (
    start - 3 >= first &&
    line[start - 2] === '.' &&
    line[start - 1] === ' ' &&
    isCapital(line[start - 3]) &&
    line[start - 3] !== 'M' && // "M. Keller" is a gentleman
    !isWord(at(line, start - 4))
  ) {
    start -= 3
  }
  return start
}
