/** Subwords: text to ids and back, as `tokenizer.json` says. Knows nothing of sentences. */

import { decodeUtf8 } from '../bundle/bytes.js'
import { parseObject } from '../bundle/fields.js'
import { SPEC } from '../spec.js'
import { Aligned } from './aligned.js'
import { BytePairs } from './bpe.js'
import { countCharacters, isAscii, isNumeral } from './characters.js'
import { readDefinition } from './definition.js'
import { normalized } from './normalizer.js'
import { MARK, isWhiteSpace } from './vocabulary.js'

/** @typedef {import('./bpe.js').Subwords} Subwords */
/** @typedef {import('./definition.js').Definition} Definition */

/**
 * A stretch of a text in UTF-16 units: its first, and the one after its last.
 *
 * @typedef {[start: number, end: number]} Span
 */

/**
 * A text as subwords that know where they stand in it: ascending. The space before a word is not
 * part of it; one made for nothing is empty; the bytes of a character share its span.
 *
 * @typedef {{ids: number[], spans: Span[]}} Encoded
 */

/** How the end of the sentence is spelled where subwords are shown. @type {string} */
export const EOS_PIECE = SPEC.tokenizer.eos

const REPLACEMENT = '\ufffd'
const CACHED_WORDS = 10_000
const CACHED_LENGTH = 40

export class Tokenizer {
  /**
   * Reads a tokenizer. What few of them need comes when one does.
   *
   * @param {string} definition the text of a `tokenizer.json`
   * @throws {BundleFormatError} it is not one, or uses a component that other hosts do not have
   */
  static async load(definition) {
    const read = await readDefinition(parseObject(definition, 'tokenizer.json'))
    if (read.kind === 'BPE') return new Tokenizer(read, new BytePairs(read))
    if (read.kind === 'WordLevel') return new Tokenizer(read, new Words(read))
    const { Unigram } = await import('./unigram.js')
    return new Tokenizer(read, new Unigram(read))
  }

  /**
   * @param {Definition} read
   * @param {{cut: (word: string) => Subwords}} model what cuts words into subwords
   */
  constructor(read, model) {
    this.read = read
    this.model = model
    /** V: how many subwords there are, bos, eos and pad included. */
    this.size = read.pieces.length
    this.byteOf = new Map(read.bytesOf.map((id, byte) => [id, byte]))
    /**
     * Words met of late, and those before.
     *
     * @type {[Map<string, Subwords>, Map<string, Subwords>]}
     */
    this.known = [new Map(), new Map()]
    /** @type {Set<string> | null} */
    this.learnt = null
  }

  /**
   * Returns the ids of a text, without bos or eos. Any text has ids: bytes or unk stand in.
   *
   * @param {string} text
   */
  encode(text) {
    return this.encodeSpans(new Aligned(text)).ids
  }

  /**
   * Returns the ids of a text, and where each stands in the text that it was made of.
   *
   * @param {Aligned} text
   * @returns {Encoded}
   */
  encodeSpans(text) {
    const aligned = normalized(text, this.read.steps)
    /** @type {Encoded} */
    const found = { ids: [], spans: [] }
    for (const [start, subwords] of this.words(aligned.text)) {
      subwords.ids.forEach((id, index) => {
        found.ids.push(id)
        const [from, to] = [start + subwords.starts[index], start + subwords.ends[index]]
        found.spans.push(spanOf(aligned, from, to))
      })
    }
    return found
  }

  /** Returns the text of ids; bytes that are no UTF-8 come out as U+FFFD. @param {number[]} ids */
  decode(ids) {
    return this.decodeSpans(ids).text
  }

  /**
   * Returns the text of ids, and where each of them stands in it.
   *
   * @param {number[]} ids
   */
  decodeSpans(ids) {
    const { spaced } = this.read
    let text = ''
    /** @type {Span[]} */
    const spans = []
    let index = 0
    while (index < ids.length) {
      const start = text.length
      if (!this.byteOf.has(ids[index])) {
        const part = this.shown(ids[index], index === 0, index + 1 === ids.length)
        text += part
        // A space beside a word is no part of it; a lone one has a place too.
        const before = !spaced && part.length > 1 && part[0] === ' ' ? 1 : 0
        const end = spaced ? start + part.replace(/ +$/, '').length : text.length
        spans.push([start + before, end])
        index++
        continue
      }
      /** @type {number[]} */
      const run = []
      for (; index < ids.length && this.byteOf.has(ids[index]); index++) {
        run.push(Number(this.byteOf.get(ids[index])))
      }
      text += decodeUtf8(Uint8Array.from(run)) ?? REPLACEMENT.repeat(run.length)
      for (let at = 0; at < run.length; at++) spans.push([start, text.length])
    }
    return { text, spans }
  }

  /**
   * Returns the part of the text that further ids cannot change: a run of byte tokens is decoded
   * as a whole, so one at the end is held back.
   *
   * @param {number[]} ids
   */
  decodeStable(ids) {
    let end = ids.length
    while (end > 0 && this.byteOf.has(ids[end - 1])) end--
    return this.decode(ids.slice(0, end))
  }

  /** Returns how each id is spelled. @param {number[]} ids */
  pieces(ids) {
    return ids.map((id) => this.read.pieces[id])
  }

  /**
   * Tells whether a letter was learnt: a Latin one, or part of a longer subword.
   *
   * Without its accent, or in small, is enough. One that only has a token of its own came by in
   * the training data.
   *
   * @param {string} letter
   */
  knows(letter) {
    if (isAscii(letter) || isAscii([...letter.normalize('NFD')][0])) return true
    if (!this.learnt) {
      const trimmed = this.read.pieces.map((piece) => trim(piece))
      this.learnt = new Set(trimmed.filter((piece) => countCharacters(piece) > 1).join(''))
    }
    return this.learnt.has(letter.toLowerCase())
  }

  /**
   * What a subword adds to a text.
   *
   * @param {number} id
   * @param {boolean} isFirst
   * @param {boolean} isLast
   */
  shown(id, isFirst, isLast) {
    const { suffix, spaced, pieces } = this.read
    if (suffix) return pieces[id].replaceAll(suffix, isLast ? '' : ' ')
    if (spaced) return pieces[id] + (isLast ? '' : ' ')
    return pieces[id].replaceAll(MARK, isFirst ? '' : ' ')
  }

  /**
   * Yields where each word of a normalized text begins, and its subwords. Where the mark before
   * the first word was made for nothing, that word begins at -1.
   *
   * @param {string} text
   * @returns {Generator<[number, Subwords], void, void>}
   */
  *words(text) {
    if (this.read.spaced) {
      let start = 0
      for (let at = 0; at <= text.length; at++) {
        if (at < text.length && !isWhiteSpace(text[at])) continue
        if (start < at) yield [start, this.word(text.slice(start, at))]
        start = at + 1
      }
      return
    }
    const spaced = text.replaceAll(' ', MARK)
    const marked = spaced === '' || spaced.startsWith(MARK) ? spaced : MARK + spaced
    let start = text.length - marked.length
    if (this.read.kind === 'Unigram') {
      yield [start, this.model.cut(marked)]
      return
    }
    for (const rest of marked.split(MARK).slice(1)) {
      yield [start, this.word(rest)]
      start += 1 + rest.length
    }
  }

  /**
   * Returns the subwords of a word, given without the mark before it.
   *
   * @param {string} word
   */
  word(word) {
    const [recent, older] = this.known
    const known = recent.get(word)
    if (known) return known
    const found = older.get(word) ?? this.cut(this.read.spaced ? word : MARK + word)
    if (word.length <= CACHED_LENGTH) {
      if (recent.size >= CACHED_WORDS) this.known = [new Map(), recent]
      this.known[0].set(word, found)
    }
    return found
  }

  /**
   * @param {string} word
   * @returns {Subwords}
   */
  cut(word) {
    if (!this.read.digits || ![...word].some(isNumeral)) return this.model.cut(word)
    /** @type {Subwords} */
    const found = { ids: [], starts: [], ends: [] }
    let start = 0
    for (const part of word.match(/\p{N}|[^\p{N}]+/gu) ?? []) {
      const subwords = this.model.cut(part)
      found.ids.push(...subwords.ids)
      for (const at of subwords.starts) found.starts.push(start + at)
      for (const at of subwords.ends) found.ends.push(start + at)
      start += part.length
    }
    return found
  }
}

/** Plain words: each is in the vocabulary, or unknown. */
class Words {
  /** @param {Definition} read */
  constructor(read) {
    this.ids = read.ids
    this.unknown = read.unknown ?? 0
  }

  /**
   * @param {string} word
   * @returns {Subwords}
   */
  cut(word) {
    return { ids: [this.ids.get(word) ?? this.unknown], starts: [0], ends: [word.length] }
  }
}

/** @param {string} piece without marks at its ends */
function trim(piece) {
  let [start, end] = [0, piece.length]
  while (start < end && piece[start] === MARK) start++
  while (end > start && piece[end - 1] === MARK) end--
  return piece.slice(start, end)
}

/**
 * Returns where in the original a stretch of a marked text stands.
 *
 * @param {Aligned} aligned
 * @param {number} start
 * @param {number} end
 * @returns {Span}
 */
function spanOf(aligned, start, end) {
  const { text, starts, ends } = aligned
  let from = start
  // The space before a word is not part of it, unless there is nothing else.
  if (end - start > 1 && (start < 0 || text[start] === ' ' || text[start] === MARK)) from++
  if (end <= 0) return [starts[0], starts[0]] // the mark that was made for nothing
  return [starts[from], ends[end - 1]]
}
