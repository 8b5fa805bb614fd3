/** `WriterClient`: a `Summarizer`, `Replier` or `Captioner` in a worker, with the same calls. */

import { Client, started } from '../client.js'

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
   */
  reply(text, { signal, ...options } = {}) {
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
