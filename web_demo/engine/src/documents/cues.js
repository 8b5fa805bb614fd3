/** How a translation is put into cues of subtitles again: cut, and in order of time. */

import { countCharacters } from '../text/characters.js'

/** @typedef {import('../text/markup.js').Marked} Marked */

const LINE = 42 // characters of a line that can be read in time; a longer one becomes two
export const TIME = String.raw`(?:\d+:)?\d{1,2}:\d{2}[.,]\d{1,3}`
const MOMENT = new RegExp(`<${TIME}>`) // when the next word is sung, in WebVTT

/**
 * Puts moments that changed places in their order again.
 *
 * @param {import('./inline.js').Inline<string>} inline
 * @param {Marked} translated
 * @returns {Marked}
 */
export function inTime({ opens }, { text, marks }) {
  const placed = marks.map((mark) => ({ ...mark }))
  const moments = placed.filter(
    ({ kind }, at) => kind === 'point' && MOMENT.test(opens[at][0] ?? ''),
  )
  for (const parent of new Set(moments.map((mark) => mark.parent))) {
    const own = moments.filter((mark) => mark.parent === parent)
    const places = own.map(({ start }) => start).sort((a, b) => a - b)
    own.forEach((mark, at) => (mark.start = mark.end = places[at]))
  }
  return { text, marks: placed }
}

/**
 * Returns in how many lines a text is written: as it had, or two if it is too long for one.
 *
 * @param {string} text
 * @param {import('./subtitles.js').Part} part
 */
export const wanted = (text, { lines, isAlone }) =>
  countCharacters(text) > LINE && isAlone ? Math.max(lines, 2) : lines

/**
 * Returns where a sentence is cut for its cues: near what attention says and the time allows.
 *
 * @param {string} text the translation
 * @param {number[]} places where attention sees the cuts
 * @param {number[]} shares after which share of the text each cut comes in the source
 */
export function cutsOf(text, places, shares) {
  const spoken = [...text.matchAll(/[\p{L}\p{N}]/gu)].map(({ index }) => index)
  const last = spoken.at(-1) ?? 0
  const gaps = [...text.matchAll(/ /g)].map(({ index }) => index).filter((gap) => gap < last)
  /** @type {number[]} */
  const cuts = []
  places
    .sort((a, b) => a - b)
    .forEach((place, number) => {
      const left = places.length - number - 1
      const low = cuts.at(-1) ?? 0
      const first = spoken.find((at) => at >= low) ?? low // no cue has nothing but signs
      const behind = gaps.filter((gap) => gap > first)
      const free = behind.slice(0, behind.length > left ? behind.length - left : 1)
      const badness = (/** @type {number} */ gap) =>
        Math.abs(gap - place) +
        Math.abs(gap - shares[number] * text.length) +
        4 * Math.max(gap - low - 2 * LINE, 0) - // more than two lines are hard to read
        (',;:'.includes(text[gap - 1]) ? 4 : 0)
      const best = free.reduce(
        (least, gap) => (least < 0 || badness(gap) < badness(least) ? gap : least),
        -1,
      )
      cuts.push(best < 0 ? text.length : best)
    })
  return cuts
}
