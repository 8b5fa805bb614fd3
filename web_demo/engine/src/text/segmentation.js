/**
 * Sentences: what of a text is translated, and what is copied through as it stands.
 *
 * A character is a Unicode code point on every host; nothing here depends on a locale or a regular
 * expression. A line ends at a line feed. A sentence ends with its line, or at a run of
 * terminators and the closers after it when white space follows and then something that can begin
 * a sentence. Labels that signs part are sentences. A sentence that is too long is cut near its
 * middle, and each part is looked at again. Knows nothing of subwords: the caller counts them.
 */

import { isPrivate } from '../entities/marks.js'
import { isDigit, isLetter, isSmall } from './characters.js'

/** @typedef {import('./rules.js').SentenceRules} SentenceRules */
/** @typedef {typeof import('./labels.js').labels | null} Labels */

/**
 * A stretch of a text, in UTF-16 units of what was split: translated, or copied through as it
 * stands (white space, no letters or strange ones).
 *
 * @typedef {{text: string, start: number, end: number, kind: 'sentence' | 'copied'}} Piece
 */

const BYTE_ORDER_MARK = '\ufeff'

/**
 * Yields sentences and what stands between them.
 *
 * The pieces follow each other without a gap and make up the whole text, but for a byte order mark
 * at its start, which is dropped: it belongs to the file. A sentence begins and ends without white
 * space, has a letter, lies within one line, and has at most `maxTokens` tokens unless it is a
 * single character. Two that are copied are never neighbours.
 *
 * @param {string} text
 * @param {SentenceRules} rules
 * @param {(sentence: string) => number} countTokens how many tokens a string has, eos not
 *   counted; asked only about strings of at most `maxCharacters`, and in all about a small multiple
 *   of the text
 * @param {Labels} labels
 * @returns {Generator<Piece, void, void>}
 */
export function* split(text, rules, countTokens, labels) {
  let done = text.startsWith(BYTE_ORDER_MARK) ? 1 : 0
  for (const [offset, line] of lines(text, done, rules, countTokens)) {
    for (const [from, to] of line.sentences(labels)) {
      const [start, stop] = [offset + from, offset + to]
      if (done < start) yield piece(text, done, start, 'copied')
      yield piece(text, start, stop, 'sentence')
      done = stop
    }
  }
  if (done < text.length) yield piece(text, done, text.length, 'copied')
}

/**
 * Yields the lines of a text that is not empty, each with where it begins.
 *
 * @param {string} text
 * @param {number} offset where the first one begins
 * @param {SentenceRules} rules
 * @param {(sentence: string) => number} countTokens
 * @returns {Generator<[number, Line], void, void>}
 */
export function* lines(text, offset, rules, countTokens) {
  while (offset < text.length) {
    const feed = text.indexOf('\n', offset)
    const end = feed < 0 ? text.length : feed
    yield [offset, new Line(text.slice(offset, end), rules, countTokens)]
    offset = end + 1
  }
}

/**
 * @param {string} text
 * @param {number} start
 * @param {number} end
 * @param {'sentence' | 'copied'} kind
 * @returns {Piece}
 */
const piece = (text, start, end, kind) => ({ text: text.slice(start, end), start, end, kind })

/** One line as code points; all places count them, but those that are yielded. */
class Line {
  /**
   * @param {string} text
   * @param {SentenceRules} rules
   * @param {(sentence: string) => number} countTokens
   */
  constructor(text, rules, countTokens) {
    this.rules = rules
    this.countTokens = countTokens
    this.text = text
    this.characters = [...text]
    this.offsets = new Int32Array(this.characters.length + 1) // in UTF-16 units
    this.characters.forEach((c, at) => (this.offsets[at + 1] = this.offsets[at] + c.length))
  }

  /** @param {number} at */
  isTerminator(at) {
    const c = this.characters[at]
    return this.rules.terminators.has(c) || this.rules.wideTerminators.has(c)
  }

  /** @param {number} at */
  isSpace(at) {
    return this.rules.spaces.has(this.characters[at])
  }

  /**
   * Yields where each sentence stands, in UTF-16 units.
   *
   * @param {Labels} labels
   * @returns {Generator<[number, number], void, void>}
   */
  *sentences(labels) {
    for (const [start, end] of this.cuts()) {
      const parts = labels?.(this.characters, start, end, this.rules.spaces) ?? [[start, end]]
      for (const [from, to] of parts) yield* this.fit(from, to)
    }
  }

  /**
   * Yields where each sentence starts and ends, white space around it included.
   *
   * @returns {Generator<[number, number], void, void>}
   */
  *cuts() {
    const { characters, rules } = this
    const end = characters.length
    let [start, position, hasLetter] = [0, 0, false] // "1." begins an item, it is no sentence
    while (position < end) {
      if (!this.isTerminator(position)) {
        hasLetter ||= isLetter(characters[position])
        position++
        continue
      }
      const dot = position
      while (position < end && this.isTerminator(position)) position++
      const isWordEnd = position === dot + 1 && characters[dot] === '.'
      const isWide = rules.wideTerminators.has(characters[position - 1])
      position = this.afterClosers(position)
      const follower = this.nextSentence(position)
      if (!hasLetter || follower === '' || !(isWide || this.isSpace(position))) continue
      if (isWordEnd && this.isAbbreviation(start, dot, follower)) continue
      yield [start, position]
      start = position
      hasLetter = false
    }
    yield [start, end]
  }

  /**
   * Returns where the closers at a position end; French sets a space before some.
   *
   * @param {number} position
   */
  afterClosers(position) {
    const { characters, rules } = this
    while (position < characters.length) {
      const spaced = position + 1 < characters.length && this.isSpace(position)
      const mark = characters[position + (spaced ? 1 : 0)]
      // After a space, a mark that could do either (a straight quote) opens.
      if (!rules.closers.has(mark) || (spaced && rules.openers.has(mark))) break
      position += spaced ? 2 : 1
    }
    return position
  }

  /**
   * Returns the first character of the sentence at a position, "" if none can begin there.
   *
   * @param {number} position
   */
  nextSentence(position) {
    const { characters, rules } = this
    while (
      position < characters.length &&
      (this.isSpace(position) || rules.openers.has(characters[position]))
    ) {
      position++
    }
    if (position === characters.length) return ''
    const first = characters[position]
    const goesOn =
      isSmall(first) ||
      this.isTerminator(position) ||
      rules.closers.has(first) ||
      rules.breaks.some((marks) => marks.has(first))
    return goesOn ? '' : first
  }

  /**
   * Tells whether the word before `dot` keeps the sentence going that began at `start`.
   *
   * @param {number} start
   * @param {number} dot
   * @param {string} follower
   */
  isAbbreviation(start, dot, follower) {
    const { characters, rules } = this
    let from = dot
    while (from > start && (isLetter(characters[from - 1]) || isDigit(characters[from - 1]))) from--
    const word = characters.slice(from, dot).join('') // "21st" is not "st"
    const isNumber = isDigit(follower) || isPrivate(follower) // one that is hidden
    const known = isNumber
      ? [rules.abbreviations, rules.numberAbbreviations]
      : [rules.abbreviations]
    return known.some((words) => words.has(word) || words.has(word.toLowerCase()))
  }

  /**
   * Yields the parts of a sentence that are short enough and have a letter, trimmed.
   *
   * @param {number} from
   * @param {number} to
   * @returns {Generator<[number, number], void, void>}
   */
  *fit(from, to) {
    const { characters, offsets, rules } = this
    const [start, end] = this.trimmed(from, to)
    if (end - start <= rules.maxCharacters) {
      let hasLetter = false
      for (let at = start; at < end && !hasLetter; at++) hasLetter = isLetter(characters[at])
      if (!hasLetter) return
      const sentence = this.text.slice(offsets[start], offsets[end])
      if (end - start === 1 || this.countTokens(sentence) <= rules.maxTokens) {
        yield [offsets[start], offsets[end]]
        return
      }
    }
    const cut = this.bestCut(start, end)
    yield* this.fit(start, cut)
    yield* this.fit(cut, end)
  }

  /**
   * Returns a stretch without white space at its ends.
   *
   * @param {number} start
   * @param {number} end
   */
  trimmed(start, end) {
    while (start < end && this.isSpace(start)) start++
    while (start < end && this.isSpace(end - 1)) end--
    return [start, end]
  }

  /**
   * Returns where to cut a sentence: in its middle half, the best place nearest the middle.
   *
   * Two halves make better sentences than a full one and a scrap. The search stays within a
   * bounded distance, so that all cuts of a very long line take linear time.
   *
   * @param {number} start
   * @param {number} end
   */
  bestCut(start, end) {
    const middle = start + Math.floor((end - start) / 2)
    const reach = Math.floor(Math.min(end - start, this.rules.maxCharacters) / 4)
    let [best, lowest, nearest] = [middle, Infinity, Infinity]
    for (let cut = middle - reach; cut <= middle + reach; cut++) {
      const [rank, distance] = [this.cutRank(cut), Math.abs(cut - middle)]
      if (rank < lowest || (rank === lowest && distance < nearest)) {
        best = cut
        lowest = rank
        nearest = distance
      }
    }
    return best
  }

  /**
   * Ranks a cut before a character, 0 the best: a mark, two words, white space, anywhere.
   *
   * @param {number} cut
   */
  cutRank(cut) {
    const { characters, rules } = this
    const marks = rules.breaks.length
    if (!this.isSpace(cut)) return marks + 2
    const rank = rules.breaks.findIndex((group) => group.has(characters[cut - 1]))
    if (rank >= 0) return rank
    // Letters on both sides: "10 000", "5 %", "« a »" and "M. B" stay whole.
    return isLetter(characters[cut - 1]) && isLetter(characters[cut + 1]) ? marks : marks + 1
  }
}
