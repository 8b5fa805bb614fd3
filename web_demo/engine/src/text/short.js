/**
 * Words that are cut short are read whole: `env. 30 €`, `p. ex.`, `3 av. Foch`, `29 juil. 2026`.
 *
 * A model knows "environ"; of "env." it makes a word and a full stop. Knows nothing of numbers.
 */

import { SPACES, at, has, isOneOf, isSpace, isWord, part } from '../entities/characters.js'
import { isPrivate } from '../entities/marks.js'
import { LATER } from '../spec_later.js'
import { isDigit } from './characters.js'
import { months } from './dates.js'

/** @typedef {import('../entities/characters.js').Line} Line */

/** By language, what stands before a full stop, in small letters, and the whole word. */
const { anywhere: ANYWHERE, first: FIRST, streets: STREETS } = LATER.shortened

/** What stands behind "av." where it is no street: "av. J.-C.". @type {string[]} */
const ERAS = LATER.shortened.eras.split(' ')

/**
 * Returns where words stand that are cut short, with their full stop, and the whole words.
 *
 * Those of `first` begin the sentence; within one a model knows them. Those of streets stand behind
 * a number, with a comma or without, and before a space and none of `eras`; months are
 * those of `months`. At the end of the text the full stop is the sentence's, too, and is left out.
 *
 * @param {string} text a sentence; numbers in it may be hidden
 * @param {string} language of the text
 */
export function shortened(text, language) {
  const found = months(text, language)
  const [first, streets] = [FIRST[language] ?? {}, STREETS[language] ?? {}]
  const known = Object.entries({ ...ANYWHERE[language], ...first, ...streets })
  if (known.length === 0 || !text.includes('.')) return found
  const line = [...text]
  let unit = 0
  line.forEach((c, dot) => {
    unit += c.length
    const behind = at(line, dot + 1)
    if (c !== '.' || isWord(behind) || (behind !== '' && isPrivate(behind))) return
    for (const [short, whole] of known) {
      const start = dot - [...short].length
      const word = part(line, start, dot)
      if (start < 0 || word.toLowerCase() !== short || isWord(at(line, start - 1))) continue
      if (Object.hasOwn(first, short) && start > 0) continue
      if (Object.hasOwn(streets, short) && !isStreet(line, start, dot + 1)) continue
      const isLast = line.slice(dot + 1).every(isSpace)
      const written = word === word.toUpperCase() ? whole.toUpperCase() : word[0] + whole.slice(1)
      found.push([unit - 1 - word.length, isLast ? unit - 1 : unit, written])
    }
  })
  return found.sort((a, b) => a[0] - b[0])
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
  if (number === '' || !(isDigit(number) || isPrivate(number))) return false
  if (!hasComma && behind !== '' && isPrivate(behind)) return false
  return !ERAS.some((era) => has(line, end + 1, era))
}
