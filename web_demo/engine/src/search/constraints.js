/** What restrains a search: loops and n-grams that must not go on, and symbols of entities. */

import { SPEC } from '../spec.js'

/** How often a block of 1, 2, ... tokens may stand in a row, unless the source repeats more. */
const BLOCK_REPEATS = SPEC.search.loops.reduce(
  (/** @type {number[]} */ repeats, /** @type {[number, number]} */ [size, times]) => [
    ...repeats,
    ...Array(size - repeats.length).fill(times),
  ],
  [],
)

/**
 * Returns how often, at most, the same 1 to 32 ids stand in a row; 1 if nothing is repeated.
 *
 * @param {number[]} ids
 */
export function mostRepeats(ids) {
  let most = 1
  for (let size = 1; size <= BLOCK_REPEATS.length; size++) {
    let same = 0
    for (let at = size; at < ids.length; at++) {
      same = ids[at] === ids[at - size] ? same + 1 : 0
      most = Math.max(most, Math.floor(same / size) + 1)
    }
  }
  return most
}

/**
 * Returns how often a source says the same in a row, as `search` asks for it; null: loops are let
 * be.
 *
 * @param {string} rule what the bundle says of `repeats`
 * @param {number[]} ids of the source
 */
export const repeatsAllowed = (rule, ids) => (rule === 'few' ? mostRepeats(ids) : null)

/**
 * Returns the first token of each block that has followed itself as often as it may.
 *
 * @param {number[]} history what a row has said
 * @param {number} repeats how often the source says the same in a row
 */
export function loops(history, repeats) {
  /** @type {number[]} */
  const found = []
  const count = history.length
  for (let size = 1; size <= BLOCK_REPEATS.length; size++) {
    let same = 0
    while (same + size < count && history[count - 1 - same] === history[count - 1 - same - size]) {
      same++
    }
    const allowed = (Math.max(repeats, BLOCK_REPEATS[size - 1]) - 1) * size
    if (same >= allowed && size <= count) found.push(history[count - size])
  }
  return found
}

/**
 * Returns the tokens that would let a sequence of so many occur twice.
 *
 * @param {number[]} history
 * @param {number} size
 */
export function repeated(history, size) {
  /** @type {number[]} */
  const found = []
  const recent = history.length - (size - 1)
  for (let at = 0; at + size <= history.length; at++) {
    let same = 0
    while (same < size - 1 && history[at + same] === history[recent + same]) same++
    if (same === size - 1) found.push(history[at + size - 1])
  }
  return found
}

/**
 * What a translation must and may say of the entities of its source: all symbols that the model
 * knows, and how often the source has each. As often it must be said, and no more often.
 *
 * @typedef {{ids: number[], times: number[]}} Asked
 */

/**
 * What one row may still say [Y], whether it must [Y], and how many it has said that it must.
 *
 * @typedef {{left: number[], missing: boolean[], said: number}} Row
 */

/** Which symbols of entities each row may still say, and which it must. */
export class SaidSymbols {
  /** @param {Asked} asked */
  constructor(asked) {
    this.ids = asked.ids
    this.places = new Map(asked.ids.map((id, place) => [id, place]))
    /** @type {Row[]} */
    this.rows = [{ left: asked.times, missing: asked.times.map((times) => times > 0), said: 0 }]
    /** How many different ones the source has: as many more continuations are asked for. */
    this.room = asked.times.filter((times) => times > 0).length
  }

  /** Whether a row has not said all it must. @param {number} row */
  isMissing(row) {
    return this.rows[row].missing.includes(true)
  }

  isAnyMissing() {
    return this.rows.some((row) => row.missing.includes(true))
  }

  /**
   * Whether a row may not say a token: a symbol that the source has not, or no more often.
   *
   * @param {number} row
   * @param {number} token
   */
  isForbidden(row, token) {
    const place = this.places.get(token)
    return place !== undefined && this.rows[row].left[place] <= 0
  }

  /**
   * Whether a token is something that a row must still say.
   *
   * @param {number} row
   * @param {number} token
   */
  isUnsaid(row, token) {
    const place = this.places.get(token)
    return place !== undefined && this.rows[row].missing[place]
  }

  /**
   * How many symbols that it must a row has said when it goes on with a token.
   *
   * @param {number} row
   * @param {number} token
   */
  said(row, token) {
    return this.rows[row].said + (this.isUnsaid(row, token) ? 1 : 0)
  }

  /**
   * What a row must still say, the likeliest first.
   *
   * @param {number} row
   * @param {(id: number) => number} logProb
   */
  missing(row, logProb) {
    const ids = this.ids.filter((id) => this.isUnsaid(row, id)).sort((a, b) => a - b)
    return ids.sort((a, b) => logProb(b) - logProb(a))
  }

  /**
   * Goes on to rows that continue rows `parent` with `token`.
   *
   * @param {number[]} parent
   * @param {number[]} token
   */
  advance(parent, token) {
    this.rows = parent.map((from, index) => {
      const row = this.rows[from]
      const place = this.places.get(token[index])
      if (place === undefined) return row
      return {
        left: row.left.map((times, at) => (at === place ? times - 1 : times)),
        missing: row.missing.map((missing, at) => missing && (at !== place || row.left[at] > 1)),
        said: this.said(from, token[index]),
      }
    })
  }
}
