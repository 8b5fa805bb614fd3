/**
 * A text that is read as a whole, or the turns of a dialogue: tokens, and what had to be left out.
 *
 * Places count UTF-16 units. Knows subwords and sentences, and nothing of models.
 */

import { SPEC } from '../spec.js'
import { Aligned } from '../text/aligned.js'
import { normalizedSpace } from '../text/casing.js'
import { countCharacters } from '../text/characters.js'
import { sentenceSpans } from '../text/segmentation.js'

/** @typedef {import('../text/rules.js').SentenceRules} SentenceRules */
/** @typedef {import('../text/tokenizer.js').Tokenizer} Tokenizer */
/** @typedef {[start: number, end: number]} Span */

/**
 * How a bundle reads whole texts: at most `tokens` subwords, eos not counted; of a dialogue the last
 * `turns` (null: as many as there is room for), with `separator` between them.
 *
 * @typedef {{tokenizer: Tokenizer, rules: SentenceRules, eos: number, tokens: number,
 *   separator: string, turns: number | null}} Reader
 */

/**
 * A text as it is read: ids [S], eos last, and where each stands in the text given; the stretch that
 * was read; and whether that is less than all of it, but for white space at its ends.
 *
 * @typedef {{ids: number[], spans: Span[], read: Span, cut: boolean}} Whole
 */

/**
 * A dialogue as it is read: ids [S], eos last, and where each stands in `text`, the turns that were
 * read with separators between them; where each of these stands in it; and whether there was no
 * room for all that would have been read.
 *
 * @typedef {{ids: number[], spans: Span[], text: string, parts: Span[], cut: boolean}} Turns
 */

const BYTE_ORDER_MARK = '\ufeff'

/** How many characters are looked at. @param {Reader} reader */
const charactersOf = (reader) => reader.tokens * SPEC.whole.characters

/**
 * Reads a text from its beginning, as much of it as there is room for. What is too long is cut behind
 * the last sentence that fits, if that leaves half of what there is room for, or behind a token.
 *
 * @param {string} text
 * @param {Reader} reader
 * @returns {Whole}
 */
export function readText(text, reader) {
  const { head, isAll } = headOf(text, reader)
  let { ids, spans } = reader.tokenizer.encodeSpans(head)
  const cut = !isAll || ids.length > reader.tokens
  let last = head.text.length === 0 ? 0 : head.ends[head.text.length - 1]
  if (cut) {
    const end = endOfSentences(head.text, reader, isAll)
    if (end > 0) {
      const kept = beginning(head, end)
      ;({ ids, spans } = reader.tokenizer.encodeSpans(kept))
      last = head.ends[end - 1]
    } else if (spans.length > 0) {
      ids = ids.slice(0, reader.tokens)
      spans = spans.slice(0, reader.tokens)
      last = spans[spans.length - 1][1]
    }
  }
  const first = head.text.length === 0 ? 0 : head.starts[0]
  return {
    ids: [...ids, reader.eos],
    spans: [...spans, [last, last]],
    read: [first, last],
    cut,
  }
}

/**
 * Reads a dialogue from its end, as much of it as there is room for. The oldest turns are left out
 * first; of the last one, if that alone is too long, the beginning. A turn without anything but white
 * space and separators is none.
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
    if (asked.length === (reader.turns ?? Infinity) || size > charactersOf(reader)) break
    const told = withoutSeparator(turns[at], reader)
    if (told === '') continue
    asked.unshift(told)
    size += countCharacters(told)
  }
  const kept = fitting(asked, reader)
  const cut = kept.length < asked.length
  if (cut && kept.length === 0) return beginningLeftOut(asked[asked.length - 1], reader)
  const text = kept.join(reader.separator)
  /** @type {Span[]} */
  const parts = []
  let start = 0
  for (const turn of kept) {
    parts.push([start, start + turn.length])
    start += turn.length + reader.separator.length
  }
  return { ...tokensOf(text, reader), text, parts, cut }
}

/**
 * Returns a turn in one line; a separator that somebody has typed is a space.
 *
 * @param {string} turn
 * @param {Reader} reader
 */
export function withoutSeparator(turn, reader) {
  const told = normal(turn, reader.rules)
  const sign = reader.separator.replace(/^ +| +$/g, '')
  return sign === '' ? told : normal(told.replaceAll(sign, ' '), reader.rules)
}

/**
 * Returns a text in one line, each run of white space a space: line feeds are, and a byte order mark
 * at the beginning.
 *
 * @param {string} text
 * @param {SentenceRules} rules
 */
export const normal = (text, rules) => normalizedSpace(new Aligned(inOneLine(text)), rules).text

/** @param {string} text */
function inOneLine(text) {
  const marked = text.startsWith(BYTE_ORDER_MARK)
  return (marked ? ` ${text.slice(1)}` : text).replaceAll('\n', ' ')
}

/**
 * Returns as much of a text as is looked at, white space normalized, and whether that is all of it.
 *
 * @param {string} text
 * @param {Reader} reader
 */
function headOf(text, reader) {
  const most = charactersOf(reader)
  let size = 2 * most
  while (true) {
    const told = normalizedSpace(new Aligned(inOneLine(text.slice(0, size))), reader.rules)
    if (countCharacters(told.text) > most) {
      return { head: beginning(told, unitsOf(told.text, most)), isAll: false }
    }
    if (size >= text.length) return { head: told, isAll: true }
    size *= 2
  }
}

/**
 * @param {Aligned} aligned
 * @param {number} end
 */
const beginning = ({ text, starts, ends }, end) =>
  new Aligned(text.slice(0, end), starts.subarray(0, end), ends.subarray(0, end))

/**
 * How many UTF-16 units the first characters of a text have.
 *
 * @param {string} text
 * @param {number} count
 */
function unitsOf(text, count) {
  let at = 0
  for (let left = count; left > 0 && at < text.length; left--) {
    at += /** @type {number} */ (text.codePointAt(at)) > 0xffff ? 2 : 1
  }
  return at
}

/**
 * Returns the last characters of a text.
 *
 * @param {string} text
 * @param {number} count
 */
function tailOf(text, count) {
  const most = text.slice(-2 * count) // a half of a pair may stand first, and goes with what is left out
  return most.slice(unitsOf(most, Math.max(0, countCharacters(most) - count)))
}

/**
 * @param {string} text
 * @param {Reader} reader
 * @returns {{ids: number[], spans: Span[]}}
 */
function tokensOf(text, reader) {
  const { ids, spans } = reader.tokenizer.encodeSpans(new Aligned(text))
  return { ids: [...ids, reader.eos], spans: [...spans, [text.length, text.length]] }
}

/**
 * Returns how many tokens a text has; one too many, if nobody would count them.
 *
 * @param {string} text
 * @param {Reader} reader
 */
function count(text, reader) {
  if (countCharacters(text) > charactersOf(reader)) return reader.tokens + 1
  return reader.tokenizer.encode(text).length
}

/**
 * Returns where the last sentence ends that there is room for; 0 if that is too early.
 *
 * @param {string} head the beginning of a text, white space normalized
 * @param {Reader} reader
 * @param {boolean} isAll whether it is all of the text, so that the last sentence ends where it does
 */
function endOfSentences(head, reader, isAll) {
  let [best, most] = [0, 0]
  for (const [, end] of sentenceSpans(head, reader.rules)) {
    if (end === head.length && !isAll) break
    const tokens = count(head.slice(0, end), reader)
    if (tokens > reader.tokens) break
    best = end
    most = tokens
  }
  return 2 * most >= reader.tokens ? best : 0
}

/**
 * Returns the last turns that there is room for together, none if not even for the last one.
 *
 * @param {string[]} turns
 * @param {Reader} reader
 */
function fitting(turns, reader) {
  for (let first = turns.length - 1; first >= 0; first--) {
    const joined = turns.slice(first).join(reader.separator)
    if (count(joined, reader) > reader.tokens) return turns.slice(first + 1)
  }
  return turns
}

/**
 * Reads the end of a turn that is too long: from the first sentence on that leaves it short enough, if
 * that is half of what there is room for, or else from a token on.
 *
 * @param {string} turn
 * @param {Reader} reader
 * @returns {Turns}
 */
function beginningLeftOut(turn, reader) {
  const tail = tailOf(turn, charactersOf(reader))
  for (const [start] of sentenceSpans(tail, reader.rules)) {
    if (start === 0) continue // of the turn, which is too long; or somewhere within it
    const text = tail.slice(start)
    const tokens = count(text, reader)
    if (tokens > reader.tokens) continue
    if (2 * tokens < reader.tokens) break
    return { ...tokensOf(text, reader), text, parts: [[0, text.length]], cut: true }
  }
  const { ids, spans } = reader.tokenizer.encodeSpans(new Aligned(tail))
  const kept = spans.slice(-reader.tokens)
  const first = kept[0][0]
  const text = tail.slice(first)
  /** @type {Span[]} */
  const moved = kept.map(([start, end]) => [start - first, end - first])
  return {
    ids: [...ids.slice(-reader.tokens), reader.eos],
    spans: [...moved, [text.length, text.length]],
    text,
    parts: [[0, text.length]],
    cut: true,
  }
}
