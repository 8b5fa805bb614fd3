/**
 * A text with tags in it: read without them, and written with them.
 *
 * A piece of HTML: all tags are taken out, whole elements that are not to be translated are
 * points, and what is not within a sentence ends a line. A plain text: tags in pairs and the marks
 * of emphasis are taken out, `<br>` ends a line, and lines that were broken to fit are joined. Tags
 * that nobody closes or opens in the same line stand where they belong, as points. Places in the
 * results are those in the text as it was given, and in its translation, tags included.
 */

import { BLOCKS, INLINE, POINTS, SIGNS, SKIPPED, VOID, WORDS, isKept } from '../text/elements.js'
import { emphasized } from '../text/emphasis.js'
import { OUTSIDE } from '../text/markup.js'
import { REFERENCE, prepareReferences, unescape } from '../text/references.js'
import { ends, pairs, scan } from '../text/tags.js'
import { joints } from '../text/wrapped.js'
import { lines, movedMark } from './markup.js'
import { Written } from './written.js'

export { translateMarked } from './marked.js'

/** @typedef {import('../text/markup.js').Mark} Mark */
/** @typedef {import('../text/markup.js').Marked} Marked */
/** @typedef {import('../text/tags.js').Token} Token */
/** @typedef {import('./result.js').Sentence} Sentence */
/** @typedef {import('./result.js').Translation} Translation */

/**
 * A tag, or an element that is not read, at a place of the text that is read; `spaces` of an
 * element that is not read: whether white space is before and behind it.
 *
 * @typedef {{kind: 'open' | 'close' | 'single', name: string, raw: string, place: number,
 *   spaces: [boolean, boolean]}} Tag
 */

/**
 * A line of the text that is read, and what of each mark in it is written.
 *
 * @typedef {{start: number, marked: Marked, tags: string[][], spaces: [boolean, boolean][]}} Line
 */

const SPACES = ' \t\n\r\f'
const isWithin = (/** @type {string} */ name) =>
  [INLINE, WORDS, POINTS, SIGNS].some((names) => names.has(name))
const isWhole = (/** @type {string} */ name) =>
  [WORDS, POINTS, SKIPPED].some((names) => names.has(name))
const isIn = (/** @type {string} */ marks, /** @type {string} */ c) => c !== '' && marks.includes(c)

/**
 * Returns what is markup in a text; null: it is read as it stands.
 *
 * @param {string} text
 * @param {'html' | null} markup what the text is a piece of; null: plain text, which may have some
 *   too
 */
export async function readMarkup(text, markup) {
  if (markup !== null) {
    await prepareReferences(text)
    return new Fragment(text, false)
  }
  const tokens = inPairs([...scan(text, false)], text)
  const hasTags = tokens.some(({ kind }) => kind !== 'text')
  if (!hasTags && joints(text).length === 0) return null
  return new Fragment(text, true, tokens)
}

/** A piece of HTML, or a plain text. */
export class Fragment {
  /**
   * @param {string} given the piece
   * @param {boolean} isPlain it is plain text, in which only tags in pairs, `<br>` and emphasis are
   *   markup
   * @param {Token[]} [tokens] of plain text, what was scanned of it
   */
  constructor(given, isPlain, tokens) {
    this.given = given
    this.isPlain = isPlain
    this.text = ''
    /** Where in what was given each unit of the text begins. @type {number[]} */
    this.starts = []
    /** And ends. @type {number[]} */
    this.ends = []
    /** @type {Tag[]} */
    this.tags = []
    /** Line ends that a tag has made, which are not written. @type {Set<number>} */
    this.ours = new Set()
    this.read(
      tokens ?? (isPlain ? inPairs([...scan(given, false)], given) : [...scan(given, false)]),
    )
    if (isPlain) this.join()
    this.lines = this.divided()
    /** What is translated. */
    this.marked = this.whole()
  }

  /** Whether anything is set again in the translation. */
  get hasTags() {
    return this.tags.length > 0
  }

  /** @param {Token[]} tokens */
  read(tokens) {
    const closing = ends(tokens)
    for (let index = 0; index < tokens.length; index++) {
      const { kind, start, end, name } = tokens[index]
      const last = closing.get(index)
      if (kind === 'text') {
        this.addText(start, end)
      } else if (last !== undefined && (isWhole(name) || isKept(this.given, tokens[index]))) {
        const { end: until } = tokens[last]
        const isApart = isIn(SPACES, this.given.charAt(until))
        this.addTag('single', name, start, until, [this.text.endsWith(' '), isApart])
        index = last
      } else {
        const isTag = kind === 'close' || (kind === 'open' && !VOID.has(name))
        this.addTag(isTag ? kind : 'single', name, start, end)
      }
    }
  }

  /**
   * @param {number} start
   * @param {number} end
   */
  addText(start, end) {
    const before = this.tags.at(-1)
    if (before?.place === this.text.length && before.spaces.every(Boolean)) {
      start++ // what is not read has a space on both sides, and one is read
    }
    const raw = this.given.slice(start, end)
    if (this.isPlain) {
      this.addUnits(raw, start)
      return
    }
    let position = 0
    for (const found of raw.matchAll(REFERENCE)) {
      this.addUnits(spaced(raw.slice(position, found.index)), start + position)
      position = found.index + found[0].length
      this.add(unescape(found[0]), start + found.index, start + position)
    }
    this.addUnits(spaced(raw.slice(position)), start + position)
  }

  /** Adds a stretch that is read as it stands. @param {string} text @param {number} start */
  addUnits(text, start) {
    this.text += text
    for (let at = 0; at < text.length; at++) {
      this.starts.push(start + at)
      this.ends.push(start + at + 1)
    }
  }

  /**
   * Adds what is read of a stretch as a whole.
   *
   * @param {string} text
   * @param {number} start
   * @param {number} end
   */
  add(text, start, end) {
    this.text += text
    for (let at = 0; at < text.length; at++) {
      this.starts.push(start)
      this.ends.push(end)
    }
  }

  /**
   * @param {Tag['kind']} kind
   * @param {string} name
   * @param {number} start
   * @param {number} end
   * @param {[boolean, boolean]} [spaces]
   */
  addTag(kind, name, start, end, spaces = [false, false]) {
    const place = this.text.length
    this.tags.push({ kind, name, raw: this.given.slice(start, end), place, spaces })
    const endsLine = this.isPlain ? BLOCKS.has(name) : name !== '' && !isWithin(name)
    if (!endsLine || this.text === '' || this.text.endsWith('\n')) return
    this.ours.add(place)
    this.add('\n', end, end)
  }

  /** Reads lines as one that were broken to fit. */
  join() {
    const isOurs = (/** @type {number} */ start, /** @type {number} */ end) =>
      [...this.text.slice(start, end)].some((_, at) => this.ours.has(start + at))
    const found = joints(this.text).filter(({ start, end }) => !isOurs(start, end))
    if (found.length === 0) return
    /** @type {number[]} */
    const moved = []
    const { text, starts, ends: stops } = this
    ;[this.text, this.starts, this.ends] = ['', [], []]
    let position = 0
    for (const { start, end, read } of [
      ...found,
      { start: text.length, end: text.length, read: '' },
    ]) {
      for (let at = position; at < start; at++) {
        moved.push(this.text.length + at - position)
        this.starts.push(starts[at])
        this.ends.push(stops[at])
      }
      this.text += text.slice(position, start)
      for (let at = start; at < end; at++) moved.push(this.text.length)
      this.add(read, starts[start], stops[end - 1])
      position = end
    }
    moved.push(this.text.length)
    this.tags = this.tags.map((tag) => ({ ...tag, place: moved[tag.place] }))
    this.ours = new Set([...this.ours].map((place) => moved[place]))
  }

  /** Returns all lines; a pair that reaches over several is two points. */
  divided() {
    /** @type {Line[]} */
    const found = []
    let [start, first] = [0, 0]
    while (start <= this.text.length) {
      const feed = this.text.indexOf('\n', start)
      const end = feed < 0 ? this.text.length : feed
      let last = first
      while (last < this.tags.length && this.tags[last].place <= end) last++
      found.push(lineOf(start, this.text.slice(start, end), this.tags.slice(first, last)))
      start = end + 1
      first = last
    }
    return found
  }

  /** @returns {Marked} */
  whole() {
    /** @type {Mark[]} */
    const marks = []
    for (const line of this.lines) {
      const base = marks.length
      for (const mark of line.marked.marks) marks.push(movedMark(mark, line.start, base))
    }
    return { text: this.text, marks }
  }

  /**
   * Returns the translation of `marked.text` as one of what was given.
   *
   * @param {Translation} translation
   * @returns {Translation}
   */
  translated(translation) {
    const ranks = translation.texts.map((_, rank) => this.written(ranked(translation, rank)))
    const sentences = translation.sentences.map((sentence, number) => {
      const found = sentence.hypotheses.map((_, rank) => ranks[rank].said[number])
      const hypotheses = found.map(({ hypothesis }) => hypothesis)
      const [{ text }] = hypotheses
      return { ...this.inGiven(sentence), hypotheses, text, targetStart: found[0].start }
    })
    const texts = ranks.map(({ text }) => text)
    return { ...translation, source: this.given, text: texts[0], texts, sentences }
  }

  /**
   * Returns a sentence with its places in what was given.
   *
   * @param {Sentence} sentence
   * @returns {Sentence}
   */
  inGiven(sentence) {
    const [start, end] = this.span(sentence)
    const moved = (/** @type {{start: number, end: number}} */ each) => {
      const [from, to] = this.span(each)
      return { start: from, end: to }
    }
    return {
      ...sentence,
      source: this.given.slice(start, end),
      ...{ start, end },
      sourceTokens: sentence.sourceTokens.map((each) => ({ ...each, ...moved(each) })),
      doubts: sentence.doubts.map(({ start: from, end: to, ...doubt }) => {
        if (from === null || to === null) return { ...doubt, start: null, end: null }
        return { ...doubt, ...moved({ start: from, end: to }) }
      }),
    }
  }

  /** @param {{start: number, end: number}} place in the text that is read */
  span({ start, end }) {
    if (start < end) return [this.starts[start], this.ends[end - 1]]
    const place = start > 0 ? this.ends[start - 1] : 0
    return [place, place]
  }

  /**
   * Returns the text with its tags, and of each sentence what was said, with them too.
   *
   * @param {Translation} translation
   */
  written(translation) {
    const out = new Written(this.isPlain)
    let at = 0
    for (const { end, inner } of lines(this.marked, translation)) {
      out.line(this.lines[at++], inner)
      if (end < this.text.length) out.put(this.ours.has(end) ? '' : '\n', 1)
    }
    const said = translation.sentences.map(({ hypotheses: [hypothesis], targetStart }) =>
      out.moved(hypothesis, targetStart),
    )
    return { text: out.text, said }
  }
}

/** Returns a stretch of HTML with plain spaces. @param {string} raw */
const spaced = (raw) => raw.replace(/[\t\n\r\f]/g, ' ')

/**
 * Returns the tokens of a plain text: of its tags only those in pairs, and `<br>`; emphasis.
 *
 * @param {Token[]} tokens
 * @param {string} text
 */
function inPairs(tokens, text) {
  const paired = pairs(tokens)
  return tokens.flatMap((each, index) => {
    const isBreak = each.name === 'br' && (each.kind === 'open' || each.kind === 'single')
    const isTag = paired.has(index) || isBreak
    return isTag ? [each] : [...emphasized(text, each.start, each.end)]
  })
}

/**
 * Returns a line with its marks; tags that nobody closes or opens in it are points.
 *
 * @param {number} start
 * @param {string} text
 * @param {Tag[]} tags
 * @returns {Line}
 */
function lineOf(start, text, tags) {
  const paired = pairs(tags)
  /** @type {Line} */
  const line = { start, marked: { text, marks: [] }, tags: [], spaces: [] }
  const { marks } = line.marked
  /** @type {number[]} */
  const waiting = []
  tags.forEach((tag, index) => {
    const at = tag.place - start
    const other = paired.get(index)
    if (other !== undefined && other < index) {
      const mark = Number(waiting.pop())
      marks[mark].end = at
      line.tags[mark].push(tag.raw)
      return
    }
    const kind = other === undefined ? 'point' : 'pair'
    marks.push({ kind, start: at, end: at, parent: waiting.at(-1) ?? OUTSIDE })
    line.tags.push([tag.raw])
    line.spaces.push(tag.spaces)
    if (kind === 'pair') waiting.push(marks.length - 1)
  })
  return line
}

/**
 * Returns a translation as if one of its answers were the best.
 *
 * @param {Translation} translation
 * @param {number} rank
 * @returns {Translation}
 */
function ranked(translation, rank) {
  if (rank === 0) return translation
  let by = 0 // how much longer what was said before is than the best
  const sentences = translation.sentences.map((sentence) => {
    const { hypotheses, text: best, targetStart } = sentence
    const hypothesis = hypotheses[Math.min(rank, hypotheses.length - 1)]
    const { text } = hypothesis
    const moved = { ...sentence, text, hypotheses: [hypothesis], targetStart: targetStart + by }
    by += text.length - best.length
    return moved
  })
  return { ...translation, text: translation.texts[rank], sentences }
}
