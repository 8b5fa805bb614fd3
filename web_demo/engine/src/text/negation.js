/**
 * Negation that a translation from French into English lost, or made up: by words, not by meaning.
 *
 * A duty is looked at, too: "il ne faut pas" forbids, where "you don't have to" leaves free.
 */

import { words, wordsOf } from '../entities/characters.js'
import { SPEC } from '../spec.js'
import { countCharacters } from './characters.js'

/** @typedef {import('./checks.js').Doubt} Doubt */

const RULES = SPEC.negation.fr

/** What denies in French, what may, and the same of English, where `CLEAR` is what cannot but. */
const [NO, HIDDEN_NO, NOT, CLEAR_NOT, SAID_NO] = wordsOf(
  RULES,
  'no',
  'hidden',
  'not',
  'clear',
  'said',
)
const SAID_PREFIXES = RULES.prefixes.split(' ')

/** Before "pas" that are steps. */
const BEFORE_STEPS = words(SPEC.negation.steps)

/**
 * What English says of a thing that is no more, without a negation; what stands before "more" of
 * what is over ("any more"), not of what goes on; between "il ne faut pas" and its infinitive.
 */
const [OVER, ENOUGH, PRONOUNS, DUTIES, BOUND] = wordsOf(
  RULES,
  'over',
  'enough',
  'pronouns',
  'duties',
  'bound',
)

/**
 * Finds a negation that was lost, one that nobody said, or a ban that became a freedom.
 *
 * @param {string} source
 * @param {string} target
 * @param {string[]} here the words of the sentence in small letters
 * @param {string[]} said those of the translation
 * @returns {Doubt[]}
 */
export function negation(source, target, here, said) {
  const isAlone = here.length === 1 && here[0] === 'pas'
  const over = noLonger(here)
  const strong = [...here.keys()].filter((index) => {
    const isStep = here[index] === 'pas' && BEFORE_STEPS.has(here[index - 1] ?? '')
    return index === over || (NO.has(here[index]) && !isStep && !isAlone)
  })
  const small = source.toLowerCase()
  const isDenied = said.some((word) => NOT.has(word))
  const found = strong.map((index) => here[index])
  if (strong.length > 0 && !isDenied && !small.includes("n'est-ce pas")) {
    if (found.includes('pas') && (here.includes('pourquoi') || small.includes('pas mal'))) return []
    const isHinted = said.some(
      (word) =>
        SAID_NO.has(word) ||
        (found[0] === 'plus' && OVER.has(word)) ||
        (countCharacters(word) > 5 &&
          SAID_PREFIXES.some((/** @type {string} */ begin) => word.startsWith(begin))),
    )
    if (!isHinted) return [doubtAt(source, here, strong[0])]
  }
  if (over >= 0 && strong.length === 1 && isDenied && goesOn(said)) {
    return [doubtAt(source, here, over)]
  }
  const banned = bannedAt(here)
  if (banned >= 0 && isFree(said)) return [doubtAt(source, here, banned)]
  const spoken = said.find((word) => CLEAR_NOT.has(word))
  const isAsked = target.trimEnd().endsWith('?')
  const isHidden = here.some((word) => HIDDEN_NO.has(word))
  if (spoken === undefined || strong.length > 0 || isAsked || isHidden) return []
  return [{ kind: 'negation', text: spoken, start: null, end: null }]
}

/**
 * Returns which word is "plus" with "ne" before it and no "que" behind, -1 if none is.
 *
 * @param {string[]} here
 */
function noLonger(here) {
  return here.findIndex((word, index) => {
    if (word !== 'plus' || ['que', 'qu'].includes(here[index + 1])) return false
    const before = here.slice(Math.max(index - 5, 0), index).reverse()
    const sign = before.find((each) => ['ne', 'n', 'plus', 'pas', 'que', 'qu'].includes(each))
    return sign === 'ne' || sign === 'n'
  })
}

/**
 * Tells whether a translation says no more than "more" of what is over: "I don't eat more".
 *
 * @param {string[]} said
 */
function goesOn(said) {
  if (said.includes('longer') || said.includes('anymore')) return false
  const more = said.slice(0, -1).filter((_, index) => said[index + 1] === 'more')
  return more.length > 0 && !more.some((before) => ENOUGH.has(before))
}

/**
 * Returns which word is the "pas" of "il ne faut pas" before what must not be, -1 if none is.
 *
 * @param {string[]} here
 */
function bannedAt(here) {
  for (const [index, word] of here.entries()) {
    if (!DUTIES.has(word) || (index > 0 && !['ne', 'n', 'il'].includes(here[index - 1]))) continue
    const place = here.slice(0, index + 3).indexOf('pas', index + 1)
    if (place < 0) continue
    const behind = here.slice(place + 1).find((each) => !PRONOUNS.has(each)) ?? ''
    const isInfinitive = countCharacters(behind) > 3 && /(er|ir|re)$/.test(behind)
    if (isInfinitive || behind === 'que' || behind === 'qu') return place
  }
  return -1
}

/**
 * Tells whether a translation says that something need not be done, and not that it must not.
 *
 * @param {string[]} said
 */
function isFree(said) {
  const text = ` ${said.join(' ')} `
  const { free } = /** @type {{free: string[]}} */ (RULES)
  return !said.some((word) => BOUND.has(word)) && free.some((each) => text.includes(` ${each} `))
}

/**
 * Returns the doubt about one of the words of a sentence.
 *
 * @param {string} source
 * @param {string[]} here
 * @param {number} index
 * @returns {Doubt}
 */
function doubtAt(source, here, index) {
  const small = source.toLowerCase()
  let [start, end] = [0, 0]
  for (const word of here.slice(0, index + 1)) {
    start = small.indexOf(word, end)
    end = start + word.length
  }
  return { kind: 'negation', text: source.slice(start, end), start, end }
}
