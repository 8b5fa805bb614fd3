/**
 * Text with markup in it, gathered piece by piece, and what each of its marks stands for: strings
 * of a file, or nodes of a page.
 *
 * What nobody closes or opens becomes a point. What must not be translated (code, placeholders)
 * becomes a word that a model copies, `{0}`, `{1}` and so on.
 */

import { LATER } from '../spec_later.js'
import { characterAt, characterBefore, countCharacters, isLetter } from '../text/characters.js'
import { OUTSIDE } from '../text/markup.js'

/** @typedef {import('../text/markup.js').Mark} Mark */
/** @typedef {import('../text/markup.js').Marked} Marked */

/**
 * A stretch of a document that is translated as a whole: a paragraph, a label. `write` puts a
 * translation, with as many marks, in its place.
 *
 * @typedef {{source: Marked, write: (translated: Marked) => void}} Segment
 */

/**
 * What a format makes of a file: what can be translated, in order, and the file with what was
 * written into the segments.
 *
 * @typedef {{segments: Segment[], render: () => string}} Document
 */

/**
 * A marked text, and of each of its marks what opens it, or is all of it, and what closes it; the
 * points for which a space was added, so that words are told apart.
 *
 * @template T
 * @typedef {{marked: Marked, opens: T[][], closes: T[][], breaks: Set<number>}} Inline
 */

const SPACES = ' \t\n\r\f'
/** What programs put values in place of. */
const PLACEHOLDERS = new RegExp(
  String.raw`\$?\{\{[^{}]*\}\}|[$#%]?\{[^{}\s][^{}]*\}|\{\}|\$t\([^)]{0,99}\)|` +
    String.raw`__[\p{L}\p{N}_]{1,50}?__(?![\p{L}\p{N}_])`,
  'gu',
)

/**
 * Takes a run of text and tags, one after the other.
 *
 * @template T
 */
export class Gatherer {
  constructor() {
    this.read = ''
    /** @type {(Mark & {name: string, opens: (T | string)[], closes: (T | string)[],
     *   isSpaced: boolean})[]} */
    this.marks = []
    /** @type {number[]} */
    this.opened = []
    this.words = 0
  }

  /** Adds text as it is read; placeholders in it become words. @param {string} text */
  text(text) {
    let position = 0
    for (const found of text.matchAll(PLACEHOLDERS)) {
      this.read += text.slice(position, found.index)
      this.word([found[0]])
      position = found.index + found[0].length
    }
    this.read += text.slice(position)
  }

  /** Adds what is not to be translated, but read as a word. @param {(T | string)[]} markup */
  word(markup) {
    const mark = this.add('word', '', markup)
    this.read += `{${this.words++}}`
    mark.end = this.read.length
  }

  /**
   * Adds what stands between characters.
   *
   * @param {(T | string)[]} markup
   * @param {boolean} [isBreak] it keeps words apart
   */
  point(markup, isBreak = false) {
    const isSpaced = isBreak && this.read !== '' && !SPACES.includes(this.read.slice(-1))
    if (isSpaced) this.read += ' '
    this.add('point', '', markup).isSpaced = isSpaced
  }

  /** Adds what opens a pair. @param {string} name @param {(T | string)[]} markup */
  open(name, markup) {
    this.add('pair', name, markup)
    this.opened.push(this.marks.length - 1)
  }

  /**
   * Adds what closes the last open pair of a name; those opened after it remain open ends.
   *
   * @param {string} name
   * @param {(T | string)[]} markup
   */
  close(name, markup) {
    if (!this.opened.some((at) => this.marks[at].name === name)) {
      this.add('point', '', markup)
      return
    }
    let pair = this.marks[Number(this.opened.pop())]
    while (pair.name !== name) {
      pair.kind = 'point'
      pair = this.marks[Number(this.opened.pop())]
    }
    pair.closes = markup
    pair.end = this.read.length
  }

  /** Returns what was gathered, white space collapsed. @returns {Inline<T | string>} */
  finish() {
    for (const at of this.opened) this.marks[at].kind = 'point'
    for (const mark of this.marks) {
      // What a tag seemed to enclose that nobody closes is its parent's.
      const around = this.marks[mark.parent]
      if (around?.kind === 'point') mark.parent = around.parent
      if (mark.kind !== 'point') continue
      mark.end = mark.start
      const sides = this.read.slice(Math.max(mark.start - 1, 0), mark.start + 1)
      const isApart = sides.length === 2 && [...sides].every((c) => SPACES.includes(c))
      if (isApart) mark.opens = [...mark.opens, ' '] // the second space goes with it
    }
    const marks = this.marks.map(({ kind, start, end, parent }) => ({ kind, start, end, parent }))
    const spaced = [...this.marks.keys()].filter((at) => this.marks[at].isSpaced)
    return {
      marked: collapsed({ text: this.read, marks }),
      opens: this.marks.map(({ opens }) => opens),
      closes: this.marks.map(({ closes }) => closes),
      breaks: new Set(spaced),
    }
  }

  /**
   * @param {import('../text/markup.js').MarkKind} kind
   * @param {string} name
   * @param {(T | string)[]} opens
   */
  add(kind, name, opens) {
    const at = this.read.length
    const parent = this.opened.at(-1) ?? OUTSIDE
    /** @type {(T | string)[]} */
    const closes = []
    const mark = { kind, name, start: at, end: at, parent, opens, closes, isSpaced: false }
    this.marks.push(mark)
    return mark
  }
}

/**
 * Returns a text with every run of white space as one space, its marks where they were. A no-break
 * space is none: it stands where somebody wanted it.
 *
 * @param {Marked} marked
 * @returns {Marked}
 */
function collapsed({ text, marks }) {
  let kept = ''
  const places = new Int32Array(text.length + 1)
  for (let at = 0; at < text.length; at++) {
    places[at] = kept.length
    if (!SPACES.includes(text[at])) kept += text[at]
    else if (!kept.endsWith(' ')) kept += ' '
  }
  places[text.length] = kept.length
  return {
    text: kept,
    marks: marks.map(({ start, end, ...mark }) => {
      return { ...mark, start: places[start], end: Math.max(places[start], places[end]) }
    }),
  }
}

/** What languages write in their own way: fractions, thousands, per cent, prices. */
const FIGURES = /[0-9](?:[., \u00a0\u2009\u202f][0-9]|[ \u00a0\u2009\u202f]?[%€$£¥])|[€$£¥] ?[0-9]/

/** A letter, and what may be around it: `(A)`, `B.`. */
const SIGN = /^[ \t\r\n\u00a0.:()[\]]*[^][ \t\r\n\u00a0.:()[\]]*$/u

/**
 * Tells whether there is anything to translate, words that are copied left out: letters, or figures
 * such as "12,50 €". A letter alone is a sign: a grade, a column, a size, a point of the compass.
 *
 * @param {Marked} marked
 */
export function hasWords({ text, marks }) {
  let rest = text
  for (const { kind, start, end } of marks) {
    if (kind === 'word') rest = rest.slice(0, start) + ' '.repeat(end - start) + rest.slice(end)
  }
  if (SIGN.test(rest)) return false
  return [...rest].some(isLetter) || FIGURES.test(rest)
}

const { ends: ENDS } = LATER.wrapped
const CLOSERS = `${LATER.wrapped.closers} \u00a0\u202f`

/**
 * Tells whether a text ends with a mark that ends a sentence, closing quotes aside.
 *
 * @param {string} text
 */
export function endsSentence(text) {
  let end = text.length
  while (end > 0 && (CLOSERS.includes(text[end - 1]) || SPACES.includes(text[end - 1]))) end--
  return end > 0 && ENDS.includes(text[end - 1])
}

/**
 * Returns a text in `count` lines as equally long as words allow, fewer if it has fewer. Of two
 * breaks that are as good, the one behind a mark wins.
 *
 * @param {string} text
 * @param {number} count
 */
export function balanced(text, count) {
  let words = text.split(/[ \t\n\r\f]+/).filter((word) => word !== '')
  if (words.length === 0) return []
  const lines = []
  for (let left = Math.min(count, words.length); left > 1; left--) {
    const goal = countCharacters(words.join(' ')) / left
    let [best, least, length] = [1, Infinity, -1]
    for (let cut = 1; cut < words.length - left + 2; cut++) {
      const word = words[cut - 1]
      length += countCharacters(word) + 1
      const isBehindMark = ',;:.!?…'.includes(characterBefore(word, word.length))
      const badness = Math.abs(length - goal) - (isBehindMark ? 0.15 * goal : 0)
      if (badness < least) [best, least] = [cut, badness]
    }
    lines.push(words.slice(0, best).join(' '))
    words = words.slice(best)
  }
  return [...lines, words.join(' ')]
}

/** Returns the first character of a text that is no white space. @param {string} text */
export function firstOf(text) {
  const at = text.search(/[^ \t\n\r\f]/)
  return at < 0 ? '' : characterAt(text, at)
}
