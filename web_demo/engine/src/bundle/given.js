/**
 * A bundle that a person or a program hands over: a zip, the files of a folder, bytes by name.
 * Loaded with the first of them.
 */

import { BundleNotFoundError, InputError } from '../errors.js'
import { missing } from './sources.js'
import { ZipFiles, isZip } from './zip.js'

/** @typedef {import('./bundle.js').Files} Files */

/**
 * Returns where the files of what was given are read from.
 *
 * @param {Exclude<import('./sources.js').Source, string | URL>} source
 * @returns {Promise<Files>}
 */
export async function openGiven(source) {
  if (source instanceof ArrayBuffer) return zipOf(new Uint8Array(source), 'the zip')
  if (source instanceof Uint8Array) return zipOf(source, 'the zip')
  if (source instanceof Blob) {
    const name = 'name' in source ? String(source.name) : 'the zip'
    return zipOf(new Uint8Array(await source.arrayBuffer()), name)
  }
  if (source instanceof Map) return new GivenFiles(source)
  if (Array.isArray(source)) return new ChosenFiles(source)
  return source
}

/**
 * @param {Uint8Array} data
 * @param {string} place
 */
function zipOf(data, place) {
  if (isZip(data)) return new ZipFiles(data, place)
  throw new BundleNotFoundError(`${place} is not a bundle: it is no zip`)
}

/** Bytes by name. */
class GivenFiles {
  /** @param {Map<string, Uint8Array>} content */
  constructor(content) {
    this.place = 'the bundle'
    this.content = content
  }

  /**
   * @param {string} name
   * @param {number} limit
   */
  async read(name, limit) {
    const data = this.content.get(name)
    if (data) return data.subarray(0, limit + 1)
    throw missing(name, this.place)
  }
}

/** The files of a folder that a person chose or dropped. */
class ChosenFiles {
  /** @param {File[]} files */
  constructor(files) {
    this.place = 'the folder'
    this.files = files
    if (files.some((file) => !(file instanceof Blob))) {
      throw new InputError('a list of files holds something else')
    }
  }

  /**
   * @param {string} name
   * @param {number} limit
   */
  async read(name, limit) {
    const file = this.files.find((each) => each.name === name)
    if (file) return new Uint8Array(await file.slice(0, limit + 1).arrayBuffer())
    throw missing(name, this.place)
  }
}
