/** What a search has said: all rows of all steps, linked backwards. */

/**
 * A hypothesis as search leaves it: ids without eos, and [T][M] attention.
 *
 * @typedef {{tokens: number[], score: number, attention: Float32Array[], finished: boolean}} Found
 */

/**
 * Where a hypothesis ended: the row of a step that fed its last token.
 *
 * @typedef {{score: number, step: number, row: number, finished: boolean}} End
 */

/** All rows of all steps, linked backwards. */
export class Trellis {
  constructor() {
    /** @type {number[][]} */
    this.parents = []
    /** @type {number[][]} */
    this.tokens = []
    /** @type {Float32Array[][]} */
    this.attention = []
  }

  /** Tokens that each row has. */
  get size() {
    return this.tokens.length
  }

  /**
   * @param {number[]} parents
   * @param {number[]} tokens
   * @param {Float32Array[]} attention
   */
  link(parents, tokens, attention) {
    this.parents.push(parents)
    this.tokens.push(tokens)
    this.attention.push(attention)
  }

  /**
   * Walks back from an end to the first token.
   *
   * @param {End} end
   * @returns {Found}
   */
  trace({ step, row, score, finished }) {
    /** @type {number[]} */
    const tokens = []
    /** @type {Float32Array[]} */
    const attention = []
    let at = row
    for (let index = step - 1; index >= 0; index--) {
      tokens.push(this.tokens[index][at])
      at = this.parents[index][at]
      attention.push(this.attention[index][at])
    }
    return { tokens: tokens.reverse(), score, attention: attention.reverse(), finished }
  }

  /** Returns what a row has said. @param {number} row */
  history(row) {
    const { size } = this
    const tokens = Array(size).fill(0)
    let at = row
    for (let index = size - 1; index >= 0; index--) {
      tokens[index] = this.tokens[index][at]
      at = this.parents[index][at]
    }
    return tokens
  }
}

/**
 * Orders scores; what is no number comes last.
 *
 * @param {number} one
 * @param {number} other
 */
export function descending(one, other) {
  if (Number.isNaN(one) || Number.isNaN(other))
    return Number(Number.isNaN(one)) - Number(Number.isNaN(other))
  return one === other ? 0 : one > other ? -1 : 1
}
