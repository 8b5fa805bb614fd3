/**
 * Unigram subwords: of all ways to spell a text, the one with the best sum of scores.
 *
 * As SentencePiece finds it, to the last digit: every sum is a float32, and of equal ones the
 * first found stays, which is the one whose last subword begins first. Knows nothing of sentences.
 */

import { LATER } from '../spec_later.js'
import { isPair, utf8 } from './characters.js'
import { MARK } from './vocabulary.js'

/** @typedef {import('./definition.js').Definition} Definition */
/** @typedef {import('./bpe.js').Subwords} Subwords */

const NOWHERE = -1

/**
 * One character further on the way of some subwords.
 *
 * @typedef {{id: number, next: Map<string, Node>}} Node
 */

export class Unigram {
  /** @param {Definition} read */
  constructor(read) {
    const reserved = new Set([read.unknown, ...read.bytesOf])
    // Unknown and bytes are no spelling of a text, nor is what has a space: spaces become marks.
    const typed = [...read.ids].filter(([piece, id]) => !reserved.has(id) && !piece.includes(' '))
    const kept = new Set(read.kept)
    this.scores = Float32Array.from(read.scores)
    let low = Infinity
    for (const [piece, id] of typed) if (!kept.has(piece)) low = Math.min(low, this.scores[id])
    const penalty = LATER.tokenizer.unknown_penalty
    this.unknownScore = Math.fround((low === Infinity ? 0 : low) - penalty)
    for (const piece of kept) {
      const bonus = LATER.tokenizer.kept_bonus * (utf8(piece).length - 1)
      this.scores[Number(read.ids.get(piece))] = bonus
    }
    this.unknown = read.unknown ?? 0
    this.bytesOf = read.bytesOf
    /** @type {Node} */
    this.root = { id: NOWHERE, next: new Map() }
    for (const [piece, id] of typed) {
      if (read.across || !piece.includes(MARK, 1)) this.add(piece, id)
    }
  }

  /**
   * @param {string} piece
   * @param {number} id
   */
  add(piece, id) {
    let node = this.root
    for (const c of piece) {
      let next = node.next.get(c)
      if (!next) {
        next = { id: NOWHERE, next: new Map() }
        node.next.set(c, next)
      }
      node = next
    }
    node.id = id
  }

  /**
   * Returns the subwords of a text.
   *
   * @param {string} text
   * @returns {Subwords}
   */
  cut(text) {
    const { begins, chosen } = this.best(text)
    /** @type {Subwords} */
    const found = { ids: [], starts: [], ends: [] }
    const add = (
      /** @type {number} */ id,
      /** @type {number} */ from,
      /** @type {number} */ to,
    ) => {
      found.ids.push(id)
      found.starts.push(from)
      found.ends.push(to)
    }
    let end = text.length
    while (end > 0) {
      const [start, id] = [begins[end], chosen[end]]
      if (id !== this.unknown) {
        add(id, start, end)
      } else if (this.bytesOf.length > 0) {
        const bytes = utf8(text.slice(start, end))
        for (const byte of bytes.reverse()) add(this.bytesOf[byte], start, end)
      } else if (found.ids.at(-1) === id && found.starts.at(-1) === end) {
        found.starts[found.starts.length - 1] = start // a run of them is one
      } else {
        add(id, start, end)
      }
      end = start
    }
    for (const list of Object.values(found)) list.reverse()
    return found
  }

  /**
   * Returns, for each end, where the best last subword begins and which one it is.
   *
   * @param {string} text
   */
  best(text) {
    const count = text.length
    const best = new Float32Array(count + 1)
    const begins = new Int32Array(count + 1).fill(NOWHERE)
    const chosen = new Int32Array(count + 1).fill(this.unknown)
    const offer = (
      /** @type {number} */ start,
      /** @type {number} */ end,
      /** @type {number} */ id,
      /** @type {number} */ score,
    ) => {
      const total = Math.fround(best[start] + score)
      if (begins[end] !== NOWHERE && !(total > best[end])) return
      best[end] = total
      begins[end] = start
      chosen[end] = id
    }
    let start = 0
    while (start < count) {
      const after = start + (isPair(text, start) ? 2 : 1)
      let [node, end, alone] = [this.root, start, false]
      while (end < count) {
        const next = end + (isPair(text, end) ? 2 : 1)
        const further = node.next.get(text.slice(end, next))
        if (!further) break
        node = further
        end = next
        if (node.id === NOWHERE) continue
        offer(start, end, node.id, this.scores[node.id])
        alone ||= end === after
      }
      if (!alone) offer(start, after, this.unknown, this.unknownScore)
      start = after
    }
    return { begins, chosen }
  }
}
