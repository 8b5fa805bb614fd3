/** The page on a telephone: what a finger does, and how it fits. */

import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import { KnownDevices } from 'puppeteer-core'
import {
  PATIENCE,
  TEXT,
  built,
  lit,
  placeOf,
  pathOf,
  pointed,
  ready,
  serve,
  start,
  translated,
} from './browser.js'

/** @typedef {import('puppeteer-core').Page} Page */

const program = pathOf('chromium') ?? pathOf('google-chrome')
const options = { skip: program ? false : 'there is no Chromium' }

let folder = ''

before(async () => {
  folder = await built()
})
after(() => rm(folder, { recursive: true }))

/**
 * Taps a word, and waits until something is said of it.
 *
 * @param {Page} page
 * @param {'source' | 'target'} pane
 * @param {string} word
 */
async function tap(page, pane, word) {
  const { x, y } = await placeOf(page, pane, word)
  await page.touchscreen.tap(x, y)
  await page.waitForFunction(
    (begin) => document.getElementById('word')?.textContent?.startsWith(begin),
    { timeout: PATIENCE, polling: 100 },
    word,
  )
}

/**
 * Opens the page on a telephone, and does something with it.
 *
 * @param {(page: Page) => Promise<void>} act
 */
async function onTelephone(act) {
  const { url, stop } = await serve(folder)
  const browser = await start(String(program), 'chrome')
  try {
    const page = await browser.newPage()
    await page.emulate(KnownDevices['Pixel 5'])
    await page.goto(url)
    await ready(page)
    await act(page)
  } finally {
    await browser.close()
    await stop()
  }
}

test('a tap lights up what a word belongs to, on either side', options, () =>
  onTelephone(async (page) => {
    assert.ok(await page.evaluate("matchMedia('(hover: none)').matches"), 'it is no telephone')
    assert.match(await translated(page, TEXT), /red car/)

    await tap(page, 'target', 'car')
    assert.match(await pointed(page), /^car ← voiture/)
    assert.ok((await lit(page, 'strong')).includes('voiture'))
    assert.ok((await lit(page, 'strong')).includes('car'))

    await tap(page, 'source', 'maison')
    assert.match(await pointed(page), /^maison\. → house/)
    assert.ok((await lit(page, 'strong')).some((word) => word.startsWith('house')))
    assert.equal((await lit(page, 'strong')).includes('car'), false)

    await tap(page, 'target', 'red')
    assert.match(await pointed(page), /^red ← .*rouge/)
    assert.ok((await lit(page, 'strong')).includes('rouge'))
    assert.ok(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'))
  }),
)

test('a tap on what is doubted says why, and one elsewhere takes it away', options, () =>
  onTelephone(async (page) => {
    await translated(page, 'Le train part à dix-huit heures quarante-sept.')
    await tap(page, 'source', 'quarante-sept')
    const why = () =>
      page.evaluate(() => {
        const box = /** @type {HTMLElement} */ (document.getElementById('why'))
        return box.hidden ? '' : box.textContent
      })
    assert.equal(await why(), 'this number is not accounted for')
    await tap(page, 'source', 'train')
    assert.equal(await why(), '')
  }),
)
