/**
 * Shortlists: the words that may occur in a sentence's translation, by the words of the sentence.
 *
 * `shortlist.bin` of a bundle, little endian: uint32 1 (of this layout), uint32 V, V counts
 * uint16, then the lists of all source words one after the other, uint16 ids, ascending in each. A
 * sentence's shortlist is the lists of its words, the words themselves (names and numbers are
 * copied), and eos. Knows nothing of ONNX.
 */

import { BundleFormatError } from '../errors.js'
import { SPEC } from '../spec.js'

const { layout: LAYOUT, vocabulary: MAX_VOCABULARY } = SPEC.shortlist

/** @param {string} what */
const error = (what) => new BundleFormatError(`the shortlist ${what}`)

export class Shortlist {
  /**
   * @param {Uint8Array} data the bytes of `shortlist.bin`
   * @param {number} vocabulary V, as the manifest says
   * @param {number} eos id behind every sentence
   * @throws {BundleFormatError} the file is not what the format says
   */
  constructor(data, vocabulary, eos) {
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
    const [layout, size] = data.length < 8 ? [0, 0] : [0, 4].map((at) => view.getUint32(at, true))
    if (layout !== LAYOUT) throw error(`has layout ${layout}; this runtime reads ${LAYOUT}`)
    if (size !== vocabulary || vocabulary > MAX_VOCABULARY) {
      throw error(`is for ${size} words, the manifest says ${vocabulary}`)
    }
    const first = 8 + 2 * vocabulary
    if (data.length < first || data.length % 2 === 1) throw error('ends too early')
    this.starts = new Uint32Array(vocabulary + 1)
    for (let word = 0; word < vocabulary; word++) {
      this.starts[word + 1] = this.starts[word] + view.getUint16(8 + 2 * word, true)
    }
    const count = (data.length - first) / 2
    if (this.starts[vocabulary] !== count) {
      throw error(`holds ${count} ids, its counts say ${this.starts[vocabulary]}`)
    }
    this.ids = Uint16Array.from({ length: count }, (_, at) => view.getUint16(first + 2 * at, true))
    for (let word = 0; word < vocabulary; word++) {
      for (let at = this.starts[word]; at < this.starts[word + 1]; at++) {
        const isRising = at === this.starts[word] || this.ids[at] > this.ids[at - 1]
        if (isRising && this.ids[at] < vocabulary) continue
        throw error('has ids beyond the vocabulary, or not ascending')
      }
    }
    this.vocabulary = vocabulary
    this.eos = eos
  }

  /**
   * Returns the words for a sentence's ids [S]: ascending [C], each once.
   *
   * @param {number[]} source
   */
  of(source) {
    const listed = new Uint8Array(this.vocabulary)
    for (const word of [...source, this.eos]) {
      listed[word] = 1
      for (let at = this.starts[word]; at < this.starts[word + 1]; at++) listed[this.ids[at]] = 1
    }
    /** @type {number[]} */
    const found = []
    listed.forEach((is, id) => is && found.push(id))
    return found
  }
}
