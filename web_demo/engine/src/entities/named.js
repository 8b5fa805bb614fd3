/**
 * Numbers of French that name something, whose groups are no thousands: `n° 4 512 887`. They are
 * things, written as they are. Knows nothing of amounts: who asks says where the number ends.
 */

import { FRENCH } from '../spec_french.js'
import { isCapital, isLetter } from '../text/characters.js'
import { APOSTROPHES, SPACES, at, has, isOneOf, part, run, wordsOf } from './characters.js'

/** @typedef {import('./characters.js').Line} Line */

/**
 * Words whose number names something; those that have a sign behind them ("n°"); and what may stand
 * between, as names may, two at most: "n° de client 12 345 678", "RCS Paris".
 */
const [NAMED, SIGNED, KINDS] = wordsOf(FRENCH.numbers.fr, 'named', 'signed', 'kinds')

/**
 * Words whose number may count something, if no name; kinds that are verbs right before figures;
 * words in s that are no plural of what is counted.
 */
const [BARE, COUNTING, LITTLE] = wordsOf(FRENCH.numbers.fr, 'bare', 'counting', 'little')

/**
 * Tells whether a number between two positions is the name of something: `n° 4 512`, `numéro de
 * client : 4 512`, `Votre référence est le 4 512`, but not `Code : 3 200 lignes`.
 *
 * @param {Line} line
 * @param {number} start
 * @param {number} stop
 */
export function isNamed(line, start, stop) {
  const end = trimmed(line, start)
  const said =
    ['est :', 'est\u00a0:', ':', 'est le', 'est'].find((said) =>
      has(line, end - said.length, said),
    ) ?? ''
  let place = trimmed(line, end - said.length)
  const nearest = wordAt(line, place)
  const isVerb =
    said === '' && COUNTING.has(nearest.word) && !isOf(wordAt(line, nearest.start).word)
  for (let words = 0; words < 3; words++) {
    const last = wordAt(line, place)
    const before = wordAt(line, last.start)
    // "une valeur de référence 45 678" counts something
    if (last.names && before.word !== 'de')
      return !BARE.has(last.word) || !counts(behind(line, stop), isVerb)
    if (!KINDS.has(last.word) && !isCapital(at(line, last.start))) return false
    place = isOf(before.word) ? before.start : last.start
  }
  return false
}

/** @param {string} word */
const isOf = (word) => word === 'de' || word === 'd'

/**
 * Tells whether what stands behind a number is counted: "ce numéro compte 12 000 Français".
 *
 * @param {string} word
 * @param {boolean} isVerb
 */
const counts = (word, isVerb) =>
  (/[sx]$/.test(word) && word === word.toLowerCase() && !LITTLE.has(word)) ||
  (isVerb && word !== '')

/**
 * @param {Line} line
 * @param {number} end
 */
const behind = (line, end) =>
  isOneOf(SPACES, at(line, end)) ? part(line, end + 1, run(line, end + 1, isLetter)) : ''

/**
 * Returns where the word before a position begins, and whether its number is a name. Spaces or an
 * apostrophe may stand behind it.
 *
 * @param {Line} line
 * @param {number} start
 */
function wordAt(line, start) {
  const spaced = trimmed(line, start)
  const end = isOneOf(APOSTROPHES, at(line, spaced - 1)) ? spaced - 1 : spaced
  const isSigned = isOneOf('\u00b0.', at(line, end - 1))
  const stop = isSigned ? end - 1 : end
  let begin = stop
  while (stop - begin < 20 && isLetter(at(line, begin - 1))) begin--
  const word = part(line, begin, stop).toLowerCase()
  return { start: begin, names: (isSigned ? SIGNED : NAMED).has(word), word }
}

/**
 * @param {Line} line
 * @param {number} end
 */
function trimmed(line, end) {
  while (isOneOf(SPACES, at(line, end - 1))) end--
  return end
}
