/** What only Node has: bundles in a folder or zip on the disk, and the wasm of ONNX Runtime. */

import { constants } from 'node:fs'
import { lstat, open, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { BundleFormatError, BundleNotFoundError } from './errors.js'
import { MANIFEST } from './bundle/contract.js'
import { ZipFiles, isZip } from './bundle/zip.js'

/** @typedef {import('./bundle/bundle.js').Files} Files */

/**
 * Returns the files of a bundle on the disk, a folder or a zip.
 *
 * @param {string} path
 * @returns {Promise<Files>}
 * @throws {BundleNotFoundError} there is none
 */
export async function openPath(path) {
  const found = await lstatOrNull(path)
  if (found === null) throw new BundleNotFoundError(`there is no bundle '${path}'`)
  const isFile = found.isFile() || (found.isSymbolicLink() && !(await isFolder(path)))
  if (!isFile) return new FolderFiles(path)
  const data = new Uint8Array(await readFile(path))
  if (!isZip(data)) throw new BundleNotFoundError(`${path} is not a bundle: it is no zip`)
  return new ZipFiles(data, path)
}

/** Returns the wasm of ONNX Runtime that is installed with this package. */
export async function installedWasm() {
  const require = createRequire(import.meta.url)
  return readFile(require.resolve('onnxruntime-web/ort-wasm-simd-threaded.wasm'))
}

/** @param {string} path */
async function lstatOrNull(path) {
  try {
    return await lstat(path)
  } catch (error) {
    if (isAbsent(error)) return null
    throw error
  }
}

/** @param {string} path */
async function isFolder(path) {
  return (await lstatOrNull(`${path}/.`)) !== null
}

/** @param {unknown} error */
const isAbsent = (error) =>
  ['ENOENT', 'ENOTDIR'].includes(String(/** @type {NodeJS.ErrnoException} */ (error).code))

/** Files that lie in a folder itself, and no further than they may be long. */
class FolderFiles {
  /** @param {string} path */
  constructor(path) {
    this.place = path
  }

  /**
   * @param {string} name
   * @param {number} limit
   */
  async read(name, limit) {
    const path = join(this.place, name)
    const found = await lstatOrNull(path)
    if (found?.isSymbolicLink()) {
      throw new BundleFormatError(`${name} is a symbolic link, which a bundle may not hold`)
    }
    if (!found?.isFile()) {
      if (name !== MANIFEST) throw new BundleFormatError(`${name} is missing`)
      throw new BundleNotFoundError(`${this.place} is not a bundle: it has no ${MANIFEST}`, {
        hint: `give the folder that holds ${MANIFEST}, or a zip of it`,
      })
    }
    // Through no link, and waiting for no pipe, that was put there since one looked.
    const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants
    const file = await open(path, O_RDONLY | (O_NOFOLLOW ?? 0) | (O_NONBLOCK ?? 0))
    try {
      const data = new Uint8Array(Math.min(found.size, limit + 1))
      let done = 0
      while (done < data.length) {
        const { bytesRead } = await file.read(data, done, data.length - done, done)
        if (bytesRead === 0) break
        done += bytesRead
      }
      return data.subarray(0, done)
    } finally {
      await file.close()
    }
  }
}
