/**
 * A text on its way: taken apart into segments, each sentence read.
 *
 * What is not translated (white space, blank lines, lines without letters, sentences in letters
 * that the model never learnt) stays where it was.
 */

import { find } from '../entities/find.js'
import { FORMS, readingForm } from '../entities/numbers.js'
import { BundleFormatError } from '../errors.js'
import { SPEC } from '../spec.js'
import { Aligned, edited } from '../text/aligned.js'
import { casingOf, normalizedSpace, recased } from '../text/casing.js'
import { isAscii, isLetter } from '../text/characters.js'
import { parseRules } from '../text/rules.js'
import { split } from '../text/segmentation.js'
import { Tokenizer } from '../text/tokenizer.js'
import { Masking, outside } from './masking.js'

/** @typedef {import('../bundle/bundle.js').Bundle} Bundle */
/** @typedef {import('../entities/numbers.js').Form} Form */
/** @typedef {import('../entities/symbols.js').Masked} Masked */
/** @typedef {import('../text/casing.js').Casing} Casing */
/** @typedef {import('../text/rules.js').SentenceRules} SentenceRules */
/** @typedef {import('../text/segmentation.js').Piece} Piece */
/** @typedef {import('../text/tokenizer.js').Span} Span */
/** @typedef {import('./deadline.js').Deadline} Deadline */
/** @typedef {typeof import('./parts.js')} Parts */
/** @typedef {import('./masking.js').Hidden} Hidden */
/** @typedef {import('./masking.js').Wishes} Wishes */

/**
 * How a bundle's texts are taken apart and spelled; how entities become symbols, null: it has none;
 * the languages of source and target, whose words the checks know, and their numbers.
 *
 * @typedef {{source: Tokenizer, target: Tokenizer, rules: SentenceRules, eos: number,
 *   masking: Masking | null, languages: [string, string], forms: [Form | null, Form | null],
 *   checks: typeof import('../text/checks.js'),
 *   confidence: import('../bundle/manifest.js').Confidence | null,
 *   typography: typeof import('../text/typography.js') | null}} Words
 */

/**
 * A stretch of a text; `ids` [S], eos last, and `spans` [S] in the text given, of a sentence.
 * `told`: what is said without asking the model: nothing of what is copied, of a number that stands
 * by itself what the target writes.
 *
 * @typedef {{text: string, start: number, end: number, kind: 'sentence' | 'copied',
 *   casing: Casing, ids: number[], spans: Span[], masked: Masked | null,
 *   told: import('../search/trellis.js').Found[] | null}} Segment
 */

const PAUSE = 16 // milliseconds of splitting, after which others may work

/**
 * Reads how a bundle's texts are taken apart; BundleFormatError if it contradicts itself.
 *
 * @param {Bundle} bundle
 * @returns {Promise<Words>}
 */
export async function wordsOf(bundle) {
  const { manifest, place } = bundle
  if (manifest.task !== 'translate' || manifest.input.kind !== 'text') {
    throw new BundleFormatError(`${place}: a ${manifest.task} bundle translates no text`)
  }
  const source = await loadTokenizer(bundle, manifest.source)
  const isJoint = manifest.source.tokenizer === manifest.target.tokenizer
  const target = isJoint ? source : await loadTokenizer(bundle, manifest.target)
  const rules = parseRules(bundle.text('sentences'))
  if (rules.maxTokens > manifest.input.tokens) {
    throw new BundleFormatError(
      `${place}: sentences may have ${rules.maxTokens} tokens, ` +
        `the encoder takes ${manifest.input.tokens}`,
    )
  }
  const form = await readingForm(manifest.entities?.sourceNumbers ?? null)
  const [from, to] = [manifest.source.language, manifest.target.language]
  const checks = await import('../text/checks.js')
  return {
    ...{ source, target, rules, eos: manifest.source.eos },
    masking: manifest.entities ? new Masking(bundle, source, target, form) : null,
    languages: [from, to],
    ...{ checks, forms: [await checks.checkedForm(from), FORMS[to] ?? null] },
    confidence: manifest.confidence,
    typography: manifest.target.typography ? await import('../text/typography.js') : null,
  }
}

/**
 * @param {Bundle} bundle
 * @param {{tokenizer: string, size: number}} side
 */
export async function loadTokenizer(bundle, side) {
  const tokenizer = await Tokenizer.load(bundle.text(side.tokenizer))
  if (tokenizer.size === side.size) return tokenizer
  throw new BundleFormatError(
    `${bundle.place}: the tokenizer has ${tokenizer.size} subwords, the manifest says ${side.size}`,
  )
}

/**
 * Returns what is markup in a text; null: it is read as it stands. Most texts of one line never
 * need to know how.
 *
 * @param {string} text
 * @param {'html' | null} markup
 */
export async function fragmentOf(text, markup) {
  if (markup === null && !/[<\n*_~]/.test(text)) return null
  const { readMarkup } = await import('./fragment.js')
  return readMarkup(text, markup)
}

/** What is copied through as it stands. @param {Piece} piece @returns {Segment} */
const copied = (piece) => {
  return { ...piece, kind: 'copied', casing: 'usual', ids: [], spans: [], masked: null, told: [] }
}

/**
 * Yields the segments of a text, in order; each sentence is tokenized once, for counting and for
 * reading. Once the time is over nothing is tokenized any more, since nobody will read it.
 *
 * @param {string} text
 * @param {Words} words
 * @param {Deadline} deadline
 * @param {Wishes} wishes what is carried over by the caller's will, if the bundle has symbols
 * @returns {AsyncGenerator<Segment, void, void>}
 */
export async function* takeApart(text, words, deadline, wishes) {
  const parts = await import('./parts.js')
  const { masking } = words
  const hidden = masking && (await masking.hide(text, wishes, parts))
  const segments =
    masking && hidden
      ? takeApartMasked(hidden, words, masking, deadline, parts)
      : takeApartRaw(text, words, deadline, parts)
  let paused = performance.now()
  for (const segment of segments) {
    if (performance.now() - paused > PAUSE) {
      await deadline.pause()
      paused = performance.now()
    }
    yield segment
  }
}

/**
 * @param {string} text
 * @param {Words} words
 * @param {Deadline} deadline
 * @param {Parts} parts
 * @returns {Generator<Segment, void, void>}
 */
function* takeApartRaw(text, words, deadline, parts) {
  /** @type {Map<string, ReturnType<typeof readTokens>>} */
  const known = new Map()
  const read = (/** @type {string} */ sentence) => {
    let found = known.get(sentence)
    if (!found) {
      found = readTokens(sentence, casingOf(sentence, words.rules), words)
      known.set(sentence, found)
    }
    return found
  }
  const count = (/** @type {string} */ sentence) =>
    deadline.isOver() ? 0 : read(sentence).ids.length - 1
  for (const piece of split(text, words.rules, count, parts.labels)) {
    if (piece.kind === 'copied' || isCopied(piece.text, words)) {
      yield copied(piece)
      continue
    }
    const { ids, spans } = deadline.isOver() ? unread(piece.text, words) : read(piece.text)
    const casing = casingOf(piece.text, words.rules)
    yield { ...piece, casing, ids, spans: shifted(spans, piece.start), masked: null, told: null }
    known.clear() // a sentence is asked for twice in a row, or never again
  }
}

/**
 * Splits a text whose entities are hidden, and reads each sentence with symbols.
 *
 * @param {Hidden} hidden
 * @param {Words} words
 * @param {Masking} masking
 * @param {Deadline} deadline
 * @param {Parts} parts
 * @returns {Generator<Segment, void, void>}
 */
function* takeApartMasked(hidden, words, masking, deadline, parts) {
  const count = (/** @type {string} */ sentence) => {
    if (deadline.isOver()) return 0
    const casing = casingIn(sentence, words, masking, parts)
    const read = masking.read(sentence, casing)
    if (read === null) return words.rules.maxTokens + 1
    const whole = edited(read, parts.shortened(read, words.languages[0]))
    return words.source.encode(asRead(whole, casing, words.rules).text).length
  }
  for (const piece of split(hidden.text, words.rules, count, parts.labels)) {
    for (const item of parts.withoutMarker(piece, hidden.text)) {
      for (const part of partsOf(item, hidden, words, masking, parts)) {
        yield readMasked(part, hidden, words, masking, deadline, parts)
      }
    }
  }
}

/**
 * Returns what of a piece is translated by itself.
 *
 * @param {Piece} piece of a hidden text
 * @param {Hidden} hidden
 * @param {Words} words
 * @param {Masking} masking
 * @param {Parts} parts
 */
function partsOf(piece, hidden, words, masking, parts) {
  if (piece.kind === 'copied') return parts.entitiesApart(piece, hidden)
  const names = masking.names(piece.text, casingIn(piece.text, words, masking, parts))
  return parts.carriedOver(piece, names, hidden) ?? [piece]
}

/**
 * Returns how a hidden sentence is written, words that are cut short read whole.
 *
 * @param {string} text
 * @param {Words} words
 * @param {Masking} masking
 * @param {Parts} parts
 */
const casingIn = (text, { languages, rules }, masking, parts) =>
  masking.casing(edited(text, parts.shortened(text, languages[0])), rules)

/**
 * Returns a piece of a hidden text as it is in the text itself; a sentence is read.
 *
 * @param {Piece} piece
 * @param {Hidden} hidden
 * @param {Words} words
 * @param {Masking} masking
 * @param {Deadline} deadline
 * @param {Parts} parts
 * @returns {Segment}
 */
function readMasked(piece, hidden, words, masking, deadline, parts) {
  const whole = outside(piece, hidden)
  if (piece.kind === 'copied' || isForeign(piece.text, words.source)) return copied(whole)
  const casing = casingIn(piece.text, words, masking, parts)
  const masked = masking.mask(piece, hidden, casing)
  // A symbol stands for the letters of its entity.
  const aligned = new Aligned(whole.text)
    .edited(masked.entities.map(({ start, end }) => [start, end, ' ']))
    .with(masked.text)
    .edited(parts.shortened(masked.text, words.languages[0]))
  masked.text = aligned.text
  if (deadline.isOver()) {
    const { ids, spans } = unread(whole.text, words)
    const told = figureOf(masked, ids, masking)
    return { ...whole, casing, ids, spans: shifted(spans, whole.start), masked, told }
  }
  const { ids, spans } = readTokens(masked.text, casing, words)
  const { starts, ends } = aligned
  const own = spans.map(([from, to]) => {
    const start = starts[from] ?? whole.text.length
    return /** @type {Span} */ ([start, Math.max(start, to === 0 ? 0 : ends[to - 1])])
  })
  const told = figureOf(masked, ids, masking)
  return { ...whole, casing, ids, spans: shifted(own, whole.start), masked, told }
}

/**
 * Returns what is said of a number and nothing else, its symbol; null: the model is asked.
 *
 * @param {Masked} masked
 * @param {number[]} ids
 * @param {Masking} masking
 */
function figureOf({ text, slots }, ids, masking) {
  const id = masking.ids.get(text)
  if (id === undefined || slots[0].kind !== 'number') return null
  const read = masking.sourceIds.get(text)
  const attention = [Float32Array.from(ids, (each) => (each === read ? 1 : 0))]
  return [{ tokens: [id], score: 0, attention, finished: true }]
}

/**
 * @param {Span[]} spans
 * @param {number} offset
 */
const shifted = (spans, offset) =>
  spans.map(([start, end]) => /** @type {Span} */ ([start + offset, end + offset]))

/**
 * Returns a text as one sentence, read as `takeApart` reads them but never cut.
 *
 * @param {string} text
 * @param {Words} words
 * @param {Wishes} wishes
 * @param {Deadline} deadline
 * @returns {Promise<Segment>}
 */
export async function readSentence(text, words, wishes, deadline) {
  const piece = /** @type {Piece} */ ({ text, start: 0, end: text.length, kind: 'sentence' })
  if (!words.masking) {
    const casing = casingOf(text, words.rules)
    return { ...piece, casing, ...readTokens(text, casing, words), masked: null, told: null }
  }
  const parts = await import('./parts.js')
  const hidden = await words.masking.hide(text, wishes, parts)
  const inside = { ...piece, text: hidden.text, end: hidden.text.length }
  return readMasked(inside, hidden, words, words.masking, deadline, parts)
}

/**
 * Returns a sentence as the model knows it: spaces normalized, and no longer in capitals.
 *
 * @param {string} sentence
 * @param {Casing} casing
 * @param {SentenceRules} rules
 */
const asRead = (sentence, casing, rules) =>
  recased(normalizedSpace(new Aligned(sentence), rules), casing)

/**
 * Returns the tokens that a sentence is read as, eos last, and where they stand in it.
 *
 * @param {string} sentence
 * @param {Casing} casing
 * @param {Words} words
 */
export function readTokens(sentence, casing, words) {
  const { ids, spans } = words.source.encodeSpans(asRead(sentence, casing, words.rules))
  const end = sentence.length
  return { ids: [...ids, words.eos], spans: [...spans, /** @type {Span} */ ([end, end])] }
}

/**
 * What a sentence is that nobody will read.
 *
 * @param {string} sentence
 * @param {Words} words
 * @returns {ReturnType<typeof readTokens>}
 */
const unread = (sentence, words) => {
  return { ids: [words.eos], spans: [[sentence.length, sentence.length]] }
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
 * Tells whether all letters of a sentence are in things, which both languages write alike.
 *
 * An address, a file name, a code between backticks: a model without symbols spells it anew.
 *
 * @param {string} sentence one with a letter
 * @param {Tokenizer} tokenizer of the sentence
 * @param {[Form | null, Form | null]} forms of numbers in source and target
 */
export function standsAlike(sentence, tokenizer, [source, target]) {
  const knows = (/** @type {string} */ letter) => tokenizer.knows(letter)
  let [rest, done] = ['', 0]
  for (const entity of find(sentence, { source, target, knows })) {
    if (entity.kind !== 'thing') continue
    rest += sentence.slice(done, entity.start)
    done = entity.end
  }
  return done > 0 && ![...rest, ...sentence.slice(done)].some(isLetter)
}

/**
 * @param {string} sentence
 * @param {Words} words
 */
const isCopied = (sentence, words) =>
  standsAlike(sentence, words.source, words.forms) || isForeign(sentence, words.source)
