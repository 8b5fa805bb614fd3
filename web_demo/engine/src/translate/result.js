/**
 * A translation put together: symbols give back their values, the best is chosen, places are told.
 *
 * What comes out is plain data: a worker can send it as it is.
 */

import { fill, moved, settled } from '../entities/symbols.js'
import { capitalizedAlike, toCapitals } from '../text/casing.js'
import { isLetter } from '../text/characters.js'
import { EOS_PIECE } from '../text/tokenizer.js'
import { chosen } from './choice.js'
import { confidence, features } from './confidence.js'

/** @typedef {import('../search/trellis.js').Found} Found */
/** @typedef {import('../text/casing.js').Casing} Casing */
/** @typedef {import('../text/checks.js').Doubt} Doubt */
/** @typedef {import('./document.js').Segment} Segment */
/** @typedef {import('./document.js').Words} Words */

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
 * @property {[number, number][]} alignment [T] pairs of source token and target token: the source
 *   position that each token attends to most
 * @property {boolean} finished false: cut at the length limit, or because the time was over
 */

/**
 * Something of a sentence that was carried over into its translation, not translated: `term` (of
 * the glossary, which spells it as `term` says), `thing` (an address, code, what the caller keeps),
 * `number` or `name`; `text` is how it stands in the source, `said` what stands for it.
 *
 * @typedef {{kind: import('../entities/find.js').Kind, text: string, said: string,
 *   term: string}} Carried
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
 * @property {Carried[]} carried what was carried over, in the source's order
 * @property {Doubt[]} doubts what of the best translation is not accounted for, with places in the
 *   text given; none is no proof
 * @property {Record<string, number>} features what `confidence` is made of, by name; none where
 *   the sentence was not read
 * @property {number | null} confidence how far the best translation may be trusted, 0 to 1; null
 *   where the bundle does not say
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

/** Joins what is copied and what was translated, segment by segment. */
export class Joined {
  /**
   * @param {string} source
   * @param {Words} words
   * @param {import('../search/beam.js').SearchOptions} search how many translations are handed
   *   out, and how their scores are made
   */
  constructor(source, words, search) {
    this.source = source
    this.words = words
    this.nBest = search.nBest
    this.search = search
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
    const { hypotheses, first } = best(segment, found, this.words, this.nBest)
    const [{ text, score, finished }] = hypotheses
    const doubted = doubtsOf(segment, text, this.words)
    const measured = this.measured(segment, text, found, first, doubted.length)
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
      carried: carriedOf(segment),
      features: Object.fromEntries(measured),
      confidence: confidence(this.words.confidence, measured),
      doubts: doubted.map((doubt) => ({
        ...doubt,
        start: doubt.start === null ? null : doubt.start + segment.start,
        end: doubt.end === null ? null : doubt.end + segment.start,
      })),
    }
    this.sentences.push(sentence)
    this.put(hypotheses.map((each) => space + each.text))
    return sentence
  }

  /**
   * @param {Segment} segment
   * @param {string} target
   * @param {Found[]} found
   * @param {number} chosen which of them it is
   * @param {number} doubted
   */
  measured(segment, target, found, chosen, doubted) {
    const { search } = this
    const evidence = { source: segment.text, positions: segment.ids.length, target }
    return features({ ...evidence, found, chosen, search }, doubted)
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
 * Returns a translation, or the beginning of one, as it is handed out: in the case of its source,
 * with values for symbols.
 *
 * @param {string} text
 * @param {Segment} segment
 * @param {Words} words
 * @param {boolean} [grows] whether it goes on
 */
export function written(text, segment, { masking, typography }, grows = false) {
  const cased = inCaseOf(text, segment, grows)
  const slots = segment.masked?.slots ?? []
  const { text: said, spans } =
    masking && slots.length > 0
      ? fill(grows ? settled(cased, masking.language) : cased, slots, masking.language)
      : { text: cased, spans: [] }
  if (!typography) return said
  return typography.typeset(grows ? typography.stable(said) : said, spans).text
}

/**
 * Returns what is said of a sentence, or its beginning, in the case of the sentence.
 *
 * @param {string} text
 * @param {Segment} segment
 * @param {boolean} [grows]
 */
const inCaseOf = (text, segment, grows) =>
  segment.casing === 'capitals' ? toCapitals(text) : capitalizedAlike(text, segment.text, grows)

/**
 * @param {Segment} segment
 * @param {string} text
 * @param {Words} words
 */
const doubtsOf = (segment, text, { checks, languages, forms }) =>
  checks.doubts(segment.text, text, ...languages, forms[0])

/** @param {Segment} segment @returns {Carried[]} */
const carriedOf = ({ text, masked }) =>
  (masked?.entities ?? []).map(({ kind, start, end, said, value }) => {
    return { kind, text: text.slice(start, end), said, term: kind === 'term' ? value : '' }
  })

/**
 * Returns hypotheses as search orders them; of a bundle with entities the chosen one first.
 *
 * @param {Segment} segment
 * @param {Found[]} found
 * @param {Words} words
 * @param {number} nBest
 */
function best(segment, found, words, nBest) {
  /** @type {Hypothesis[]} */
  const known = []
  const hypothesis = (/** @type {number} */ index) =>
    (known[index] ??= hypothesisOf(found[index], segment, words))
  const countDoubts = (/** @type {number} */ index) =>
    doubtsOf(segment, hypothesis(index).text, words).length
  const first = words.masking ? chosen(found, countDoubts, segment.ids.length) : 0
  const others = found.map((_, index) => index).filter((index) => index !== first)
  return { hypotheses: [first, ...others.slice(0, nBest - 1)].map(hypothesis), first }
}

/**
 * @param {Found} raw
 * @param {Segment} segment
 * @param {Words} words
 * @returns {Hypothesis}
 */
function hypothesisOf(raw, segment, words) {
  const { tokens, attention, score, finished } = withMissing(raw, segment, words)
  let { text, spans } = words.target.decodeSpans(tokens)
  text = inCaseOf(text, segment)
  /** @type {[number, number][]} */
  let kept = []
  if (segment.masked && words.masking) {
    const filled = fill(text, segment.masked.slots, words.masking.language)
    text = filled.text
    kept = filled.spans
    spans = spans.map(([start, end]) => moved(filled, start, end))
  }
  if (words.typography) {
    const { typeset, movedIn } = words.typography
    const typed = typeset(text, kept)
    text = typed.text
    spans = spans.map(([start, end]) => movedIn(typed, start, end))
  }
  const pieces = words.target.pieces(tokens)
  return {
    text,
    tokens: tokens.map((id, at) => {
      return { id, piece: pieces[at], start: spans[at][0], end: spans[at][1] }
    }),
    alignment: attention.map((row, at) => [row.indexOf(Math.max(...row)), at]),
    ...{ score, attention, finished },
  }
}

/**
 * Returns a hypothesis with every symbol of its source; the rare one that lacks some gets them.
 *
 * A symbol is put behind the word that attends most to where the source has it; at the end of a
 * hypothesis that was cut, so that a stream, which has said the rest, says the same.
 *
 * @param {Found} raw
 * @param {Segment} segment
 * @param {Words} words
 * @returns {Found}
 */
export function withMissing(raw, { masked, ids }, { masking, target }) {
  if (!masked || !masking) return raw
  const [tokens, attention] = [[...raw.tokens], [...raw.attention]]
  for (const { symbol } of masked.slots) {
    if (tokens.includes(Number(masking.ids.get(symbol)))) continue
    const said = target.encode(symbol)
    const source = Math.max(ids.indexOf(Number(masking.sourceIds.get(symbol))), 0)
    const width = attention[0]?.length ?? ids.length
    let place = tokens.length
    if (raw.finished && tokens.length > 0 && source < width) {
      const pieces = target.pieces(tokens)
      const weights = attention.map((row) => row[source])
      place = weights.indexOf(Math.max(...weights)) + 1
      while (place < pieces.length && isLetter([...pieces[place]][0])) place++
    }
    const row = new Float32Array(width)
    row[Math.min(source, width - 1)] = 1
    tokens.splice(place, 0, ...said)
    attention.splice(place, 0, ...said.map(() => row.slice()))
  }
  return { ...raw, tokens, attention }
}
