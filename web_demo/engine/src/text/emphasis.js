/**
 * Emphasis typed as plain text: `**mot**`, `_mot_`, `~~mot~~`, whose marks are pairs as tags are.
 *
 * And stars that refer to a note (`10 €*`, `*hors taxes`), which are points. To a model they are
 * letters of the word that they stand at. Knows nothing of Markdown but this.
 */

import { at, isOneOf, isSpace, part, run, words } from '../entities/characters.js'
import { code } from '../entities/marks.js'
import { LATER } from '../spec_later.js'
import { isDigit, isLetter } from './characters.js'
import { token } from './tags.js'

/** @typedef {import('../entities/characters.js').Line} Line */
/** @typedef {{start: number, end: number, kind: 'open' | 'close' | 'single'}} Sign */

const RULES = LATER.emphasis
const MARKS = words(RULES.marks)
const NOTES = words(RULES.notes)
const SIGNS = [...MARKS].join('')

/**
 * Yields the tokens of a stretch of a text: text, the marks of emphasis as tags in pairs, notes.
 *
 * A mark opens behind an edge, white space or one of `before`, and before a letter, a digit or one
 * of `before`. The next same mark of the line closes it, behind no white space, and before an edge,
 * white space or one of `behind`; several marks may stand together. What is within has a letter or
 * a digit, and is no name as programmers write it (`__init__`). One or two stars alone that have no
 * other refer to a note: where they might open, before a letter or a digit, and where they might
 * close, behind a letter, a digit or one of `noted`. Code between backticks is left alone.
 *
 * @param {string} text
 * @param {number} start
 * @param {number} end
 */
export function* emphasized(text, start, end) {
  let [done, begin] = [start, start]
  for (const each of text.slice(start, end).split('\n')) {
    const line = [...each]
    const units = [begin]
    for (const c of line) units.push(units[units.length - 1] + c.length)
    for (const sign of signsIn(line)) {
      const [first, last] = [units[sign.start], units[sign.end]]
      if (done < first) yield token('text', done, first)
      yield token(sign.kind, first, last, text.slice(first, last))
      done = last
    }
    begin += each.length + 1
  }
  if (done < end) yield token('text', done, end)
}

/** @param {string} c */
const isPart = (c) => isLetter(c) || isDigit(c)

/**
 * Returns the marks of emphasis in a line, which nest, and of notes, in order.
 *
 * @param {Line} line
 */
function signsIn(line) {
  /** @type {Map<number, Sign>} */
  const found = new Map()
  const opened = new Opened()
  const add = (
    /** @type {number} */ start,
    /** @type {number} */ end,
    /** @type {Sign['kind']} */ kind,
  ) => found.set(start, { start, end, kind })
  let position = 0
  while (position < line.length) {
    if (!SIGNS.includes(line[position])) {
      const stop = line[position] === '`' ? code(line, position) : position
      position = Math.max(stop, position + 1)
      continue
    }
    const stop = run(line, position, (c) => SIGNS.includes(c))
    const [before, behind] = [at(line, position - 1), at(line, stop)]
    const { opens, closes } = sides(before, behind)
    const isNoted = closes && (isPart(before) || isOneOf(RULES.noted, before))
    if (NOTES.has(part(line, position, stop)) && (isNoted || (opens && isPart(behind)))) {
      add(position, stop, 'single')
    }
    while (position < stop) {
      const sign = line[position]
      const end = run(line, position, (c) => c === sign)
      const mark = part(line, position, end)
      if (closes && opened.has(mark)) {
        const [first, last] = opened.close(mark)
        if (isEmphasized(line.slice(last, position), mark)) {
          add(first, last, 'open')
          add(position, end, 'close')
        }
      } else if (opens && MARKS.has(mark)) {
        opened.add(mark, position, end)
      }
      position = end
    }
  }
  return [...found.values()].sort((a, b) => a.start - b.start)
}

/** Marks that nothing has closed so far. */
class Opened {
  constructor() {
    /** @type {[string, number, number][]} */
    this.marks = []
    /** @type {Map<string, number>} */
    this.counts = new Map()
  }

  /** @param {string} mark */
  has(mark) {
    return (this.counts.get(mark) ?? 0) > 0
  }

  /** @param {string} mark @param {number} start @param {number} end */
  add(mark, start, end) {
    this.marks.push([mark, start, end])
    this.counts.set(mark, (this.counts.get(mark) ?? 0) + 1)
  }

  /**
   * Returns where a mark was opened last; it and those opened behind it are open no more.
   *
   * @param {string} mark one that is open
   */
  close(mark) {
    for (;;) {
      const [each, start, end] = /** @type {[string, number, number]} */ (this.marks.pop())
      this.counts.set(each, Number(this.counts.get(each)) - 1)
      if (each === mark) return [start, end]
    }
  }
}

/**
 * Tells whether marks open between two characters, and whether they close; "" is an edge.
 *
 * @param {string} before
 * @param {string} behind
 */
function sides(before, behind) {
  const isOutside = before === '' || isSpace(before) || isOneOf(RULES.before, before)
  const isOver = behind === '' || isSpace(behind) || isOneOf(RULES.behind, behind)
  return {
    opens: isOutside && (isPart(behind) || isOneOf(RULES.before, behind)),
    closes: isOver && before !== '' && !isSpace(before),
  }
}

/**
 * Tells whether marks stand around words, and not around a name of code.
 *
 * @param {string[]} inner
 * @param {string} mark
 */
const isEmphasized = (inner, mark) =>
  inner.some(isPart) && !(mark === '__' && inner.every((c) => /^[a-z0-9_]$/.test(c)))
