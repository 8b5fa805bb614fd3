/**
 * Where the page that is one file has its parts from: itself. Takes the place of `origin.js`.
 *
 * Each part is an element `<script type="application/gzip" data-name="...">`, gzip in base64. A
 * page from a disk may load neither modules nor workers from there; those of a blob it may.
 */

import { TranslatorClient } from '../engine/src/client.js'

const WORKER = 'worker.js'
const WASM = 'ort-wasm-simd-threaded.wasm'

let licence = ''

/** The address of what the weights' licence asks to be told. */
export const notice = () => licence

/** All of it is in the file. @returns {Promise<boolean>} */
export const keep = async () => true

/**
 * Loads the model.
 *
 * @param {(share: number) => void} onProgress
 */
export async function load(onProgress) {
  /** @type {Map<string, Uint8Array<ArrayBuffer>>} */
  const parts = new Map()
  const elements = document.querySelectorAll('script[data-name]')
  for (const element of /** @type {NodeListOf<HTMLElement>} */ (elements)) {
    parts.set(String(element.dataset.name), await unpacked(element.textContent ?? ''))
    element.remove()
    onProgress(parts.size / elements.length)
  }
  const taken = (/** @type {string} */ name) => {
    const part = parts.get(name)
    parts.delete(name)
    if (part) return part
    throw new Error(`this file is not whole: it has no ${name}`)
  }
  const wasm = taken(WASM).buffer
  const worker = new Worker(address(taken(WORKER), 'text/javascript')) // no module: Chromium
  const text = parts.get('NOTICE')
  if (text) licence = address(text, 'text/plain; charset=utf-8')
  return TranslatorClient.load(parts, { wasm, worker })
}

/** @param {Uint8Array<ArrayBuffer>} data @param {string} type */
const address = (data, type) => URL.createObjectURL(new Blob([data], { type }))

/** @param {string} text gzip in base64 */
async function unpacked(text) {
  const packed = atob(text)
  const bytes = new Uint8Array(packed.length)
  for (let at = 0; at < bytes.length; at++) bytes[at] = packed.charCodeAt(at)
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))
  return new Uint8Array(await new Response(stream).arrayBuffer())
}
