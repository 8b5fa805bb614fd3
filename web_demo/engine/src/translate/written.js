/** A translation that is written with its tags, line by line. */

import { isSpace } from '../entities/characters.js'
import { characterAt, characterBefore, isAlphanumeric } from '../text/characters.js'
import { weave } from '../text/markup.js'
import { transfer } from './markup.js'

/** @typedef {import('./result.js').Hypothesis} Hypothesis */

/** @type {Record<string, string>} */
const ESCAPED = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }

/** What is written, and where in it each unit of the translation without tags stands. */
export class Written {
  /** @param {boolean} isPlain whether nothing needs to be spelled as HTML does */
  constructor(isPlain) {
    this.isPlain = isPlain
    this.text = ''
    /** What was written last; a line begins behind nothing. */
    this.last = ''
    /** @type {number[]} */
    this.starts = []
    /** @type {number[]} */
    this.ends = []
  }

  /**
   * Writes a line with its tags; what was not read has white space around it again.
   *
   * @param {import('./fragment.js').Line} line
   * @param {import('./alignment.js').Answer} answer its translation
   */
  line({ marked, tags, spaces }, answer) {
    let isApart = false
    for (const { kind, text, mark } of weave(transfer(marked, answer))) {
      if (kind === 'text') {
        if (isApart && isAlphanumeric(characterAt(text, 0))) this.write(' ')
        for (const unit of text.split('')) {
          this.put(this.isPlain ? unit : (ESCAPED[unit] ?? unit), 1)
        }
        isApart = false
        continue
      }
      const [before, behind] = spaces[mark]
      const last = characterBefore(this.last, this.last.length)
      if (before && last !== '' && !isSpace(last)) this.write(' ')
      isApart ||= behind
      this.write(tags[mark][kind === 'close' ? 1 : 0])
    }
  }

  /**
   * Writes what stands for so many units of the translation.
   *
   * @param {string} written
   * @param {number} count
   */
  put(written, count) {
    for (let at = 0; at < count; at++) {
      this.starts.push(this.text.length)
      this.ends.push(this.text.length + written.length)
    }
    this.write(written)
  }

  /** @param {string} text */
  write(text) {
    this.last = text
    this.text += text
  }

  /**
   * Returns what was said of a sentence whose translation begins at `start`, with its tags, and
   * where it begins now.
   *
   * @param {Hypothesis} hypothesis
   * @param {number} start
   */
  moved(hypothesis, start) {
    const [begin, end] = this.span(start, start + hypothesis.text.length)
    const tokens = hypothesis.tokens.map((token) => {
      const [low, high] = this.span(start + token.start, start + token.end)
      return { ...token, start: Math.max(low - begin, 0), end: Math.max(high - begin, 0) }
    })
    const text = this.text.slice(begin, end)
    return { hypothesis: { ...hypothesis, text, tokens }, start: begin }
  }

  /**
   * @param {number} start
   * @param {number} end
   */
  span(start, end) {
    if (start < end) return [this.starts[start], this.ends[end - 1]]
    const place = start > 0 ? this.ends[start - 1] : 0
    return [place, place]
  }
}
