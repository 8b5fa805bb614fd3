/**
 * Marked texts of documents, translated: their marks set by attention, their words copied.
 *
 * A text whose words that must be copied did not all come out once is translated once more without
 * them, and they are put where attention says.
 */

import { isSpace } from '../entities/characters.js'
import { CancelledError } from '../errors.js'
import { characterAt, characterBefore, isAlphanumeric } from '../text/characters.js'
import { OUTSIDE, check } from '../text/markup.js'
import { transfer } from './markup.js'

/** @typedef {import('../text/markup.js').Mark} Mark */
/** @typedef {import('../text/markup.js').Marked} Marked */
/** @typedef {import('./result.js').Translation} Translation */

/**
 * A marked text's translation, with as many marks, and how it came about: `translation.source` is
 * the text without its words if it had to be translated so.
 *
 * @typedef {Marked & {translation: Translation}} MarkedTranslation
 */

/**
 * @param {Marked} marked
 * @param {(text: string) => Promise<Translation>} translate
 * @returns {Promise<MarkedTranslation>}
 * @throws {InputError} the marks do not nest
 * @throws {CancelledError} the time was over before all of it was begun
 */
export async function translateMarked(marked, translate) {
  check(marked)
  const translation = begun(await translate(marked.text))
  const words = wordsOf(marked)
  const isCopied = words.every(([start, end]) => {
    return translation.text.split(marked.text.slice(start, end)).length === 2
  })
  if (isCopied) return { ...transfer(marked, translation), translation }
  const bare = withoutWords(marked, words)
  const again = begun(await translate(bare.text))
  return { ...apart(transfer(bare, again), marked), translation: again }
}

/** Refuses a text with a sentence that was not begun. @param {Translation} translation */
function begun(translation) {
  const isRead = translation.sentences.every(
    ({ finished, hypotheses }) => finished || hypotheses[0].tokens.length > 0,
  )
  if (isRead) return translation
  throw new CancelledError('the time was over: a text with marks is translated as a whole or not')
}

/** Where the words of a marked text stand. @param {Marked} marked */
const wordsOf = ({ marks }) =>
  marks.filter(({ kind }) => kind === 'word').map(({ start, end }) => [start, end])

/**
 * Returns a text without what is to be copied: points are left where it stood.
 *
 * @param {Marked} marked
 * @param {number[][]} words
 * @returns {Marked}
 */
function withoutWords({ text, marks }, words) {
  let kept = ''
  /** @type {number[]} */
  const places = []
  for (let at = 0; at < text.length; at++) {
    places.push(kept.length)
    if (!words.some(([start, end]) => start <= at && at < end)) kept += text[at]
  }
  places.push(kept.length)
  return {
    text: kept,
    marks: marks.map(({ kind, start, end, parent }) => {
      const isWord = kind === 'word'
      const last = places[isWord ? start : end]
      return { kind: isWord ? 'point' : kind, start: places[start], end: last, parent }
    }),
  }
}

/**
 * Makes words again of the points that stand for them, white space around them as it was.
 *
 * @param {Marked} translated
 * @param {Marked} source
 * @returns {Marked}
 */
function apart(translated, source) {
  let { text, marks } = translated
  source.marks.forEach((mark, index) => {
    if (mark.kind !== 'word') return
    let at = marks[index].start
    const put = (/** @type {boolean} */ isBefore) => {
      text = `${text.slice(0, at)} ${text.slice(at)}`
      marks = withSpace(marks, index, at, isBefore)
    }
    const before = characterBefore(source.text, mark.start)
    if (isSpace(before) && at > 0 && !isSpace(characterBefore(text, at))) {
      put(true)
      at++
    }
    if (isSpace(characterAt(source.text, mark.end)) && isAlphanumeric(characterAt(text, at))) {
      put(false)
    }
    marks = marks.with(index, { ...marks[index], kind: 'word', start: at, end: at })
  })
  return { text, marks }
}

/**
 * Returns marks after a space was put in before or behind the point of that index, at `at`.
 *
 * @param {Mark[]} marks
 * @param {number} index
 * @param {number} at
 * @param {boolean} isBefore
 */
function withSpace(marks, index, at, isBefore) {
  const around = new Set()
  for (let { parent } = marks[index]; parent !== OUTSIDE; parent = marks[parent].parent) {
    around.add(parent)
  }
  return marks.map((mark, number) => {
    const { start, end } = mark
    if (around.has(number)) {
      const grows = end > at || (isBefore && end === at)
      return { ...mark, start: start > at ? start + 1 : start, end: grows ? end + 1 : end }
    }
    const isBehind = start > at || (start === at && (end > at || number > index))
    return isBehind ? { ...mark, start: start + 1, end: end + 1 } : mark
  })
}
