/**
 * A translator on a thread of its own: the other side of `TranslatorClient`.
 *
 * Messages in: `{id, method, args}` calls, `{id, abort}` gives a call up. Messages out, for a call:
 * `{id, event, value}` on its way, and at its end `{id, done: true, value}` or `{id, error}`.
 */

import { AllezError } from './errors.js'
import { Translator } from './translate/translator.js'

/** @typedef {{id: number, method: string, args: any[], abort?: boolean}} Call */

/** @type {Translator | null} */
let translator = null

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
    const value = await METHODS[method](args, signal, tell)
    port.postMessage({ id, done: true, value })
  } catch (error) {
    port.postMessage({ id, error: told(error) })
  } finally {
    running.delete(id)
  }
}

function opened() {
  if (translator) return translator
  throw new Error('load comes first')
}

/** @typedef {(event: string, value: any) => void} Tell */

/** @type {Record<string, (args: any[], signal: AbortSignal, tell: Tell) => Promise<any>>} */
const METHODS = {
  async load([source, options], signal, tell) {
    const onProgress = (/** @type {any} */ progress) => tell('progress', progress)
    translator = await Translator.load(source, { ...options, onProgress, signal })
    const { name, version, sourceLanguage, targetLanguage, onnxruntime, manifest } = translator
    const { license, precision } = manifest
    const told = { name, version, sourceLanguage, targetLanguage, onnxruntime }
    return { ...told, license, precision, size: translator.bundle.size }
  },
  translate: ([text, options], signal) => opened().translate(text, { ...options, signal }),
  translateMarked: ([marked, options], signal) =>
    opened().translateMarked(marked, { ...options, signal }),
  async stream([text, options], signal, tell) {
    const onSentence = (/** @type {any} */ sentence) => tell('sentence', sentence)
    const stream = opened().stream(text, { ...options, signal, onSentence })
    while (true) {
      const { done, value } = await stream.next()
      if (done) return value
      tell('piece', value)
    }
  },
  score: ([source, target, options], signal) =>
    opened().score(source, target, { ...options, signal }),
  selfTest: (_, signal) => opened().selfTest({ signal }),
  close: () => opened().close(),
}

/** What of an error can be sent. @param {any} error */
function told(error) {
  if (error instanceof AllezError) {
    return { code: error.code, message: error.message, hint: error.hint }
  }
  return { code: null, message: String(error?.message ?? error), name: error?.name, hint: null }
}
