/**
 * A bundle: `manifest.json` and the files it names, from wherever they are read.
 *
 * Every file is read once, its size and SHA-256 are compared with the manifest, and those very
 * bytes are what everything else works on. Knows nothing of ONNX.
 */

import { BundleFormatError, ChecksumError, PlatformError } from '../errors.js'
import { decodeUtf8 } from './bytes.js'
import { MANIFEST } from './contract.js'
import { MAX_MANIFEST_BYTES, parseManifest } from './manifest.js'

/** @typedef {import('./manifest.js').Manifest} Manifest */
/** @typedef {import('./manifest.js').FileEntry} FileEntry */

/**
 * Where a bundle's files are read from.
 *
 * @typedef {object} Files
 * @property {string} place what errors call it
 * @property {(name: string, limit: number) => Promise<Uint8Array>} read the bytes of a file, one
 *   more than the limit at most; BundleFormatError if there is none, BundleNotFoundError if that
 *   is the manifest
 * @property {(manifest: Manifest) => void} [checkSizes] refuses what would take far more memory
 *   than it takes where it lies
 * @property {(content: Map<string, Uint8Array>) => Promise<void>} [keep] told of all files by
 *   name, the manifest too, once all are known to be right
 */

/**
 * How far a bundle is: bytes read, of all.
 *
 * @typedef {(progress: {loaded: number, total: number, file: string}) => void} OnProgress
 */

/** A bundle in memory, checked. */
export class Bundle {
  /**
   * @param {string} place what errors call it
   * @param {Manifest} manifest
   * @param {Map<string, Uint8Array>} content role to bytes
   */
  constructor(place, manifest, content) {
    this.place = place
    this.manifest = manifest
    this.content = content
  }

  /**
   * Reads and checks all files of a bundle.
   *
   * @param {Files} files
   * @param {{onProgress?: OnProgress, signal?: AbortSignal}} [options]
   * @throws {BundleNotFoundError} there is none
   * @throws {BundleFormatError} the manifest or a file is not what the format says
   * @throws {ChecksumError} a file is not the one the manifest was written for
   */
  static async read(files, { onProgress = () => {}, signal } = {}) {
    return placed(files.place, async () => {
      const written = await files.read(MANIFEST, MAX_MANIFEST_BYTES)
      const manifest = parseManifest(written)
      files.checkSizes?.(manifest)
      const entries = new Map([...manifest.files.values()].map((entry) => [entry.name, entry]))
      const total = [...entries.values()].reduce((sum, entry) => sum + entry.bytes, 0)
      let loaded = 0
      /** @type {Map<string, Uint8Array>} */
      const byName = new Map([[MANIFEST, written]])
      const readOne = async (/** @type {FileEntry} */ entry) => {
        signal?.throwIfAborted()
        const data = await files.read(entry.name, entry.bytes)
        await checkFile(data, entry, files.place)
        byName.set(entry.name, data)
        loaded += data.length
        onProgress({ loaded, total, file: entry.name })
      }
      await Promise.all([...entries.values()].map(readOne))
      signal?.throwIfAborted()
      await files.keep?.(byName)
      const content = new Map(
        [...manifest.files].map(([role, entry]) => [
          role,
          /** @type {Uint8Array} */ (byName.get(entry.name)),
        ]),
      )
      return new Bundle(files.place, manifest, content)
    })
  }

  /**
   * Returns the bytes of a role's file.
   *
   * @param {string} role
   */
  data(role) {
    const data = this.content.get(role)
    if (!data) throw new BundleFormatError(`${this.place}: the bundle has no ${role}`)
    return data
  }

  /**
   * Returns the text of a role's file.
   *
   * @param {string} role
   */
  text(role) {
    const text = decodeUtf8(this.data(role))
    if (text !== null) return text
    throw new BundleFormatError(
      `${this.place}: ${this.manifest.files.get(role)?.name} is not UTF-8`,
    )
  }

  /** Bytes of all files but the manifest. */
  get size() {
    let size = 0
    for (const data of this.content.values()) size += data.length
    return size
  }
}

/**
 * Says in which bundle an error is.
 *
 * @template T
 * @param {string} place
 * @param {() => T | Promise<T>} work
 */
export async function placed(place, work) {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof BundleFormatError) || error.message.startsWith(place)) throw error
    throw new BundleFormatError(`${place}: ${error.message}`, { hint: error.hint, cause: error })
  }
}

/**
 * @param {Uint8Array} data
 * @param {FileEntry} entry
 * @param {string} place
 */
async function checkFile(data, entry, place) {
  if (data.length === entry.bytes && (await sha256(data)) === entry.sha256) return
  throw new ChecksumError(`${place}: ${entry.name} is not the file that ${MANIFEST} describes`, {
    hint: 'the bundle was damaged or changed; get it again',
  })
}

/** @param {Uint8Array} data */
async function sha256(data) {
  const subtle = globalThis.crypto?.subtle
  if (!subtle) {
    throw new PlatformError('the hashes of a bundle cannot be checked here', {
      hint: 'a page needs https, or localhost',
    })
  }
  const hash = await subtle.digest('SHA-256', /** @type {Uint8Array<ArrayBuffer>} */ (data))
  return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
