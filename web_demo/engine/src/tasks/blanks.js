/**
 * Blanks of a reply: names in brackets, for what only a program can know. Places count UTF-16 units.
 */

import { SPEC } from '../spec.js'
import { characterAt, characterBefore, isDigit, isLetter } from '../text/characters.js'

/** @typedef {[start: number, end: number]} Span */

/**
 * Something that only a program can know: its name, what was put there (null: nobody gave it, and
 * the name stands there in brackets), and where that stands.
 *
 * @typedef {{name: string, value: string | null, start: number, end: number}} Blank
 */

/**
 * Values by name, or what finds one; null or undefined: the blank stays.
 *
 * @typedef {Record<string, string> | ((name: string) => string | null | undefined)} Fill
 */

/**
 * A text whose blanks have their values: these, and where each stood before.
 *
 * @typedef {{text: string, blanks: Blank[], before: Span[]}} Filled
 */

const { characters: LONGEST, between } = SPEC.blanks
const BETWEEN = new Set([...between])

/**
 * Yields where each blank of a text stands, brackets and all.
 *
 * @param {string} text
 * @returns {Generator<Span, void, void>}
 */
export function* blanksOf(text) {
  let position = 0
  while (true) {
    const start = text.indexOf('[', position)
    if (start < 0) return
    const end = nameEnd(text, start + 1)
    const isBlank = end > start + 1 && text[end] === ']' && isSign(characterBefore(text, end))
    position = isBlank ? end + 1 : start + 1
    if (isBlank) yield [start, end + 1]
  }
}

/**
 * Returns as much of a text that grows as has no blank that may still be growing.
 *
 * @param {string} text
 */
export function settled(text) {
  const start = text.lastIndexOf('[')
  return start >= 0 && nameEnd(text, start + 1) === text.length ? text.slice(0, start) : text
}

/**
 * Puts values in the place of blanks: that of the name as it stands, or else in small letters.
 *
 * @param {string} text
 * @param {Fill | null} values
 * @returns {Filled}
 * @throws {TypeError} a value is no text
 */
export function fill(text, values) {
  /** @type {Filled} */
  const filled = { text: '', blanks: [], before: [] }
  let done = 0
  for (const [start, end] of blanksOf(text)) {
    const name = text.slice(start + 1, end - 1)
    const value = valueOf(name, values)
    filled.text += text.slice(done, start)
    const place = filled.text.length
    filled.text += value ?? text.slice(start, end)
    filled.blanks.push({ name, value, start: place, end: filled.text.length })
    filled.before.push([start, end])
    done = end
  }
  filled.text += text.slice(done)
  return filled
}

/**
 * Returns where a stretch of the text as it was stands now; part of a blank is all of it.
 *
 * @param {Filled} filled
 * @param {Span} span
 * @returns {Span}
 */
export const moved = (filled, [start, end]) => [
  place(filled, start, false),
  place(filled, end, true),
]

/**
 * @param {Filled} filled
 * @param {number} position
 * @param {boolean} isEnd
 */
function place({ blanks, before }, position, isEnd) {
  const more = isEnd ? 1 : 0
  let shift = 0
  for (const [index, [start, end]] of before.entries()) {
    const blank = blanks[index]
    if (position < start + more) break
    if (position < end + more) return isEnd ? blank.end : blank.start
    shift = blank.end - end
  }
  return position + shift
}

/**
 * @param {string} name
 * @param {Fill | null} values
 * @returns {string | null}
 */
function valueOf(name, values) {
  if (values === null) return null
  for (const key of new Set([name, name.toLowerCase()])) {
    const given =
      typeof values === 'function' ? values(key) : Object.hasOwn(values, key) ? values[key] : null
    if (given === null || given === undefined) continue
    if (typeof given === 'string') return given
    throw new TypeError(`the value of a blank must be a string, not ${typeof given}`)
  }
  return null
}

/**
 * Returns where what may be the beginning of a name ends; `start` if there is none.
 *
 * @param {string} text
 * @param {number} start
 */
function nameEnd(text, start) {
  let end = start
  for (let left = LONGEST; left > 0 && end < text.length; left--) {
    const c = characterAt(text, end)
    const goesOn =
      end === start
        ? isLetter(c)
        : isSign(c) || (BETWEEN.has(c) && isSign(characterBefore(text, end)))
    if (!goesOn) break
    end += c.length
  }
  return end
}

/** @param {string} c */
const isSign = (c) => isLetter(c) || isDigit(c)
