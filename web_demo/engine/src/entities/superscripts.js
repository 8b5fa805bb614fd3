/**
 * Small letters that are written above the line: `XXIᵉ`, `1ᵉʳ`, `Mᵐᵉ`, `nᵒ` are read as `XXIe`. A
 * model that never learnt them spells them out, byte by byte.
 */

import { LATER } from '../spec_later.js'
import { isDigit } from '../text/characters.js'
import { isWord, words } from './characters.js'

const RULES = LATER.superscripts

/** These letters, and what is read. @type {Map<string, string>} */
const LETTERS = new Map(Object.entries(RULES.letters))

const PATTERN = new RegExp(`[${[...LETTERS.keys()].join('')}]`)

/** What stands behind the figures of an ordinal, as it is read, and words that are written so. */
const [ENDS, WORDS] = [words(RULES.ends), words(RULES.words)]

/**
 * Returns a text with these letters as plain ones; as long as it was.
 *
 * @param {string} text
 */
export function onTheLine(text) {
  if (!PATTERN.test(text)) return text
  const out = [...text]
  for (let end = out.length; end > 0;) {
    let start = end
    while (start > 0 && isWord(out[start - 1])) start--
    let tail = end
    while (tail > start && LETTERS.has(out[tail - 1])) tail--
    const head = out.slice(start, tail)
    const said = out.slice(tail, end).map((letter) => LETTERS.get(letter) ?? '')
    const figures = head.every(isDigit) || head.every((c) => RULES.figures.includes(c))
    const counts = head.length > 0 && figures && ENDS.has(said.join(''))
    if (counts || WORDS.has([...head, ...said].join(''))) out.splice(tail, end - tail, ...said)
    end = Math.min(start, end - 1)
  }
  return out.join('')
}
