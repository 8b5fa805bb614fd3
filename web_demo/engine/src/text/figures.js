/**
 * Numbers that a translation has, but not as its source means them: in another form, with another
 * unit. Places count UTF-16 units.
 */

import { SPACES, isOneOf } from '../entities/characters.js'
import { ALIKE, SIGNS, unitBehind } from '../entities/units.js'
import { countCharacters, isDigit } from './characters.js'

/** @typedef {import('./number_words.js').Value} Value */

/**
 * Finds a number that an English translation has as French writes it: "3,5", "5 590", "10h53". Who
 * reads it may take it for another one: "3,410" for thousands.
 *
 * @param {string} source
 * @param {string} target
 * @param {Value[]} here
 * @param {Value[]} there
 * @returns {[number, number] | null} where it stands in the source
 */
export function inAnotherForm(source, target, here, there) {
  const digitsOf = (/** @type {string} */ text) => text.replace(/[^0-9]/g, '')
  for (const { start, end } of there) {
    const text = target.slice(start, end).replace(/[^0-9]+$/, '')
    const parts = text.split(',')
    const isGrouped =
      countCharacters(parts[0]) <= 3 &&
      parts.slice(1).every((each) => countCharacters(each.split('.')[0]) === 3)
    const isClock = target[end] === 'h' && isDigit(target[end + 1] ?? '')
    const isSpaced = [...text].some((c) => isOneOf(SPACES, c))
    if (text === '' || ((parts.length === 1 || isGrouped) && !isClock && !isSpaced)) continue
    for (const value of here) {
      const same = source.slice(value.start, value.end)
      if (digitsOf(same) === digitsOf(text)) return [value.start, value.end]
    }
  }
  return null
}

/**
 * Finds a number that has another unit than in the source: "205 m" said as "205 ml".
 *
 * @param {string} source
 * @param {string} target
 * @param {Value[]} here
 * @param {Value[]} there
 * @param {typeof import('../entities/rates.js').rate} [rate] tells what goes on behind a unit
 * @returns {[number, number] | null} where it stands in the source
 */
export function inAnotherUnit(source, target, here, there, rate) {
  for (const said of there) {
    const [unit] = unitOf(target, said, ALIKE)
    if (unit === '') continue
    const units = here
      .filter(({ value }) => value.key === said.value.key)
      .map((value) => unitOf(source, value, SIGNS, rate))
      .filter(([sign]) => sign !== '')
    if (units.length === 0 || units.some(([sign]) => SIGNS.get(sign) === unit)) continue
    const [, start, stop] = units[0]
    return [start, stop]
  }
  return null
}

/**
 * Returns the sign of a unit behind a number, and where; signs have no character of two UTF-16
 * units.
 *
 * @param {string} text
 * @param {Value} value
 * @param {Map<string, string>} signs
 * @param {typeof import('../entities/rates.js').rate} [rate]
 * @returns {[sign: string, start: number, stop: number]}
 */
function unitOf(text, value, signs, rate) {
  const line = [...text.slice(value.start)]
  const [sign, start, stop] = unitBehind(line, value.end - value.start, signs, rate)
  return [sign, value.start + start, value.start + stop]
}
