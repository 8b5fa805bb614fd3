/**
 * Entities: the spans of a text whose facts are carried over, and how the target says them.
 *
 * `find` looks through a paragraph for what stands alike in both languages (a *thing*), for
 * numbers, and for the terms of a glossary; names are looked for sentence by sentence, once it is
 * known what else there is (`names`). Spans come in order and are disjoint. Knows nothing of
 * models: who asks says which letters were learnt and how the two languages write numbers.
 */

import { isAscii, isDigit, isLetter, isLowerText, isUpperText } from '../text/characters.js'
import { SPEC } from '../spec.js'
import { at, begins, isAllLetters, isOneOf, part, run, words } from './characters.js'
import {
  clock,
  date,
  feet,
  house,
  joined,
  lapse,
  mixed,
  noughts,
  spaced,
  telephone,
  version,
} from './digits.js'
import {
  backslash,
  blank,
  braces,
  code,
  colons,
  dollar,
  emoji,
  isPrivate,
  markup,
  option,
  path,
  percent,
  privateUse,
  sign,
  tagged,
} from './marks.js'
import { CURRENCY_SIGNS, beginsNumber, plain, read, valueOf, write } from './numbers.js'
import { unitBehind } from './units.js'
import { account, address, file, foreign, identifier, initials, isLatin } from './words.js'

/** @typedef {import('./characters.js').Line} Line */
/** @typedef {import('./characters.js').Scanner} Scanner */
/** @typedef {import('./numbers.js').Form} Form */
/** @typedef {import('./terms.js').Terms} Terms */
/** @typedef {import('./words.js').Knows} Knows */

/** @typedef {'number' | 'name' | 'thing' | 'term'} Kind */

/**
 * A span of a text that becomes one symbol; `said` stands for it in the translation, `value` is
 * the same on both sides: the letters themselves, or a number's value.
 *
 * @typedef {{start: number, end: number, kind: Kind, said: string, value: string}} Entity
 */

/** @type {Kind[]} */
export const KINDS = ['number', 'name', 'thing', 'term']

/**
 * What `find` knows of both languages: how they write numbers (null: numbers stay as they are),
 * and which letters the model has learnt.
 *
 * @typedef {{source: Form | null, target: Form | null, knows?: Knows}} Languages
 */

/** @type {Record<string, Scanner[]>} */
const MARKS = {
  '`': [code],
  '<': [markup, sign],
  '&': [markup],
  '{': [braces],
  '[': [braces],
  '%': [percent],
  $: [dollar],
  '#': [emoji, tagged],
  '*': [emoji],
  '@': [tagged],
  ':': [colons],
  '\\': [backslash],
  '/': [path],
  '~': [path],
  '.': [blank, path],
  '\u2026': [blank],
  '-': [option],
}
const BEFORE_NUMBERS = `+(-\u2013\u2212\u00b1${CURRENCY_SIGNS}'\u2019\u2018`
const DOLLARS = words(SPEC.prices.dollars)
const DIGITS = [emoji, date, version, telephone, house, mixed, feet, identifier, spaced, lapse]
const WORDS = [address, account, file, identifier]

/**
 * Returns the things, numbers and terms of a paragraph, in order and disjoint; places count UTF-16
 * units.
 *
 * @param {string} text the paragraph; no span crosses a line feed
 * @param {Languages} languages
 * @param {{keep?: [number, number][], terms?: Terms | null}} [asked] spans that are never
 *   translated (empty ones and those that overlap an earlier one are passed over; of two that begin
 *   together the longer one counts), and terms that are looked for
 * @returns {Entity[]}
 */
export function find(text, languages, { keep = [], terms = null } = {}) {
  const finder = new Finder(text, languages, terms)
  const kept = keep.filter(([start, end]) => start >= 0 && start < end && end <= text.length)
  let done = 0
  for (const [start, end] of kept.sort((a, b) => a[0] - b[0] || b[1] - a[1])) {
    if (start < done) continue
    finder.between(done, start)
    const letters = text.slice(start, end)
    finder.found.push({ start, end, kind: 'thing', said: letters, value: letters })
    done = end
  }
  finder.between(done, text.length)
  return finder.found
}

class Finder {
  /**
   * @param {string} text
   * @param {Languages} languages
   * @param {Terms | null} terms
   */
  constructor(text, { source, target, knows = isLatin }, terms) {
    this.text = text
    this.source = source
    this.target = target
    this.knows = knows
    this.terms = terms
    /** @type {Entity[]} */
    this.found = []
  }

  /**
   * Appends what stands between two positions, line by line.
   *
   * @param {number} start
   * @param {number} end
   */
  between(start, end) {
    while (start < end) {
      const feed = this.text.indexOf('\n', start)
      const lineEnd = feed < 0 || feed > end ? end : feed
      const line = [...this.text.slice(start, lineEnd)]
      let [offset, counted] = [start, 0] // in UTF-16 units, of so many characters
      const placeOf = (/** @type {number} */ position) => {
        for (; counted < position; counted++) offset += line[counted].length
        return offset
      }
      for (const entity of this.inLine(line)) {
        const from = placeOf(entity.start)
        this.found.push({ ...entity, start: from, end: placeOf(entity.end) })
      }
      start = lineEnd + 1
    }
  }

  /**
   * @param {Line} line
   * @returns {Generator<Entity, void, void>}
   */
  *inLine(line) {
    let position = 0
    while (position < line.length) {
      const term = this.terms?.at(line, position, this.target?.hours === true)
      if (term) {
        yield term
        position = term.end
        continue
      }
      const passed = this.source?.french?.passed(line, position) ?? position
      if (passed > position && !this.hasTerm(line, position + 1, passed)) {
        position = passed
        continue
      }
      if (!this.terms && (position === 0 || line[position - 1] === ' ')) {
        const space = line.indexOf(' ', position)
        const stop = space < 0 ? line.length : space
        if (isPlainChunk(part(line, position, stop), this.knows)) {
          position = stop + 1
          continue
        }
      }
      const entity = this.at(line, position)
      if (entity) {
        yield entity
        position = entity.end
      } else if (isLetter(line[position])) {
        position = run(line, position, isLetter)
      } else if (isDigit(line[position])) {
        position = run(line, position, isDigit)
      } else {
        position++
      }
    }
  }

  /**
   * Tells whether a term begins in a stretch.
   *
   * @param {Line} line
   * @param {number} start
   * @param {number} end
   */
  hasTerm(line, start, end) {
    const isFrench = this.target?.hours === true
    while (start < end && !this.terms?.at(line, start, isFrench)) start++
    return this.terms !== null && start < end
  }

  /**
   * Returns the thing or number that begins at a position.
   *
   * @param {Line} line
   * @param {number} start
   */
  at(line, start) {
    const first = line[start]
    if (first === ' ') return null
    const row = first === '_' && begins(line, start) ? blank(line, start) : start
    if (row > start) return thing(line, start, row)
    if (isLetter(first) || first === '_') return this.atWord(line, start)
    if (isDigit(first) || isOneOf(BEFORE_NUMBERS, first)) {
      const entity = this.atNumber(line, start)
      if (entity) return entity
    }
    if (isPrivate(first)) return thing(line, start, privateUse(line, start))
    const scanners = Object.hasOwn(MARKS, first)
      ? MARKS[first]
      : isAscii(first)
        ? []
        : [emoji, sign]
    return scanned(line, start, scanners)
  }

  /**
   * @param {Line} line
   * @param {number} start
   */
  atNumber(line, start) {
    if (!beginsNumber(line, start, this.source)) return null
    const first = line[start]
    const english = this.source?.english
    if (isDigit(first) && this.source?.hours) {
      const two = this.source.two?.at(line, start, this.source, this.target)
      if (two) return two
    } else if (this.source && english) {
      const entity = this.atEnglish(line, start, this.source, english)
      if (entity) return entity
    }
    if (isDigit(first) || isOneOf('+(', first)) {
      const found = scanned(line, start, isDigit(first) ? DIGITS : [telephone])
      if (found) return found
    }
    const number = first === '(' ? null : this.number(line, start)
    if (number) return number
    return isDigit(first) ? scanned(line, start, [clock, joined, noughts, address]) : null
  }

  /**
   * Returns what English alone reads where a number begins.
   *
   * @param {Line} line
   * @param {number} start
   * @param {Form} source
   * @param {typeof import('./english.js')} english
   */
  atEnglish(line, start, source, english) {
    const two = source.two?.at(line, start, source, this.target)
    if (two || !isDigit(line[start])) return two ?? null
    const [last] = plain(line, start, source)
    const isJoined = at(line, last) === '-' && unitBehind(line, last, source.units)[1] > last
    if (isJoined || english.moment(line, start)) return this.number(line, start)
    const end = english.numbered(line, start)
    return end > start ? thing(line, start, end) : null
  }

  /**
   * @param {Line} line
   * @param {number} start
   */
  atWord(line, start) {
    if (!begins(line, start)) return null
    const end = run(line, start, isLetter)
    const word = part(line, start, end)
    const following = at(line, end)
    if (!line.slice(start, end).every((c) => isAscii(c) || this.knows(c))) {
      const stop = foreign(line, start, this.knows)
      if (stop > start) return thing(line, start, stop)
    }
    const hasHumps = !isLowerText(part(line, start + 1, end)) && !isUpperText(word)
    const isInner = isDigit(following) || isOneOf('_@.-:/\\(+%', following)
    if (end - start > 1 && !hasHumps && !isInner) {
      if (word === 'années' && this.source) return this.number(line, start)
      if (!(DOLLARS.has(word) && following === '$')) return null
    }
    if (following === '$') {
      const entity = this.number(line, start)
      if (entity) return entity
    }
    if (!isInner && !hasHumps) return null
    const english = this.source?.english
    const stop = initials(line, start)
    const isKept = !english?.isTranslated(part(line, start, stop))
    if (stop > start && isKept) return thing(line, start, stop)
    const found = scanned(line, start, WORDS)
    if (!found || !english) return found
    if (english.isTranslated(found.said)) return null
    const isCode = identifier(line, start) === found.end
    const said = isCode ? english.singular(found.said) : found.said
    return { ...found, said, value: said }
  }

  /**
   * @param {Line} line
   * @param {number} start
   * @returns {Entity | null}
   */
  number(line, start) {
    const found = this.source && read(line, start, this.source)
    if (!found) return null
    const [end, amount] = found
    const said = this.target ? write(amount, this.target) : part(line, start, end)
    return { start, end, kind: 'number', said, value: valueOf(amount) }
  }
}

const BEFORE_WORDS = '\u00ab\u00bb"\u201c\u201d(\u00a0\u202f'
const BEHIND_WORDS = '.,;:!?\u2026)\u00ab\u00bb"\u201c\u201d\'\u2019\u00a0\u202f'

/**
 * Tells whether nothing between two spaces can begin an entity, as with most words. This only
 * saves time: the scanners would find nothing there either.
 *
 * @param {string} chunk
 * @param {Knows} knows
 */
function isPlainChunk(chunk, knows) {
  if (/^[A-Za-z][a-z]+$/.test(chunk)) return true
  if (chunk.includes('.....') || chunk.includes('\u2026\u2026')) return false
  let [start, end] = [0, chunk.length]
  while (start < end && isOneOf(BEFORE_WORDS, chunk[start])) start++
  while (end > start && isOneOf(BEHIND_WORDS, chunk[end - 1])) end--
  const core = chunk.slice(start, end)
  const letters = core.replace(/['\u2019-]/g, '')
  if (!isAllLetters(letters) || core[0] === '-') {
    return core === '' && isAscii(chunk) && !chunk.includes('(')
  }
  if (!isAscii(core) && ![...core].every((c) => isAscii(c) || !isLetter(c) || knows(c))) {
    return false
  }
  const rest = [...core].slice(1).join('')
  const isRegular = isLowerText(core) || isLowerText(rest) || isUpperText(core)
  return isRegular && !core.endsWith('années')
}

/**
 * @param {Line} line
 * @param {number} start
 * @param {Scanner[]} scanners
 */
function scanned(line, start, scanners) {
  for (const scanner of scanners) {
    const end = scanner(line, start)
    if (end > start) return thing(line, start, end)
  }
  return null
}

/**
 * @param {Line} line
 * @param {number} start
 * @param {number} end
 * @returns {Entity}
 */
function thing(line, start, end) {
  const letters = part(line, start, end)
  return { start, end, kind: 'thing', said: letters, value: letters }
}
