/** A translation with the marks of its source set in it, line by line. Knows nothing of tags. */

import { align } from './alignment.js'
import { OUTSIDE } from '../text/markup.js'
import { place } from './placing.js'

/** @typedef {import('../text/markup.js').Mark} Mark */
/** @typedef {import('../text/markup.js').Marked} Marked */
/** @typedef {import('./alignment.js').Answer} Answer */

/**
 * Returns the best translation of a marked text, with the marks set in it.
 *
 * Lines are looked at one by one, but for those that a pair reaches over: a mark stays in its own.
 *
 * @param {Marked} marked what was translated
 * @param {Answer} answer the translation of `marked.text`
 * @returns {Marked}
 */
export function transfer(marked, answer) {
  if (marked.marks.length === 0) return { text: answer.text, marks: [] }
  if (!marked.text.includes('\n')) return place(marked, align(answer))
  /** @type {Mark[]} */
  const placed = []
  for (const { start, end, low, inner } of lines(marked, answer)) {
    const base = placed.length
    const marks = []
    for (let at = base; at < marked.marks.length && marked.marks[at].start <= end; at++) {
      marks.push(movedMark(marked.marks[at], -start, -base))
    }
    if (marks.length === 0) continue
    const found = place({ text: marked.text.slice(start, end), marks }, align(inner))
    placed.push(...found.marks.map((mark) => movedMark(mark, low, base)))
  }
  return { text: answer.text, marks: placed }
}

/**
 * Returns a mark so much further on, in a text with so many marks more before it.
 *
 * @param {Mark} mark
 * @param {number} by
 * @param {number} before
 * @returns {Mark}
 */
export const movedMark = ({ kind, start, end, parent }, by, before) => {
  return { kind, start: start + by, end: end + by, parent: parent < 0 ? OUTSIDE : parent + before }
}

/**
 * Yields where each line stands in a text, begins in its translation, and the line's own answer.
 *
 * @param {Marked} marked
 * @param {Answer} answer
 * @returns {Generator<{start: number, end: number, low: number, inner: Answer}, void, void>}
 */
export function* lines({ text, marks }, answer) {
  const { sentences } = answer
  let [low, first, start] = [0, 0, 0]
  for (const end of [...lineEnds(text, marks, answer), text.length]) {
    let last = first
    while (last < sentences.length && sentences[last].start < end) last++
    let high = answer.text.length
    if (last < sentences.length) {
      high = sentences[last].targetStart - (sentences[last].start - end)
    } else {
      high -= text.length - end
    }
    const inner = {
      source: text.slice(start, end),
      text: answer.text.slice(low, high),
      sentences: sentences
        .slice(first, last)
        .map((sentence) => movedSentence(sentence, start, low)),
    }
    yield { start, end, low, inner }
    low = high + 1
    first = last
    start = end + 1
  }
}

/**
 * Returns where lines end that are translated one by one: no sentence goes on, and no pair.
 *
 * @param {string} text
 * @param {Mark[]} marks
 * @param {Answer} answer
 */
function lineEnds(text, marks, { sentences }) {
  const around = [...sentences, ...marks.filter(({ kind }) => kind === 'pair')].sort(
    (a, b) => a.start - b.start,
  )
  const found = []
  let [reached, index] = [0, 0]
  for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', end + 1)) {
    for (; index < around.length && around[index].start <= end; index++) {
      reached = Math.max(reached, around[index].end)
    }
    if (reached <= end) found.push(end)
  }
  return found
}

/**
 * Returns a sentence of a text that begins so much further on, its translation too.
 *
 * @param {import('./result.js').Sentence} sentence
 * @param {number} by
 * @param {number} low
 */
const movedSentence = (sentence, by, low) => ({
  ...sentence,
  start: sentence.start - by,
  end: sentence.end - by,
  targetStart: sentence.targetStart - low,
  sourceTokens: sentence.sourceTokens.map((token) => ({
    ...token,
    start: token.start - by,
    end: token.end - by,
  })),
})
