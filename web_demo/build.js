/**
 * Puts the page together, for any static host: `node web_demo/build.js FOLDER [BUNDLE ...]`.
 * With several bundles the page lets one choose, and swap where two lead there and back; one that
 * describes pictures is put into `captions`, and fetched when a picture is dropped.
 *
 * Copies what is served, makes the scripts small, and writes `files.js` for the service worker:
 * every file with its size and hash but those of `captions`, and a version made of the contents of
 * all. Fetches nothing.
 */

import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { cp, mkdir, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { POLICY } from './policy.js'
import { require, servedScripts } from './scripts.js'

const HERE = dirname(fileURLToPath(import.meta.url))
const CAPTIONS = 'captions' // the page asks for it by this name

const [folder, ...bundles] = process.argv.slice(2)
const models = join(HERE, '../models')
if (bundles.length === 0) {
  bundles.push(join(models, 'fr-en'))
  if (existsSync(join(models, 'caption-en'))) bundles.push(join(models, 'caption-en'))
}
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

let [options, count] = ['', 0]
for (const bundle of bundles) {
  const manifest = JSON.parse(await readFile(join(bundle, 'manifest.json'), 'utf8'))
  const { source, target, task } = manifest
  if (task === 'caption') {
    await cp(bundle, join(folder, CAPTIONS), { recursive: true })
    continue
  }
  const name = `model${count++ || ''}`
  await cp(bundle, join(folder, name), { recursive: true })
  const [from, to] = [source, target].map((side) => side.language ?? side) // of format 1: the language alone
  options += `<option value="${name}/" data-from="${from}" data-to="${to}"></option>`
}
if (count === 0) throw new Error('no bundle translates')
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
  if (entry.startsWith(join(CAPTIONS, '/'))) continue // the engine keeps it, when there was a picture
  const hash = createHash('sha256').update(data).digest().subarray(0, 3).toString('base64')
  files.push([entry.replaceAll('\\', '/'), data.length, hash])
}
const bytes = files.reduce((sum, file) => sum + Number(file[1]), 0)
const told = { version: all.digest('hex').slice(0, 16), policy: POLICY, bytes, files }
await writeFile(join(folder, 'files.js'), `self.FILES = ${JSON.stringify(told)}\n`)
process.stdout.write(`${folder}: ${files.length} files, ${(bytes / 1e6).toFixed(1)} MB\n`)
