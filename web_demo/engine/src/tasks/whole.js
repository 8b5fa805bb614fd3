/**
 * A text that is read as a whole, or the turns of a dialogue: tokens, and what had to be left out.
 *
 * Knows subwords and sentences, and nothing of models. What is counted are code points, as on every
 * host; places count UTF-16 units.
 */

import { LATER } from '../spec_later.js'
import { Aligned } from '../text/aligned.js'
import { normalizedSpace } from '../text/casing.js'
import { countCharacters, isPair } from '../text/characters.js'
import { parseRules } from '../text/rules.js'
import { sentenceSpans } from '../text/sentences.js'

/** @typedef {import('../text/rules.js').SentenceRules} SentenceRules */
/** @typedef {import('../text/tokenizer.js').Encoded} Encoded */
/** @typedef {import('../text/tokenizer.js').Span} Span */
/** @typedef {import('../text/tokenizer.js').Tokenizer} Tokenizer */

/**
 * How a bundle reads whole texts: `eos` ends what is read, of at most `tokens` (eos not counted)
 * and `characters`; `separator` stands between the turns of a dialogue, of which `turns` are read
 * at most (null: as many as there is room for).
 *
 * @typedef {{tokenizer: Tokenizer, rules: SentenceRules, eos: number, tokens: number,
 *   characters: number, separator: string, turns: number | null}} Reader
 */

/**
 * A text as it is read: ids, eos last, and where each stands in the text given (eos, where reading
 * stopped); the stretch of the text that was read; and whether that is less than all of it.
 *
 * @typedef {Encoded & {read: Span, cut: boolean}} Whole
 */

/**
 * A dialogue as it is read: ids, eos last, and where each stands in `text`; the turns that were
 * read, with separators between them; where each of these stands in it; and whether there was no
 * room for all that would have been read.
 *
 * @typedef {Encoded & {text: string, parts: Span[], cut: boolean}} Turns
 */

/**
 * @param {Tokenizer} tokenizer
 * @param {SentenceRules} rules
 * @param {number} eos
 * @param {{tokens: number, separator?: string | null, turns?: number | null}} input of the manifest
 * @returns {Reader}
 */
export function readerOf(tokenizer, rules, eos, { tokens, separator, turns }) {
  const characters = tokens * LATER.whole.characters
  return {
    tokenizer,
    rules,
    eos,
    tokens,
    characters,
    separator: separator || ' ',
    turns: turns ?? null,
  }
}

/**
 * Returns how a bundle for texts reads.
 *
 * @param {import('../bundle/bundle.js').Bundle} bundle
 * @param {Tokenizer} tokenizer
 * @throws {BundleFormatError} its rules are none
 */
export const readerOfBundle = (bundle, tokenizer) =>
  readerOf(
    tokenizer,
    parseRules(bundle.text('sentences')),
    bundle.manifest.source.eos,
    bundle.manifest.input,
  )

/**
 * Returns a text in one line, each run of white space a space, none at the ends. Line feeds are
 * white space here, and a byte order mark at the beginning.
 *
 * @param {string} text
 * @param {SentenceRules} rules
 */
export const normal = (text, rules) => normalizedSpace(new Aligned(inOneLine(text)), rules).text

/** Returns a text of the same length without line feeds. @param {string} text */
const inOneLine = (text) => text.replace(/^\ufeff|\n/g, ' ')

/**
 * @param {string} text
 * @param {number} characters
 */
const isLonger = (text, characters) =>
  text.length > characters && countCharacters(text) > characters

/**
 * Returns where so many characters of a text end.
 *
 * @param {string} text
 * @param {number} characters
 */
function endOf(text, characters) {
  let end = 0
  for (let count = 0; count < characters && end < text.length; count++) {
    end += isPair(text, end) ? 2 : 1
  }
  return end
}

/**
 * Reads a text from its beginning, as much of it as there is room for.
 *
 * What is too long is cut behind the last sentence that fits, if that leaves half of what there is
 * room for, or else behind a token.
 *
 * @param {string} text
 * @param {Reader} reader
 * @returns {Whole}
 */
export function readText(text, reader) {
  const { tokenizer, tokens: most, characters } = reader
  const beginning = beginningOf(text, reader)
  const isComplete = !isLonger(beginning.text, characters)
  const head = isComplete ? beginning : first(beginning, endOf(beginning.text, characters))
  let found = tokenizer.encodeSpans(head)
  const start = head.text === '' ? 0 : head.starts[0]
  let stop = head.text === '' ? 0 : head.ends[head.text.length - 1]
  const cut = !isComplete || found.ids.length > most
  if (cut) {
    const end = endOfSentences(head.text, reader, isComplete)
    if (end > 0) found = tokenizer.encodeSpans(first(head, end))
    else found = { ids: found.ids.slice(0, most), spans: found.spans.slice(0, most) }
    stop = end > 0 ? head.ends[end - 1] : (found.spans.at(-1)?.[1] ?? start)
  }
  return { ...ended(found, stop, reader), read: [start, stop], cut }
}

/**
 * Returns the beginning of a text, so many units.
 *
 * @param {Aligned} text
 * @param {number} length
 */
const first = ({ text, starts, ends }, length) => new Aligned(text.slice(0, length), starts, ends)

/**
 * @param {Encoded} found
 * @param {number} at where the end stands
 * @param {Reader} reader
 * @returns {Encoded}
 */
const ended = ({ ids, spans }, at, { eos }) => ({ ids: [...ids, eos], spans: [...spans, [at, at]] })

/**
 * Returns all of a text that is looked at, and a little more if there is more; white space
 * normalized.
 *
 * @param {string} text
 * @param {Reader} reader
 */
function beginningOf(text, { characters, rules }) {
  for (let size = 2 * characters; ; size *= 2) {
    const within = size < text.length && isPair(text, size - 1) ? size + 1 : size
    const found = normalizedSpace(new Aligned(inOneLine(text.slice(0, within))), rules)
    if (within >= text.length || isLonger(found.text, characters)) return found
  }
}

/**
 * Returns how many tokens a text has; one too many, if nobody would count them.
 *
 * @param {string} text
 * @param {Reader} reader
 */
const count = (text, { tokenizer, tokens, characters }) =>
  isLonger(text, characters) ? tokens + 1 : tokenizer.encode(text).length

/**
 * Returns where the last sentence ends that there is room for; 0 if that is too early.
 *
 * @param {string} head the beginning of a text, white space normalized
 * @param {Reader} reader
 * @param {boolean} isComplete whether it is all of the text, so that the last sentence ends where
 *   it does
 */
function endOfSentences(head, reader, isComplete) {
  let [best, counted] = [0, 0]
  for (const [, end] of sentenceSpans(head, reader.rules)) {
    if (end === head.length && !isComplete) break
    const tokens = count(head.slice(0, end), reader)
    if (tokens > reader.tokens) break
    best = end
    counted = tokens
  }
  return 2 * counted >= reader.tokens ? best : 0
}

/**
 * Reads a dialogue from its end, as much of it as there is room for.
 *
 * The oldest turns are left out first; of the last one, if that alone is too long, the beginning.
 * A turn without anything but white space and separators is none.
 *
 * @param {string[]} turns of both sides, the oldest first
 * @param {Reader} reader
 * @returns {Turns}
 */
export function readTurns(turns, reader) {
  /** @type {string[]} */
  const asked = []
  let size = 0
  for (let at = turns.length - 1; at >= 0; at--) {
    // What is older has no room.
    if (asked.length === reader.turns || size > reader.characters) break
    const told = withoutSeparator(turns[at], reader)
    if (told === '') continue
    asked.unshift(told)
    size += countCharacters(told)
  }
  const kept = fitting(asked, reader)
  const cut = kept.length < asked.length
  if (asked.length > 0 && kept.length === 0) {
    return beginningLeftOut(asked[asked.length - 1], reader, cut)
  }
  const text = kept.join(reader.separator)
  return { ...tokensOf(text, reader), text, parts: partsOf(kept, reader), cut }
}

/**
 * Returns a turn in one line; a separator that somebody has typed is a space.
 *
 * @param {string} turn
 * @param {Reader} reader
 */
export function withoutSeparator(turn, { rules, separator }) {
  const told = normal(turn, rules)
  const sign = separator.replace(/^ +| +$/g, '')
  return sign !== '' && told.includes(sign) ? normal(told.replaceAll(sign, ' '), rules) : told
}

/**
 * @param {string} text
 * @param {Reader} reader
 */
const tokensOf = (text, reader) =>
  ended(reader.tokenizer.encodeSpans(new Aligned(text)), text.length, reader)

/**
 * Returns the last turns that there is room for together, none if not even for the last one.
 *
 * @param {string[]} turns
 * @param {Reader} reader
 */
function fitting(turns, reader) {
  for (let at = turns.length - 1; at >= 0; at--) {
    const text = turns.slice(at).join(reader.separator)
    if (count(text, reader) > reader.tokens) return turns.slice(at + 1)
  }
  return turns
}

/**
 * Returns what is read of a turn that is too long: its end.
 *
 * It begins with the first sentence that leaves it short enough, if that is half of what there is
 * room for, or else with a token.
 *
 * @param {string} turn
 * @param {Reader} reader
 * @param {boolean} cut
 * @returns {Turns}
 */
function beginningLeftOut(turn, reader, cut) {
  const { characters, tokenizer, tokens: most } = reader
  const read = (/** @type {string} */ text, /** @type {Encoded} */ found) =>
    /** @type {Turns} */ ({ ...found, text, parts: [[0, text.length]], cut })
  const excess = countCharacters(turn) - characters
  const tail = excess > 0 ? turn.slice(endOf(turn, excess)) : turn
  for (const [start] of sentenceSpans(tail, reader.rules)) {
    if (start === 0) continue // of the turn, which is too long; or somewhere within it
    const tokens = count(tail.slice(start), reader)
    if (tokens > most) continue
    if (2 * tokens < most) break
    return read(tail.slice(start), tokensOf(tail.slice(start), reader))
  }
  const { ids, spans } = tokenizer.encodeSpans(new Aligned(tail))
  const [[from]] = spans.slice(-most)
  const last = {
    ids: ids.slice(-most),
    spans: spans
      .slice(-most)
      .map(([start, end]) => /** @type {Span} */ ([start - from, end - from])),
  }
  return read(tail.slice(from), ended(last, tail.length - from, reader))
}

/**
 * @param {string[]} turns
 * @param {Reader} reader
 * @returns {Span[]}
 */
function partsOf(turns, { separator }) {
  let start = 0
  return turns.map((turn) => {
    const from = start
    start += turn.length + separator.length
    return [from, from + turn.length]
  })
}
