/**
 * Ordinals that a model misreads are written otherwise: `XXIe siècle` as `21e`, `1re` as a word. Of
 * Roman figures it makes another century, or none. Knows nothing of sentences.
 */

import { SPACES, at, isOneOf, isWord, part, run, words } from '../entities/characters.js'
import { romanOrdinal } from '../entities/romans.js'
import { LATER } from '../spec_later.js'
import { isLetter } from './characters.js'

/** By language, ordinals that are read as words. @type {Record<string, Record<string, string>>} */
const FIRSTS = LATER.shortened.ordinals

/** What follows an ordinal of one Roman figure, which else is a word: "Xe" is xenon. */
const BEFORE = words(LATER.ordinals.before)

/**
 * Yields where ordinals stand that are read otherwise, in characters, and how.
 *
 * @param {import('../entities/characters.js').Line} line a sentence; numbers in it may be hidden
 * @param {string} language of it
 * @returns {Generator<import('./aligned.js').Edit, void, void>}
 */
export function* ordinals(line, language) {
  if (!Object.hasOwn(FIRSTS, language)) return
  for (let start = 0, end = 0; start < line.length; start = Math.max(end, start + 1)) {
    end = start
    while (end < line.length && isWord(line[end])) end++
    const word = part(line, start, end)
    const first = Object.hasOwn(FIRSTS[language], word) ? FIRSTS[language][word] : ''
    const said = first || romanOrdinal(word)
    if (first === '' && !isRead(line, start, end)) continue
    if (said === '' || ['-', '.', '@', '#'].includes(at(line, start - 1))) continue
    yield [start, end, start === 0 ? said[0].toUpperCase() + said.slice(1) : said]
  }
}

/**
 * Tells whether Roman figures are an ordinal there.
 *
 * @param {import('../entities/characters.js').Line} line
 * @param {number} start
 * @param {number} end
 */
function isRead(line, start, end) {
  if (isOneOf('([', at(line, start - 1)) && isOneOf(')]', at(line, end))) return false
  if (isOneOf('IVX1', at(line, start + 1))) return true
  const word = part(line, end + 1, run(line, end + 1, isLetter)).toLowerCase()
  return isOneOf(SPACES, at(line, end)) && BEFORE.has(word)
}
