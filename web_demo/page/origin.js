/** Where the page has its parts from: the server that it came from, kept by a service worker. */

import { TranslatorClient } from '../engine/src/client.js'

/** @typedef {(share: number) => void} OnProgress how much has come, 0 to 1 */

/** The address of what the weights' licence asks to be told. @param {string} folder of a model */
export const notice = (folder) => `${folder}NOTICE`

/**
 * Waits until all is kept on this device; false: this browser keeps nothing.
 *
 * @param {OnProgress} onProgress
 * @returns {Promise<boolean>}
 */
export async function keep(onProgress) {
  if (!('serviceWorker' in navigator)) return false
  navigator.serviceWorker.addEventListener('message', ({ data }) => {
    onProgress(data.loaded / data.total)
  })
  try {
    const registration = await navigator.serviceWorker.register('sw.js')
    if (registration.active) return true
    const worker = registration.installing ?? registration.waiting
    return await new Promise((resolve) => {
      const look = () => {
        if (worker?.state === 'activated') resolve(true)
        if (!worker || worker.state === 'redundant') resolve(false)
      }
      worker?.addEventListener('statechange', look)
      look()
    })
  } catch (error) {
    if (error instanceof DOMException || error instanceof TypeError) return false
    throw error
  }
}

/**
 * Loads a model.
 *
 * @param {OnProgress} onProgress
 * @param {string} folder of the model
 */
export const load = (onProgress, folder) =>
  TranslatorClient.load(folder, {
    wasm: 'ort/ort-wasm-simd-threaded.wasm',
    runtime: 'ort/ort.wasm.bundle.min.mjs',
    onProgress: ({ loaded, total }) => onProgress(loaded / total),
  })
