/**
 * Symbols in what is said already: a prefix, or a translation that is scored. Loaded with the
 * first.
 */

import { InputError } from '../errors.js'
import { countCharacters, isDigit } from '../text/characters.js'
import { isWord } from './characters.js'
import { before, behind } from './symbols.js'

/** @typedef {import('./symbols.js').Slot} Slot */

/**
 * Puts symbols in place of values in a text of the target language.
 *
 * @param {string} text a translation, or how one begins
 * @param {Slot[]} slots the source's
 * @param {{isPrefix?: boolean, symbols?: Set<string>}} [options] whether the text goes on, so that
 *   a value begun at its end is meant whole; all symbols of the bundle
 * @throws {InputError} one of them is typed, where no value has it
 */
export function maskTarget(text, slots, { isPrefix = false, symbols = new Set() } = {}) {
  const forms = slots.flatMap((slot) =>
    [...new Set([slot.said, slot.source])]
      .filter((form) => form !== '')
      .map((form) => ({ form, slot, size: countCharacters(form) })),
  )
  forms.sort((a, b) => b.size - a.size || (a.form < b.form ? -1 : a.form > b.form ? 1 : 0))
  const left = new Map(slots.map((slot) => [slot.symbol, slot.times]))
  let [out, position] = ['', 0]
  while (position < text.length) {
    const found = forms.find(({ form, slot }) => {
      if (!left.get(slot.symbol)) return false
      const isBegun = isPrefix && begun(text, position, form)
      return (text.startsWith(form, position) || isBegun) && fits(text, position, form, isBegun)
    })
    if (found) {
      left.set(found.slot.symbol, Number(left.get(found.slot.symbol)) - 1)
      out += found.slot.symbol
      position += found.form.length
      continue
    }
    const c = behind(text, position)
    if (symbols.has(c)) {
      const name = Number(c.codePointAt(0)).toString(16).toUpperCase().padStart(4, '0')
      throw new InputError(`U+${name} is a symbol, it cannot be said`)
    }
    out += c
    position += c.length
  }
  return out
}

/**
 * Tells whether a text ends amid a value.
 *
 * @param {string} text
 * @param {number} start
 * @param {string} form
 */
function begun(text, start, form) {
  const rest = text.slice(start)
  const isLong = countCharacters(rest) > 1 || isDigit(rest)
  return rest.length < form.length && form.startsWith(rest) && isLong
}

/**
 * Tells whether a value stands apart from the words around it.
 *
 * @param {string} text
 * @param {number} start
 * @param {string} form
 * @param {boolean} isBegun
 */
function fits(text, start, form, isBegun) {
  if (isWord(behind(form, 0)) && isWord(before(text, start))) return false
  const end = start + form.length
  return isBegun || !(isWord(before(form, form.length)) && isWord(behind(text, end)))
}
