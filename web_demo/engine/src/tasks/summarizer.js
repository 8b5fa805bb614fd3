/** `Summarizer`: a text in, a line in few words out. */

import { OptionError } from '../errors.js'
import { readText } from './whole.js'
import { Writer, checkedText, sourceTokensOf } from './writer.js'

/** @typedef {import('../options.js').TranslateOptions} TranslateOptions */

/**
 * What a text is about. `source` is the text given, `read` where in it what was read stands, `cut`
 * whether that is less than all of it, and `sourceTokens` are the subwords that were read, with
 * places in the text given; the last one is `</s>`.
 *
 * @typedef {import('./writer.js').Answer & {source: string, read: [number, number], cut: boolean,
 *   sourceTokens: import('../translate/result.js').Token[]}} Summary
 */

/**
 * A bundle that says in few words what a text is about, loaded and ready.
 *
 * @extends {Writer<Summary, string>}
 */
export class Summarizer extends Writer {
  /** @param {import('../bundle/bundle.js').Bundle} bundle */
  static prepare(bundle) {
    return Writer.prepareFor(bundle, 'summarize')
  }

  /**
   * Summarizes a text, which is read as a whole. Of one longer than the bundle reads, the beginning
   * is read, and the answer says how much; of one of white space nothing is said.
   *
   * @param {string} text
   * @param {TranslateOptions} [options]
   * @returns {Promise<Summary>}
   * @throws {OptionError} an option makes no sense, or goes with translations alone
   * @throws {CancelledError} `signal` was aborted
   * @throws {SessionError} ONNX Runtime failed, or the summarizer is closed
   */
  summarize(text, options = {}) {
    return this.write(() => this.material(text), options)
  }

  /**
   * Summarizes many texts, in order; a text is read when the one before it is answered. `maxTime`
   * is for all of them; a prefix holds for each.
   *
   * @param {Iterable<string> | AsyncIterable<string>} texts
   * @param {TranslateOptions} [options]
   * @returns {AsyncGenerator<Summary, void, void>}
   */
  summarizeAll(texts, options = {}) {
    if (typeof texts === 'string') {
      throw new OptionError('summarizeAll takes many texts, not one', { hint: 'use summarize' })
    }
    return this.writeAll(texts, (text) => this.material(text), options)
  }

  /**
   * Yields the greedy summary of a text piece by piece, as it is decoded. Pieces never change
   * afterwards; joined, they are the text of the answer.
   *
   * @param {string} text
   * @param {TranslateOptions} [options]
   * @returns {AsyncGenerator<string, Summary, void>} returns the answer
   */
  stream(text, options = {}) {
    return this.streamed(() => this.material(text), options)
  }

  /**
   * @param {string} text
   * @returns {import('./writer.js').Material<Summary>}
   */
  material(text) {
    const whole = readText(checkedText(text, 'a text'), this.reader)
    const { ids, read, cut } = whole
    return {
      read: ids.length > 1 ? () => ids : null,
      positions: ids.length,
      text: text.slice(...read),
      answer: (said) => {
        const sourceTokens = sourceTokensOf(whole, this.reader.tokenizer)
        return { ...said, source: text, read, cut, sourceTokens }
      },
    }
  }
}
