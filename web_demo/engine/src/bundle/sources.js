/**
 * Where a bundle may come from: a URL, a zip, files that a person chose, bytes by name.
 *
 * What was downloaded and found right may be kept in Cache Storage, all of it or nothing, so that
 * it is there without a network. Knows nothing of what the files mean.
 */

import { BundleError, BundleFormatError, BundleNotFoundError } from '../errors.js'
import { taken } from './bytes.js'
import { MANIFEST } from './contract.js'

/** @typedef {import('./bundle.js').Files} Files */

/**
 * A bundle: the URL of its folder or of a zip of it, a zip, the files of a folder, or bytes by
 * name.
 *
 * @typedef {string | URL | Blob | ArrayBuffer | Uint8Array | File[] | Map<string, Uint8Array> |
 *   Files} Source
 */

/**
 * Returns where the files of a source are read from.
 *
 * @param {Source} source
 * @param {{cache?: string, signal?: AbortSignal}} [options] `cache`: of which Cache Storage a
 *   bundle from a URL is read, and where it is kept
 * @returns {Promise<Files>}
 */
export async function openSource(source, { cache, signal } = {}) {
  if (typeof source === 'string' || source instanceof URL) {
    const url = new URL(source, globalThis.location?.href)
    const files = new UrlFiles(url, cache, signal)
    if (!url.pathname.endsWith('.zip') || (await files.kept(MANIFEST))) return files
    const { ZipFiles } = await import('./zip.js')
    const zip = new ZipFiles(await download(url.href, Infinity, signal), url.href)
    // What is in it is kept, as if the zip were a folder.
    return Object.assign(zip, { keep: files.keep.bind(files) })
  }
  const { openGiven } = await import('./given.js')
  return openGiven(source)
}

/**
 * Returns what is wrong where a file is not there.
 *
 * @param {string} name
 * @param {string} place
 */
export function missing(name, place) {
  if (name !== MANIFEST) return new BundleFormatError(`${name} is missing`)
  return new BundleNotFoundError(`${place} is not a bundle: it has no ${MANIFEST}`, {
    hint: `give the folder that holds ${MANIFEST}, or a zip of it`,
  })
}

/** A folder on a server, or what of it was kept. */
class UrlFiles {
  /**
   * @param {URL} url
   * @param {string | undefined} cache
   * @param {AbortSignal | undefined} signal
   */
  constructor(url, cache, signal) {
    this.place = url.href
    this.base = new URL(url)
    this.base.pathname = `${url.pathname.replace(/\/$/, '')}/`
    this.cache = cache
    this.signal = signal
  }

  /** @param {string} name */
  address(name) {
    return new URL(name + this.base.search, this.base).href
  }

  async store() {
    if (this.cache === undefined || !globalThis.caches) return null
    try {
      return await caches.open(this.cache)
    } catch (error) {
      if (error instanceof DOMException) return null // storage is denied: the network is left
      throw error
    }
  }

  /** @param {string} name */
  async kept(name) {
    return (await this.store())?.match(this.address(name))
  }

  /**
   * @param {string} name
   * @param {number} limit
   */
  async read(name, limit) {
    const kept = await this.kept(name)
    if (kept) return new Uint8Array(await kept.arrayBuffer()).subarray(0, limit + 1)
    try {
      return await download(this.address(name), limit, this.signal)
    } catch (error) {
      if (!(error instanceof BundleNotFoundError)) throw error
      throw missing(name, this.place)
    }
  }

  /**
   * Keeps all files, the manifest last: without it nothing else is looked for.
   *
   * @param {Map<string, Uint8Array>} content
   */
  async keep(content) {
    const store = await this.store()
    if (!store || (await this.kept(MANIFEST))) return
    const names = [...content.keys()].filter((name) => name !== MANIFEST)
    try {
      for (const name of [...names, MANIFEST]) {
        const data = /** @type {Uint8Array<ArrayBuffer>} */ (content.get(name))
        await store.put(this.address(name), new Response(data))
      }
    } catch (error) {
      if (!(error instanceof DOMException)) throw error
      // No room: it works without, and half of it is of no use to anybody.
      for (const name of content.keys()) await store.delete(this.address(name))
    }
  }
}

/**
 * Downloads a file, one byte more than the limit at most.
 *
 * @param {string} url
 * @param {number} limit
 * @param {AbortSignal} [signal]
 * @throws {BundleNotFoundError} it is not there
 * @throws {BundleError} the network failed
 */
export async function download(url, limit, signal) {
  try {
    const response = await fetch(url, { signal })
    if (response.status === 404 || response.status === 410) {
      throw new BundleNotFoundError(`${url} is not there`)
    }
    if (!response.ok || !response.body) {
      throw new BundleError(`${url} cannot be read: the server says ${response.status}`)
    }
    return await taken(response.body, limit + 1)
  } catch (error) {
    if (error instanceof BundleError || signal?.aborted) throw error
    throw unread(url, error)
  }
}

/**
 * @param {string} url
 * @param {unknown} error
 */
export const unread = (url, error) =>
  new BundleError(`${url} cannot be read: ${/** @type {Error} */ (error).message}`, {
    hint: 'is there a network?',
    cause: error,
  })
