/**
 * Labels that signs part: `Réglages → Compte`, `Fichier > Exporter`, `Oui / Non`, `Nom | Prix`.
 *
 * A model that reads them as one sentence leaves some out; each is a sentence of its own, and the
 * signs stay where they are. A sign is a word by itself: white space or an edge is on both sides. A
 * tab parts the cells of a row, whatever is in them.
 */

import { LATER } from '../spec_later.js'
import { isCapital, isDigit, isLetter } from './characters.js'

/** @typedef {[number, number]} Span */

const { signs, paths, slash, words: MOST } = LATER.labels

/** @type {Set<string>} */
const SIGNS = new Set(signs.split(' '))

/** What leads on to a label, and what it closes in other texts. @type {Map<string, string>} */
const PATHS = new Map(paths.split(' ').map((/** @type {string} */ pair) => pair.split(':')))

/** What the signs are made of. */
const ALL = new Set([...SIGNS, ...PATHS.keys(), slash, '\t'].join(''))

/**
 * Tells whether this parts labels, whatever stands around it.
 *
 * @param {string} word
 */
export const isDivider = (word) => SIGNS.has(word)

/**
 * Returns what are sentences of their own in a sentence: all of it, if no sign parts it. Of one
 * that is parted, what has no word of two letters is left out.
 *
 * @param {string[]} line as code points
 * @param {number} start where the sentence begins in it
 * @param {number} end
 * @param {Set<string>} spaces what parts words
 * @returns {Span[]}
 */
export function labels(line, start, end, spaces) {
  let at = start
  while (at < end && !ALL.has(line[at])) at++
  if (at === end) return [[start, end]]
  let [first, last] = [start, end]
  while (first < last && spaces.has(line[first])) first++
  while (first < last && spaces.has(line[last - 1])) last--
  /** @type {Span[]} */
  const found = []
  let position = first
  for (let at = first; at <= last; at++) {
    if (at < last && line[at] !== '\t') continue
    found.push(...cellLabels(line, position, at, spaces, position === first && at === last))
    position = at + 1
  }
  return found
}

/**
 * Returns those of a cell.
 *
 * @param {string[]} line
 * @param {number} start
 * @param {number} end
 * @param {Set<string>} spaces
 * @param {boolean} isWhole it is all of its row
 */
function cellLabels(line, start, end, spaces, isWhole) {
  const words = wordsOf(line, start, end, spaces)
  const cuts = cutsOf(line, words)
  /** @type {Span[]} */
  const found = []
  if (isWhole && cuts.length === 0) return [/** @type {Span} */ ([start, end])]
  let before = -1
  for (const behind of [...cuts, words.length]) {
    if (behind - before > 1) {
      const [first, last] = [words[before + 1][0], words[behind - 1][1]]
      if (hasWord(line, first, last)) found.push([first, last])
    }
    before = behind
  }
  return found
}

/**
 * @param {string[]} line
 * @param {number} start
 * @param {number} end
 */
function hasWord(line, start, end) {
  for (let at = start + 1; at < end; at++)
    if (isLetter(line[at - 1]) && isLetter(line[at])) return true
  return false
}

/**
 * @param {string[]} line
 * @param {number} start
 * @param {number} end
 * @param {Set<string>} spaces
 */
function wordsOf(line, start, end, spaces) {
  /** @type {Span[]} */
  const words = []
  for (let at = start; at < end; at++) {
    const first = at
    while (at < end && !spaces.has(line[at])) at++
    if (first < at) words.push([first, at])
  }
  return words
}

/**
 * Returns which words are signs between labels.
 *
 * @param {string[]} line
 * @param {Span[]} words
 */
function cutsOf(line, words) {
  /** @type {number[]} */
  const found = []
  /** @type {number[]} */
  const slashes = []
  const opened = new Map([...PATHS.keys()].map((closer) => [closer, 0]))
  words.forEach(([start, end], index) => {
    const word = line.slice(start, end).join('')
    const isInner = index > 0 && index < words.length - 1
    const leads = isInner && opened.get(word) === 0 && isFirst(line, words[index + 1])
    if (SIGNS.has(word) || leads) found.push(index)
    else if (word === slash && isInner && !isFraction(line, words, index)) slashes.push(index)
    for (const [closer, opener] of PATHS) {
      const count = (opened.get(closer) ?? 0) + times(word, opener) - times(word, closer)
      opened.set(closer, Math.max(0, count))
    }
  })
  const both = [...found, ...slashes].sort((a, b) => a - b)
  const isShort = [...both, words.length].every((at, i) => at - (both[i - 1] ?? -1) - 1 <= MOST)
  return isShort ? both : found
}

/** @param {string} word @param {string} sign */
const times = (word, sign) => word.split(sign).length - 1

/**
 * Tells whether a word begins a label: a capital, and a letter behind it.
 *
 * @param {string[]} line
 * @param {Span} word
 */
const isFirst = (line, [start, end]) =>
  end > start + 1 && isCapital(line[start]) && isLetter(line[start + 1])

/**
 * @param {string[]} line
 * @param {Span[]} words
 * @param {number} index of a slash
 */
const isFraction = (line, words, index) =>
  isDigit(line[words[index - 1][1] - 1]) && isDigit(line[words[index + 1][0]])
