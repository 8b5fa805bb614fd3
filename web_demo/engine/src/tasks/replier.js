/** `Replier`: a dialogue, turn by turn. */

import { valuesOf } from './blanks.js'
import { readTurns, withoutSeparator } from './whole.js'
import { Writer, checkedText, sourceTokensOf } from './writer.js'

/** @typedef {import('../options.js').TranslateOptions} TranslateOptions */
/** @typedef {import('../translate/result.js').Token} Token */
/** @typedef {import('./blanks.js').Blank} Blank */
/** @typedef {import('./blanks.js').Fill} Fill */

/**
 * What is said next in a dialogue. `turns` are those that were read, of both sides, the oldest
 * first; `cut` whether there was no room for all; `blanks` those of the best reply, in order;
 * `source` the turns with what stands between them; `sourceTokens` the subwords that were read,
 * with places in it, and `sourceTurns` which of the turns each belongs to.
 *
 * @typedef {import('./writer.js').Answer & {turns: string[], cut: boolean, blanks: Blank[],
 *   source: string, sourceTokens: Token[], sourceTurns: number[]}} Reply
 */

/** @typedef {TranslateOptions & {fill?: Fill | null}} ReplyOptions `fill`: values of blanks */

/**
 * A bundle that answers in a dialogue, and the turns of one. One call at a time carries it on; any
 * number of dialogues may share a model: `another`.
 *
 * @extends {Writer<Reply, string>}
 */
export class Replier extends Writer {
  /** What was said so far, by both sides in turn, the oldest first. @type {readonly string[]} */
  turns = []

  /** Whether the last reply was made without some turns, since there was no room for them. */
  cut = false

  /** @param {import('../bundle/bundle.js').Bundle} bundle */
  static prepare(bundle) {
    return Writer.prepareFor(bundle, 'reply')
  }

  /**
   * Returns another dialogue with the same model; whoever closes one closes all.
   *
   * @param {readonly string[]} [turns] what was said before, by both sides in turn, the oldest
   *   first
   */
  another(turns = []) {
    const other = new Replier(this.bundle, this.prepared, this.model)
    other.shared = this.shared
    other.turns = Array.from(turns, (turn) => checkedText(turn, 'a turn'))
    return other
  }

  /** Begins a new dialogue. */
  reset() {
    this.turns = []
    this.cut = false
  }

  /**
   * Answers what is said next, and remembers both.
   *
   * The bundle reads as many of the last turns as it was trained to, and as there is room for. A
   * turn of white space gets an empty reply, and is not remembered; nor is one whose reply was
   * cancelled.
   *
   * @param {string} text
   * @param {ReplyOptions} [options]
   * @returns {Promise<Reply>}
   * @throws {OptionError} an option makes no sense, or goes with translations alone
   * @throws {CancelledError} `signal` was aborted
   * @throws {SessionError} ONNX Runtime failed, or the replier is closed
   */
  async reply(text, { fill, ...options } = {}) {
    const values = valuesOf(fill)
    const reply = await this.write(() => this.material(text, values), options)
    this.remember(text, reply)
    return reply
  }

  /**
   * Yields the greedy reply piece by piece, as it is decoded. Pieces never change afterwards;
   * joined, they are the text of the answer. A blank comes as a whole. Both turns are remembered
   * when the last piece is there.
   *
   * @param {string} text
   * @param {ReplyOptions} [options]
   * @returns {AsyncGenerator<string, Reply, void>} returns the answer
   */
  async *stream(text, { fill, ...options } = {}) {
    const values = valuesOf(fill)
    const reply = yield* this.streamed(() => this.material(text, values), options)
    this.remember(text, reply)
    return reply
  }

  /**
   * @param {string} text
   * @param {Reply} reply
   */
  remember(text, reply) {
    if (reply.turns.length > 0) this.turns = [...this.turns, text, reply.text]
  }

  /**
   * @param {string} text
   * @param {(name: string) => string | null} values of blanks
   * @returns {import('./writer.js').Material<Reply>}
   */
  material(text, values) {
    const { reader } = this
    const isAsked = withoutSeparator(checkedText(text, 'a turn'), reader) !== ''
    const read = readTurns(isAsked ? [...this.turns, text] : [], reader)
    const { ids, spans, parts, text: source, cut } = read
    this.cut = cut
    return {
      read: isAsked ? () => ids : null,
      positions: ids.length,
      text: source,
      values,
      answer: (said, blanks) => ({
        ...said,
        turns: parts.map((part) => source.slice(...part)),
        ...{ cut, blanks, source },
        sourceTokens: sourceTokensOf(read, reader.tokenizer),
        sourceTurns: spans.map(([start]) =>
          Math.max(parts.filter(([begin]) => begin <= start).length - 1, 0),
        ),
      }),
    }
  }
}
