/** White space and capitals: a sentence as the model knows it, and back. */

import { SPEC } from '../spec.js'
import { isCapital, isDecimal, isLetter, isUpperText } from './characters.js'

/** @typedef {import('./aligned.js').Aligned} Aligned */
/** @typedef {import('./aligned.js').Edit} Edit */
/** @typedef {import('./rules.js').SentenceRules} SentenceRules */

/**
 * Small letters and capitals as one writes, nothing but capitals, or a capital on a few words.
 *
 * @typedef {'usual' | 'capitals' | 'label'} Casing
 */

const CAPITALS = SPEC.casing

/** What begins with a word, its hyphens within, and ends in no mark. */
const LABEL = /^(\p{L}+(?:-\p{L}+)*)(?:.*[\p{L}\p{Co}\d])?$/su

/**
 * Returns a sentence with every run of white space as one space, none at its ends. White space is
 * never beyond the first plane.
 *
 * @param {Aligned} sentence
 * @param {SentenceRules} rules
 */
export function normalizedSpace(sentence, rules) {
  const { text } = sentence
  const isSpace = (/** @type {number} */ at) => text[at] === ' ' || rules.spaces.has(text[at])
  /** @type {Edit[]} */
  const edits = []
  let at = 0
  while (at < text.length) {
    if (!isSpace(at)) {
      at++
      continue
    }
    const start = at
    while (at < text.length && isSpace(at)) at++
    if (start === 0 || at === text.length) {
      edits.push([start, at, ''])
    } else {
      if (at - start > 1) edits.push([start, at - 1, '']) // the last one of the run stays
      if (text[at - 1] !== ' ') edits.push([at - 1, at, ' '])
    }
  }
  return sentence.edited(edits)
}

/**
 * @param {string} sentence
 * @param {SentenceRules} rules
 * @returns {Casing}
 */
export const casingOf = (sentence, rules) => (inCapitals(sentence, rules) ? 'capitals' : 'usual')

/**
 * Returns a sentence as the model knows its letters; as long as it was.
 *
 * @param {Aligned} sentence
 * @param {Casing} casing
 */
export function recased(sentence, casing) {
  const { text } = sentence
  if (casing === 'capitals') return sentence.with(inSmallLetters(text))
  if (casing !== 'label') return sentence
  return sentence.with(text.replace(/./u, (first) => changed(first, first.toLowerCase())))
}

/**
 * Tells whether a sentence is an ordinary word with a capital, and few others behind it.
 *
 * Of a word alone, a model that has seen it in sentences knows the small letters: "Pommes" has
 * other subwords than "pommes". What ends in a mark is a sentence, however short; what is listed
 * with its capital ("Italie") keeps it.
 *
 * @param {string} sentence symbols stand in it for what is hidden
 * @param {import('../entities/names.js').Names} names has those that are, and that have a capital
 */
export function isLabel(sentence, names) {
  const word = LABEL.exec(sentence)?.[1]
  return (
    word &&
    [...sentence].findLastIndex(isCapital) === 0 &&
    sentence.split(' ').length <= CAPITALS.label &&
    !names.isCarried(word) &&
    !names.known.has(word)
  )
}

/**
 * Tells whether a sentence is written in nothing but capitals.
 *
 * All its letters are, five at least, and two words have two: no abbreviation, code or address.
 * Subwords are learnt from small letters; of capitals a model understands next to nothing. So such
 * a sentence is read in small letters, and its translation put into capitals.
 *
 * @param {string} text
 * @param {SentenceRules} rules
 */
export function inCapitals(text, rules) {
  if (!isUpperText(text)) return false
  let [all, words, inWord] = [0, 0, 0]
  for (const c of text) {
    if (c === ' ' || rules.spaces.has(c)) {
      inWord = 0
    } else if (isCapital(c)) {
      all++
      if (++inWord === CAPITALS.word_letters) words++
    } else if (isLetter(c)) {
      return false
    }
  }
  return all >= CAPITALS.letters && words >= CAPITALS.words
}

/**
 * Returns a text with none but its first capital, and not that one if it is within a word; as long
 * as it was.
 *
 * @param {string} text
 */
export function inSmallLetters(text) {
  let [out, before, seen] = ['', '', false]
  for (const c of text) {
    const isFirst = !seen && isCapital(c)
    const isWithin = before !== '' && (isLetter(before) || isDecimal(before))
    seen ||= isFirst
    out += seen && !(isFirst && !isWithin) ? changed(c, c.toLowerCase()) : c
    before = c
  }
  return out
}

/**
 * Returns a text in capitals, as long as it was: what has no capital of its own is kept.
 *
 * @param {string} text
 */
export const toCapitals = (text) => text.replace(/./gsu, (c) => changed(c, c.toUpperCase()))

/** What is passed over, the first letter, digit or character of private use, and the next one. */
const BEGINNING = /^([^\p{L}\p{Co}\d]*)(.?)(.?)/su

/**
 * Returns a translation with a capital at its beginning, if its source begins with one; as long as
 * it was. What begins with a digit, a value or a word that has a capital further on ("iPhone")
 * stays as it is: only an ordinary word follows the source.
 *
 * @param {string} text what the model said, symbols and all
 * @param {string} source the sentence
 * @param {boolean} [grows] whether more will follow: nothing before the second letter is known
 */
export function capitalizedAlike(text, source, grows) {
  const [, before, first, second] = begin(text)
  if (grows && !second) return ''
  if (isCapital(second) || !isCapital(begin(source)[2])) return text
  return before + toCapitals(first) + text.slice(before.length + first.length)
}

/** @param {string} text @returns {RegExpExecArray} */
const begin = (text) => /** @type {RegExpExecArray} */ (BEGINNING.exec(text))

/**
 * @param {string} character
 * @param {string} other
 */
const changed = (character, other) => (other.length === character.length ? other : character)
