/** Ordinals in Roman figures, as French writes centuries: `XXIe`, `XVIème`. */

import { SPEC } from '../spec.js'

const RULES = SPEC.ordinals
const UNITS = ['', ...RULES.units.split(' ')]

/** @type {Map<string, string>} */
const ORDINALS = new Map(Object.entries(RULES.first))
for (let number = 2; number <= RULES.most; number++) {
  const letters = RULES.tens.repeat(Math.floor(number / 10)) + UNITS[number % 10]
  for (const end of RULES.ends.split(' ')) ORDINALS.set(letters + end, number + end)
}

/**
 * Returns a Roman ordinal in figures, `21e`; "" if it is none.
 *
 * @param {string} word
 */
export const romanOrdinal = (word) => ORDINALS.get(word) ?? ''
