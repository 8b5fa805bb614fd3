/**
 * Inline markup as places in a text: pairs around words, and single points.
 *
 * A mark says where, never what: whoever took a text apart keeps the tags, in the order of the
 * marks. So no step in between can lose, double or change one. Knows nothing of any format.
 */

import { InputError } from '../errors.js'

/** The parent of a mark that no pair encloses. */
export const OUTSIDE = -1

/**
 * A pair stands around words, a point between two characters, and a word is markup that is read as
 * one (code, a placeholder): what stands at its place in the text is not to be translated.
 *
 * @typedef {'pair' | 'point' | 'word'} MarkKind
 */

/**
 * One piece of inline markup: `text.slice(start, end)` is what it stands around; `parent` is the
 * index of the innermost pair around it, which comes before it.
 *
 * @typedef {{kind: MarkKind, start: number, end: number, parent: number}} Mark
 */

/**
 * A text and the marks in it, in the order in which they open.
 *
 * @typedef {{text: string, marks: Mark[]}} Marked
 */

/**
 * What comes next in a marked text that is written out: characters, or which mark opens, closes or
 * stands here; of text, the innermost pair around it.
 *
 * @typedef {{kind: 'text' | 'open' | 'close' | 'point' | 'word', text: string, mark: number}} Event
 */

/**
 * Returns which marks each pair holds, by the pair's index.
 *
 * @param {Mark[]} marks
 */
export function childrenOf(marks) {
  /** @type {Map<number, number[]>} */
  const children = new Map()
  marks.forEach(({ parent }, index) => {
    const known = children.get(parent)
    if (known) known.push(index)
    else children.set(parent, [index])
  })
  return children
}

/**
 * Yields texts and marks in the order in which they are written; every mark once, and nested.
 *
 * Marks with the same parent may have changed places; they must not overlap.
 *
 * @param {Marked} marked
 * @returns {Generator<Event, void, void>}
 */
export function* weave({ text, marks }) {
  const children = childrenOf(marks)
  /**
   * @param {number} parent
   * @param {number} start
   * @param {number} end
   * @returns {Generator<Event, void, void>}
   */
  function* inside(parent, start, end) {
    let position = start
    const order = (/** @type {number} */ a, /** @type {number} */ b) =>
      marks[a].start - marks[b].start || marks[a].end - marks[b].end || a - b
    for (const index of [...(children.get(parent) ?? [])].sort(order)) {
      const mark = marks[index]
      if (position < mark.start) {
        yield { kind: 'text', text: text.slice(position, mark.start), mark: parent }
      }
      if (mark.kind === 'pair') {
        yield { kind: 'open', text: '', mark: index }
        yield* inside(index, mark.start, mark.end)
        yield { kind: 'close', text: '', mark: index }
      } else {
        yield { kind: mark.kind, text: '', mark: index }
      }
      position = mark.end
    }
    if (position < end) yield { kind: 'text', text: text.slice(position, end), mark: parent }
  }
  yield* inside(OUTSIDE, 0, text.length)
}

/**
 * InputError unless every mark lies within its parent, and none across another.
 *
 * @param {Marked} marked
 */
export function check({ text, marks }) {
  const refuse = (/** @type {string} */ why) => {
    throw new InputError(why, { hint: 'marks nest, in the order in which they open' })
  }
  marks.forEach((mark, index) => {
    const isKnown = ['pair', 'point', 'word'].includes(mark.kind)
    if (!isKnown) refuse(`mark ${index} is no pair, point or word`)
    const isBefore = Number.isInteger(mark.parent) && mark.parent >= OUTSIDE && mark.parent < index
    if (!isBefore) refuse(`mark ${index} has the parent ${mark.parent}`)
    const around = mark.parent === OUTSIDE ? null : marks[mark.parent]
    if (around && around.kind !== 'pair') {
      refuse(`mark ${index} is within mark ${mark.parent}, which is no pair`)
    }
    const [low, high] = around ? [around.start, around.end] : [0, text.length]
    if (!(low <= mark.start && mark.start <= mark.end && mark.end <= high)) {
      refuse(`mark ${index} reaches out of what is around it`)
    }
    if (mark.kind === 'point' && mark.start !== mark.end) {
      refuse(`mark ${index} is a point of ${mark.end - mark.start} characters`)
    }
  })
  for (const indices of childrenOf(marks).values()) {
    let position = 0
    for (const { start, end } of indices
      .map((index) => marks[index])
      .sort((a, b) => a.start - b.start || a.end - b.end)) {
      if (start < position) refuse('two marks overlap')
      position = end
    }
  }
}
