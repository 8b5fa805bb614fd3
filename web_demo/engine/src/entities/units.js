/**
 * Signs of units behind a number, which are carried over with it: a model would guess "m" from
 * "ml". Words ("litres", "ans") are no signs. The signs are those of `contract.json`.
 */

import { isDigit } from '../text/characters.js'
import { SPEC } from '../spec.js'
import {
  at,
  behindSpace,
  has,
  isOneOf,
  isShared,
  isWord,
  numberEnds,
  part,
  run,
  words,
} from './characters.js'

/** Signs that any language writes alike. @type {Map<string, string>} */
export const ALIKE = new Map([...words(SPEC.units.alike)].map((sign) => [sign, sign]))

/** The signs of a French text, and what they are in English. @type {Map<string, string>} */
export const SIGNS = new Map([...ALIKE, ...Object.entries(SPEC.units.fr)])

/**
 * Returns the sign of a unit behind a number or the space behind it, and where it stands; "" and
 * the number's end if none does. A number behind the sign ("1 m 80") is one with it. In English a
 * hyphen may stand before a sign of two characters and more: "a 35-mm film".
 *
 * @param {import('./characters.js').Line} line
 * @param {number} end
 * @param {Map<string, string>} signs
 * @param {typeof import('./rates.js').rate} [rate] tells what goes on behind a unit: `5 mg/jour`
 * @returns {[sign: string, start: number, stop: number]}
 */
export function unitBehind(line, end, signs, rate) {
  const isJoined = !rate && at(line, end) === '-'
  const start = isJoined ? end + 1 : behindSpace(line, end)
  let stop = run(line, start, (c) => isWord(c) || isOneOf('°/²³', c))
  if (isShared(line, stop - 1)) stop-- // "3 °C/+5 °C"
  let sign = part(line, start, stop)
  for (let slash = start; rate && !signs.has(sign) && slash < stop; slash++) {
    const shorter = part(line, start, slash)
    if (signs.has(shorter) && rate(line, slash)) [sign, stop] = [shorter, slash]
  }
  if (has(line, stop, ' / ')) {
    const last = run(line, stop + 3, isWord)
    const whole = `${sign}/${part(line, stop + 3, last)}`
    if (signs.has(whole)) [sign, stop] = [whole, last]
  }
  const isSign = signs.has(sign) && isOver(line, stop) && !(isJoined && stop - start < 2)
  return isSign ? [sign, start, stop] : ['', end, end]
}

/**
 * Tells whether nothing goes on behind the sign of a unit: no word, product or second number.
 *
 * @param {import('./characters.js').Line} line
 * @param {number} end
 */
export function isOver(line, end) {
  const goesOn = isOneOf("'\u2019-\u2013\u00d7\u00b7", at(line, end)) || !numberEnds(line, end)
  return !goesOn && !isDigit(at(line, behindSpace(line, end)))
}
