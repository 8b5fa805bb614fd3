/** `WriterClient`: a `Summarizer`, `Replier` or `Captioner` in a worker, with the same calls. */

import { Client, started } from '../client.js'
import { OptionError, SessionError } from '../errors.js'
import { CALLED } from './called.js'

/** @typedef {import('../options.js').TranslateOptions} TranslateOptions */

/**
 * Has the calls of all three; those that are not for the bundle's task fail. `stream` is there too.
 *
 * @extends {Client<any>}
 */
export class WriterClient extends Client {
  /**
   * Starts a worker and loads a bundle in it; see `Translator.load`.
   *
   * @param {import('../bundle/sources.js').Source} source
   * @param {import('../client.js').ClientOptions} options
   */
  static load(source, options) {
    return started(WriterClient, source, options)
  }

  /** Ends the worker, and with it all that it holds. */
  async close() {
    const called = CALLED[this.about?.task ?? 'translate'][0]
    this.fail(new SessionError(`the ${called} is closed`))
  }

  /**
   * Yields the greedy answer piece by piece; leaving the loop gives it up.
   *
   * @param {any} thing what is read
   * @param {import('./replier.js').ReplyOptions} [options] as for `reply`
   * @throws {OptionError} as `reply` does
   */
  stream(thing, options = {}) {
    checkFill(options.fill)
    return super.stream(thing, options)
  }

  /**
   * @param {string} text
   * @param {TranslateOptions} [options]
   * @returns {Promise<import('./summarizer.js').Summary>}
   */
  summarize(text, { signal, ...options } = {}) {
    return this.call('summarize', [text, options], { signal })
  }

  /**
   * Goes on with the one dialogue that the worker has; values of blanks are a record or a map.
   *
   * @param {string} text
   * @param {import('./replier.js').ReplyOptions} [options]
   * @returns {Promise<import('./replier.js').Reply>}
   * @throws {OptionError} `fill` is a function
   */
  async reply(text, { signal, ...options } = {}) {
    checkFill(options.fill)
    return this.call('reply', [text, options], { signal })
  }

  /** Begins a new dialogue. @returns {Promise<void>} */
  reset() {
    return this.call('reset', [{}])
  }

  /**
   * @param {import('./picture.js').Picture} picture
   * @param {TranslateOptions} [options]
   * @returns {Promise<import('./captioner.js').Caption>}
   */
  caption(picture, { signal, ...options } = {}) {
    return this.call('caption', [picture, options], { signal })
  }
}

/** @param {import('./blanks.js').Fill | null | undefined} fill */
function checkFill(fill) {
  if (typeof fill !== 'function') return
  throw new OptionError('fill is a function, which no worker can be sent', {
    hint: 'give a record or a map of values',
  })
}
