/**
 * Words that are cut short are read whole: `env. 30 €`, `p. ex.`, `3 av. Foch`, `29 juil. 2026`.
 *
 * A model knows "environ"; of "env." it makes a word and a full stop. So are words before a colon
 * (`Tél :`), behind a number (`3 j`), rates (`250 €/mois`), and ordinals. Knows nothing of numbers.
 */

import {
  SPACES,
  at,
  has,
  isOneOf,
  isSpace,
  isWord,
  numberBegins,
  part,
  run,
  wordBefore,
  words,
  wordsOf,
} from '../entities/characters.js'
import { isPrivate } from '../entities/marks.js'
import { around, isNumber, rate } from '../entities/rates.js'
import { LATER } from '../spec_later.js'
import { isLetter, isUpperText } from './characters.js'
import { lastOf, months } from './dates.js'
import { ordinals } from './ordinals.js'

/** @typedef {import('../entities/characters.js').Line} Line */
/** @typedef {import('./aligned.js').Edit} Edit */

/** Words by language. @typedef {Record<string, Record<string, string>>} Known */

/** What stands before a full stop, in small letters, and the whole word. */
const {
  anywhere: ANYWHERE,
  amid: AMID,
  first: FIRST,
  streets: STREETS,
} = /** @type {Record<string, Known>} */ (LATER.shortened)

/** What stands before a colon, in small letters; behind a number; and "n°". */
const {
  labels: LABELS,
  behind: BEHIND,
  numbers: NUMBERS,
} = /** @type {Record<string, Known>} */ (LATER.shortened)

const DAYS = words(LATER.hours.days)

/** What stands before a noun ("la mer."), and what has letters behind its number: "point 3 j". */
const [ARTICLES, POINTS] = wordsOf(LATER.shortened, 'articles', 'points')

/** What ends no sentence but its own: of "Il porte un bât." it is a word. */
const FOLLOWED = words(LATER.shortened.followed)

/** What stands between two days. @type {string[]} */
const JOINTS = LATER.shortened.joints

/** What stands behind "av." where it is no street: "av. J.-C.". @type {string[]} */
const ERAS = LATER.shortened.eras.split(' ')

/**
 * Returns where words stand that are cut short, with their full stop, and the whole words.
 *
 * Those of `first` begin the sentence; within one a model knows them. Those of `amid` are days that
 * are words, too: a number or another day follows, or they are all of the text, in small letters.
 * Those of streets stand behind a number, with a comma or without, and before a space and none of
 * `eras`, nor, without a comma, a symbol: "av. JC" has one. Months are those of `months`. At the
 * end of the text the full stop is the sentence's, too, and is left out.
 *
 * @param {string} text a sentence; numbers in it may be hidden
 * @param {string} language of the text
 * @returns {Edit[]}
 */
export function shortened(text, language) {
  const line = [...text]
  const units = [0]
  for (const c of line) units.push(units[units.length - 1] + c.length)
  const inCharacters = [
    ...beforeStops(line, language),
    ...ordinals(line, language),
    ...beforeColons(line, language),
    ...behindNumbers(line, language),
    ...beforeNumbers(line, language),
    ...rates(line, language),
  ]
  /** @type {Edit[]} */
  const inUnits = inCharacters.map(([start, end, whole]) => [units[start], units[end], whole])
  /** @type {Edit[]} */
  const disjoint = []
  for (const edit of [...inUnits, ...months(text, language)].sort(
    (a, b) => a[0] - b[0] || b[1] - a[1],
  )) {
    if (disjoint.length === 0 || edit[0] >= disjoint[disjoint.length - 1][1]) disjoint.push(edit)
  }
  return disjoint
}

/**
 * @param {Line} line
 * @param {string} language
 * @returns {Generator<Edit, void, void>}
 */
function* beforeStops(line, language) {
  const [amid, first, streets] = [
    AMID[language] ?? {},
    FIRST[language] ?? {},
    STREETS[language] ?? {},
  ]
  const known = new Map(Object.entries({ ...ANYWHERE[language], ...amid, ...first, ...streets }))
  const last = lastOf(line)
  for (let dot = line.indexOf('.'); dot >= 0; dot = line.indexOf('.', dot + 1)) {
    const behind = at(line, dot + 1)
    if (isWord(behind) || behind === '.' || (behind !== '' && isPrivate(behind))) continue
    const isLast = dot + 1 >= last
    for (const [short, whole] of known) {
      const start = dot - [...short].length
      const word = part(line, start, dot)
      if (start < 0 || word.toLowerCase() !== short || goesOn(line, start)) continue
      if (Object.hasOwn(first, short) && start > 0) continue
      if (FOLLOWED.has(short) && isLast && start > 0) continue
      const isAlone = start === 0 && isLast && word === short
      if (Object.hasOwn(amid, short) && !isAlone && !isDay(line, start, dot + 1, known)) continue
      if (Object.hasOwn(streets, short) && !isStreet(line, start, dot + 1)) continue
      yield [start, isLast ? dot : dot + 1, counted(line, start, cased(word, whole))]
    }
  }
}

/**
 * Tells whether a word or a name of parts goes on at a position: `functions.Trim`.
 *
 * @param {Line} line
 * @param {number} start
 */
const goesOn = (line, start) => isWord(at(line, start - 1)) || at(line, start - 1) === '.'

/**
 * Tells whether a number follows a day that is cut short, or "au" and another; no article leads.
 *
 * @param {Line} line
 * @param {number} start
 * @param {number} end
 * @param {Map<string, string>} known
 */
function isDay(line, start, end, known) {
  if (ARTICLES.has(wordBefore(line, start, SPACES))) return false
  const joint = JOINTS.find((each) => has(line, end, each))
  if (joint === undefined) return isOneOf(SPACES, at(line, end)) && isNumber(at(line, end + 1))
  const other = end + joint.length
  const word = part(line, other, run(line, other, isLetter)).toLowerCase()
  return DAYS.has(known.get(word) ?? word)
}

/**
 * Returns a word with the capitals of what it stands for.
 *
 * @param {string} short
 * @param {string} whole
 */
function cased(short, whole) {
  if ([...short].length > 1 && isUpperText(short)) return whole.toUpperCase()
  return (isUpperText(short[0]) ? whole[0].toUpperCase() : whole[0]) + whole.slice(1)
}

/**
 * Returns words behind a number as they are, behind "1" the first of them without its `s`.
 *
 * @param {Line} line
 * @param {number} start
 * @param {string} whole
 */
function counted(line, start, whole) {
  const one = start - (isOneOf(SPACES, at(line, start - 1)) ? 2 : 1)
  return at(line, one) === '1' && numberBegins(line, one) ? whole.replace(/s?(?= |$)/, '') : whole
}

/**
 * Tells whether the number of a house stands before, and a name may stand behind.
 *
 * @param {Line} line
 * @param {number} start
 * @param {number} end
 */
function isStreet(line, start, end) {
  if (!isOneOf(SPACES, at(line, start - 1)) || !isOneOf(SPACES, at(line, end))) return false
  const hasComma = at(line, start - 2) === ','
  const [number, behind] = [at(line, start - (hasComma ? 3 : 2)), at(line, end + 1)]
  if (!isNumber(number) || (!hasComma && behind !== '' && isPrivate(behind))) return false
  return !ERAS.some((era) => has(line, end + 1, era))
}

/**
 * Yields where a short word stands at which no word goes on.
 *
 * @param {Line} line
 * @param {string} short
 */
function* places(line, short) {
  const letters = [...short]
  const isOpen = isLetter(letters[letters.length - 1])
  for (let start = 0; start + letters.length <= line.length; start++) {
    if (!letters.every((c, index) => line[start + index] === c)) continue
    const [before, behind] = [at(line, start - 1), at(line, start + letters.length)]
    if (!(isOpen && isWord(behind)) && !(before !== '' && isLetter(before))) yield start
  }
}

/**
 * Returns a line in small letters; an empty one, if that has more of them.
 *
 * @param {Line} line
 */
function small(line) {
  const letters = [...line.join('').toLowerCase()]
  return letters.length === line.length ? letters : []
}

/**
 * Yields labels: `Tél :`, `Réf. :`, or nothing but one.
 *
 * @param {Line} line
 * @param {string} language
 * @returns {Generator<Edit, void, void>}
 */
function* beforeColons(line, language) {
  const letters = small(line)
  const [first, last] = [line.findIndex((c) => !isSpace(c)), lastOf(line)]
  for (const [short, whole] of Object.entries(LABELS[language] ?? {})) {
    for (const start of places(letters, short)) {
      const end = start + short.length
      const isDotted = short.endsWith('.')
      const stop = !isDotted && at(line, end) === '.' ? end + 1 : end
      const colon = isOneOf(SPACES, at(line, stop)) ? stop + 1 : stop
      const isFirst = start <= first
      const isLabel = at(line, colon) === ':' && (isFirst || isUpperText(line[start]))
      if (!isLabel && !(isFirst && stop >= last)) continue
      yield [start, stop, cased(part(line, start, isDotted ? end - 1 : end), whole)]
    }
  }
}

/**
 * Yields what is cut short behind a number: `3 j`, `10 mn`, `2 M d'euros`.
 *
 * @param {Line} line
 * @param {string} language
 * @returns {Generator<Edit, void, void>}
 */
function* behindNumbers(line, language) {
  const last = lastOf(line) - 1
  for (const [short, whole] of Object.entries(BEHIND[language] ?? {})) {
    for (const start of places(line, short)) {
      const end = start + short.length
      const isSpaced = isOneOf(SPACES, at(line, start - 1))
      const isOpen = isLetter(short[short.length - 1]) && isOneOf("'\u2019-", at(line, end))
      const number = isSpaced ? start - 1 : start
      if (isOpen || !isNumber(at(line, number - 1))) continue
      if (short.length === 1 && isLettered(line, number, end)) continue
      const isStopped = at(line, end) === '.' && isOneOf(SPACES, at(line, end + 1)) && end < last
      const stop = isStopped && isLetter(short[short.length - 1]) ? end + 1 : end
      yield [start, stop, (isSpaced ? '' : ' ') + counted(line, start, whole)]
    }
  }
}

/**
 * Tells whether one letter belongs to what ends before it: "article 3 j", "3 j)", "log4j".
 *
 * @param {Line} line
 * @param {number} end
 * @param {number} stop
 */
function isLettered(line, end, stop) {
  let start = end
  while (isNumber(at(line, start - 1))) start--
  const isJoined = at(line, stop) === ')' || isWord(at(line, start - 1))
  return isJoined || POINTS.has(wordBefore(line, start, SPACES))
}

/**
 * Yields `n°` right before a number, which is read apart, and "n° de", which is a word.
 *
 * @param {Line} line
 * @param {string} language
 * @returns {Generator<Edit, void, void>}
 */
function* beforeNumbers(line, language) {
  const letters = small(line)
  for (const [short, whole] of Object.entries(NUMBERS[language] ?? {})) {
    for (const start of places(letters, short)) {
      const end = start + short.length
      if (!isLetter(short[short.length - 1]) && !isNumber(at(line, end))) continue
      yield [start, end, cased(part(line, start, end), whole)]
    }
  }
}

/**
 * Yields what `rates` knows: `/mois`, `24 h/24`.
 *
 * @param {Line} line
 * @param {string} language
 * @returns {Generator<Edit, void, void>}
 */
function* rates(line, language) {
  if (!Object.hasOwn(LATER.rates, language)) return
  for (let start = 0; start < line.length; start++) {
    const found = rate(line, start) ?? around(line, start)
    if (found) yield [start, ...found]
  }
}
