/** What `make web-dist` writes: how much of it is script, and that it names no other place. */

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { ROOT, TINY } from './support.js'

const MOST_SCRIPT = 60_000 // bytes, gzip: the page's own, ONNX Runtime's not among them

let folder = ''

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'allez-dist-'))
  execFileSync('node', [`${ROOT}web_demo/build.js`, `${folder}/web`, TINY])
  execFileSync('node', [`${ROOT}web_demo/one_file.js`, `${folder}/allez.html`, TINY])
})
after(() => rm(folder, { recursive: true }))

/**
 * Returns a script and all that it cannot do without, by name.
 *
 * @param {string} name
 * @param {Map<string, string>} found
 */
async function closure(name, found) {
  if (found.has(name)) return found
  const text = await readFile(`${folder}/web/${name}`, 'utf8')
  found.set(name, text)
  const statics = /(?:\bfrom|\bimport|\bimportScripts\()\s*["'](?:\.\/)?([\w-]+\.js)["']/g
  for (const [, other] of text.matchAll(statics)) await closure(other, found)
  return found
}

test('a first visit fetches at most 60 kB of scripts of its own', async (t) => {
  /** @type {Map<string, string>} */
  const first = new Map()
  const scripts = (await readdir(`${folder}/web`)).filter((name) => name.endsWith('.js'))
  const words = scripts.filter((name) => name.startsWith('words.fr')) // one language; it is longer
  for (const name of ['main.js', 'worker.js', 'sw.js', ...words]) await closure(name, first)
  assert.ok(first.has('files.js') && first.size >= 5, [...first.keys()].join())
  const sizes = [...first.values()].map((text) => gzipSync(text, { level: 9 }).length)
  const size = sizes.reduce((sum, each) => sum + each)
  t.diagnostic(`${size} bytes, gzip, in ${first.size} of ${scripts.length} scripts`)
  assert.ok(size <= MOST_SCRIPT, `${size} bytes`)
  for (const [name, text] of first) assert.doesNotMatch(text, /["']node:/, name)
})

test('the service worker keeps all that is served', async () => {
  const self = /** @type {any} */ ({})
  new Function('self', await readFile(`${folder}/web/files.js`, 'utf8'))(self)
  const kept = self.FILES.files.map((/** @type {any} */ [path]) => path)
  const served = (await readdir(`${folder}/web`, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(`${folder}/web/`.length))
  const own = ['sw.js', 'files.js'] // the browser keeps these two
  assert.deepEqual(kept.sort(), served.filter((path) => !own.includes(path)).sort())
})

test('the one file refers to nothing outside, and its policy lets it fetch nothing', async () => {
  const html = await readFile(`${folder}/allez.html`, 'utf8')
  const page = html.replace(/<script[^>]*>[^]*?<\/script>/g, '')
  assert.deepEqual(
    [...page.matchAll(/(?:src|href)="([^"]*)"/g)].filter(([, at]) => !at.startsWith('data:')),
    [],
  )
  assert.match(page, /<meta http-equiv="Content-Security-Policy" content="default-src 'none';/)
  assert.doesNotMatch(page, /connect-src|unsafe-inline|unsafe-eval'(?<!wasm-unsafe-eval')/)
})
