/**
 * Two texts side by side, and which of their words belong together.
 *
 * Words are lit up by ranges (CSS custom highlights), so that no text is taken apart: a screen
 * reader has whole texts, and a megabyte costs as little as a line.
 */

/** @typedef {import('../engine/src/translate/result.js').Sentence} Sentence */
/** @typedef {'strong' | 'middle' | 'weak' | 'doubt'} Light */
/** @typedef {{start: number, end: number}} Span */

const CAN_LIGHT = 'highlights' in CSS && typeof Highlight === 'function'

/** From which share of the largest weight on a word belongs to another, and is named. */
export const STRONG = 0.6

/** From which share on a word is lit. @type {[Light, number][]} */
const LIGHTS = [
  ['strong', STRONG],
  ['middle', 0.3],
  ['weak', 0.12],
]

/** Lights spans of text nodes. */
export class Lights {
  constructor() {
    /** @type {Map<Light, Highlight>} */
    this.known = new Map()
    if (!CAN_LIGHT) return
    for (const light of /** @type {Light[]} */ (['weak', 'middle', 'strong', 'doubt'])) {
      const highlight = new Highlight()
      this.known.set(light, highlight)
      CSS.highlights.set(light, highlight)
    }
  }

  /** @param {Light[]} lights */
  clear(...lights) {
    for (const light of lights) this.known.get(light)?.clear()
  }

  /**
   * @param {Light} light
   * @param {Text} node
   * @param {Span} span
   */
  add(light, node, { start, end }) {
    if (start >= end || end > node.length) return
    const range = new Range()
    range.setStart(node, start)
    range.setEnd(node, end)
    this.known.get(light)?.add(range)
  }
}

/**
 * Says why a span of a text is doubted, right below it; nothing: it is not.
 *
 * @param {HTMLElement} box
 * @param {Text} node
 * @param {Span} span
 * @param {string} why
 */
export function explain(box, node, { start, end }, why) {
  box.textContent = why
  box.hidden = why === ''
  if (box.hidden) return
  const range = new Range()
  range.setStart(node, start)
  range.setEnd(node, Math.min(end, node.length))
  const { left, bottom } = range.getBoundingClientRect()
  const room = document.documentElement.clientWidth - box.offsetWidth
  box.style.left = `${Math.max(0, Math.min(left, room))}px`
  box.style.top = `${bottom}px`
}

/**
 * Where in a text node a point is; -1 if it is elsewhere.
 *
 * @param {Text} node
 * @param {number} x
 * @param {number} y
 */
export function placeAt(node, x, y) {
  if ('caretPositionFromPoint' in document) {
    const found = document.caretPositionFromPoint(x, y)
    return found?.offsetNode === node ? found.offset : -1
  }
  const range = /** @type {any} */ (document).caretRangeFromPoint?.(x, y)
  return range?.startContainer === node ? range.startOffset : -1
}

/**
 * The word of a text around a place, without white space; null between words.
 *
 * @param {string} text
 * @param {number} place
 * @returns {Span | null}
 */
export function wordAt(text, place) {
  const isWord = (/** @type {number} */ at) => at >= 0 && at < text.length && /\S/.test(text[at])
  if (!isWord(place) && !isWord(place - 1)) return null
  let [start, end] = [place, place]
  while (isWord(start - 1)) start--
  while (isWord(end)) end++
  return { start, end }
}

/**
 * What a word of one text has to do with the tokens of the other one: weights, the largest 1, of
 * those that have a place.
 *
 * @param {Sentence} sentence
 * @param {'source' | 'target'} side whose word it is
 * @param {Span} word
 */
export function related(sentence, side, word) {
  const { attention, tokens } = sentence.hypotheses[0]
  const targets = tokens.map(({ start, end }) => ({
    start: start + sentence.targetStart,
    end: end + sentence.targetStart,
  }))
  const sources = sentence.sourceTokens
  const [own, others] = side === 'source' ? [sources, targets] : [targets, sources]
  const weights = new Float64Array(others.length)
  own.forEach(({ start, end }, at) => {
    if (start >= end || start >= word.end || end <= word.start) return
    others.forEach((span, other) => {
      if (span.start >= span.end) return // the end of a sentence: often looked at, and not to be seen
      const row = side === 'source' ? attention[other]?.[at] : attention[at]?.[other]
      weights[other] += row ?? 0
    })
  })
  const most = Math.max(...weights)
  return others.map((span, at) => ({
    ...span,
    weight: most > 0 ? weights[at] / most : 0,
  }))
}

/**
 * Lights what belongs to a word.
 *
 * @param {Lights} lights
 * @param {Text} node of the other text
 * @param {(Span & {weight: number})[]} spans
 */
export function light(lights, node, spans) {
  for (const span of spans) {
    const found = LIGHTS.find(([, least]) => span.weight >= least)
    if (found) lights.add(found[0], node, span)
  }
}
