/** What the page tells a person, in its language: its own words, how things stand, what is amiss. */

import { $, source } from './parts.js'
import { LANGUAGES } from './words.js'

/** @typedef {import('./words.js').Words} Words */

/** Of the page, in its language. @type {Words} */
export let words

/** @type {() => void} what says again, in another language, how things stand */
let tellAgain = () => {}

const LABELS = /** @type {const} */ (['open', 'clear', 'copy', 'save', 'selftest', 'swap'])

/** Labels, and the words that stand there. @type {Record<string, keyof Words>} */
const NAMED = {
  'source-label': 'source',
  'target-label': 'target',
  'doubts-label': 'doubts',
  'details-label': 'details',
  'attention-label': 'attention',
  keys: 'keys',
  language: 'other',
  ...Object.fromEntries(LABELS.map((id) => [id, id])),
}

/** @param {'en' | 'fr'} language */
export async function speak(language) {
  words = (await LANGUAGES[language]()).words
  document.documentElement.lang = language
  for (const id in NAMED) $(id).textContent = words[NAMED[id]]
  $('language').lang = language === 'fr' ? 'en' : 'fr'
  source.placeholder = words.placeholder
  $('model').ariaLabel = words.model
  tellAgain()
}

/** @param {() => string} say @param {boolean} [isProblem] */
export function tell(say, isProblem = false) {
  tellAgain = () => {
    $('status').textContent = say()
    $('status').classList.toggle('problem', isProblem)
  }
  tellAgain()
}

/** What a person is told of an error, by its code. @type {Record<string, keyof Words>} */
const PROBLEMS = {
  bundle: 'noNetwork',
  'bundle-not-found': 'damaged',
  'bundle-format': 'damaged',
  checksum: 'damaged',
  platform: 'tooOld',
  memory: 'noMemory',
}

/** @param {any} error */
export function tellProblem(error) {
  const known = PROBLEMS[error?.code]
  const exactly = error?.message ?? String(error)
  tell(() => (known ? `${words[known]} (${exactly})` : `${words.failed}: ${exactly}`), true)
  $('progress').hidden = true
}

/** @param {number} share of what is waited for */
export const progressed = (share) => ($('progress').value = share)
