/**
 * Cheap checks of a sentence against its translation: which facts are not accounted for.
 *
 * They see words, not meanings: a doubt is a reason to look, no verdict. Numbers, things that must
 * not change, repetition and length are compared in any language; negation, limits and number
 * words where both languages have their words here. Places count UTF-16 units. Loaded with a
 * bundle.
 */

import { SPACES, isOneOf, isSpace, isWord, words, wordsOf } from '../entities/characters.js'
import { find } from '../entities/find.js'
import { readingForm } from '../entities/numbers.js'
import { SPEC } from '../spec.js'
import { Aligned } from './aligned.js'
import { countCharacters, isCapital, isLetter, isSmall } from './characters.js'
import { inAnotherForm, inAnotherUnit } from './figures.js'
import { lexemes } from './lexemes.js'
import { negation } from './negation.js'
import { ABOUT, Exact, ORDINALS, values } from './number_words.js'

/** @typedef {import('../entities/find.js').Entity} Entity */
/** @typedef {import('./number_words.js').Value} Value */
/** @typedef {typeof import('./checks_english.js')} English */
/** @typedef {typeof import('./short.js').shortened} Shortened */
/** @typedef {typeof import('../entities/superscripts.js').onTheLine} OnTheLine */
/** @typedef {{checks?: English, shortened?: Shortened, onTheLine?: OnTheLine}} More */
/** @typedef {import('../entities/numbers.js').Form & More} Checked */

/**
 * Something in a source that its translation does not account for, or the other way round:
 * `text.slice(start, end)` is where it stands in the source; both null for what only the
 * translation has, or has more often.
 *
 * @typedef {object} Doubt
 * @property {'thing' | 'number' | 'limit' | 'negation' | 'name' | 'repetition' | 'length' |
 *   'characters'} kind
 * @property {string} text the letters in question
 * @property {number | null} start
 * @property {number | null} end
 */

/**
 * Returns how numbers of a language are read, with what is checked of its words alone.
 *
 * @param {string | null} language
 * @returns {Promise<Checked | null>}
 */
export async function checkedForm(language) {
  const form = await readingForm(language)
  if (!form) return null
  const { shortened } = await import('./short.js')
  if (form.english) return { ...form, shortened, checks: await import('./checks_english.js') }
  const { onTheLine } = await import('../entities/superscripts.js')
  return { ...form, shortened, onTheLine }
}

/**
 * Returns what a translation leaves in doubt, in the order of kinds; places are in the source.
 *
 * @param {string} source a sentence
 * @param {string} target its translation
 * @param {string} from language of the source
 * @param {string} to language of the target
 * @param {Checked | null} form of numbers in the source
 * @returns {Doubt[]}
 */
export function doubts(source, target, from, to, form) {
  if (source === target) return []
  const read = form?.onTheLine?.(source) ?? source
  const english = (to === 'fr' && form?.checks) || null
  const whole = doubt('length', source, 0, source.length)
  if ([...target].every(isSpace)) return [whole]
  const all = find(read, { source: form, target: null })
  const entities = all.filter(({ kind }) => kind === 'thing')
  const [count, length] = [countCharacters(source), countCharacters(target)]
  const found = things(read, target, entities)
  let [hidden, rest] = [read, target]
  for (const { start, end, value } of entities) {
    hidden = hidden.slice(0, start) + '\ue000'.repeat(end - start) + hidden.slice(end)
    rest = rest.replace(value, () => ' \ue000 ')
  }
  const [here, said] = [lexemes(hidden.toLowerCase()), lexemes(rest.toLowerCase())]
  const doubted = new Set(found.flatMap((each) => lexemes(each.text)))
  found.push(...numbers(hidden, rest, here, said, [from, to], doubted, form))
  if (from === 'fr' && to === 'en') {
    found.push(...limits(hidden, rest, here, said))
    found.push(...negation(hidden, rest, here, said))
    found.push(...names(hidden, rest))
  }
  if (english) {
    const capitals = (/** @type {string} */ text) => capitalized(text, false)
    found.push(...english.ofEnglish(hidden, rest, here, said, capitals))
  }
  const repeated = repeats(here) === '' ? repeats(said) : ''
  if (repeated !== '') found.push(doubt('repetition', repeated))
  if (count >= 20 && !(length / count >= 0.4 && length / count <= 2.2)) found.push(whole)
  if (rest.includes('\ufffd')) found.push(doubt('characters', '\ufffd'))
  return found
}

/**
 * @param {Doubt['kind']} kind
 * @param {string} text
 * @param {number | null} [start]
 * @param {number | null} [end]
 * @returns {Doubt}
 */
const doubt = (kind, text, start = null, end = null) => ({ kind, text, start, end })

/**
 * How often a part stands in a text, never overlapping.
 *
 * @param {string} text
 * @param {string} part
 */
const countOf = (text, part) => text.split(part).length - 1

/**
 * Finds things of the source that do not stand in the translation as often, or do more often.
 *
 * @param {string} source
 * @param {string} target
 * @param {Entity[]} entities
 */
function things(source, target, entities) {
  const oneSpace = (/** @type {string} */ text) =>
    [...text].map((c) => (isOneOf(SPACES, c) ? ' ' : c)).join('')
  const [here, there] = [oneSpace(source), oneSpace(target)]
  /** @type {Doubt[]} */
  const found = []
  for (const { value, start, end } of entities) {
    const plain = oneSpace(value)
    const [times, said] = [countOf(here, plain), countOf(there, plain)]
    if (times > said) found.push(doubt('thing', value, start, end))
    else if (times < said && found.every((each) => each.text !== value)) {
      found.push(doubt('thing', value))
    }
  }
  return found
}

/**
 * Numbers that are said by others: a fortnight is "quinze jours", noon is "midi".
 *
 * @type {Record<string, number[]>}
 */
const SAME = SPEC.number_words.same
const PAIRS = words(SPEC.number_words.pairs)

/**
 * Finds numbers that were lost, and such as nobody said; `doubted` is of things lost already.
 *
 * @param {string} source
 * @param {string} target
 * @param {string[]} lexemesHere
 * @param {string[]} said
 * @param {[string, string]} languages
 * @param {Set<string>} doubted
 * @param {Checked | null} form of numbers in the source
 */
function numbers(source, target, lexemesHere, said, [from, to], doubted, form) {
  const english = (to === 'fr' && form?.checks) || null
  const ofCourse = [1, 2, 12, ...lexemesHere.map((word) => ABOUT.get(word))]
  const isLater = english !== null && english.tellsHours(said)
  const here = countedAsRead(source, from, form)
  const isOrdinal = (/** @type {Value} */ { start, end }) =>
    ORDINALS.has(target.slice(start, end).toLowerCase())
  let there = counted(target, to)
  if (to === 'en') there = [...there.filter((v) => !isOrdinal(v)), ...there.filter(isOrdinal)]
  const left = new Tally(there)
  const missing = here.filter(({ value }) => !left.take(value))
  /** @type {Doubt[]} */
  const found = []
  for (const { value, start, end } of missing) {
    if (alternatives(value, isLater).some((other) => left.take(other))) continue
    const isOrdinalHere = english && ORDINALS.has(source.slice(start, end).toLowerCase())
    if (isOrdinalHere || english?.says(value.whole, said)) continue
    const isWithin = value.isUpTo(3n) && isWordOf(source, start)
    if (isWithin && said.some((word) => PAIRS.has(word))) continue // "deuxième", "une paire"
    found.push(doubt('number', source.slice(start, end), start, end))
  }
  if (found.length === 0) {
    const place =
      (to === 'en' && inAnotherForm(source, target, here, there)) ||
      inAnotherUnit(source, target, here, there, form?.french?.rate)
    if (place) found.push(doubt('number', source.slice(...place), ...place))
  }
  for (const each of there) {
    const { value, start, end } = each
    if (!left.has(value) || found.length > 0 || isOrdinal(each)) continue
    left.take(value)
    if (isWordOf(target, start) && ofCourse.includes(Number(value.whole))) continue
    const text = target.slice(start, end)
    if (lexemes(text).every((figures) => doubted.has(figures))) continue // is left of a thing
    if (english?.isNoNumber(text)) continue
    const others = here.flatMap((other) => alternatives(other.value, isLater))
    if (!others.some((other) => other.key === value.key)) found.push(doubt('number', text))
  }
  return found
}

/**
 * Returns the numbers of a text, but for the minutes of full hours: "15 h" is "15:00".
 *
 * @param {string} text
 * @param {string} language
 */
const counted = (text, language) =>
  values(text, language).filter(({ start, end }) => {
    const isFull = /.[:h][ \xa0\u2009\u202f]?$/is.test(text.slice(0, start))
    return !isFull || text.slice(start, end) !== '00'
  })

/**
 * Returns the numbers of a source as it is read, with their places in the source itself.
 *
 * @param {string} source
 * @param {string} language
 * @param {Checked | null} form
 * @returns {Value[]}
 */
function countedAsRead(source, language, form) {
  const read = new Aligned(source).edited(form?.shortened?.(source, language) ?? [])
  return counted(read.text, language).map(({ value, start, end }) => ({
    value,
    start: read.starts[start],
    end: read.ends[end - 1],
  }))
}

/** How often values stand somewhere. */
class Tally {
  /** @param {Value[]} found */
  constructor(found) {
    /** @type {Map<string, number>} */
    this.left = new Map()
    for (const { value } of found) this.left.set(value.key, (this.left.get(value.key) ?? 0) + 1)
  }

  /** @param {Exact} value */
  has(value) {
    return (this.left.get(value.key) ?? 0) > 0
  }

  /** Takes one away; tells whether there was one. @param {Exact} value */
  take(value) {
    if (!this.has(value)) return false
    this.left.set(value.key, Number(this.left.get(value.key)) - 1)
    return true
  }
}

/**
 * Tells whether a number is written in words.
 *
 * @param {string} text
 * @param {number} start
 */
const isWordOf = (text, start) => isLetter(String.fromCodePoint(Number(text.codePointAt(start))))

/**
 * Returns what may be said for a number: the hour of a half day, a fortnight.
 *
 * @param {Exact} value
 * @param {boolean} isLater whether an hour may be said as one of 24
 */
function alternatives(value, isLater) {
  const { whole } = value
  const found = (SAME[String(whole)] ?? []).map((other) => new Exact(BigInt(other)))
  if (isLater && value.isFrom(1n) && value.isUpTo(11n)) return [...found, value.minus(-12n)]
  return value.isFrom(13n) && value.isUpTo(24n) ? [...found, value.minus(12n)] : found
}

const { fr: LIMITS } = SPEC.limits
const [FEWER, MORE, ONES, APART] = wordsOf(LIMITS, 'fewer', 'more', 'ones', 'apart')

/** @type {[string, string[]][]} */
const PHRASES = Object.entries(LIMITS.phrases)

/**
 * Finds a limit whose direction is not in the translation, or turned round.
 *
 * @param {string} source
 * @param {string} target
 * @param {string[]} here
 * @param {string[]} said
 */
function limits(source, target, here, said) {
  const [small, smallTarget] = [source.toLowerCase(), target.toLowerCase()]
  const limitAt = (/** @type {string} */ phrase) => {
    const start = Math.max(small.indexOf(phrase), 0)
    return doubt('limit', source.slice(start, start + phrase.length), start, start + phrase.length)
  }
  for (let index = 0; index + 2 < here.length; index++) {
    const [word, link, next] = here.slice(index, index + 3)
    if (!['moins', 'plus'].includes(word) || !['de', 'd'].includes(link)) continue
    const isNumber = values(here.slice(index + 2, index + 4).join(' '), 'fr').length > 0
    if (!isNumber && !ONES.has(next)) continue
    if (APART.has(here[index - 1]) || next === 'plus') continue
    const [wanted, other] = word === 'moins' ? [FEWER, MORE] : [MORE, FEWER]
    const isOpposite =
      said.some((each) => other.has(each)) || (word === 'moins' && said.includes('least'))
    const isSaid = said.some((each) => wanted.has(each))
    if (!isSaid && (isOpposite || values(target, 'en').length > 0)) {
      return [limitAt(`${word} ${link}`)]
    }
  }
  for (const [phrase, sayings] of PHRASES) {
    const start = small.indexOf(phrase)
    if (start < 0 || sayings.some((saying) => smallTarget.includes(saying))) continue
    if (values(source, 'fr').some((value) => value.start > start)) return [limitAt(phrase)]
  }
  return []
}

/** What has a capital and small letters, and is read otherwise: "François Ier", "10 Mds €". */
const NO_NAMES = new Set([
  ...Object.keys(SPEC.ordinals.first),
  ...Object.keys(SPEC.prices.multiples),
])

/**
 * Finds a name within a sentence of which the translation has fewer than the source.
 *
 * @param {string} source
 * @param {string} target
 */
function names(source, target) {
  const here = capitalized(source, false).filter(([word]) => !NO_NAMES.has(word))
  const there = new Set(capitalized(target, true).map(([word]) => word))
  const different = new Set(here.map(([word]) => word))
  const kept = [...different].filter((word) => there.has(word)).length
  if (different.size - kept <= there.size - kept) return []
  const lost = here.find(([word]) => !there.has(word) && !target.includes(word))
  if (!lost) return []
  const [word, start] = lost
  return [doubt('name', word, start, start + word.length)]
}

/**
 * Returns words with a capital and small letters, but for the first one of a sentence.
 *
 * @param {string} text
 * @param {boolean} first whether that one is meant, too
 */
function capitalized(text, first) {
  /** @type {[string, number][]} */
  const found = []
  let [begins, word, start] = [true, '', 0]
  const close = () => {
    const bare = word.replace(/-+$/, '')
    const [one, two, three] = [...bare]
    if (three !== undefined && isCapital(one) && isSmall(two) && (first || !begins)) {
      found.push([bare, start])
    }
    if (bare !== '') begins = false
    word = ''
  }
  let position = 0
  for (const c of text) {
    if (isWord(c) || (c === '-' && word !== '')) {
      if (word === '') start = position
      word += c
    } else {
      if (word !== '') close()
      if (isOneOf(SPEC.names.begins, c)) begins = true
    }
    position += c.length
  }
  if (word !== '') close()
  return found
}

const REPEATABLE = words(SPEC.repeatable)

/**
 * Returns a word that stands twice running, or several words that stand twice; "" if none do.
 *
 * @param {string[]} said
 */
function repeats(said) {
  const twice = said.find(
    (word, index) =>
      index > 0 && word === said[index - 1] && countCharacters(word) > 1 && !REPEATABLE.has(word),
  )
  if (twice !== undefined) return twice
  const seen = new Set()
  const size = said.length < 20 ? 3 : 4
  for (let index = 0; index + size <= said.length; index++) {
    const some = said.slice(index, index + size)
    const text = some.join(' ')
    if (seen.has(text) && some.some((word) => countCharacters(word) > 3)) return text
    seen.add(text)
  }
  return ''
}
