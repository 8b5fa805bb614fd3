/**
 * Byte-pair encoding: the characters of a word, merged while a rule applies.
 *
 * Knows nothing of sentences, nor of what the subwords mean.
 */

import { keptPattern } from './definition.js'
import { isPair, utf8 } from './characters.js'

/** @typedef {import('./definition.js').Definition} Definition */

/**
 * What a text or a word is cut into: ids, and where each begins and ends in what was cut. The
 * bytes of a character all have the place of that character.
 *
 * @typedef {{ids: number[], starts: number[], ends: number[]}} Subwords
 */

const NONE = -1

export class BytePairs {
  /** @param {Definition} read */
  constructor(read) {
    this.ids = read.ids
    this.size = read.pieces.length
    this.bytesOf = read.bytesOf
    this.unknown = read.bytesOf.length > 0 || read.unknown === null ? NONE : read.unknown
    this.fused = read.fused
    this.suffix = read.suffix
    this.kept = keptPattern(read.kept, 'g')
    /** Rank of each pair of ids, as one number. @type {Map<number, number>} */
    this.ranks = new Map()
    this.merged = new Int32Array(read.merges.length)
    read.merges.forEach(([left, right], rank) => {
      this.ranks.set(this.pair(this.idOf(left), this.idOf(right)), rank)
      this.merged[rank] = this.idOf(left + right)
    })
  }

  /** @param {string} piece */
  idOf(piece) {
    return this.ids.get(piece) ?? NONE
  }

  /**
   * @param {number} left
   * @param {number} right
   */
  pair(left, right) {
    return left * this.size + right
  }

  /**
   * Returns the subwords of a word.
   *
   * @param {string} word
   * @returns {Subwords}
   */
  cut(word) {
    /** @type {Subwords} */
    const found = { ids: [], starts: [], ends: [] }
    let done = 0
    for (const match of this.kept ? word.matchAll(this.kept) : []) {
      this.cutStretch(word, done, match.index, found)
      done = match.index + match[0].length
      found.ids.push(this.idOf(match[0]))
      found.starts.push(match.index)
      found.ends.push(done)
    }
    this.cutStretch(word, done, word.length, found)
    return found
  }

  /**
   * Adds the subwords of a stretch of a word.
   *
   * @param {string} word
   * @param {number} start
   * @param {number} end
   * @param {Subwords} found
   */
  cutStretch(word, start, end, found) {
    /** @type {Subwords} */
    const symbols = { ids: [], starts: [], ends: [] }
    const add = (
      /** @type {number} */ id,
      /** @type {number} */ from,
      /** @type {number} */ to,
    ) => {
      symbols.ids.push(id)
      symbols.starts.push(from)
      symbols.ends.push(to)
    }
    let at = start
    while (at < end) {
      const next = at + (isPair(word, at) ? 2 : 1)
      const character = word.slice(at, next)
      const id = this.idOf(next === word.length ? character + this.suffix : character)
      if (id !== NONE) {
        add(id, at, next)
      } else if (this.unknown === NONE) {
        for (const byte of utf8(character)) add(this.bytesOf[byte], at, next)
      } else if (this.fused && symbols.ids.at(-1) === this.unknown) {
        symbols.ends[symbols.ends.length - 1] = next
      } else {
        add(this.unknown, at, next)
      }
      at = next
    }
    this.merge(symbols)
    symbols.ids.forEach((id, index) => {
      if (id === NONE) return
      found.ids.push(id)
      found.starts.push(symbols.starts[index])
      found.ends.push(symbols.ends[index])
    })
  }

  /**
   * Merges until no rule applies: always the first rule, and of its places the leftmost. What is
   * merged into the symbol before it is left empty.
   *
   * @param {Subwords} symbols
   */
  merge({ ids, ends }) {
    const count = ids.length
    if (count < 2) return
    const before = Int32Array.from({ length: count }, (_, at) => at - 1)
    const behind = Int32Array.from({ length: count }, (_, at) => at + 1)
    const queue = new Heap() // rank, then place
    const offer = (/** @type {number} */ at) => {
      const rank = this.ranks.get(this.pair(ids[at], ids[behind[at]]))
      if (rank !== undefined) queue.push(rank * count + at)
    }
    for (let at = 0; at + 1 < count; at++) offer(at)
    while (queue.size > 0) {
      const first = queue.pop()
      const rank = Math.floor(first / count)
      const at = first % count
      const eaten = behind[at]
      if (eaten === count || ids[at] === NONE) continue
      // One of the two may have grown meanwhile.
      if (this.ranks.get(this.pair(ids[at], ids[eaten])) !== rank) continue
      ids[at] = this.merged[rank]
      ids[eaten] = NONE
      ends[at] = ends[eaten]
      behind[at] = behind[eaten]
      if (behind[at] < count) {
        before[behind[at]] = at
        offer(at)
      }
      if (before[at] >= 0) offer(before[at])
    }
  }
}

/** Numbers, the smallest first. */
class Heap {
  constructor() {
    /** @type {number[]} */
    this.items = []
  }

  get size() {
    return this.items.length
  }

  /** @param {number} value */
  push(value) {
    const { items } = this
    let at = items.length
    while (at > 0) {
      const above = (at - 1) >> 1
      if (items[above] <= value) break
      items[at] = items[above]
      at = above
    }
    items[at] = value
  }

  pop() {
    const { items } = this
    const [first] = items
    const last = /** @type {number} */ (items.pop())
    const count = items.length
    if (count === 0) return first
    let at = 0
    while (true) {
      let below = 2 * at + 1
      if (below >= count) break
      if (below + 1 < count && items[below + 1] < items[below]) below++
      if (items[below] >= last) break
      items[at] = items[below]
      at = below
    }
    items[at] = last
    return first
  }
}
