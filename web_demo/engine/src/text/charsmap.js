/**
 * SentencePiece's character map: which stretches of a text it writes in another way.
 *
 * The map (`precompiled_charsmap`) is a little-endian uint32 of n bytes, a Darts double array of
 * those n bytes that is walked by UTF-8, and a block of replacements, each ended by NUL; what the
 * array holds for a key is where in the block its replacement begins. Knows nothing of subwords.
 */

import { decodeUtf8 } from '../bundle/bytes.js'
import { BundleFormatError } from '../errors.js'
import { countCharacters, isPair, utf8 } from './characters.js'

/** @typedef {import('./aligned.js').Edit} Edit */

const BLOCK = 256 // units of the array come in blocks, one place for each byte
const VALUE = 0x7fffffff
const LABEL = 0x800000ff
const HAS_VALUE = 0x100

export class Charsmap {
  /**
   * @param {Uint8Array} data the bytes of `precompiled_charsmap`
   * @param {number} longest characters that it may put in place of others
   * @param {RegExp | null} kept what it leaves as it is wherever that stands; sticky
   * @throws {BundleFormatError} they are no character map
   */
  constructor(data, longest, kept) {
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
    const size = data.length < 4 ? 0 : view.getUint32(0, true)
    if (size % (4 * BLOCK) !== 0 || size === 0 || size > data.length - 4) {
      throw new BundleFormatError('tokenizer charsmap is cut short')
    }
    this.units = Uint32Array.from({ length: size / 4 }, (_, at) => view.getUint32(4 + 4 * at, true))
    this.units.forEach((unit, at) => {
      if (unit <= VALUE && (at ^ offset(unit)) >>> 0 >= this.units.length) {
        throw new BundleFormatError('tokenizer charsmap points beyond its end')
      }
    })
    this.block = data.subarray(4 + size)
    const replacements = decodeUtf8(this.block)?.split('\0')
    if (!replacements) throw new BundleFormatError('tokenizer charsmap is not UTF-8')
    if (replacements.pop() !== '' || replacements.some((r) => countCharacters(r) > longest)) {
      throw new BundleFormatError(
        `tokenizer charsmap has replacements of over ${longest} characters`,
      )
    }
    this.kept = kept
    this.root = offset(this.units[0])
    /** @type {Map<number, string>} */
    this.news = new Map()
  }

  /**
   * Returns what is to be rewritten: at each place the longest key that the map has.
   *
   * @param {string} text without lone surrogates
   */
  edits(text) {
    /** @type {Edit[]} */
    const found = []
    let position = 0
    while (position < text.length) {
      if (this.kept) {
        this.kept.lastIndex = position
        if (this.kept.test(text)) {
          position = this.kept.lastIndex
          continue
        }
      }
      const [end, value] = this.longest(text, position)
      if (value >= 0) found.push([position, end, this.replacement(value)])
      position = end
    }
    return found
  }

  /**
   * Returns where the longest key at a place ends, and its value; one character and -1.
   *
   * @param {string} text
   * @param {number} start
   * @returns {[number, number]}
   */
  longest(text, start) {
    let [node, value, position] = [this.root, -1, start]
    let end = start + (isPair(text, start) ? 2 : 1)
    while (node >= 0 && position < text.length) {
      const next = position + (isPair(text, position) ? 2 : 1)
      const [reached, longer] = this.walk(node, text.slice(position, next))
      position = next
      node = reached
      if (longer >= 0) {
        end = position
        value = longer
      }
    }
    return [end, value]
  }

  /**
   * Follows a character; returns the node it leads to and the value there, -1 where none.
   *
   * @param {number} node
   * @param {string} character
   * @returns {[number, number]}
   */
  walk(node, character) {
    let unit = 0
    for (const byte of utf8(character)) {
      node = (node ^ byte) >>> 0
      unit = this.units[node]
      if ((unit & LABEL) >>> 0 !== byte) return [-1, -1]
      node = (node ^ offset(unit)) >>> 0
    }
    return [node, unit & HAS_VALUE ? this.units[node] & VALUE : -1]
  }

  /** @param {number} value */
  replacement(value) {
    let text = this.news.get(value)
    if (text === undefined) {
      const end = this.block.indexOf(0, value)
      const part = this.block.subarray(value, Math.max(end, 0))
      text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(part)
      this.news.set(value, text)
    }
    return text
  }
}

/**
 * Returns how far from a unit its children are, to be combined by exclusive or.
 *
 * @param {number} unit
 */
const offset = (unit) => ((unit >>> 10) << ((unit & 0x200) >>> 6)) >>> 0
