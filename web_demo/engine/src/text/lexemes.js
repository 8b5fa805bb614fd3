/** The words of a text, as the checks and the measures of confidence count them. */

import { isWord } from '../entities/characters.js'

/**
 * Returns the words of a text: runs of letters, digits and underscores.
 *
 * @param {string} text
 */
export function lexemes(text) {
  /** @type {string[]} */
  const found = []
  let word = ''
  for (const c of text) {
    if (isWord(c)) {
      word += c
    } else if (word !== '') {
      found.push(word)
      word = ''
    }
  }
  return word === '' ? found : [...found, word]
}
