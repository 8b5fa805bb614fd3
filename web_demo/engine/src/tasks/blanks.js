/** Blanks of a reply: names in brackets, for what only a program can know. Knows strings alone. */

import { LATER } from '../spec_later.js'
import { characterAt, characterBefore, isDigit, isLetter } from '../text/characters.js'

/** @typedef {import('../text/tokenizer.js').Span} Span */

/**
 * Values by name, or what finds one; none: the blank stays.
 *
 * @typedef {Record<string, string> | Map<string, string> |
 *   ((name: string) => string | null | undefined)} Fill
 */

/**
 * What a reply has a place for: its name, what was put there (null: nobody gave it, and the name
 * stands there in brackets), and where that stands.
 *
 * @typedef {{name: string, value: string | null, start: number, end: number}} Blank
 */

/**
 * A text whose blanks have their values; all of them, in order; where each stood before.
 *
 * @typedef {{text: string, blanks: Blank[], before: Span[]}} Filled
 */

const { characters: LONGEST, between } = LATER.blanks

/** What may stand between the letters of a name, one at a time. */
const BETWEEN = new Set(between)

/**
 * Returns what gives a value for a name; a function is asked for each name once only.
 *
 * @param {Fill | null | undefined} fill
 * @returns {(name: string) => string | null}
 */
export function valuesOf(fill) {
  /** @type {Map<string, string | null>} */
  const known = new Map()
  return (name) => {
    if (!known.has(name)) known.set(name, checked(valueOf(fill, name)))
    return known.get(name) ?? null
  }
}

/**
 * @param {Fill | null | undefined} fill
 * @param {string} name
 */
function valueOf(fill, name) {
  if (fill === null || fill === undefined) return null
  if (typeof fill === 'function') return fill(name)
  if (fill instanceof Map) return fill.get(name)
  return Object.hasOwn(fill, name) ? fill[name] : null
}

/** @param {unknown} value */
function checked(value) {
  if (value === null || value === undefined) return null
  if (typeof value === 'string') return value
  throw new TypeError(`the value of a blank must be a string, not ${typeof value}`)
}

/**
 * Puts values in the place of blanks.
 *
 * @param {string} text
 * @param {(name: string) => string | null} value asked for the name as it stands, or else in small
 *   letters
 * @returns {Filled}
 */
export function fillBlanks(text, value) {
  const before = [...blanksOf(text)]
  let [filled, done] = ['', 0]
  const blanks = before.map(([from, to]) => {
    const name = text.slice(from + 1, to - 1)
    const given = value(name) ?? value(name.toLowerCase())
    filled += text.slice(done, from)
    done = to
    const start = filled.length
    filled += given ?? text.slice(from, to)
    return { name, value: given, start, end: filled.length }
  })
  return { text: filled + text.slice(done), blanks, before }
}

/**
 * Returns where a stretch of the text as it was stands now; part of a blank is all of it.
 *
 * @param {Filled} filled
 * @param {Span} span
 * @returns {Span}
 */
export const movedIn = (filled, [start, end]) => [place(filled, start, 0), place(filled, end, 1)]

/**
 * @param {Filled} filled
 * @param {number} position
 * @param {0 | 1} ends whether something ends there
 */
function place({ blanks, before }, position, ends) {
  let shift = 0
  for (const [at, { start, end }] of blanks.entries()) {
    if (position < before[at][0] + ends) break
    if (position < before[at][1] + ends) return ends ? end : start
    shift = end - before[at][1]
  }
  return position + shift
}

/**
 * Returns as much of a text that grows as has no blank that may still be growing.
 *
 * @param {string} text
 */
export function withoutOpenBlank(text) {
  const start = text.lastIndexOf('[')
  return start >= 0 && nameEnd(text, start + 1) === text.length ? text.slice(0, start) : text
}

/**
 * Yields where each blank of a text stands, brackets and all.
 *
 * @param {string} text
 * @returns {Generator<Span, void, void>}
 */
function* blanksOf(text) {
  let start = text.indexOf('[')
  while (start >= 0) {
    const end = nameEnd(text, start + 1)
    const isBlank = end > start + 1 && text[end] === ']' && isSign(characterBefore(text, end))
    if (isBlank) yield [start, end + 1]
    start = text.indexOf('[', isBlank ? end + 1 : start + 1)
  }
}

/**
 * Returns where what may be the beginning of a name ends; `start` if there is none.
 *
 * @param {string} text
 * @param {number} start
 */
function nameEnd(text, start) {
  let end = start
  for (let count = 0; end < text.length && count < LONGEST; count++) {
    const c = characterAt(text, end)
    const isBetween = BETWEEN.has(c) && isSign(characterBefore(text, end))
    if (!(end === start ? isLetter(c) : isSign(c) || isBetween)) break
    end += c.length
  }
  return end
}

/** @param {string} c */
const isSign = (c) => isLetter(c) || isDigit(c)
