/** A bundle on its way from where it is to what works with it, whatever it is for. */

import { Bundle, placed } from '../bundle/bundle.js'
import { openSource } from '../bundle/sources.js'
import { CancelledError } from '../errors.js'
import { Model } from '../model/model.js'
import { loadRuntime } from '../model/session.js'
import { givenUp } from './deadline.js'

/**
 * @typedef {object} LoadOptions
 * @property {ArrayBuffer | Uint8Array | string | URL} wasm `ort-wasm-simd-threaded.wasm` of
 *   onnxruntime-web, bytes or where they are
 * @property {string} [runtime] URL of `ort.wasm.bundle.min.mjs`, where no bundler finds
 *   `onnxruntime-web/wasm`
 * @property {string} [cache] the name of a Cache Storage: a bundle from a URL is kept there once
 *   it is known to be whole, and read from there the next time
 * @property {import('../bundle/bundle.js').OnProgress} [onProgress]
 * @property {AbortSignal} [signal]
 */

/**
 * Who works with a bundle: `prepare` reads its texts, and refuses one for another task.
 *
 * @template W, T
 * @typedef {{prepare: (bundle: Bundle) => Promise<W>,
 *   new (bundle: Bundle, prepared: W, model: Model): T}} Kind
 */

/**
 * Loads a bundle, and checks all of it.
 *
 * @template T
 * @param {import('../bundle/sources.js').Source} source where the bundle is
 * @param {LoadOptions} options
 * @param {(bundle: Bundle) => Kind<any, T> | Promise<Kind<any, T>>} kindOf who works with it
 * @returns {Promise<T>}
 * @throws {BundleNotFoundError} there is none
 * @throws {BundleFormatError} a file of it is not what the format says
 * @throws {ChecksumError} a file is not the one the manifest was written for
 * @throws {SessionError} ONNX Runtime cannot run here, or refuses the graphs
 * @throws {CancelledError} `signal` was aborted
 */
export async function loaded(source, { wasm, runtime, cache, onProgress, signal }, kindOf) {
  const ended = new AbortController()
  try {
    const read = async () => {
      const files = await openSource(source, { cache, signal })
      const bundle = await Bundle.read(files, { onProgress, signal })
      const kind = await kindOf(bundle)
      const prepared = await placed(bundle.place, () => kind.prepare(bundle))
      return { bundle, kind, prepared }
    }
    // The one is compiled while the other is read, and nobody who gave it up waits for either.
    const both = Promise.all([read(), loadRuntime(wasm, runtime)])
    const [{ bundle, kind, prepared }, ort] = await Promise.race([
      both,
      givenUp(signal, ended.signal),
    ])
    const model = await placed(bundle.place, () => Model.load(bundle, ort))
    if (!signal?.aborted) return new kind(bundle, prepared, model)
    await model.close()
    throw signal.reason
  } catch (error) {
    if (!signal?.aborted) throw error
    throw new CancelledError('the loading was cancelled', { cause: signal.reason })
  } finally {
    ended.abort()
  }
}
