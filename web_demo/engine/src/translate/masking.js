/**
 * Entities on their way: hidden before a text is cut into sentences, symbols when one is read.
 *
 * While sentences are looked for, each entity is one character, so that no cut goes through it and
 * its letters decide nothing. Then names are looked for, and every sentence gets symbols of its
 * own. Places count UTF-16 units; symbols are one unit each.
 */

import { BundleFormatError } from '../errors.js'
import { ends, isWord } from '../entities/characters.js'
import { KINDS, find } from '../entities/find.js'
import { isPrivate } from '../entities/marks.js'
import { Names, findNames, withinCapitals } from '../entities/names.js'
import { FORMS } from '../entities/numbers.js'
import { mask } from '../entities/symbols.js'
import { SPEC } from '../spec.js'
import { casingOf, isLabel } from '../text/casing.js'
import { isLowerText, isUpperText } from '../text/characters.js'

/** @typedef {import('../bundle/bundle.js').Bundle} Bundle */
/** @typedef {import('../entities/find.js').Entity} Entity */
/** @typedef {import('../entities/symbols.js').Masked} Masked */
/** @typedef {import('../entities/symbols.js').Slot} Slot */
/** @typedef {import('../search/constraints.js').Asked} AskedSymbols */
/** @typedef {import('../text/casing.js').Casing} Casing */
/** @typedef {import('../text/rules.js').SentenceRules} SentenceRules */
/** @typedef {import('../text/segmentation.js').Piece} Piece */
/** @typedef {import('../text/tokenizer.js').Tokenizer} Tokenizer */

/**
 * What a caller wants carried over.
 *
 * @typedef {{keep: string[], glossary: [string, string][]}} Wishes
 */

/**
 * A text in which each entity is one character, the first symbol of its kind; a sign between labels
 * is that sign, so that it is seen to part them.
 *
 * @typedef {object} Hidden
 * @property {string} original
 * @property {string} read the same with all letters on the line, as long as it was
 * @property {string} text
 * @property {Entity[]} entities in order; their places are those in the text as it was
 * @property {number[]} places where their characters stand in `text`
 * @property {Uint32Array} starts where each unit stood in the text as it was, and where that ended
 */

/**
 * Returns what looks for the terms of a glossary; null: it has none.
 *
 * @param {[string, string][]} glossary
 */
async function termsOf(glossary) {
  if (glossary.length === 0) return null
  const { Terms } = await import('../entities/terms.js')
  return new Terms(glossary)
}

/** What a bundle's entities are and how they are said. */
export class Masking {
  /**
   * @param {Bundle} bundle one whose manifest has entities
   * @param {Tokenizer} source of what is read
   * @param {Tokenizer} target of what is said
   * @param {import('../entities/numbers.js').Form | null} form how numbers are read
   * @throws {BundleFormatError} a symbol is no subword of its own
   */
  constructor(bundle, source, target, form) {
    const told = bundle.manifest.entities
    if (!told) throw new BundleFormatError(`${bundle.place}: the bundle has no entities`)
    this.symbols = /** @type {import('../entities/symbols.js').Symbols} */ (told.symbols)
    const knows = (/** @type {string} */ letter) => source.knows(letter)
    const said = told.targetNumbers === null ? null : FORMS[told.targetNumbers]
    this.languages = { source: form, target: said, knows }
    const hasNames = bundle.manifest.files.has('names')
    this.list = hasNames ? Names.parse(bundle.text('names')) : null
    /** @type {Map<string, string>} */
    this.first = new Map()
    for (const kind of KINDS) {
      if (this.symbols[kind].length > 0) this.first.set(kind, this.symbols[kind][0])
    }
    const every = KINDS.flatMap((kind) => this.symbols[kind])
    for (const tokenizer of [source, target]) {
      for (const symbol of every) {
        if (tokenizer.pieces(tokenizer.encode(symbol).slice(-1))[0] === symbol) continue
        const name = symbol.charCodeAt(0).toString(16).toUpperCase()
        throw new BundleFormatError(
          `${bundle.place}: the symbol U+${name} is no subword of its own`,
        )
      }
    }
    const idsOf = (/** @type {Tokenizer} */ tokenizer) =>
      new Map(every.map((symbol) => [symbol, Number(tokenizer.encode(symbol).at(-1))]))
    /** The id of each symbol in the target. */
    this.ids = idsOf(target)
    /** The id of each symbol in the source. */
    this.sourceIds = idsOf(source)
    /** Of translations: what is put right before a value. */
    this.language = bundle.manifest.target.language
  }

  /**
   * Returns a text with its things, numbers and terms hidden.
   *
   * @param {string} text
   * @param {Wishes} wishes
   * @param {Pick<typeof import('./parts.js'), 'isDivider' | 'onTheLine'>} parts tell signs that
   *   part labels, and letters that are not on the line
   * @returns {Promise<Hidden>}
   */
  async hide(text, { keep, glossary }, { isDivider, onTheLine }) {
    const read = onTheLine(text)
    const asked = { keep: placesOf(text, keep), terms: await termsOf(glossary) }
    const found = find(read, this.languages, asked)
    const entities = found.filter((entity) => this.first.has(entity.kind))
    const starts = new Uint32Array(text.length + 1)
    /** @type {number[]} */
    const places = []
    let [out, done] = ['', 0]
    const copy = (/** @type {number} */ end) => {
      for (let at = done; at < end; at++) starts[out.length + at - done] = at
      out += read.slice(done, end)
    }
    for (const { start, end, kind } of entities) {
      copy(start)
      places.push(out.length)
      starts[out.length] = start
      const isAlone = ALONE.test(text.charAt(start - 1)) && ALONE.test(text.charAt(end))
      const isSign = isAlone && isDivider(read.slice(start, end))
      out += isSign ? read[start] : this.first.get(kind)
      done = end
    }
    copy(text.length)
    starts[out.length] = text.length
    return { original: text, read, text: out, entities, places, starts }
  }

  /**
   * Returns how a sentence is written whose entities are hidden.
   *
   * One that is too short to be told by its letters alone is in capitals if it has four, and those
   * of its words that have two are in the list of ordinary ones: "MERCI", "À LOUER". One with names
   * in small letters is, if the rest is: "APPELEZ Quentin AVANT MIDI". A few words of which the
   * first has a capital and is ordinary are a label.
   *
   * @param {string} sentence
   * @param {SentenceRules} rules
   * @returns {Casing}
   */
  casing(sentence, rules) {
    const { list } = this
    const casing = casingOf(sentence, rules)
    if (casing === 'capitals' || !list || isLowerText(sentence)) return casing
    if (!isUpperText(sentence)) {
      const line = [...sentence]
      const names = withinCapitals(line)
      const rest = line.filter((_, at) => !names.some(([start, end]) => at >= start && at < end))
      if (names.length > 0) return casingOf(rest.join(''), rules)
      return isLabel(sentence, list) ? 'label' : casing
    }
    const words = sentence.match(/\p{L}+/gu) ?? []
    const letters = [...words.join('')].length
    const ordinary = words.every((word) => [...word].length < 2 || list.has(word.toLowerCase()))
    return letters >= SPEC.casing.listed && ordinary ? 'capitals' : casing
  }

  /**
   * Returns where the names of a sentence stand whose other entities are hidden.
   *
   * @param {string} sentence
   * @param {Casing} casing
   * @returns {[number, number][]}
   */
  names(sentence, casing) {
    if (!this.list || this.symbols.name.length === 0) return []
    const line = [...sentence]
    /** @type {[number, number][]} */
    const hidden = line.flatMap((c, at) =>
      isPrivate(c) ? [/** @type {[number, number]} */ ([at, at + 1])] : [],
    )
    const offsets = [0]
    for (const c of line) offsets.push(offsets[offsets.length - 1] + c.length)
    const found = casing === 'capitals' ? withinCapitals(line) : findNames(line, hidden, this.list)
    return found.map(([start, end]) => [offsets[start], offsets[end]])
  }

  /**
   * Returns what is read of a hidden sentence as far as its length goes; null: it has more spans
   * of a kind than there are symbols.
   *
   * @param {string} sentence
   * @param {Casing} casing
   */
  read(sentence, casing) {
    const names = this.names(sentence, casing)
    if (names.length > this.symbols.name.length) return null
    for (const kind of KINDS) {
      const first = this.first.get(kind)
      if (first !== undefined && sentence.split(first).length - 1 > this.symbols[kind].length) {
        return null
      }
    }
    let read = sentence
    for (const [start, end] of names.reverse()) {
      read = read.slice(0, start) + this.first.get('name') + read.slice(end)
    }
    return read
  }

  /**
   * Returns a sentence of a hidden text with symbols; its places begin where the sentence does.
   *
   * @param {Piece} piece of `hidden.text`
   * @param {Hidden} hidden
   * @param {Casing} casing of the piece
   */
  mask(piece, hidden, casing) {
    const { read, starts, places } = hidden
    const [start, end] = [starts[piece.start], starts[piece.end]]
    const [first, last] = [firstFrom(places, piece.start), firstFrom(places, piece.end)]
    const spans = hidden.entities.slice(first, last)
    for (const [from, to] of this.names(piece.text, casing)) {
      const letters = piece.text.slice(from, to)
      const begin = starts[piece.start + from]
      const span = { start: begin, end: begin + letters.length }
      spans.push({ ...span, kind: 'name', said: letters, value: letters })
    }
    spans.sort((a, b) => a.start - b.start)
    const moved = spans.map((e) => ({ ...e, start: e.start - start, end: e.end - start }))
    return mask(read.slice(start, end), moved, this.symbols)
  }

  /**
   * Returns what the translation of a sentence must and may say.
   *
   * @param {Masked | null} masked
   * @returns {AskedSymbols}
   */
  asked(masked) {
    const times = new Map((masked?.slots ?? []).map((slot) => [slot.symbol, slot.times]))
    return {
      ids: [...this.ids.values()],
      times: [...this.ids.keys()].map((symbol) => times.get(symbol) ?? 0),
    }
  }
}

/**
 * Returns a piece of a hidden text as it is in the text itself.
 *
 * @param {Piece} piece
 * @param {Hidden} hidden
 * @returns {Piece}
 */
export function outside(piece, { starts, original }) {
  const [start, end] = [starts[piece.start], starts[piece.end]]
  return { ...piece, text: original.slice(start, end), start, end }
}

/** What stands around a sign that is a word by itself. */
const ALONE = /^[ \u00a0\u2009\u202f\n]?$/

/**
 * Returns the index of the first number that is not below another one.
 *
 * @param {number[]} ascending
 * @param {number} least
 */
export function firstFrom(ascending, least) {
  let [low, high] = [0, ascending.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (ascending[middle] < least) low = middle + 1
    else high = middle
  }
  return low
}

/**
 * Returns where texts stand that are never translated, as whole words and within a line.
 *
 * @param {string} text
 * @param {string[]} keep
 */
function placesOf(text, keep) {
  /** @type {[number, number][]} */
  const found = []
  for (const kept of keep) {
    const letters = [...kept]
    const isLine = kept !== '' && !kept.includes('\n')
    for (let place = isLine ? text.indexOf(kept) : -1; place >= 0;) {
      const end = place + kept.length
      const before = [...text.slice(Math.max(place - 2, 0), place)].at(-1) ?? ''
      const behind = [...text.slice(end, end + 2)]
      const begins = !(isWord(letters[0]) && isWord(before))
      if (begins && (ends(behind, 0) || !isWord(letters[letters.length - 1]))) {
        found.push([place, end])
      }
      place = text.indexOf(kept, place + 1)
    }
  }
  return found
}
