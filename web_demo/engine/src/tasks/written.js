/**
 * What is handed out of what a model says: blanks have their values, and the text its typography.
 *
 * Knows strings; neither tokens nor search.
 */

import { fillBlanks, movedIn, withoutOpenBlank } from './blanks.js'

/** @typedef {import('../text/tokenizer.js').Span} Span */
/** @typedef {import('./blanks.js').Blank} Blank */

/**
 * A text as it is handed out, its blanks in order, and where a stretch of what the model said is
 * now.
 *
 * @typedef {{text: string, blanks: Blank[], moved: (span: Span) => Span}} Written
 */

/**
 * What gives a text its punctuation; null: it stays as the model says it.
 *
 * @typedef {typeof import('../text/typography.js') | null} Typography
 */

/**
 * Returns what is handed out of a text, or of its beginning.
 *
 * @param {string} said what the model's tokens spell
 * @param {Typography} typography
 * @param {((name: string) => string | null) | null} values of names in brackets; null: these are no
 *   blanks
 * @param {boolean} grows whether more will follow: then it is only what nothing can change any
 *   more
 * @returns {Written}
 */
export function writeOut(said, typography, values, grows) {
  const begun = grows && values ? withoutOpenBlank(said) : said
  const filled = values ? fillBlanks(begun, values) : { text: said, blanks: [], before: [] }
  const moved = (/** @type {Span} */ span) => movedIn(filled, span)
  if (!typography) return { ...filled, moved }
  const { typeset, stable, movedIn: movedBy } = typography
  const kept = filled.blanks.map(({ start, end }) => /** @type {Span} */ ([start, end]))
  const typed = typeset(grows ? stable(filled.text) : filled.text, kept)
  if (grows) return { text: typed.text, blanks: [], moved } // nobody asks where anything stands
  const blanks = filled.blanks.map((blank) => {
    const [start, end] = movedBy(typed, blank.start, blank.end)
    return { ...blank, start, end }
  })
  return { text: typed.text, blanks, moved: (span) => movedBy(typed, ...moved(span)) }
}
