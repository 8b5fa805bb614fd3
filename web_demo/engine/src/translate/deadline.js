/** When the work for one call must stop. Knows nothing of the work. */

import { CancelledError, SessionError } from '../errors.js'

/** @type {[string, string]} */
const TRANSLATOR = ['translator', 'translation']

/** Tells the work for one call when to stop; begins to count when it is made. */
export class Deadline {
  /**
   * @param {{signal?: AbortSignal, maxTime?: number | null, isClosed?: () => boolean,
   *   called?: [worker: string, work: string]}} [options] what the caller aborts to give up;
   *   seconds from now; whether whoever works has been closed; what errors call that, and the work
   */
  constructor({ signal, maxTime = null, isClosed = () => false, called = TRANSLATOR } = {}) {
    this.signal = signal
    this.called = called
    this.end = maxTime === null ? Infinity : performance.now() + 1000 * maxTime
    this.isClosed = isClosed
  }

  /**
   * Tells whether the time is up.
   *
   * @throws {CancelledError} the caller has given up
   * @throws {SessionError} whoever works is closed
   */
  isOver() {
    if (this.isClosed()) throw new SessionError(`the ${this.called[0]} is closed`)
    if (this.signal?.aborted) {
      throw new CancelledError(`the ${this.called[1]} was cancelled`, { cause: this.signal.reason })
    }
    return performance.now() >= this.end
  }

  /** Ends the work within a step, as if the time were up: nobody waits for it. */
  leave() {
    this.end = -Infinity
  }

  /** Lets others work, so that a cancel is heard, and tells whether the time is up. */
  async pause() {
    await nextTask()
    return this.isOver()
  }
}

/** @type {(() => void)[]} */
const waiting = []
const port = openPort()

/** Where Node has a queue of its own for that, no port is needed; an open one keeps it alive. */
function openPort() {
  if ('setImmediate' in globalThis) return null
  const { port1, port2 } = new MessageChannel()
  port1.onmessage = () => waiting.shift()?.()
  return port2
}

/**
 * Resolves in a task of its own. ONNX Runtime answers within the same one, and no message of
 * another thread comes before a task has ended.
 *
 * @returns {Promise<void>}
 */
export function nextTask() {
  return new Promise((resolve) => {
    if (!port) return void setImmediate(resolve)
    waiting.push(resolve)
    port.postMessage(null)
  })
}

/**
 * Fails when a signal is aborted, and never ends otherwise.
 *
 * @param {AbortSignal | undefined} signal
 * @param {AbortSignal} until aborted when nobody waits any more: nothing is then left on `signal`
 * @returns {Promise<never>}
 */
export const givenUp = (signal, until) =>
  new Promise((_, reject) => {
    signal?.throwIfAborted()
    signal?.addEventListener('abort', () => reject(signal.reason), { signal: until })
  })
