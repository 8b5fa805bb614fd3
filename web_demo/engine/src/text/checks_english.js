/**
 * Cheap checks of an English sentence against its French translation: what these languages ask.
 *
 * As in `checks.js`, they see words, not meanings; what both directions share is there.
 */

import { isOneOf, isSpace, isWord, words, wordsOf } from '../entities/characters.js'
import { SPEC } from '../spec.js'
import { LATER } from '../spec_later.js'
import { isCapital, isLetter } from './characters.js'
import { values } from './number_words.js'

/** @typedef {import('./checks.js').Doubt} Doubt */

const { en: LIMITS } = LATER.limits
const [SAID_FEWER, SAID_MORE] = wordsOf(LIMITS, 'said_fewer', 'said_more')

/**
 * @param {Doubt['kind']} kind
 * @param {string} source
 * @param {number} start
 * @param {number} size
 * @returns {Doubt}
 */
const doubtAt = (kind, source, start, size) => {
  return { kind, text: source.slice(start, start + size), start, end: start + size }
}

/**
 * Finds a limit whose direction is not in the translation, or turned round.
 *
 * @param {string} source
 * @param {string} target
 * @param {string[]} said
 */
function limit(source, target, said) {
  const [small, smallTarget] = [source.toLowerCase(), target.toLowerCase()]
  for (const [phrases, sayings] of /** @type {[string[], string[]][]} */ ([
    [LIMITS.least, LIMITS.said_least],
    [LIMITS.most, LIMITS.said_most],
  ])) {
    if (sayings.some((saying) => smallTarget.includes(saying))) continue
    for (const phrase of phrases) {
      const place = placeOf(small, phrase)
      if (place < 0) continue
      const end = place + phrase.length
      if (numberFollows(source, end)) return doubtAt('limit', source, place, phrase.length)
    }
  }
  for (const [phrases, wanted, other] of /** @type {[string[], Set<string>, Set<string>][]} */ ([
    [LIMITS.fewer, SAID_FEWER, SAID_MORE],
    [LIMITS.more, SAID_MORE, SAID_FEWER],
  ])) {
    for (const phrase of phrases) {
      const place = placeOf(small, phrase)
      if (place < 0 || /(no|not|n't) $/.test(small.slice(0, place))) continue
      const isSaid = said.some((word) => wanted.has(word))
      if (isSaid || !numberFollows(source, place + phrase.length)) continue
      if (said.some((word) => other.has(word)) || phrase.includes(' ')) {
        return doubtAt('limit', source, place, phrase.length)
      }
    }
  }
  return null
}

/** @param {string} text @param {number} place */
const before = (text, place) => [...text.slice(Math.max(place - 2, 0), place)].at(-1) ?? ''

/** @param {string} text @param {number} place */
const behind = (text, place) => [...text.slice(place, place + 2)][0] ?? ''

/**
 * Returns where a phrase stands apart from other words, -1 if it does not.
 *
 * @param {string} text
 * @param {string} phrase
 */
function placeOf(text, phrase) {
  let place = text.indexOf(phrase)
  while (place >= 0) {
    if (!isWord(before(text, place)) && !isWord(behind(text, place + phrase.length))) return place
    place = text.indexOf(phrase, place + 1)
  }
  return place
}

/**
 * Tells whether a number begins behind a position, or behind one word there.
 *
 * @param {string} text
 * @param {number} end
 */
function numberFollows(text, end) {
  const rest = text.slice(end)
  const found = values(rest, 'en').find(({ value }) => value.whole !== 0n)
  if (!found) return false
  const between = rest.slice(0, found.start)
  let count = 0
  for (let at = 0; at < between.length; at++) {
    if (!isSpace(between[at]) && (at === 0 || isSpace(between[at - 1]))) count++
  }
  return count <= 1
}

const { en: RULES } = LATER.negation

/** What denies in English, what may, and the same of French, where `CLEAR` is what cannot but. */
const [NOT, HIDDEN, DENIED, CLEAR] = wordsOf(RULES, 'no', 'hidden', 'not', 'clear')
const STEPS = words(SPEC.negation.steps)

/**
 * Tells whether a word begins in one of some ways.
 *
 * @param {string} word
 * @param {string} beginnings which spaces part
 */
const beginsWith = (word, beginnings) => beginnings.split(' ').some((some) => word.startsWith(some))

/**
 * Finds a negation that was lost, or one that nobody said; none in questions.
 *
 * @param {string} source
 * @param {string} target
 * @param {string[]} here
 * @param {string[]} said
 * @returns {Doubt | null}
 */
function negation(source, target, here, said) {
  if (source.includes('?') || target.includes('?')) return null
  const small = source.toLowerCase()
  const strong = here.filter(
    (word, at) => NOT.has(word) && (word !== 't' || (here[at - 1] ?? '').endsWith('n')),
  )
  if (strong.length > 0 && !said.some((word) => DENIED.has(word))) {
    const isHinted = said.some((word) => [...word].length > 5 && beginsWith(word, RULES.prefixes))
    if (!isHinted && !RULES.idioms.some((/** @type {string} */ idiom) => small.includes(idiom))) {
      const word = strong[0] === 't' ? "n't" : strong[0]
      const start = word === "n't" ? small.indexOf(word) : placeOf(small, word)
      return doubtAt('negation', source, Math.max(start, 0), word.length)
    }
  }
  const spoken = said.find(
    (word, at) => CLEAR.has(word) && !(word === 'pas' && STEPS.has(said[at - 1] ?? '')),
  )
  const isHidden = here.some((word) => HIDDEN.has(word) || beginsWith(word, RULES.hidden_prefixes))
  if (!spoken || strong.length > 0 || isHidden) return null
  if (target.toLowerCase().includes("n'est-ce pas")) return null
  return { kind: 'negation', text: spoken, start: null, end: null }
}

const { en: NAMES } = LATER.names
const SMALL_IN_FRENCH = new Set([...words(LATER.calendar.en), ...words(NAMES.common)])

/** How words of peoples end. @type {string[]} */
const PEOPLES = NAMES.peoples.split(' ')

/**
 * Finds a name, within a sentence, of which the translation has nothing.
 *
 * @param {string} source
 * @param {string} target
 * @param {(text: string) => [string, number][]} capitalized
 */
function name(source, target, capitalized) {
  const here = capitalized(source).filter(([word]) => !SMALL_IN_FRENCH.has(word))
  const known = new Set(here.map(([word]) => word))
  if (capitalized(target).some(([word]) => !known.has(word))) return null
  const said = target.toLowerCase()
  for (const [word, start] of here) {
    if (isCapitalBeside(source, start, start + word.length)) continue
    const stem = [...word].slice(0, 3).join('').toLowerCase()
    if (said.includes(stem) || PEOPLES.some((end) => word.endsWith(end))) continue
    return doubtAt('name', source, start, word.length)
  }
  return null
}

/**
 * Tells whether the word before or behind has a capital, too, or is "of".
 *
 * @param {string} text
 * @param {number} start
 * @param {number} end
 */
function isCapitalBeside(text, start, end) {
  if (text.startsWith(' of ', end) || text.slice(0, start).endsWith(' of ')) return true
  if (isOneOf(' -', text[end] ?? '') && isCapital(behind(text, end + 1))) return true
  if (!isOneOf(' -', text[start - 1] ?? '')) return false
  let first = start - 1
  while (first > 0 && isLetter(before(text, first))) first -= before(text, first).length
  return isCapital(behind(text, first))
}

/**
 * Returns what is asked of English that became French.
 *
 * @param {string} source
 * @param {string} target
 * @param {string[]} here
 * @param {string[]} said
 * @param {(text: string) => [string, number][]} capitalized
 * @returns {Doubt[]}
 */
export const ofEnglish = (source, target, here, said, capitalized) =>
  [
    limit(source, target, said),
    negation(source, target, here, said),
    name(source, target, capitalized),
  ].filter((found) => found !== null)

const { in_french: NUMBERS } = LATER.number_words

/** Words of French that are not only numbers, and those of hours. */
const [NO_NUMBERS, HOURS] = wordsOf(NUMBERS, 'no_numbers', 'hours')

/**
 * Tells whether a French translation says a number of English in another way.
 *
 * @param {bigint | null} number
 * @param {string[]} said
 */
export function says(number, said) {
  const others = NUMBERS.said[String(number)]?.split(' ') ?? []
  return said.some((word) => others.includes(word))
}

/**
 * Tells whether a French translation has hours, which may be those of the afternoon.
 *
 * @param {string[]} said
 */
export const tellsHours = (said) =>
  said.some((word) => HOURS.has(word) || [...word].slice(1, 3).includes('h'))

/** Whether a number of French may be none: "neuf", "un cent", "XIXe". @param {string} text */
export const isNoNumber = (text) =>
  NO_NUMBERS.has(text.toLowerCase().split(' ').at(-1) ?? '') || isOneOf('IVX', text[0])
