/**
 * `Writer`: something is read, and a text is written. What summaries, replies and captions share.
 *
 *     what is read -> ids or pixels -> encoder -> step, step, step -> hypotheses -> text
 */

import { BundleFormatError, OptionError } from '../errors.js'
import { chosen } from '../options.js'
import { loadTokenizer } from '../translate/document.js'
import { confidence, features } from '../translate/confidence.js'
import { Deadline } from '../translate/deadline.js'
import { loaded } from '../translate/loading.js'
import { UNREAD, limitOf, searchFor } from '../translate/searching.js'
import { heard } from '../translate/streaming.js'
import { EOS_PIECE } from '../text/tokenizer.js'
import { CALLED } from './called.js'
import { normal, readerOfBundle } from './whole.js'
import { writeOut } from './written.js'

/** @typedef {import('../bundle/bundle.js').Bundle} Bundle */
/** @typedef {import('../bundle/golden.js').Golden} Golden */
/** @typedef {import('../model/model.js').Model} Model */
/** @typedef {import('../model/model.js').Read} Read */
/** @typedef {import('../options.js').Chosen} Chosen */
/** @typedef {import('../options.js').TranslateOptions} TranslateOptions */
/** @typedef {import('../search/trellis.js').Found} Found */
/** @typedef {import('../text/tokenizer.js').Encoded} Encoded */
/** @typedef {import('../text/tokenizer.js').Tokenizer} Tokenizer */
/** @typedef {import('../translate/result.js').Hypothesis} Hypothesis */
/** @typedef {import('../translate/result.js').Token} Token */
/** @typedef {import('./blanks.js').Blank} Blank */
/** @typedef {import('./whole.js').Reader} Reader */
/** @typedef {import('./written.js').Written} Written */

/**
 * What was written about one thing that was read; all of it is plain data.
 *
 * @typedef {object} Answer
 * @property {Hypothesis[]} hypotheses the `nBest` texts, best first, never empty; about nothing, an
 *   empty one
 * @property {string[]} texts
 * @property {string} text the best one
 * @property {number} score of the best
 * @property {boolean} finished whether the best came to its end
 * @property {number | null} confidence how likely the best one is good, 0 to 1; null where the
 *   bundle does not say
 */

/**
 * What is read for one answer (null: nothing, and nothing is said), how many positions it has, the
 * text of which it was made, the values of the blanks of what is said about it (none: it has no
 * blanks), and what becomes of the words and their blanks.
 *
 * @template A
 * @typedef {{read: (() => Read) | null, positions: number, text: string,
 *   values?: (name: string) => string | null,
 *   answer: (said: Answer, blanks: Blank[]) => A}} Material
 */

/**
 * What works on texts: it spells what is said, gives it its typography, and reads (null: pictures
 * are read).
 *
 * @typedef {{target: Tokenizer, typography: import('./written.js').Typography,
 *   reader: Reader | null}} Prepared
 */

/** What is said about nothing. @type {Found} */
const SILENCE = { tokens: [], score: 0, attention: [], finished: true }

/**
 * A bundle for another task than to translate, loaded and ready; make one of its kinds.
 *
 * @template A, T
 */
export class Writer {
  /**
   * Use `load`.
   *
   * @param {Bundle} bundle
   * @param {Prepared} prepared
   * @param {Model} model
   */
  constructor(bundle, prepared, model) {
    this.bundle = bundle
    this.manifest = bundle.manifest
    this.prepared = prepared
    this.model = model
    /** What all that share the model know of it: whether it is closed, and what it has answered. */
    this.shared = { isClosed: false, answered: 0 }
  }

  /**
   * Loads a bundle, and checks all of it; see `Translator.load`.
   *
   * @template W
   * @this {import('../translate/loading.js').Kind<Prepared, W>}
   * @param {import('../bundle/sources.js').Source} source where the bundle is
   * @param {import('../translate/loading.js').LoadOptions} options
   * @returns {Promise<W>}
   */
  static load(source, options) {
    return loaded(source, options, () => this)
  }

  /**
   * Reads what works on texts of a bundle.
   *
   * @param {Bundle} bundle
   * @param {string} task of the bundles that are taken
   * @returns {Promise<Prepared>}
   * @throws {BundleFormatError} it is for another task, or contradicts itself
   */
  static async prepareFor(bundle, task) {
    const { input, source, target, ...manifest } = bundle.manifest
    if (manifest.task !== task) {
      throw new BundleFormatError(`a bundle to ${manifest.task}, not to ${task}`, {
        hint: CALLED[manifest.task][2],
      })
    }
    const isImage = task === 'caption'
    if ((input.kind === 'image') !== isImage || (!isImage && input.cut !== 'whole')) {
      const what = isImage ? 'images' : 'whole texts'
      throw new BundleFormatError(`a bundle to ${task} reads ${what}`)
    }
    const speller = await loadTokenizer(bundle, target)
    const typography = target.typography ? await import('../text/typography.js') : null
    const written = { target: speller, typography }
    if (isImage) return { ...written, reader: null }
    const isJoint = source.tokenizer === target.tokenizer
    const reader = isJoint ? speller : await loadTokenizer(bundle, source)
    return { ...written, reader: readerOfBundle(bundle, reader) }
  }

  /** Of the bundles that it takes. */
  get task() {
    return this.manifest.task
  }

  /** The bundle's name, as `summary-en`. */
  get name() {
    return this.manifest.name
  }

  /** The bundle's version. */
  get version() {
    return this.manifest.version
  }

  /** The language that is written, as `en`. */
  get language() {
    return this.manifest.target.language
  }

  /** How many answers there have been so far. */
  get answered() {
    return this.shared.answered
  }

  /** Version of ONNX Runtime. */
  get onnxruntime() {
    return this.model.onnxruntime
  }

  /**
   * Answers the bundle's golden examples and compares everything recorded of them.
   *
   * @param {{signal?: AbortSignal}} [options]
   * @returns {Promise<import('../translate/selftest.js').SelfTestReport>}
   */
  async selfTest({ signal } = {}) {
    const { deadline } = this.begin({ signal })
    const { selfTest } = await import('../translate/selftest.js')
    return selfTest(this, deadline, (golden) => this.readGolden(golden), this.prepared.target)
  }

  /**
   * Frees the model; may be called twice. Further calls throw SessionError, running ones do within
   * a step.
   */
  async close() {
    if (this.shared.isClosed) return
    this.shared.isClosed = true
    await this.model.close()
  }

  /** What is read of a golden example. @param {Golden} golden @returns {Read} */
  readGolden({ text }) {
    const { tokenizer, rules, eos } = this.reader
    return [...tokenizer.encode(normal(text, rules)), eos]
  }

  /** @returns {Reader} */
  get reader() {
    return /** @type {Reader} */ (this.prepared.reader)
  }

  /**
   * Checks what a call asks for, and starts its clock.
   *
   * @param {TranslateOptions} options
   */
  begin(options) {
    const call = chosen(options, this.manifest)
    const given = { keep: call.keep.length > 0, glossary: call.glossary.length > 0 }
    for (const [name, isGiven] of Object.entries({ ...given, markup: call.markup !== null })) {
      if (isGiven) throw new OptionError(`${name} goes with translations alone`)
    }
    const [worker, work] = CALLED[this.task]
    const { signal, maxTime } = call
    const isClosed = () => this.shared.isClosed
    const deadline = new Deadline({ signal, maxTime, isClosed, called: [worker, work] })
    deadline.isOver() // throws where nothing is to be begun
    return { call, deadline }
  }

  /**
   * Reads one thing, and writes about it.
   *
   * @param {() => Material<A>} take
   * @param {TranslateOptions} options
   */
  async write(take, options) {
    const { call, deadline } = this.begin(options)
    return this.writeOne(take(), call, deadline)
  }

  /**
   * Reads many things, each when the one before it is answered; yields what is written about them.
   *
   * @param {Iterable<T> | AsyncIterable<T>} things
   * @param {(thing: T) => Material<A>} take
   * @param {TranslateOptions} options
   * @returns {AsyncGenerator<A, void, void>}
   */
  async *writeAll(things, take, options) {
    const { call, deadline } = this.begin(options)
    for await (const thing of things) yield this.writeOne(take(thing), call, deadline)
  }

  /**
   * Yields the greedy answer as it grows; returns it.
   *
   * @param {() => Material<A>} take
   * @param {TranslateOptions} options
   * @returns {AsyncGenerator<string, A, void>}
   */
  async *streamed(take, options) {
    const { call, deadline } = this.begin({ ...options, beamSize: 1, nBest: 1 })
    const material = take()
    const begin = (/** @type {(piece: string) => void} */ say) =>
      this.said(material, call, deadline, say)
    return yield* heard(begin, () => deadline.leave())
  }

  /**
   * @param {Material<A>} material
   * @param {Chosen} call
   * @param {Deadline} deadline
   * @param {(piece: string) => void} say
   */
  async said(material, call, deadline, say) {
    const { target } = this.prepared
    /** @type {number[]} */
    const tokens = []
    let sent = 0
    const send = (/** @type {string} */ said, /** @type {boolean} */ grows) => {
      const { text } = this.written(said, material, grows)
      if (text.length > sent) say(text.slice(sent))
      sent = Math.max(sent, text.length)
    }
    const found = await this.search(material, call, deadline, ([token]) => {
      tokens.push(token)
      send(target.decodeStable(tokens), true)
    })
    send(target.decode(found[0].tokens), false)
    return this.finished(material, found, call)
  }

  /**
   * @param {Material<A>} material
   * @param {Chosen} call
   * @param {Deadline} deadline
   */
  async writeOne(material, call, deadline) {
    return this.finished(material, await this.search(material, call, deadline), call)
  }

  /**
   * @param {Material<A>} material
   * @param {Chosen} call
   * @param {Deadline} deadline
   * @param {(token: number[]) => void} [onStep]
   * @returns {Promise<Found[]>}
   */
  async search({ read }, call, deadline, onStep) {
    if (!read) return [SILENCE]
    if (deadline.isOver()) return [UNREAD]
    const { model, prepared } = this
    const given = read()
    const prefix = call.prefix === '' ? [] : prepared.target.encode(this.inOneLine(call.prefix))
    const limit = limitOf(model, given, call, prefix, CALLED[this.task][1])
    const found = await searchFor(model, given, call, { limit, prefix, deadline, onStep })
    this.shared.answered++
    return found
  }

  /** @param {string} text */
  inOneLine(text) {
    const { reader } = this.prepared
    return reader
      ? normal(text, reader.rules)
      : text
          .split(/[ \n]+/)
          .filter(Boolean)
          .join(' ')
  }

  /**
   * @param {Material<A>} material
   * @param {Found[]} found
   * @param {Chosen} call
   */
  finished(material, found, { search }) {
    const { read, positions, text, answer } = material
    const spelled = found.slice(0, search.nBest).map((raw) => this.spelled(raw, material))
    const hypotheses = spelled.map(({ hypothesis }) => hypothesis)
    const [best] = hypotheses
    const weights = read && this.manifest.confidence
    const told = { source: text, positions, target: best.text, found, chosen: 0, search }
    const said = {
      hypotheses,
      texts: hypotheses.map((each) => each.text),
      ...{ text: best.text, score: best.score, finished: best.finished },
      confidence: weights && confidence(weights, features(told, 0)),
    }
    return answer(said, spelled[0].blanks)
  }

  /**
   * Returns a hypothesis as it is handed out, and its blanks.
   *
   * @param {Found} raw
   * @param {Material<A>} material
   */
  spelled({ tokens, score, attention, finished }, material) {
    const { target } = this.prepared
    const said = target.decodeSpans(tokens)
    const { text, blanks, moved } = this.written(said.text, material, false)
    /** @type {Hypothesis} */
    const hypothesis = {
      text,
      tokens: tokensOf({ ids: tokens, spans: said.spans.map(moved) }, target),
      alignment: attention.map((row, at) => [row.indexOf(Math.max(...row)), at]),
      ...{ score, attention, finished },
    }
    return { hypothesis, blanks }
  }

  /**
   * @param {string} said
   * @param {Material<A>} material
   * @param {boolean} grows
   * @returns {Written}
   */
  written(said, { values }, grows) {
    return writeOut(said, this.prepared.typography, values ?? null, grows)
  }
}

/**
 * @param {Encoded} encoded
 * @param {Tokenizer} tokenizer
 * @returns {Token[]}
 */
export function tokensOf({ ids, spans }, tokenizer) {
  const pieces = tokenizer.pieces(ids)
  return ids.map((id, at) => ({ id, piece: pieces[at], start: spans[at][0], end: spans[at][1] }))
}

/**
 * Returns what was read, the end as it is shown.
 *
 * @param {Encoded} encoded eos last
 * @param {Tokenizer} tokenizer
 */
export function sourceTokensOf(encoded, tokenizer) {
  const tokens = tokensOf(encoded, tokenizer)
  return [...tokens.slice(0, -1), { ...tokens[tokens.length - 1], piece: EOS_PIECE }]
}

/** Returns a text as it is; TypeError if it is none. @param {unknown} text @param {string} what */
export function checkedText(text, what) {
  if (typeof text === 'string') return text
  throw new TypeError(`${what} must be a string, not ${typeof text}`)
}
