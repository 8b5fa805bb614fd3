/**
 * `TranslatorClient`: a `Translator` in a worker, with the same calls. The page never waits. For
 * other tasks there is `WriterClient`, in `tasks/client.js`.
 *
 * A worker hears nothing while a step of the decoder runs, and a step takes milliseconds.
 */

import { AllezError, CancelledError, ERRORS, OptionError, SessionError } from './errors.js'
import { heard } from './translate/streaming.js'

/** @typedef {import('./bundle/bundle.js').OnProgress} OnProgress */
/** @typedef {import('./bundle/sources.js').Source} Source */
/** @typedef {import('./options.js').TranslateOptions} TranslateOptions */
/** @typedef {import('./translate/result.js').Sentence} Sentence */
/** @typedef {import('./translate/result.js').Translation} Translation */
/** @typedef {import('./translate/selftest.js').SelfTestReport} SelfTestReport */

/**
 * What is known of the bundle; `size` in bytes; below the confidence `unsure` a sentence is in
 * doubt.
 *
 * @typedef {{name: string, version: string, task: string, sourceLanguage: string,
 *   targetLanguage: string, onnxruntime: string, license: string, precision: string,
 *   size: number, unsure: number}} About
 */

/**
 * @typedef {{resolve: (value: any) => void, reject: (error: Error) => void, tell: Tell}} Waiting
 */
/** @typedef {(event: string, value: any) => void} Tell */

/**
 * @typedef {{wasm: string | URL | ArrayBuffer, runtime?: string | URL, cache?: string,
 *   worker?: string | URL | Worker, onProgress?: OnProgress, signal?: AbortSignal}} ClientOptions
 *   `worker`: the URL of `worker.js`, if it is not beside this module, or a worker that runs it
 */

/** A bundle in a worker, whatever it is for. @template T what a stream returns */
export class Client {
  /** Use `load`. @param {Worker} worker */
  constructor(worker) {
    this.worker = worker
    this.count = 0
    /** @type {Map<number, Waiting>} */
    this.waiting = new Map()
    /** @type {Error | null} */
    this.broken = null
    /** @type {About | null} */
    this.about = null
    worker.onmessage = ({ data }) => this.heard(data)
    worker.onerror = (event) => {
      event.preventDefault()
      this.fail(new SessionError(`the worker failed: ${event.message || 'it cannot be started'}`))
    }
  }

  /**
   * Yields the greedy answer piece by piece; leaving the loop gives it up.
   *
   * @param {any} thing what is read
   * @param {TranslateOptions & {onSentence?: (sentence: Sentence) => void, fill?: any}} [options]
   * @returns {AsyncGenerator<string, T, void>}
   */
  async *stream(thing, { signal, onSentence, ...options } = {}) {
    const id = this.count // of the call that begins now
    const begin = (/** @type {(piece: string) => void} */ say) => {
      const tell = (/** @type {string} */ event, /** @type {any} */ value) =>
        event === 'piece' ? say(value) : onSentence?.(value)
      return this.call('stream', [thing, options], { signal, tell })
    }
    return yield* heard(begin, () => this.giveUp(id))
  }

  /**
   * @param {{signal?: AbortSignal}} [options]
   * @returns {Promise<SelfTestReport>}
   */
  selfTest({ signal } = {}) {
    return this.call('selfTest', [{}], { signal })
  }

  /** Ends the worker, and with it all that it holds. */
  async close() {
    this.fail(new SessionError('the translator is closed'))
  }

  /** @param {Error} error */
  fail(error) {
    this.broken ??= error
    this.worker.terminate()
    for (const { reject } of this.waiting.values()) reject(error)
    this.waiting.clear()
  }

  /**
   * @param {string} method
   * @param {any[]} args
   * @param {{signal?: AbortSignal, tell?: Tell}} [how]
   * @returns {Promise<any>}
   */
  async call(method, args, { signal, tell = () => {} } = {}) {
    if (this.broken) throw this.broken
    const id = this.count++
    const abort = () => this.giveUp(id)
    signal?.addEventListener('abort', abort)
    try {
      return await new Promise((resolve, reject) => {
        this.waiting.set(id, { resolve, reject, tell })
        this.worker.postMessage({ id, method, args })
        if (signal?.aborted) abort()
      })
    } catch (error) {
      if (!(error instanceof CancelledError)) throw error
      throw new CancelledError(error.message, { cause: signal?.reason })
    } finally {
      signal?.removeEventListener('abort', abort)
      this.waiting.delete(id)
    }
  }

  /** @param {number} id of a call, which fails then if it still runs */
  giveUp(id) {
    this.worker.postMessage({ id, abort: true })
  }

  /** @param {{id: number, event?: string, value?: any, done?: boolean, error?: any}} message */
  heard({ id, event, value, done, error }) {
    const waiting = this.waiting.get(id)
    if (!waiting) return
    if (event !== undefined) waiting.tell(event, value)
    else if (done) waiting.resolve(value)
    else waiting.reject(made(error))
  }
}

/**
 * A `Translator` in a worker, with the same calls.
 *
 * @extends {Client<Translation>}
 */
export class TranslatorClient extends Client {
  /**
   * Starts a worker and loads a bundle in it; see `Translator.load`.
   *
   * @param {Source} source
   * @param {ClientOptions} options
   */
  static load(source, options) {
    return started(TranslatorClient, source, options)
  }

  /**
   * @param {string} text
   * @param {TranslateOptions} [options]
   * @returns {Promise<Translation>}
   */
  translate(text, { signal, ...options } = {}) {
    return this.call('translate', [text, options], { signal })
  }

  /**
   * @param {import('./text/markup.js').Marked} marked
   * @param {TranslateOptions} [options]
   * @returns {Promise<import('./translate/marked.js').MarkedTranslation>}
   */
  translateMarked(marked, { signal, ...options } = {}) {
    return this.call('translateMarked', [marked, options], { signal })
  }

  /**
   * @param {Iterable<string> | AsyncIterable<string>} texts
   * @param {TranslateOptions} [options]
   * @returns {AsyncGenerator<Translation, void, void>}
   */
  async *translateAll(texts, options = {}) {
    if (typeof texts === 'string') {
      throw new OptionError('translateAll takes many texts, not one', { hint: 'use translate' })
    }
    for await (const text of texts) yield await this.translate(text, options)
  }

  /**
   * @param {string} source
   * @param {string} target
   * @param {TranslateOptions} [options]
   * @returns {Promise<number>}
   */
  score(source, target, { signal, ...options } = {}) {
    return this.call('score', [source, target, options], { signal })
  }
}

/**
 * Starts a worker and loads a bundle in it.
 *
 * @template {Client<any>} C
 * @param {new (worker: Worker) => C} kind what calls it
 * @param {Source} source
 * @param {ClientOptions} options
 * @returns {Promise<C>}
 */
export async function started(kind, source, options) {
  const { wasm, runtime, cache, worker, onProgress, signal } = options
  const url = worker ?? new URL('./worker.js', import.meta.url)
  const client = new kind(url instanceof Worker ? url : new Worker(url, { type: 'module' }))
  const told = { wasm: absolute(wasm), runtime: absolute(runtime), cache }
  const tell = (/** @type {string} */ _, /** @type {any} */ value) => onProgress?.(value)
  try {
    client.about = await client.call('load', [absolute(source), told], { signal, tell })
    return client
  } catch (error) {
    client.worker.terminate() // an initialization that failed once never succeeds
    throw error
  }
}

/**
 * Makes an error of the worker again.
 *
 * @param {{code: string | null, message: string, hint: string | null, name?: string}} told
 */
function made({ code, message, hint, name }) {
  const kind = code === null ? null : ERRORS[code]
  if (kind) return new kind(message, { hint })
  return name === 'TypeError' ? new TypeError(message) : new AllezError(message, { hint })
}

/**
 * Returns an address as a worker elsewhere understands it; anything else as it is.
 *
 * @param {any} source
 */
const absolute = (source) =>
  typeof source === 'string' || source instanceof URL
    ? new URL(source, globalThis.location?.href).href
    : source
