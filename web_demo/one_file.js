/**
 * Writes the page as one file that opens from a disk: `node web_demo/one_file.js FILE [BUNDLE]`.
 *
 * Scripts, style, model and WebAssembly are in it, gzip in base64; it fetches nothing, and its
 * policy, in a `<meta>`, lets it fetch nothing. What is in a blob is under the same policy.
 */

import { createHash } from 'node:crypto'
import { readFile, readdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { insideScripts, require } from './scripts.js'

const HERE = dirname(fileURLToPath(import.meta.url))
const PAGE = join(HERE, 'page')

const [file, bundle = join(HERE, '../models/fr-en')] = process.argv.slice(2)
if (!file) {
  process.stderr.write('usage: node web_demo/one_file.js FILE [BUNDLE]\n')
  process.exit(2)
}

/** @param {string} text */
const hash = (text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`

/** @param {string} name @param {Uint8Array | string} data */
const part = (name, data) =>
  `<script type="application/gzip" data-name="${name}">` +
  `${gzipSync(data, { level: 9 }).toString('base64')}</script>\n`

/** @param {string} text @param {string | RegExp} what @param {string} by */
function replaced(text, what, by) {
  const changed = text.replace(what, () => by)
  if (changed === text) throw new Error(`index.html has no ${what}`)
  return changed
}

const { main, worker } = await insideScripts()
const style = await readFile(join(PAGE, 'style.css'), 'utf8')
const icon = await readFile(join(PAGE, 'icon.svg'))
const wasm = 'ort-wasm-simd-threaded.wasm'
const policy =
  `default-src 'none'; script-src ${hash(main)} 'wasm-unsafe-eval'; worker-src blob:; ` +
  `style-src ${hash(style)}; img-src data:; base-uri 'none'; form-action 'none'`

const parts = [
  part('worker.js', worker),
  part(wasm, await readFile(require.resolve(`onnxruntime-web/${wasm}`))),
]
for (const name of (await readdir(bundle)).sort()) {
  parts.push(part(name, await readFile(join(bundle, name))))
}

let html = await readFile(join(PAGE, 'index.html'), 'utf8')
html = replaced(html, /<link rel="manifest".*\n/, '')
html = replaced(
  html,
  'href="icon.svg"',
  `href="data:image/svg+xml;base64,${icon.toString('base64')}"`,
)
html = replaced(html, '<link rel="stylesheet" href="style.css" />', `<style>${style}</style>`)
html = replaced(html, / *<script type="module" src="main.js"><\/script>\n/, '')
html = replaced(
  html,
  '<meta charset="utf-8" />',
  `<meta charset="utf-8" />\n    <meta http-equiv="Content-Security-Policy" content="${policy}" />`,
)
html = replaced(html, '</body>', `${parts.join('')}<script>${main}</script>\n</body>`)
await writeFile(file, html)
process.stdout.write(`${file}: ${(html.length / 1e6).toFixed(1)} MB\n`)
