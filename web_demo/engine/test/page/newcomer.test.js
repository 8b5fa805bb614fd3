/** `web_demo/README.md`, "Put the engine into your page", done to the letter by one who knows no more. */

import assert from 'node:assert/strict'
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { after, before, test } from 'node:test'
import { ROOT } from '../support.js'
import { PATIENCE, pathOf, require, start } from './browser.js'

let folder = ''

/** What the section says, and its lines of code. */
async function section() {
  const readme = await readFile(`${ROOT}web_demo/README.md`, 'utf8')
  const [, text] = readme.split(/^## Put the engine into your page$/m)
  const [, code] = text.split(/^```(?:js)?$/m)
  return { text: text.split(/^## /m)[0], code: code.trim() }
}

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'allez-newcomer-'))
  const { code } = await section()
  const runtime = join(require.resolve('onnxruntime-web/ort-wasm-simd-threaded.wasm'), '..')
  await cp(`${ROOT}web_demo/engine/src`, join(folder, 'engine'), { recursive: true })
  await cp(`${ROOT}models/fr-en`, join(folder, 'model'), { recursive: true })
  await mkdir(join(folder, 'ort'))
  for (const name of ['ort.wasm.bundle.min.mjs', 'ort-wasm-simd-threaded.wasm']) {
    await cp(join(runtime, name), join(folder, 'ort', name))
  }
  const show = 'const show = (piece) => document.body.append(piece)'
  const page = `<!doctype html><meta charset="utf-8"><title>mine</title><script type="module">\n${show}\n${code}\n`
  await writeFile(join(folder, 'index.html'), `${page}</script><body></body>`)
})
after(() => rm(folder, { recursive: true }))

test('the section says what to serve and where, and has ten lines', async () => {
  const { text, code } = await section()
  for (const place of ['engine/', 'model/', 'ort/']) assert.ok(text.includes(`\`${place}\``), place)
  assert.ok(code.split('\n').length <= 10)
})

/**
 * Serves the folder as any static host does: no policy, no headers but the type of a file.
 *
 * @param {string} wasm its type; not every host knows the right one
 */
async function served(wasm) {
  /** @type {Record<string, string>} */
  const types = {
    '.html': 'text/html',
    '.js': 'text/javascript',
    '.mjs': 'text/javascript',
    '.wasm': wasm,
  }
  const server = createServer(async (request, response) => {
    const path = new URL(String(request.url), 'http://localhost').pathname.replace(
      /\/$/,
      '/index.html',
    )
    const data = await readFile(join(folder, path)).catch(() => null)
    const type = types[extname(path)] ?? 'application/octet-stream'
    response.writeHead(data ? 200 : 404, { 'Content-Type': type }).end(data)
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(null)))
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
  const stop = () => {
    server.closeAllConnections()
    server.close()
  }
  return { url: `http://127.0.0.1:${port}/`, stop }
}

for (const [kind, program] of /** @type {const} */ ([
  ['chrome', pathOf('chromium') ?? pathOf('google-chrome')],
  ['firefox', pathOf('firefox-esr') ?? pathOf('firefox')],
])) {
  for (const wasm of ['application/wasm', 'application/octet-stream']) {
    const options = { skip: program ? false : 'there is none' }
    test(`${kind}: these lines translate, from a host that says ${wasm}`, options, async () => {
      const { url, stop } = await served(wasm)
      const browser = await start(String(program), kind)
      try {
        const page = await browser.newPage()
        /** @type {string[]} */
        const failures = []
        page.on('pageerror', (error) => failures.push(String(error)))
        await page.goto(url)
        await page.waitForFunction("document.body.textContent.includes('?')", {
          timeout: PATIENCE,
          polling: 100,
        })
        const text = await page.evaluate('document.body.textContent')
        assert.match(String(text).trim(), /^Where( is|'s) the (train )?station\?$/)
        assert.deepEqual(failures, [])
      } finally {
        await browser.close()
        stop()
      }
    })
  }
}
