/** The engine in browsers, in a worker, as another page would have it: no page of ours around it. */

import assert from 'node:assert/strict'
import { readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { TINY, zipOf } from '../support.js'
import { bare, built, pathOf, serve, start } from './browser.js'

const BROWSERS = /** @type {const} */ ([
  ['chrome', pathOf('chromium') ?? pathOf('google-chrome')],
  ['firefox', pathOf('firefox-esr') ?? pathOf('firefox')],
])

let folder = ''

before(async () => {
  folder = await built(TINY)
  await bare(folder)
})
after(() => rm(folder, { recursive: true }))

for (const [kind, program] of BROWSERS) {
  const options = { skip: program ? false : 'there is none' }
  test(`${kind}: loads, translates, streams, and gives up within a step`, options, async () => {
    const { url, stop } = await serve(folder)
    const browser = await start(String(program), kind)
    try {
      const page = await browser.newPage()
      await page.goto(`${url}blank.html`)
      const found = await page.evaluate(inPage)
      assert.ok(found.text.length > 0)
      assert.equal(found.streamed, found.text)
      assert.equal(found.selfTest, true)
      assert.deepEqual(found.again, ['manifest.json', found.text]) // from what was kept
      assert.equal(found.code, 'cancelled')
      // What was on its way when it was given up is still heard; a step is far from all of them.
      assert.ok(found.late <= 20, `${found.late} pieces after it was given up`)
      assert.equal(found.next, found.text)
      assert.equal(found.foreign, 'bundle-not-found')
      assert.equal(found.early, 'cancelled')
      assert.equal(found.lost, 'bundle-not-found')
      assert.equal(found.closed, 'session')
    } finally {
      await browser.close()
      await stop()
    }
  })
}

for (const [kind, program] of BROWSERS) {
  const options = { skip: program ? false : 'there is none' }
  test(
    `${kind}: a zip from a URL is kept, and is there when its host has none`,
    options,
    async () => {
      /** @type {[string, Buffer][]} */
      const files = []
      for (const name of await readdir(TINY)) files.push([name, await readFile(TINY + name)])
      const zip = join(folder, 'web/bundle.zip')
      await writeFile(zip, zipOf(files))
      const { url, stop } = await serve(folder)
      const browser = await start(String(program), kind)
      try {
        const page = await browser.newPage()
        await page.goto(`${url}blank.html`)
        const loaded = () => page.evaluate(ofZip)
        assert.equal(await loaded(), 'tiny')
        await rm(zip)
        assert.equal(await loaded(), 'tiny')
        const kept = await page.evaluate(async () => {
          const found = (await (await caches.open('zips')).keys()).map((request) => request.url)
          await caches.delete('zips')
          return found
        })
        assert.ok(kept.includes(`${url}bundle.zip/manifest.json?of=today`), kept.join())
        assert.equal(kept.length, files.length)
        assert.equal(await loaded(), 'bundle-not-found')
      } finally {
        await browser.close()
        await stop()
      }
    },
  )
}

/** Runs in the page: returns the name of the bundle in a zip, or the code of what is amiss. */
async function ofZip() {
  const { TranslatorClient } = await import(String('/engine/client.js'))
  const wasm = '/ort/ort-wasm-simd-threaded.wasm'
  const runtime = '/ort/ort.wasm.bundle.min.mjs'
  try {
    const options = { wasm, runtime, cache: 'zips' }
    const translator = await TranslatorClient.load('/bundle.zip?of=today', options)
    await translator.close()
    return translator.about.name
  } catch (error) {
    return /** @type {any} */ (error).code
  }
}

/** Runs in the page: all that an engine does. */
async function inPage() {
  const { TranslatorClient } = await import(String('/engine/client.js'))
  const files = {
    wasm: '/ort/ort-wasm-simd-threaded.wasm',
    runtime: '/ort/ort.wasm.bundle.min.mjs',
    cache: 'kept',
  }
  const codeOf = async (/** @type {() => Promise<any>} */ work) =>
    work().then(
      () => null,
      (error) => error.code,
    )
  const sentence = 'Je vois le chat noir.'
  const translator = await TranslatorClient.load('/model/', files)
  const { text } = await translator.translate(sentence, { beamSize: 1 })
  let streamed = ''
  for await (const piece of translator.stream(sentence)) streamed += piece

  const controller = new AbortController()
  let late = 0
  const heard = translator.heard.bind(translator)
  translator.worker.onmessage = (/** @type {MessageEvent} */ { data }) => {
    if (controller.signal.aborted && data.event === 'piece') late++
    heard(data)
  }
  const long = 'Je vois le chat noir. Il mange un poisson rouge. '.repeat(2000)
  const code = await codeOf(async () => {
    for await (const _ of translator.stream(long, { signal: controller.signal })) controller.abort()
  })
  const next = (await translator.translate(sentence, { beamSize: 1 })).text
  const selfTest = (await translator.selfTest()).passed

  const cache = await caches.open('kept')
  const manifest = (await cache.keys()).find(({ url }) => url.endsWith('/manifest.json'))
  const other = await TranslatorClient.load('/model/', files)
  const again = [
    manifest?.url.split('/').at(-1),
    (await other.translate(sentence, { beamSize: 1 })).text,
  ]
  await other.close()
  const foreign = await codeOf(() =>
    TranslatorClient.load(new Uint8Array([1, 2, 3]), { ...files, cache: undefined }),
  )
  const giving = new AbortController()
  const early = await codeOf(() => {
    const loading = TranslatorClient.load('/model/', { ...files, signal: giving.signal })
    giving.abort()
    return loading
  })
  const lost = await codeOf(() =>
    TranslatorClient.load('/model/', { ...files, wasm: '/ort/no.wasm' }),
  )
  await translator.close()
  const closed = await codeOf(() => translator.translate(sentence))
  return { text, streamed, code, late, next, selfTest, again, foreign, early, lost, closed }
}
