/**
 * A bundle in a zip: its files at the top or in one top folder, and no more than memory can hold.
 *
 * Limits are those of `contract.json`. Reads the central directory alone; knows nothing of what
 * the files mean.
 */

import { BundleError, BundleFormatError, BundleNotFoundError, grouped } from '../errors.js'
import { LATER } from '../spec_later.js'
import { decodeUtf8, taken } from './bytes.js'
import { MANIFEST } from './contract.js'

/** @typedef {import('./manifest.js').Manifest} Manifest */

const LIMITS = LATER.zip

const END = 0x06054b50
const END_BYTES = 22
const ENTRY = 0x02014b50
const ENTRY_BYTES = 46
const LOCAL = 0x04034b50
const LOCAL_BYTES = 30
const COMMENT_BYTES = 0xffff
const STORED = 0
const DEFLATED = 8

/** @typedef {{method: number, packed: number, offset: number, encrypted: boolean}} Entry */

/** Tells whether bytes begin as a zip does. @param {Uint8Array} data */
export const isZip = (data) => data.length >= END_BYTES && data[0] === 0x50 && data[1] === 0x4b

/** The files in a zip: what stands before their names is taken off. */
export class ZipFiles {
  /**
   * @param {Uint8Array} data
   * @param {string} place what errors call it
   */
  constructor(data, place) {
    this.data = data
    this.view = new DataView(data.buffer, data.byteOffset, data.byteLength)
    this.place = place
    /** @type {Map<string, Entry>} */
    this.entries = new Map()
    const names = this.readDirectory()
    this.folder = this.top(names)
  }

  /** @param {string} why */
  broken(why) {
    return new BundleNotFoundError(`${this.place} is not a bundle: ${why}`)
  }

  readDirectory() {
    const last = this.data.length - END_BYTES
    let end = last
    while (end >= 0 && end >= last - COMMENT_BYTES && this.view.getUint32(end, true) !== END) end--
    if (end < 0 || end < last - COMMENT_BYTES) throw this.broken('it is no zip')
    const count = this.view.getUint16(end + 10, true)
    let at = this.view.getUint32(end + 16, true)
    /** @type {string[]} */
    const names = []
    for (let index = 0; index < count; index++) {
      if (at + ENTRY_BYTES > end || this.view.getUint32(at, true) !== ENTRY) {
        throw this.broken('its directory is damaged')
      }
      const [name, extra, comment] = [28, 30, 32].map((o) => this.view.getUint16(at + o, true))
      const text = decodeUtf8(this.data.subarray(at + ENTRY_BYTES, at + ENTRY_BYTES + name))
      if (text === null) throw this.broken('a name in it is not UTF-8')
      names.push(text)
      this.entries.set(text, {
        encrypted: (this.view.getUint16(at + 8, true) & 1) === 1,
        method: this.view.getUint16(at + 10, true),
        packed: this.view.getUint32(at + 20, true),
        offset: this.view.getUint32(at + 42, true),
      })
      at += ENTRY_BYTES + name + extra + comment
    }
    return names
  }

  /**
   * Returns what stands before the names of a bundle's files: nothing, or one folder.
   *
   * @param {string[]} names
   */
  top(names) {
    if (names.length > LIMITS.entries) {
      throw new BundleFormatError(
        `${this.place}: the zip has more than ${grouped(LIMITS.entries)} files`,
      )
    }
    if (new Set(names).size !== names.length) {
      throw new BundleFormatError(`${this.place}: the zip has two files of one name`)
    }
    if (names.includes(MANIFEST)) return ''
    const tops = new Set(
      names.filter((name) => !name.startsWith(LIMITS.aside)).map((name) => name.split('/')[0]),
    )
    const folder = tops.size === 1 ? `${[...tops][0]}/` : ''
    if (!names.includes(folder + MANIFEST)) {
      throw new BundleNotFoundError(`${this.place} is not a bundle: it has no ${MANIFEST}`, {
        hint: `zip the folder that holds ${MANIFEST}, or what is in it`,
      })
    }
    return folder
  }

  /** Refuses what would take far more memory than the zip takes. @param {Manifest} manifest */
  checkSizes(manifest) {
    const sizes = new Map([...manifest.files.values()].map((entry) => [entry.name, entry.bytes]))
    const total = [...sizes.values()].reduce((sum, size) => sum + size, 0)
    if (total > LIMITS.bytes) {
      throw new BundleFormatError(`the zip unpacks to more than ${grouped(LIMITS.bytes)} bytes`)
    }
    if (total > LIMITS.ratio * this.data.length) {
      throw new BundleFormatError(`the zip unpacks to more than ${LIMITS.ratio} times its size`)
    }
  }

  /**
   * Returns the bytes of a file, one more than the limit at most.
   *
   * @param {string} name
   * @param {number} limit
   */
  async read(name, limit) {
    const entry = this.entries.get(this.folder + name)
    if (!entry) throw new BundleFormatError(`${name} is missing`)
    if (entry.method !== STORED && entry.method !== DEFLATED) {
      throw new BundleFormatError(`${name} is compressed in a way no other host reads`)
    }
    if (entry.encrypted) throw new BundleFormatError(`${name} cannot be read: it is encrypted`)
    const at = entry.offset
    if (at + LOCAL_BYTES > this.data.length || this.view.getUint32(at, true) !== LOCAL) {
      throw new BundleFormatError(`${name} cannot be read: the zip is damaged`)
    }
    const head = this.view.getUint16(at + 26, true) + this.view.getUint16(at + 28, true)
    const start = at + LOCAL_BYTES + head
    const packed = this.data.subarray(start, start + entry.packed)
    if (entry.method === STORED) return packed.subarray(0, limit + 1)
    try {
      return await inflated(packed, limit + 1)
    } catch (error) {
      if (error instanceof BundleError) throw error
      throw new BundleFormatError(`${name} cannot be read: the zip is damaged`, { cause: error })
    }
  }
}

/**
 * Unpacks up to so many bytes.
 *
 * @param {Uint8Array} packed
 * @param {number} most
 */
function inflated(packed, most) {
  const stream = new Blob([new Uint8Array(packed)]).stream()
  return taken(stream.pipeThrough(new DecompressionStream('deflate-raw')), most)
}
