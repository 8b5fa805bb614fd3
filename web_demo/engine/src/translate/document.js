/**
 * A text on its way: taken apart into segments, and put together again translated.
 *
 * What is not translated (white space, blank lines, lines without letters, sentences in letters
 * that the model never learnt) stays where it was.
 */

import { BundleFormatError } from '../errors.js'
import { SPEC } from '../spec.js'
import { Aligned } from '../text/aligned.js'
import { casingOf, normalizedSpace, recased, toCapitals } from '../text/casing.js'
import { isAscii, isLetter } from '../text/characters.js'
import { parseRules } from '../text/rules.js'
import { split } from '../text/segmentation.js'
import { EOS_PIECE, Tokenizer } from '../text/tokenizer.js'

/** @typedef {import('../bundle/bundle.js').Bundle} Bundle */
/** @typedef {import('../search/trellis.js').Found} Found */
/** @typedef {import('../text/casing.js').Casing} Casing */
/** @typedef {import('../text/rules.js').SentenceRules} SentenceRules */
/** @typedef {import('../text/tokenizer.js').Span} Span */
/** @typedef {import('./deadline.js').Deadline} Deadline */

/**
 * How a bundle's texts are taken apart and spelled.
 *
 * @typedef {{source: Tokenizer, target: Tokenizer, rules: SentenceRules, eos: number}} Words
 */

/**
 * A stretch of a text; `ids` [S], eos last, and `spans` [S] in the text given, of a sentence.
 *
 * @typedef {{text: string, start: number, end: number, kind: 'sentence' | 'copied',
 *   casing: Casing, ids: number[], spans: Span[]}} Segment
 */

/**
 * A subword: its id, how the tokenizer spells it, and where it stands, in UTF-16 units.
 *
 * @typedef {{id: number, piece: string, start: number, end: number}} Token
 */

/**
 * One finished (or cut) translation of one sentence.
 *
 * @typedef {object} Hypothesis
 * @property {string} text
 * @property {Token[]} tokens [T] eos not among them, with places in `text`; small letters where
 *   the source is in capitals
 * @property {number} score sum of log-probabilities / length ** lengthPenalty, eos counted
 * @property {Float32Array[]} attention [T][M] weights of each token over the source tokens
 * @property {boolean} finished false: cut at the length limit, or because the time was over
 */

/**
 * One sentence of a text and its translations, best first.
 *
 * @typedef {object} Sentence
 * @property {string} source
 * @property {number} start where it stood in the text given
 * @property {number} end
 * @property {number} targetStart where its best translation begins in that of the text
 * @property {Token[]} sourceTokens [S] with places in the text given; the last one is `</s>`
 * @property {Hypothesis[]} hypotheses best first, never empty
 * @property {string} text the best translation
 * @property {number} score of the best
 * @property {boolean} finished whether the best came to its end
 */

/**
 * The translation of one text; all of it is plain data.
 *
 * @typedef {object} Translation
 * @property {string} source
 * @property {string} text the best translation
 * @property {string[]} texts `nBest` texts, best first: the i-th holds the i-th hypothesis of
 *   each sentence (its last one where a sentence has fewer)
 * @property {Sentence[]} sentences only what was translated
 * @property {boolean} finished whether every sentence came to its end
 * @property {number} score mean of the sentences' scores, each weighted by its length with eos
 */

const PAUSE = 16 // milliseconds of splitting, after which others may work

/**
 * Reads how a bundle's texts are taken apart; BundleFormatError if it contradicts itself.
 *
 * @param {Bundle} bundle
 * @returns {Words}
 */
export function wordsOf(bundle) {
  const { manifest, place } = bundle
  if (manifest.task !== 'translate' || manifest.input.kind !== 'text') {
    throw new BundleFormatError(`${place}: a ${manifest.task} bundle translates no text`)
  }
  if (manifest.entities) {
    throw new BundleFormatError(`${place}: this engine does not put symbols for entities yet`)
  }
  const source = tokenizerOf(bundle, manifest.source)
  const isJoint = manifest.source.tokenizer === manifest.target.tokenizer
  const target = isJoint ? source : tokenizerOf(bundle, manifest.target)
  const rules = parseRules(bundle.text('sentences'))
  if (rules.maxTokens > manifest.input.tokens) {
    throw new BundleFormatError(
      `${place}: sentences may have ${rules.maxTokens} tokens, ` +
        `the encoder takes ${manifest.input.tokens}`,
    )
  }
  return { source, target, rules, eos: manifest.source.eos }
}

/**
 * @param {Bundle} bundle
 * @param {{tokenizer: string, size: number}} side
 */
function tokenizerOf(bundle, side) {
  const tokenizer = new Tokenizer(bundle.text(side.tokenizer))
  if (tokenizer.size === side.size) return tokenizer
  throw new BundleFormatError(
    `${bundle.place}: the tokenizer has ${tokenizer.size} subwords, the manifest says ${side.size}`,
  )
}

/**
 * Yields the segments of a text, in order; each sentence is tokenized once, for counting and for
 * reading. Once the time is over nothing is tokenized any more, since nobody will read it.
 *
 * @param {string} text
 * @param {Words} words
 * @param {Deadline} deadline
 * @returns {AsyncGenerator<Segment, void, void>}
 */
export async function* takeApart(text, words, deadline) {
  /** @type {Map<string, ReturnType<typeof readSentence>>} */
  let known = new Map()
  const read = (/** @type {string} */ sentence) => {
    let found = known.get(sentence)
    if (!found) {
      found = readSentence(sentence, words)
      known.set(sentence, found)
    }
    return found
  }
  const count = (/** @type {string} */ sentence) =>
    deadline.isOver() ? 0 : read(sentence).ids.length - 1
  let paused = performance.now()
  for (const piece of split(text, words.rules, count)) {
    if (performance.now() - paused > PAUSE) {
      await deadline.pause()
      paused = performance.now()
    }
    if (piece.kind === 'copied' || isForeign(piece.text, words.source)) {
      yield { ...piece, kind: 'copied', casing: 'usual', ids: [], spans: [] }
      continue
    }
    const { casing, ids, spans } = deadline.isOver() ? unread(piece.text, words) : read(piece.text)
    const shifted = spans.map(
      ([start, end]) => /** @type {Span} */ ([start + piece.start, end + piece.start]),
    )
    yield { ...piece, casing, ids, spans: shifted }
    known = new Map() // a sentence is asked for twice in a row, or never again
  }
}

/**
 * Reads a sentence as the model knows it: spaces normalized, and no longer in capitals.
 *
 * @param {string} sentence
 * @param {Words} words
 */
export function readSentence(sentence, words) {
  const casing = casingOf(sentence, words.rules)
  const read = recased(normalizedSpace(new Aligned(sentence), words.rules), casing)
  const { ids, spans } = words.source.encodeSpans(read)
  const end = sentence.length
  return {
    casing,
    ids: [...ids, words.eos],
    spans: [...spans, /** @type {Span} */ ([end, end])],
  }
}

/**
 * What a sentence is that nobody will read.
 *
 * @param {string} sentence
 * @param {Words} words
 * @returns {ReturnType<typeof readSentence>}
 */
function unread(sentence, words) {
  return { casing: 'usual', ids: [words.eos], spans: [[sentence.length, sentence.length]] }
}

/**
 * Tells whether three quarters of a sentence's letters or more are of a script never learnt.
 *
 * The model would have to spell its answer byte by byte: what comes out is no text. A word of
 * Greek within a sentence is another matter; it is copied as names are.
 *
 * @param {string} sentence
 * @param {Tokenizer} tokenizer
 */
export function isForeign(sentence, tokenizer) {
  if (isAscii(sentence)) return false
  const letters = [...sentence].filter(isLetter)
  const [share, all] = SPEC.foreign.share
  const strange = letters.filter((letter) => !tokenizer.knows(letter)).length
  return letters.length > 0 && all * strange >= share * letters.length
}

/**
 * Joins what is copied and what was translated, segment by segment.
 */
export class Joined {
  /**
   * @param {string} source
   * @param {Words} words
   */
  constructor(source, words) {
    this.source = source
    this.words = words
    /** @type {string[][]} the parts of the i-th text */
    this.parts = []
    /** @type {Sentence[]} */
    this.sentences = []
    /** @type {Segment | null} */
    this.before = null
    this.length = 0
  }

  /**
   * Returns what stands before a segment: two sentences without white space between them
   * (Chinese, or a cut) get some in English.
   *
   * @param {Segment} segment
   */
  space(segment) {
    return this.before?.kind === 'sentence' && segment.kind === 'sentence' ? ' ' : ''
  }

  /**
   * Adds a segment, a sentence with its hypotheses; returns what became of a sentence.
   *
   * @param {Segment} segment
   * @param {Found[]} found
   */
  add(segment, found) {
    const space = this.space(segment)
    this.before = segment
    if (segment.kind === 'copied') {
      this.put([segment.text])
      return null
    }
    const hypotheses = found.map((each) => hypothesisOf(each, segment, this.words))
    const [{ text, score, finished }] = hypotheses
    const sentence = {
      source: segment.text,
      start: segment.start,
      end: segment.end,
      targetStart: this.length + space.length,
      sourceTokens: segment.ids.map((id, at) => {
        const isEnd = at + 1 === segment.ids.length
        const piece = isEnd ? EOS_PIECE : this.words.source.pieces([id])[0]
        return { id, piece, start: segment.spans[at][0], end: segment.spans[at][1] }
      }),
      hypotheses,
      text,
      score,
      finished,
    }
    this.sentences.push(sentence)
    this.put(hypotheses.map((each) => space + each.text))
    return sentence
  }

  /** Adds to each text its part, the last one where there are fewer. @param {string[]} ranked */
  put(ranked) {
    while (this.parts.length < ranked.length) this.parts.push([...(this.parts.at(-1) ?? [])])
    this.parts.forEach((parts, rank) => parts.push(ranked[Math.min(rank, ranked.length - 1)]))
    this.length += ranked[0].length
  }

  /** @returns {Translation} */
  translation() {
    const texts = this.parts.length > 0 ? this.parts.map((parts) => parts.join('')) : ['']
    let [total, length] = [0, 0]
    for (const { score, hypotheses } of this.sentences) {
      total += score * (hypotheses[0].tokens.length + 1)
      length += hypotheses[0].tokens.length + 1
    }
    return {
      source: this.source,
      text: texts[0],
      texts,
      sentences: this.sentences,
      finished: this.sentences.every((sentence) => sentence.finished),
      score: length === 0 ? 0 : total / length,
    }
  }
}

/**
 * Returns a translation as its source is written.
 *
 * @param {string} text
 * @param {Casing} casing
 */
export const written = (text, casing) => (casing === 'capitals' ? toCapitals(text) : text)

/**
 * @param {Found} found
 * @param {Segment} segment
 * @param {Words} words
 * @returns {Hypothesis}
 */
function hypothesisOf(found, segment, words) {
  const { text, spans } = words.target.decodeSpans(found.tokens)
  const pieces = words.target.pieces(found.tokens)
  return {
    text: written(text, segment.casing),
    tokens: found.tokens.map((id, at) => {
      return { id, piece: pieces[at], start: spans[at][0], end: spans[at][1] }
    }),
    score: found.score,
    attention: found.attention,
    finished: found.finished,
  }
}
