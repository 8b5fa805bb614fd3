/** What a word has to do with those of the other text: pointed at, tapped, or under the caret. */

import { lights, reasonsAt } from './doubts.js'
import { STRONG, explain, light, placeAt, related, wordAt } from './panes.js'
import { $, mirrored, said, source, target } from './parts.js'

/** @typedef {import('../engine/src/translate/result.js').Sentence} Sentence */

/** What is shown, sentence by sentence. @type {Sentence[]} */
export let sentences = []
/** Where in the translation the keyboard is. */
let caret = 0

/** @param {Sentence[]} found */
export const show = (found) => {
  sentences = found
}

/** @param {'source' | 'target'} side @param {number} place */
function pointAt(side, place) {
  lights.clear('strong', 'middle', 'weak')
  const [own, other] = side === 'source' ? [mirrored, said] : [said, mirrored]
  const text = own.data
  const word = place < 0 ? null : wordAt(text, place)
  const begin = (/** @type {Sentence} */ s) => (side === 'source' ? s.start : s.targetStart)
  const length = (/** @type {Sentence} */ s) =>
    side === 'source' ? s.end - s.start : s.text.length
  const sentence =
    word && sentences.find((s) => begin(s) < word.end && begin(s) + length(s) > word.start)
  if (!word || !sentence) {
    $('word').textContent = ''
    $('why').hidden = true
    return
  }
  lights.add('strong', own, word)
  const spans = related(sentence, side, word)
  light(lights, other, spans)
  const strong = spans.filter((span) => span.weight >= STRONG)
  const heard = [...new Set(strong.map(({ start, end }) => wholeWord(other.data, start, end)))]
  const arrow = side === 'source' ? '→' : '←'
  const why = reasonsAt(own, word)
  explain($('why'), own, word, why)
  $('word').textContent =
    `${text.slice(word.start, word.end)} ${arrow} ${heard.join(', ')}${why && ` (${why})`}`
  void drawAttention(sentence)
}

/** @param {string} text @param {number} start @param {number} end */
function wholeWord(text, start, end) {
  const word = wordAt(text, Math.min(start, end - 1))
  return word ? text.slice(word.start, word.end) : text.slice(start, end)
}

/** Draws what the words of a sentence looked at, if somebody wants to see it. */
export async function drawAttention(sentence = sentences[0]) {
  if (!$('details').open) return
  const { heatmap } = await import('./heatmap.js')
  $('attention').replaceChildren(...(sentence ? [heatmap(sentence)] : []))
}

function followCaret() {
  if (document.activeElement === source) pointAt('source', source.selectionStart)
}

/** @param {string} text @param {number} from @param {number} step */
function nextWord(text, from, step) {
  const starts = [...text.matchAll(/\S+/g)].map((match) => match.index)
  if (step > 0) return starts.find((start) => start > from) ?? from
  return starts.filter((start) => start < from).at(-1) ?? 0
}

source.addEventListener('pointermove', (/** @type {PointerEvent} */ event) => {
  if (event.pointerType === 'touch') return
  source.style.pointerEvents = 'none' // what lies below has a place for each character
  const place = placeAt(mirrored, event.clientX, event.clientY)
  source.style.pointerEvents = ''
  pointAt('source', place)
})
target.addEventListener('pointermove', (/** @type {PointerEvent} */ event) => {
  if (event.pointerType !== 'touch') pointAt('target', placeAt(said, event.clientX, event.clientY))
})
target.addEventListener('click', (/** @type {MouseEvent} */ event) => {
  caret = Math.max(placeAt(said, event.clientX, event.clientY), 0)
  pointAt('target', caret)
})
for (const pane of [source, target])
  pane.addEventListener('pointerleave', () => pointAt('source', -1))
document.addEventListener('selectionchange', followCaret)
document.addEventListener('scroll', () => ($('why').hidden = true), true)
document.addEventListener('keyup', ({ key }) => {
  if (key === 'Escape') $('why').hidden = true
})
source.addEventListener('keyup', followCaret)

target.addEventListener('focus', () => pointAt('target', caret))
target.addEventListener('keydown', (/** @type {KeyboardEvent} */ event) => {
  const moves = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }
  const step = moves[/** @type {keyof typeof moves} */ (event.key)]
  if (event.key === 'Home' || event.key === 'End') caret = event.key === 'Home' ? 0 : said.length
  else if (step === undefined) return
  else caret = nextWord(said.data, caret, step)
  event.preventDefault()
  pointAt('target', caret)
})
$('details').addEventListener('toggle', () => void drawAttention())
