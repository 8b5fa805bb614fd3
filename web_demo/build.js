/**
 * Puts the page together, for any static host: `node web_demo/build.js FOLDER [BUNDLE ...]`.
 * With several bundles the page lets one choose, and swap where two lead there and back.
 *
 * Copies what is served, makes the scripts small, and writes `files.js` for the service worker:
 * every file with its size and hash, and a version made of their contents. Fetches nothing.
 */

import { createHash } from 'node:crypto'
import { cp, mkdir, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { POLICY } from './policy.js'
import { require, servedScripts } from './scripts.js'

const HERE = dirname(fileURLToPath(import.meta.url))

const [folder, ...bundles] = process.argv.slice(2)
if (bundles.length === 0) bundles.push(join(HERE, '../models/fr-en'))
if (!folder) {
  process.stderr.write('usage: node web_demo/build.js FOLDER [BUNDLE ...]\n')
  process.exit(2)
}

const runtime = dirname(require.resolve('onnxruntime-web/ort-wasm-simd-threaded.wasm'))

await rm(folder, { recursive: true, force: true })
await mkdir(join(folder, 'ort'), { recursive: true })
await cp(join(HERE, 'page'), folder, {
  recursive: true,
  filter: (path) => !path.endsWith('.js'),
})
for (const { path, text } of await servedScripts()) await writeFile(join(folder, path), text)
for (const name of ['ort.wasm.bundle.min.mjs', 'ort-wasm-simd-threaded.wasm']) {
  await cp(join(runtime, name), join(folder, 'ort', name))
}
await cp(join(runtime, '../LICENSE'), join(folder, 'ort/LICENSE')).catch((error) => {
  if (error.code !== 'ENOENT') throw error // not every version has it
})

let options = ''
for (const [at, bundle] of bundles.entries()) {
  const name = `model${at || ''}`
  await cp(bundle, join(folder, name), { recursive: true })
  const { source, target } = JSON.parse(await readFile(join(bundle, 'manifest.json'), 'utf8'))
  const [from, to] = [source, target].map((side) => side.language ?? side) // of format 1: the language alone
  options += `<option value="${name}/" data-from="${from}" data-to="${to}"></option>`
}
const page = join(folder, 'index.html')
const html = await readFile(page, 'utf8')
const listed = html.replace('<option value="model/"></option>', options)
if (listed === html) throw new Error('index.html has no option for a model')
await writeFile(page, listed)

const files = []
const all = createHash('sha256')
for (const entry of (await readdir(folder, { recursive: true })).sort()) {
  const path = join(folder, entry)
  if (!(await stat(path)).isFile() || entry === 'sw.js') continue
  const data = await readFile(path)
  all.update(entry).update(data)
  const hash = createHash('sha256').update(data).digest().subarray(0, 3).toString('base64')
  files.push([entry.replaceAll('\\', '/'), data.length, hash])
}
const bytes = files.reduce((sum, file) => sum + Number(file[1]), 0)
const told = { version: all.digest('hex').slice(0, 16), policy: POLICY, bytes, files }
await writeFile(join(folder, 'files.js'), `self.FILES = ${JSON.stringify(told)}\n`)
process.stdout.write(`${folder}: ${files.length} files, ${(bytes / 1e6).toFixed(1)} MB\n`)
