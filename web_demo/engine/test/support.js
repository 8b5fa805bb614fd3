/** What the tests share: where things are, vectors, and translators of the tiny bundles. */

import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { crc32, deflateRawSync } from 'node:zlib'
import { Translator } from '../src/index.js'
import { installedWasm, openPath } from '../src/node.js'

export const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
export const VECTORS = `${ROOT}spec/vectors/`
export const BUNDLES = `${ROOT}spec/bundles/`
export const TINY = `${BUNDLES}tiny/`

export const WASM = await installedWasm()

/** @param {string} path of a bundle */
export const load = async (path) => Translator.load(await openPath(path), { wasm: WASM })

/**
 * Returns the objects of a file, one a line.
 *
 * @param {string} name
 * @param {(line: string) => any} [parse]
 * @returns {Promise<any[]>}
 */
export async function vectors(name, parse = JSON.parse) {
  const text = await readFile(VECTORS + name, 'utf8')
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => parse(line))
}

/**
 * Returns a place in UTF-16 units as one in code points.
 *
 * @param {string} text
 * @param {number} place
 */
export const inCodePoints = (text, place) => [...text.slice(0, place)].length

/**
 * Returns all pieces of a stream, and what it returned.
 *
 * @template T
 * @param {AsyncGenerator<string, T, void>} stream
 */
export async function drained(stream) {
  /** @type {string[]} */
  const pieces = []
  while (true) {
    const { done, value } = await stream.next()
    if (done) return { pieces, answer: /** @type {T} */ (value) }
    pieces.push(/** @type {string} */ (value))
  }
}

/** Symbols as bundles have them, by kind. @type {any} */
export const SYMBOLS = Object.fromEntries(
  [
    ['number', 0xe000, 10],
    ['name', 0xe010, 10],
    ['thing', 0xe020, 12],
    ['term', 0xe030, 10],
  ].map(([kind, first, count]) => [
    kind,
    Array.from({ length: Number(count) }, (_, at) => String.fromCharCode(Number(first) + at)),
  ]),
)

/** Returns a zip. @param {[string, Buffer][]} files by name */
export function zipOf(files) {
  /** @type {Buffer[]} */
  const parts = []
  /** @type {Buffer[]} */
  const directory = []
  let offset = 0
  for (const [name, data] of files) {
    const [title, packed] = [Buffer.from(name), deflateRawSync(data)]
    const head = Buffer.alloc(26)
    head.writeUInt16LE(20, 0)
    head.writeUInt16LE(8, 4)
    head.writeUInt32LE(crc32(data), 10)
    head.writeUInt32LE(packed.length, 14)
    head.writeUInt32LE(data.length, 18)
    head.writeUInt16LE(title.length, 22)
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), head, title, packed])
    const tail = Buffer.alloc(16)
    tail.writeUInt32LE(offset, 12)
    const made = Buffer.from('PK\x01\x02\x14\x00')
    directory.push(Buffer.concat([made, head, tail.subarray(2), title]))
    parts.push(local)
    offset += local.length
  }
  const listed = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06')
  end.writeUInt16LE(files.length, 8)
  end.writeUInt16LE(files.length, 10)
  end.writeUInt32LE(listed.length, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...parts, listed, end])
}
