/** What of a translation is doubted: marked in the texts, and listed with the reason. */

import { Lights } from './panes.js'
import { $, mirrored, said } from './parts.js'
import { words } from './telling.js'

/** @typedef {import('../engine/src/translate/result.js').Sentence} Sentence */
/** @typedef {import('./panes.js').Span} Span */

const MOST = 50 // that are listed

/** Of both texts, what is lit and what is doubted. */
export const lights = new Lights()

/** What is doubted where. @type {(Span & {node: Text, why: string})[]} */
let reasons = []

/** Nothing is known of the texts that stand there. */
export function unlit() {
  lights.clear('strong', 'middle', 'weak', 'doubt')
  reasons = []
  $('why').hidden = true
}

/** Why a word of a text is doubted; "" if it is not. @param {Text} text @param {Span} word */
export const reasonsAt = (text, word) =>
  reasons
    .filter(({ node, start, end }) => node === text && start < word.end && end > word.start)
    .map(({ why }) => why)
    .join('; ')

/**
 * @param {Sentence[]} sentences
 * @param {number} [unsure] below it a sentence is marked, where the model says how sure it is
 */
export function listDoubts(sentences, unsure = 0) {
  lights.clear('doubt')
  reasons = []
  const list = $('doubts-list')
  list.replaceChildren()
  for (const sentence of sentences) {
    const whole = { start: sentence.start, end: sentence.end }
    for (const { kind, text, start, end } of sentence.doubts) {
      put(list, text, words[kind])
      if (start !== null && end !== null) {
        mark(mirrored, { start, end }, words[kind])
        continue
      }
      const at = sentence.text.toLowerCase().indexOf(text.toLowerCase())
      if (at < 0) continue
      const begin = at + sentence.targetStart
      mark(said, { start: begin, end: begin + text.length }, words[kind])
    }
    if (!sentence.finished) put(list, sentence.source, words.unfinished)
    if (sentence.confidence !== null && sentence.confidence < unsure) {
      put(list, sentence.source, words.unsure)
      mark(mirrored, whole, words.unsure)
    }
  }
  $('doubts').hidden = list.children.length === 0
}

/** @param {Text} node @param {Span} span @param {string} why */
function mark(node, span, why) {
  lights.add('doubt', node, span)
  reasons.push({ node, ...span, why })
}

/** @param {HTMLElement} list @param {string} text @param {string} why */
function put(list, text, why) {
  if (list.children.length >= MOST) return
  const item = document.createElement('li')
  const quoted = document.createElement('q')
  quoted.textContent = text.length > 80 ? `${text.slice(0, 79)}…` : text
  item.append(quoted, ` ${why}`)
  list.append(item)
}
