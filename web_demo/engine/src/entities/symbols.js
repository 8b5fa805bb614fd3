/**
 * Symbols: entities become one private-use character each, and come back as what is said for them.
 *
 * Between the two lies the model. The first entity of a kind gets the first symbol of the kind, and
 * so on; the same value has the same symbol. Back: `fill`, which also puts right what hangs on a
 * value: `a` or `an`, spaces, the capital of a term that begins the sentence. Symbols are
 * characters of the first plane; places count UTF-16 units.
 */

import { SPEC } from '../spec.js'
import { countCharacters, isDigit, isLetter, isUpperText } from '../text/characters.js'
import { isOneOf, isSpace, isWord } from './characters.js'
import { isPrivate } from './marks.js'

/** @typedef {import('./find.js').Entity} Entity */
/** @typedef {import('./find.js').Kind} Kind */

/**
 * The symbols of each kind, in the order in which they are given out.
 *
 * @typedef {Record<Kind, string[]>} Symbols
 */

/**
 * A symbol in a sentence and what stands behind it.
 *
 * @typedef {object} Slot
 * @property {string} symbol
 * @property {Kind} kind
 * @property {string} source the letters in the source
 * @property {string} said what stands for it in the translation
 * @property {number} times how often the sentence has it
 * @property {string} joined the symbol right before it, without a space between; "" if none
 * @property {boolean} tightBefore whether a letter or digit stands right before it
 * @property {boolean} tightAfter whether a letter or digit stands right behind it
 * @property {boolean} apart whether it begins the sentence, or white space stands right before it
 */

/**
 * A sentence with symbols; `entities` stand at the symbols, in order, with places in the sentence
 * as it was.
 *
 * @typedef {{text: string, slots: Slot[], entities: Entity[]}} Masked
 */

/**
 * A translation with its values: where the value of each symbol stands, and where each unit of the
 * translation with symbols stands now.
 *
 * @typedef {{text: string, spans: [number, number][], places: number[]}} Filled
 */

/** @param {string} text @param {number} place */
export const before = (text, place) => [...text.slice(Math.max(place - 2, 0), place)].at(-1) ?? ''

/** @param {string} text @param {number} place */
export const behind = (text, place) => [...text.slice(place, place + 2)][0] ?? ''

/**
 * Puts symbols in place of entities; those of a kind that has no more symbols stay raw.
 *
 * @param {string} text
 * @param {Entity[]} entities
 * @param {Symbols} symbols
 * @returns {Masked}
 */
export function mask(text, entities, symbols) {
  /** @type {Map<string, Slot>} */
  const slots = new Map()
  /** @type {Entity[]} */
  const used = []
  let [out, done, last] = ['', 0, '']
  for (const entity of entities) {
    const { start, end, kind, said } = entity
    const source = text.slice(start, end)
    const key = JSON.stringify([kind, source, said])
    let slot = slots.get(key)
    if (!slot) {
      const given = [...slots.values()].filter((other) => other.kind === kind).length
      if (given === symbols[kind].length) continue
      const isJoined = used.length > 0 && used[used.length - 1].end === start
      slot = {
        ...{ symbol: symbols[kind][given], kind, source, said, times: 0 },
        joined: isJoined ? last : '',
        tightBefore: isWord(before(text, start)),
        tightAfter: isWord(behind(text, end)),
        apart: start === 0 || isSpace(before(text, start)),
      }
      slots.set(key, slot)
    }
    slot.times++
    out += text.slice(done, start) + slot.symbol
    last = slot.symbol
    used.push(entity)
    done = end
  }
  return { text: out + text.slice(done), slots: [...slots.values()], entities: used }
}

/**
 * Puts values in place of symbols.
 *
 * @param {string} text the translation, words already in their case
 * @param {Slot[]} slots the sentence's; other symbols are dropped
 * @param {string} [language] of the translation: of English `a` before a value may have to be `an`,
 *   of French `de` to be `d'`
 * @returns {Filled}
 */
export function fill(text, slots, language = 'en') {
  const bySymbol = new Map(slots.map((slot) => [slot.symbol, slot]))
  let out = ''
  /** @type {[number, number][]} */
  const spans = []
  /** @type {number[]} */
  const places = []
  /** @type {Slot | null} the one that was said last, if nothing but spaces came after it */
  let saidLast = null
  let [skipSpace, index] = [false, 0]
  const put = (/** @type {string} */ c) => {
    for (let unit = 0; unit < c.length; unit++) places.push(out.length + unit)
    out += c
  }
  for (const c of text) {
    index += c.length
    const slot = bySymbol.get(c)
    const lastEnd = spans.length > 0 ? spans[spans.length - 1][1] : -1
    if (!slot) {
      const isDouble = saidLast !== null && out.endsWith(' ')
      if (isPrivate(c) || (c === ' ' && (skipSpace || isDouble))) {
        for (let unit = 0; unit < c.length; unit++) places.push(out.length)
        continue
      }
      const isGlued = saidLast !== null && lastEnd === out.length && isWord(before(out, out.length))
      if (isGlued && isLetter(c) && !saidLast?.tightAfter) out += ' '
      if (c !== ' ') saidLast = null
      skipSpace = c === '(' && bySymbol.has(behind(text, skipSpaces(text, index)))
      if (c === ')' && lastEnd === withoutSpaces(out).length) out = withoutSpaces(out)
      put(c)
      continue
    }
    const isJoined = slot.joined !== '' && slot.joined === saidLast?.symbol
    out = isJoined ? withoutSpaces(out) : withSpace(out, slot)
    let { said } = slot
    if (language === 'en') out = withArticle(out, said, slot.kind === 'number')
    if (language === 'fr') out = withElision(out, said, slot.kind)
    if (slot.kind === 'term' && !/[\p{L}\p{N}]/u.test(out)) {
      const first = behind(said, 0)
      said = first.toUpperCase() + said.slice(first.length)
    }
    places.push(out.length)
    spans.push([out.length, out.length + said.length])
    out += said
    saidLast = slot
    skipSpace = false
  }
  places.push(out.length)
  for (let at = text.length - 1; at >= 0; at--) {
    places[at] = Math.min(places[at], places[at + 1]) // spaces that were taken back
  }
  return { text: out, spans, places }
}

/**
 * Returns where a stretch of the translation with symbols is now.
 *
 * @param {Filled} filled
 * @param {number} start
 * @param {number} end
 * @returns {[number, number]}
 */
export const moved = ({ places }, start, end) => [
  places[start],
  Math.max(places[start], places[end]),
]

/** @param {string} text */
const withoutSpaces = (text) => text.replace(/ +$/, '')

const QUOTES = '("\'\u201c\u2018'

/**
 * The last word of a text that ends without spaces, without quotes before it.
 *
 * @param {string} text
 */
function lastWord(text) {
  const word = text.slice(text.lastIndexOf(' ') + 1)
  let start = 0
  while (start < word.length && isOneOf(QUOTES, word[start])) start++
  return word.slice(start)
}

/** @param {string} word */
const isArticle = (word) => ['a', 'an'].includes(word.toLowerCase())

/**
 * Returns the part of a growing translation that `fill` writes the same whatever follows.
 *
 * @param {string} text
 * @param {string} [language]
 */
export function settled(text, language = 'en') {
  let stable = withoutSpaces(text)
  const word = lastWord(stable)
  const isHeld = language === 'fr' ? ELIDED.includes(word.toLowerCase()) : isArticle(word)
  if (isHeld) stable = withoutSpaces(stable.slice(0, -word.length))
  return stable.replace(/[( ]+$/, '')
}

/**
 * @param {string} text
 * @param {number} start
 */
function skipSpaces(text, start) {
  while (text[start] === ' ') start++
  return start
}

/**
 * Returns what is said so far with one space at its end, if one belongs before the value.
 *
 * @param {string} out
 * @param {Slot} slot
 */
function withSpace(out, slot) {
  const last = before(out, out.length)
  if (last === ' ') return `${withoutSpaces(out)} `
  const areWords = isWord(last) && isWord(behind(slot.said, 0)) && !slot.tightBefore
  const isApart = slot.apart && (isWord(last) || isOneOf('.,;:!?', last))
  return areWords || isApart ? `${out} ` : out
}

/**
 * Returns what is said so far with `a` or `an` at its end as the value wants it.
 *
 * @param {string} out
 * @param {string} said
 * @param {boolean} isNumber
 */
function withArticle(out, said, isNumber) {
  const stripped = withoutSpaces(out)
  const article = lastWord(stripped)
  if (!out.endsWith(' ') || !isArticle(article) || !(isNumber || said !== '')) return out
  const stem = stripped.slice(0, -article.length)
  return `${stem}${article[0]}${soundsLikeVowel(said) ? 'n' : ''} `
}

/** What a value decides about in French; `le` and `la` only before a term. */
const SHORT = ["d'", "qu'", 'd\u2019', 'qu\u2019']
const ELIDED = ['de', 'que', 'le', 'la', ...SHORT]

const { fr: FRENCH, en: ENGLISH } = SPEC.spoken

/**
 * Returns what is said so far with `de` or `d'` at its end as a name or term wants it. It stays
 * before `h` and `y`, whose sound is not told by their letter, and before what begins with none.
 *
 * @param {string} out
 * @param {string} said
 * @param {Kind} kind
 */
function withElision(out, said, kind) {
  const first = behind(said, 0).toLowerCase()
  if (kind === 'number' || kind === 'thing' || !/^\p{L}+$/u.test(first) || 'hy'.includes(first)) {
    return out
  }
  const stable = withoutSpaces(out)
  const word = lastWord(stable).toLowerCase()
  const isShort = SHORT.includes(word)
  if (!FRENCH.vowels.includes(first)) return isShort ? `${stable.slice(0, -1)}e ` : out
  if (isShort) return stable
  const wants = kind === 'term' ? ['de', 'que', 'le', 'la'] : ['de', 'que']
  return wants.includes(word) && out.endsWith(' ') ? `${stable.slice(0, -1)}'` : out
}

/** How words begin that are written with a vowel and spoken without. */
/** @type {string[]} */
const NO_VOWEL = ENGLISH.no_vowel.split(' ')

/**
 * Tells whether English says `an` before this: by its first letter or number.
 *
 * @param {string} said
 */
export function soundsLikeVowel(said) {
  const characters = [...said]
  const start = characters.findIndex((c) => /^[\p{L}\p{N}]$/u.test(c))
  if (start < 0) return false
  const first = characters[start]
  const stretch = (/** @type {(c: string) => boolean} */ belongs) => {
    let end = start
    while (end < characters.length && belongs(characters[end])) end++
    return characters.slice(start, end).join('')
  }
  if (isDigit(first)) {
    const number = stretch(isDigit)
    const isTeen = ['11', '18'].includes(number.slice(0, 2)) && [2, 4, 5].includes(number.length)
    return first === '8' || isTeen
  }
  const word = stretch(isLetter)
  const size = countCharacters(word)
  if (isUpperText(word) && size < 5 && !(size > 3 && isOneOf('AEIOU', first))) {
    return isOneOf(ENGLISH.letters, first)
  }
  const small = word.toLowerCase()
  const isVowel = isOneOf(ENGLISH.vowels, first.toLowerCase())
  return isVowel && !NO_VOWEL.some((beginning) => small.startsWith(beginning))
}
