/** The page where things go wrong: networks, storage, files, old browsers; and where it stays long. */

import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import { TINY } from '../support.js'
import {
  built,
  memoryOf,
  open,
  pathOf,
  said,
  serve,
  serveBadly,
  settled,
  start,
  translated,
} from './browser.js'

/** @typedef {import('puppeteer-core').Page} Page */

const chromium = pathOf('chromium') ?? pathOf('google-chrome')
const options = { skip: chromium ? false : 'there is no Chromium' }

let folder = ''
/** @type {import('puppeteer-core').Browser} */
let browser

before(async () => {
  if (!chromium) return
  folder = await built(TINY)
  browser = await start(chromium, 'chrome')
})
after(async () => {
  if (!chromium) return
  await browser.close()
  await rm(folder, { recursive: true })
})

/**
 * Opens a page that begins with some script of the test's own; tells how it came out.
 *
 * @param {string} url
 * @param {string} script
 */
async function begun(url, script = '') {
  const page = await browser.newPage()
  await page.evaluateOnNewDocument(script)
  await page.goto(url)
  return { page, ...(await settled(page)) }
}

/** The names of all that is kept. @param {Page} page */
const kept = (page) => page.evaluate(async () => caches.keys())

test(
  'the network is lost while loading: it is told, and nothing is kept by halves',
  options,
  async () => {
    let isLost = true
    const lost = (/** @type {string} */ path) =>
      isLost && path.endsWith('decoder.onnx') ? 'lost' : null
    const { url, stop } = await serveBadly(folder, lost)
    const { page, state, status } = await begun(url)
    assert.equal(state, 'failed')
    assert.match(status, /^The model could not be fetched\. Is there a network\?/)
    assert.deepEqual(await kept(page), [])
    isLost = false
    await page.reload()
    assert.deepEqual(await settled(page), {
      state: 'ready',
      status: 'Ready. It works without a network from now on.',
    })
    assert.equal((await kept(page)).length, 1)
    await page.close()
    await stop()
  },
)

test('a model that was altered on its way is refused, and not kept', options, async () => {
  let isAltered = true
  const altered = (/** @type {string} */ path) =>
    isAltered && path.endsWith('encoder.onnx') ? 'altered' : null
  const { url, stop } = await serveBadly(folder, altered)
  const { page, state, status } = await begun(url)
  assert.equal(state, 'failed')
  assert.match(status, /^The model that came is damaged.*encoder\.onnx/)
  await page.click('#language')
  await page.waitForFunction(
    "document.getElementById('status').textContent.startsWith('Le modèle reçu est endommagé')",
    { polling: 100 },
  )
  assert.deepEqual(await kept(page), [])
  isAltered = false
  await page.reload()
  assert.equal((await settled(page)).state, 'ready')
  await page.close()
  await stop()
})

test(
  'where storage is denied or full it works, and says that nothing is kept',
  options,
  async () => {
    const { url, stop } = await serve(folder)
    const denied = await begun(
      url,
      `{
      const refuse = () => Promise.reject(new DOMException('denied', 'SecurityError'))
      ServiceWorkerContainer.prototype.register = refuse
      CacheStorage.prototype.open = refuse
    }`,
    )
    assert.equal(denied.state, 'ready')
    assert.match(denied.status, /This browser keeps nothing/)
    await denied.page.close()

    const page = await browser.newPage()
    const devtools = await page.createCDPSession()
    const quota = { origin: new URL(url).origin, quotaSize: 1_000_000 }
    await devtools.send('Storage.overrideQuotaForOrigin', quota)
    await page.goto(url)
    const full = await settled(page)
    assert.equal(full.state, 'ready')
    assert.match(full.status, /This browser keeps nothing/)
    assert.deepEqual(await kept(page), [])
    assert.ok((await translated(page, 'Je vois le chat noir.')).length > 0)
    await page.close()
    await stop()
  },
)

test('a browser that cannot is named, not left waiting', options, async () => {
  const { url, stop } = await serve(folder)
  for (const [script, message] of /** @type {[string, RegExp][]} */ ([
    ['delete self.WebAssembly', /^This browser cannot run the model.*no WebAssembly\b/],
    ['WebAssembly.validate = () => false', /^This browser cannot run the model.*SIMD/],
    [
      'WebAssembly.instantiate = WebAssembly.instantiateStreaming = ' +
        'async () => { throw new RangeError("could not allocate memory") }',
      /^There is not enough memory/,
    ],
  ])) {
    // A worker begins with what this puts before it.
    const first = `data:text/javascript,${encodeURIComponent(script)}`
    const before = `{
      const Usual = Worker
      self.Worker = class extends Usual {
        constructor(address, options) {
          const code = 'import ${JSON.stringify(first)}; import ' + JSON.stringify(String(address))
          super(URL.createObjectURL(new Blob([code], { type: 'text/javascript' })), options)
        }
      }
    }`
    const page = await browser.newPage()
    await page.setBypassCSP(true)
    await page.evaluateOnNewDocument(before)
    await page.goto(url)
    const { state, status } = await settled(page)
    assert.equal(state, 'failed', `${script}: ${status}`)
    assert.match(status, message)
    await page.close()
  }
  await stop()
})

/** Different sentences, short ones. @param {number} count */
function* sentences(count) {
  const who = ['Le chat', 'La fille', 'Mon ami', 'Le train', 'Cette femme', 'Un homme', 'Le roi']
  const what = ['voit', 'aime', 'cherche', 'trouve', 'attend', 'veut', 'quitte', 'oublie', 'prend']
  const whom = ['la mer', 'le pain', 'une pomme', 'la ville', 'son livre', 'la nuit', 'le vin',
    'sa mère', 'un jardin', 'le ciel', 'la porte', 'une lettre', 'le feu'] // prettier-ignore
  for (let at = 0; at < count; at++) {
    yield `${who[at % 7]} ${what[at % 9]} ${whom[at % 13]}.`
  }
}

test('memory is flat over 500 sentences', options, async (t) => {
  if (process.platform !== 'linux') return t.skip('only Linux tells')
  const shipped = await built()
  const { url, stop } = await serve(shipped)
  const { page } = await open(browser, url)
  const all = [...sentences(750)]
  assert.equal(new Set(all).size, all.length)
  /** @type {number[]} */
  const sizes = []
  for (let at = 0; at < all.length; at += 50) {
    await translated(page, all.slice(at, at + 50).join(' '))
    if ((await said(page)).split('.').length < 40) throw new Error(await said(page))
    for (const place of [page, ...page.workers()]) await place.evaluate('gc()')
    sizes.push(await memoryOf(browser))
  }
  const inMegabytes = sizes.map((size) => Math.round(size / 1e6))
  t.diagnostic(`MB after each 50 sentences: ${inMegabytes.join(' ')}`)
  // A tensor that stays for each sentence is more: 80 kB.
  const median = (/** @type {number[]} */ some) => some.sort((a, b) => a - b)[some.length >> 1]
  const [early, late] = [median(sizes.slice(4, 7)), median(sizes.slice(-3))]
  assert.ok(late <= 1.1 * early, `${inMegabytes.join(' ')} MB`)
  await page.close()
  await stop()
  await rm(shipped, { recursive: true })
})
