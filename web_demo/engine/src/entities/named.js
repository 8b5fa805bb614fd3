/**
 * Numbers of French that name something, whose groups are no thousands: `n° 4 512 887`. They are
 * things, written as they are. Knows nothing of amounts: who asks says where the number ends.
 */

import { FRENCH } from '../spec_french.js'
import { isCapital, isLetter } from '../text/characters.js'
import { APOSTROPHES, SPACES, at, has, isOneOf, part, wordsOf } from './characters.js'

/** @typedef {import('./characters.js').Line} Line */

/**
 * Words whose number names something; those that have a sign behind them ("n°"); and what may stand
 * between, as names may, two at most: "n° de client 12 345 678", "RCS Paris".
 */
const [NAMED, SIGNED, KINDS] = wordsOf(FRENCH.numbers.fr, 'named', 'signed', 'kinds')

/**
 * Tells whether a number that begins at a position is the name of something: `n° 4 512`, `numéro de
 * client : 4 512`, `Votre référence est le 4 512`.
 *
 * @param {Line} line
 * @param {number} start
 */
export function isNamed(line, start) {
  const end = trimmed(line, start)
  const said =
    ['est :', 'est\u00a0:', ':', 'est le', 'est'].find((said) =>
      has(line, end - said.length, said),
    ) ?? ''
  let place = trimmed(line, end - said.length)
  for (let words = 0; words < 3; words++) {
    const last = wordAt(line, place)
    const before = wordAt(line, last.start)
    // "une valeur de référence 45 678" counts something
    if (last.names && before.word !== 'de') return true
    if (!KINDS.has(last.word) && !isCapital(at(line, last.start))) return false
    place = before.word === 'de' || before.word === 'd' ? before.start : last.start
  }
  return false
}

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
