/** A picture that is dropped: what it shows, in words, and where on it each word was found. */

import { WriterClient } from '../engine/src/tasks/client.js'
import { decoded } from '../engine/src/tasks/decoded.js'
import { fitted } from '../engine/src/tasks/picture.js'
import { tell } from './telling.js'

/** @typedef {import('../engine/src/tasks/captioner.js').Caption} Caption */
/** @typedef {import('../engine/src/translate/result.js').Hypothesis} Hypothesis */

/** Of the page's own server; `build.js` puts a bundle of captions there. */
const FOLDER = 'captions/'
/** Where the bundle is kept; a newer page throws away what an older one kept under such a name. */
const CACHE = 'allez-captions'

const CELL = 48 // pixels of what is shown for each cell of the attention's grid
const DARKEST = 200 // of 255: what a word did not look at

const WORDS = {
  en: {
    label: 'Picture',
    close: 'Close',
    hint: 'Point at a word, or tap it: where on the picture it was found stays light.',
    working: 'Looking at the picture …',
    done: 'The picture shows: ',
    none: 'This page was put together without the model that looks at pictures.',
  },
  fr: {
    label: 'Image',
    close: 'Fermer',
    hint: 'Désignez un mot, ou touchez-le : l’endroit de l’image où il a été trouvé reste clair.',
    working: 'L’image est regardée …',
    done: 'L’image montre : ',
    none: 'Cette page a été assemblée sans le modèle qui regarde les images.',
  },
}

const language = () => (document.documentElement.lang === 'fr' ? 'fr' : 'en')

/** @type {Promise<WriterClient> | null} */
let loading = null
/** @type {ReturnType<typeof pane> | null} */
let shown = null

/**
 * Says what a picture shows, in a pane of its own. The model is fetched with the first picture.
 *
 * @param {File} file
 * @param {AbortSignal} signal
 * @throws {InputError} it is no picture that this browser can show, or too large
 */
export async function showPicture(file, signal) {
  const picture = await decoded(file)
  if (signal.aborted) return
  tell(() => WORDS[language()].working)
  const client = await captioner()
  if (signal.aborted || !client) return
  const caption = await client.caption(picture, { signal })
  shown ??= pane()
  await shown.show(picture, caption)
  tell(() => WORDS[language()].done + caption.text)
}

/** Returns what says it, loaded once; null, and it is told, if this page has no such model. */
async function captioner() {
  const progress = /** @type {HTMLProgressElement} */ (document.getElementById('progress'))
  if (document.querySelector('link[rel=manifest]') === null) return missing() // the page that is one file
  loading ??= WriterClient.load(FOLDER, {
    wasm: 'ort/ort-wasm-simd-threaded.wasm',
    runtime: 'ort/ort.wasm.bundle.min.mjs',
    cache: CACHE,
    onProgress: ({ loaded, total }) => (progress.value = loaded / total),
  })
  progress.hidden = false
  try {
    return await loading
  } catch (error) {
    loading = null // the next picture may find a network
    if (/** @type {any} */ (error).code !== 'bundle-not-found') throw error
    return missing()
  } finally {
    progress.hidden = true
  }
}

/** Tells that this page has no model for pictures. */
function missing() {
  tell(() => WORDS[language()].none, true)
  return null
}

/** Makes the pane; returns what shows a picture and its caption there. */
function pane() {
  const section = element('section', { id: 'picture', className: 'pane' })
  const heading = element('h2', {})
  const close = element('button', { id: 'picture-close', type: 'button' })
  const canvas = element('canvas', { role: 'img' })
  const caption = element('p', { id: 'caption' })
  const hint = element('p', { className: 'quiet' })
  const bar = element('div', { className: 'bar' })
  bar.append(heading, close)
  section.append(bar, canvas, caption, hint)
  document.getElementById('why')?.before(section)
  const speak = () => {
    const words = WORDS[language()]
    heading.textContent = words.label
    close.textContent = words.close
    hint.textContent = words.hint
  }
  speak()
  new MutationObserver(speak).observe(document.documentElement, { attributeFilter: ['lang'] })
  close.addEventListener('click', () => {
    section.hidden = true
    document.getElementById('source')?.focus()
  })
  return {
    /** @param {ImageData} picture @param {Caption} found */
    async show(picture, found) {
      const [rows, columns] = found.grid
      const bitmap = await createImageBitmap(picture)
      canvas.width = CELL * columns
      canvas.height = CELL * rows
      canvas.ariaLabel = found.text
      const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'))
      const draw = (/** @type {number[] | null} */ weights) => {
        const { left, top, width, height } = fitted(picture, canvas)
        context.fillStyle = 'white'
        context.fillRect(0, 0, canvas.width, canvas.height)
        context.drawImage(bitmap, left, top, width, height)
        if (weights) context.drawImage(veil(weights, columns), 0, 0, canvas.width, canvas.height)
      }
      draw(null)
      caption.replaceChildren(...buttons(wordsOf(found.hypotheses[0]), draw))
      section.hidden = false
    },
  }
}

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} name
 * @param {Partial<HTMLElementTagNameMap[K]>} properties
 */
const element = (name, properties) => Object.assign(document.createElement(name), properties)

/**
 * Returns a button for each word: pointing at it, or reaching it by the keyboard, shows what it
 * looked at, and a click keeps that.
 *
 * @param {{text: string, weights: number[]}[]} words
 * @param {(weights: number[] | null) => void} draw
 */
function buttons(words, draw) {
  /** @type {HTMLButtonElement | null} */
  let kept = null
  const weightsOf = new Map()
  const back = () => draw(weightsOf.get(kept) ?? null)
  return words.map(({ text, weights }) => {
    const button = element('button', { type: 'button', textContent: text, ariaPressed: 'false' })
    weightsOf.set(button, weights)
    for (const event of ['pointerenter', 'focus']) {
      button.addEventListener(event, () => draw(weights))
    }
    for (const event of ['pointerleave', 'blur']) button.addEventListener(event, back)
    button.addEventListener('click', () => {
      if (kept) kept.ariaPressed = 'false'
      kept = kept === button ? null : button
      if (kept) kept.ariaPressed = 'true'
      draw(kept && weights)
    })
    return button
  })
}

/**
 * Returns the words of a caption, each with the mean of its subwords' weights.
 *
 * @param {Hypothesis} hypothesis
 */
function wordsOf({ text, tokens, attention }) {
  return [...text.matchAll(/\S+/g)].map((word) => {
    const end = word.index + word[0].length
    const own = attention.filter((_, at) => tokens[at].start < end && tokens[at].end > word.index)
    const weights = Array.from(
      own[0] ?? [],
      (_, cell) => own.reduce((sum, each) => sum + each[cell], 0) / own.length,
    )
    return { text: word[0], weights }
  })
}

/**
 * Returns what darkens the cells that a word did not look at: a pixel for each.
 *
 * @param {number[]} weights
 * @param {number} columns
 */
function veil(weights, columns) {
  const image = new ImageData(columns, weights.length / columns)
  const most = Math.max(...weights)
  weights.forEach((weight, cell) => (image.data[4 * cell + 3] = DARKEST * (1 - weight / most)))
  const canvas = new OffscreenCanvas(image.width, image.height)
  canvas.getContext('2d')?.putImageData(image, 0, 0)
  return canvas
}
