/**
 * `Translator`: text in, `Translation` out. The way of a text through all layers below.
 *
 *     text -> segments -> tokens -> encoder -> step, step, step -> tokens -> text
 *
 * The calls are those of `Translator` in Python, with the names that JavaScript gives such things:
 * `translateAll` is `translate_batch`, `selfTest` is `selftest`, `signal` is `cancel`. What is
 * another: places count UTF-16 units, and sentences are decoded one by one.
 */

import { OptionError } from '../errors.js'
import { chosen } from '../options.js'
import { casingOf } from '../text/casing.js'
import { Deadline } from './deadline.js'
import { fragmentOf, readTokens, takeApart, wordsOf } from './document.js'
import { loaded } from './loading.js'
import { Joined, withMissing, written } from './result.js'
import { UNREAD, limitOf, searchFor } from './searching.js'
import { heard } from './streaming.js'

/** @typedef {import('../bundle/bundle.js').Bundle} Bundle */
/** @typedef {import('../model/model.js').Model} Model */
/** @typedef {import('../options.js').Chosen} Chosen */
/** @typedef {import('../options.js').TranslateOptions} TranslateOptions */
/** @typedef {import('../search/trellis.js').Found} Found */
/** @typedef {import('./document.js').Segment} Segment */
/** @typedef {import('./result.js').Sentence} Sentence */
/** @typedef {import('./result.js').Translation} Translation */
/** @typedef {import('./document.js').Words} Words */
/** @typedef {import('./selftest.js').SelfTestReport} SelfTestReport */

/** @typedef {import('./loading.js').LoadOptions} LoadOptions */

/** A bundle, loaded and ready. */
export class Translator {
  /**
   * Use `Translator.load`.
   *
   * @param {Bundle} bundle
   * @param {Words} words
   * @param {Model} model
   */
  constructor(bundle, words, model) {
    this.bundle = bundle
    this.manifest = bundle.manifest
    this.words = words
    this.model = model
    this.isClosed = false
    /** Answers to sentences that were streamed of late. @type {Map<string, Found[]>} */
    this.recent = new Map()
  }

  /**
   * Loads a bundle, and checks all of it; see `loaded`.
   *
   * @param {import('../bundle/sources.js').Source} source where the bundle is
   * @param {LoadOptions} options
   * @returns {Promise<Translator>}
   */
  static load(source, options) {
    return loaded(source, options, () => Translator)
  }

  /** What works on texts of a bundle. @param {Bundle} bundle */
  static prepare(bundle) {
    return wordsOf(bundle)
  }

  /** The bundle's name, as `fr-en`. */
  get name() {
    return this.manifest.name
  }

  /** The bundle's version. */
  get version() {
    return this.manifest.version
  }

  /** The language that is translated, as `fr`. */
  get sourceLanguage() {
    return this.manifest.source.language
  }

  /** The language of the translations, as `en`. */
  get targetLanguage() {
    return this.manifest.target.language
  }

  /** Version of ONNX Runtime. */
  get onnxruntime() {
    return this.model.onnxruntime
  }

  /**
   * Translates a text of any length. What has no letters, or letters that the model never learnt,
   * is kept as it is. Tags in pairs (`<b>…</b>`) stand around the words that attend to theirs,
   * `<br>` ends a line, and lines that were broken to fit are read as one.
   *
   * @param {string} text
   * @param {TranslateOptions} [options]
   * @returns {Promise<Translation>}
   * @throws {OptionError} an option makes no sense, or the prefix is too long
   * @throws {CancelledError} `signal` was aborted
   * @throws {SessionError} ONNX Runtime failed, or the translator is closed
   */
  async translate(text, options = {}) {
    const { call, deadline } = this.begin(options)
    return this.translateOne(checked(text), call, deadline)
  }

  /**
   * Translates a text of a document, with marks for what of it is no text. Each is set by
   * attention, none is lost; what a mark of kind `word` stands around is copied.
   *
   * @param {import('../text/markup.js').Marked} marked
   * @param {TranslateOptions} [options]
   * @returns {Promise<import('./marked.js').MarkedTranslation>}
   * @throws {InputError} the marks do not nest; for others see `translate`
   */
  async translateMarked({ text, marks }, options = {}) {
    const { call, deadline } = this.begin(options)
    const { translateMarked } = await import('./fragment.js') // one script for all of markup
    const translate = (/** @type {string} */ read) => this.translateOne(read, call, deadline)
    return translateMarked({ text: checked(text), marks }, translate)
  }

  /**
   * Translates many texts, in order; the answers are those of `translate`. A text is read when the
   * one before it is answered. `maxTime` is for all of them; a prefix holds for each.
   *
   * @param {Iterable<string> | AsyncIterable<string>} texts
   * @param {TranslateOptions} [options]
   * @returns {AsyncGenerator<Translation, void, void>}
   */
  async *translateAll(texts, options = {}) {
    if (typeof texts === 'string') {
      throw new OptionError('translateAll takes many texts, not one', { hint: 'use translate' })
    }
    const { call, deadline } = this.begin(options)
    for await (const text of texts) yield this.translateOne(checked(text), call, deadline)
  }

  /**
   * Yields the greedy translation of a text piece by piece, as it is decoded.
   *
   * Pieces never change afterwards; joined, they are the text of the answer, which is that of
   * `translate` with a beam of one. A character of several byte tokens comes when it is complete.
   * A text with tags in pairs comes as a whole, since they wait for its end. When the time is over,
   * nothing comes any more but what is copied.
   *
   * @param {string} text
   * @param {TranslateOptions & {onSentence?: (sentence: Sentence) => void}} [options] `onSentence`
   *   is told each sentence when it has been said
   * @returns {AsyncGenerator<string, Translation, void>} returns the answer
   */
  async *stream(text, { onSentence = () => {}, ...options } = {}) {
    const { call, deadline } = this.begin({ ...options, beamSize: 1, nBest: 1 })
    if (call.markup !== null) {
      throw new OptionError('a stream has no markup: tags wait for the end', {
        hint: 'use translate',
      })
    }
    const fragment = await fragmentOf(checked(text), null)
    if (fragment?.hasTags) {
      const answer = await this.translateFragment(fragment, call, deadline)
      answer.sentences.forEach(onSentence)
      yield answer.text
      return answer
    }
    const joined = new Joined(fragment?.text ?? text, this.words, call.search)
    let { prefix } = call
    for await (const segment of takeApart(joined.source, this.words, deadline, call)) {
      const space = joined.space(segment)
      if (space !== '') yield space
      const begun = prefix
      const begin = (/** @type {(piece: string) => void} */ say) =>
        this.streamSentence(segment, call, begun, deadline, say)
      const found = segment.told ?? (yield* heard(begin, () => deadline.leave()))
      const sentence = joined.add(segment, found)
      if (segment.told) yield sentence?.text ?? segment.text
      else prefix = ''
      if (sentence) onSentence(fragment ? fragment.inGiven(sentence) : sentence)
    }
    const answer = joined.translation()
    return fragment ? fragment.translated(answer) : answer
  }

  /**
   * Returns how likely `target` is as the translation of `source`, one sentence each: sum of
   * log-probabilities / length ** lengthPenalty. Every word may follow, listed or not.
   *
   * @param {string} source
   * @param {string} target
   * @param {TranslateOptions} [options] of these, `lengthPenalty`, `maxTime` and `signal` matter
   * @returns {Promise<number>}
   * @throws {InputError} the source is empty or longer than a sentence may be
   * @throws {CancelledError} `signal` was aborted, or the time was over before the target was read
   */
  async score(source, target, options = {}) {
    const { scored } = await import('./said.js')
    return scored(this, checked(source), checked(target), options)
  }

  /**
   * Translates the bundle's golden sentences and compares everything recorded of them.
   *
   * @param {{signal?: AbortSignal}} [options]
   * @returns {Promise<SelfTestReport>}
   */
  async selfTest({ signal } = {}) {
    const { deadline } = this.begin({ signal })
    const { selfTest } = await import('./selftest.js')
    const read = (/** @type {{text: string}} */ { text }) =>
      readTokens(text, casingOf(text, this.words.rules), this.words).ids
    return selfTest(this, deadline, read, this.words.target)
  }

  /**
   * Frees the model; may be called twice. Further calls throw SessionError, running ones do within
   * a step.
   */
  async close() {
    if (this.isClosed) return
    this.isClosed = true
    await this.model.close()
  }

  /**
   * Checks what a call asks for, and starts its clock.
   *
   * @param {TranslateOptions} options
   */
  begin(options) {
    const call = chosen(options, this.manifest)
    if (!this.words.masking && (call.keep.length > 0 || call.glossary.length > 0)) {
      throw new OptionError(
        `${this.name} ${this.version} has no symbols to carry anything over by`,
        { hint: 'keep and glossary need a bundle with entities' },
      )
    }
    const { signal, maxTime } = call
    const deadline = new Deadline({ signal, maxTime, isClosed: () => this.isClosed })
    deadline.isOver() // throws where nothing is to be begun
    return { call, deadline }
  }

  /**
   * @param {string} text
   * @param {Chosen} call
   * @param {Deadline} deadline
   */
  async translateOne(text, call, deadline) {
    const fragment = await fragmentOf(text, call.markup)
    if (fragment) return this.translateFragment(fragment, call, deadline)
    return this.translateRead(text, call, deadline)
  }

  /**
   * @param {import('./fragment.js').Fragment} fragment
   * @param {Chosen} call
   * @param {Deadline} deadline
   */
  async translateFragment(fragment, call, deadline) {
    return fragment.translated(await this.translateRead(fragment.text, call, deadline))
  }

  /**
   * Translates a text as it stands.
   *
   * @param {string} text
   * @param {Chosen} call
   * @param {Deadline} deadline
   */
  async translateRead(text, call, deadline) {
    const joined = new Joined(text, this.words, call.search)
    let { prefix } = call
    for await (const segment of takeApart(text, this.words, deadline, call)) {
      const { told } = segment
      joined.add(segment, told ?? (await this.translateSentence(segment, call, prefix, deadline)))
      if (!told) prefix = ''
    }
    return joined.translation()
  }

  /**
   * @param {Segment} segment
   * @param {Chosen} call
   * @param {string} prefix
   * @param {Deadline} deadline
   * @param {(token: number[]) => void} [onStep]
   */
  async translateSentence(segment, call, prefix, deadline, onStep) {
    if (deadline.isOver()) return [UNREAD]
    const forced = prefix === '' ? [] : await begun(prefix, segment, this.words)
    const limit = limitOf(this.model, segment.ids, call, forced, 'translation')
    const { masking } = this.words
    const asked = masking && masking.asked(segment.masked)
    const how = { limit, prefix: forced, deadline, onStep, asked, ended: masking !== null }
    return searchFor(this.model, segment.ids, call, how)
  }

  /**
   * @param {Segment} segment
   * @param {Chosen} call
   * @param {string} prefix
   * @param {Deadline} deadline
   * @param {(piece: string) => void} say
   */
  async streamSentence(segment, call, prefix, deadline, say) {
    /** @type {number[]} */
    const tokens = []
    let sent = 0
    const send = (/** @type {string} */ text, grows = false) => {
      const now = written(text, segment, this.words, grows)
      if (now.length > sent) say(now.slice(sent))
      sent = Math.max(sent, now.length)
    }
    const { search, maxLength, shortlist } = call
    const key = JSON.stringify([segment.ids, search, maxLength, shortlist, prefix])
    let found = this.recent.get(key)
    if (!found) {
      found = await this.translateSentence(segment, call, prefix, deadline, ([token]) => {
        tokens.push(token)
        send(this.words.target.decodeStable(tokens), true)
      })
      const isWhole = found[0].finished && found[0].tokens.join() === tokens.join()
      if (isWhole) this.remember(key, found)
    }
    send(this.words.target.decode(withMissing(found[0], segment, this.words).tokens))
    return found
  }

  /**
   * Keeps an answer at hand: who goes on typing has most sentences answered again.
   *
   * @param {string} key
   * @param {Found[]} found
   */
  remember(key, found) {
    this.recent.set(key, found)
    const [oldest] = this.recent.keys()
    if (this.recent.size > RECENT) this.recent.delete(oldest)
  }
}

/** How many answers are kept at hand. */
const RECENT = 200

/**
 * Returns a text as it is; TypeError if it is none.
 *
 * @param {string} text
 */
function checked(text) {
  if (typeof text === 'string') return text
  throw new TypeError(`a text must be a string, not ${typeof text}`)
}

/**
 * Returns the ids that a translation begins with.
 *
 * @param {string} prefix
 * @param {Segment} segment
 * @param {Words} words
 */
async function begun(prefix, segment, words) {
  const { readSaid } = await import('./said.js')
  return readSaid(prefix, segment, words, true)
}
