/**
 * A bundle on a thread of its own: the other side of `TranslatorClient` and `WriterClient`.
 *
 * Messages in: `{id, method, args}` calls, `{id, abort}` gives a call up. Messages out, for a call:
 * `{id, event, value}` on its way, and at its end `{id, done: true, value}` or `{id, error}`.
 */

import { AllezError } from './errors.js'
import { SPEC } from './spec.js'
import { loaded } from './translate/loading.js'
import { Translator } from './translate/translator.js'

/** @typedef {{id: number, method: string, args: any[], abort?: boolean}} Call */

/** A `Translator`, or what does another task. @type {any} */
let worker = null

/** What gives each running call up. @type {Map<number, AbortController>} */
const running = new Map()

const port = /** @type {any} */ (globalThis)

port.onmessage = (/** @type {MessageEvent<Call>} */ { data }) => {
  if (data.abort) running.get(data.id)?.abort()
  else void answer(data)
}

/** @param {Call} call */
async function answer({ id, method, args }) {
  const controller = new AbortController()
  running.set(id, controller)
  const { signal } = controller
  const tell = (/** @type {string} */ event, /** @type {any} */ value) =>
    port.postMessage({ id, event, value })
  try {
    const value = await (METHODS[method] ?? calling(method))(args, signal, tell)
    port.postMessage({ id, done: true, value })
  } catch (error) {
    port.postMessage({ id, error: told(error) })
  } finally {
    running.delete(id)
  }
}

function opened() {
  if (worker) return worker
  throw new Error('load comes first')
}

/** @param {import('./bundle/bundle.js').Bundle} bundle who works with it */
async function kindOf({ manifest: { task } }) {
  return task === 'translate' ? Translator : (await import('./tasks/opening.js')).KINDS[task]
}

/**
 * A call that is only handed on; its options come last.
 *
 * @param {string} method
 * @returns {(args: any[], signal: AbortSignal, tell: Tell) => Promise<any>}
 */
const calling = (method) => (args, signal) =>
  opened()[method](...args.slice(0, -1), { ...args.at(-1), signal })

/** @typedef {(event: string, value: any) => void} Tell */

/** @type {Record<string, (args: any[], signal: AbortSignal, tell: Tell) => Promise<any>>} */
const METHODS = {
  async load([source, options], signal, tell) {
    const onProgress = (/** @type {any} */ progress) => tell('progress', progress)
    worker = await loaded(source, { ...options, onProgress, signal }, kindOf)
    const { name, version, onnxruntime, manifest } = worker
    const { license, precision, task } = manifest
    const languages = {
      sourceLanguage: manifest.source.language,
      targetLanguage: manifest.target.language,
    }
    const told = { name, version, ...languages, onnxruntime, license, precision, task }
    return { ...told, size: worker.bundle.size, unsure: SPEC.confidence.unsure }
  },
  async stream([text, options], signal, tell) {
    const onSentence = (/** @type {any} */ sentence) => tell('sentence', sentence)
    const isTranslator = worker instanceof Translator
    const stream = opened().stream(text, {
      ...options,
      signal,
      ...(isTranslator && { onSentence }),
    })
    while (true) {
      const { done, value } = await stream.next()
      if (done) return value
      tell('piece', value)
    }
  },
}

/** What of an error can be sent. @param {any} error */
function told(error) {
  if (error instanceof AllezError) {
    return { code: error.code, message: error.message, hint: error.hint }
  }
  return { code: null, message: String(error?.message ?? error), name: error?.name, hint: null }
}
