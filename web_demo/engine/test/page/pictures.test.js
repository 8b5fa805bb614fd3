/** A picture dropped into the page, in browsers: its caption, where each word looked, and offline. */

import assert from 'node:assert/strict'
import { readFile, rm } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import { BUNDLES, TINY, vectors } from '../support.js'
import { PATIENCE, built, open, pathOf, ready, require, serve, start, status } from './browser.js'

/** @typedef {import('puppeteer-core').Page} Page */
/** @typedef {{width: number, height: number, rgb: string}} Drawn */

const BROWSERS = /** @type {const} */ ([
  ['chrome', pathOf('chromium') ?? pathOf('google-chrome')],
  ['firefox', pathOf('firefox-esr') ?? pathOf('firefox')],
])

let folder = ''

before(async () => {
  folder = await built(TINY, `${BUNDLES}tiny_caption`)
})
after(() => rm(folder, { recursive: true }))

for (const [kind, program] of BROWSERS) {
  const options = { skip: program ? false : 'there is none' }
  test(`${kind}: says what a dropped picture shows, without a network too`, options, async () => {
    const made = (await vectors('captions.jsonl')).find(({ beam_size }) => beam_size > 1)
    const { url, stop } = await serve(folder)
    const browser = await start(String(program), kind)
    try {
      const { page, problems } = await open(browser, url)
      /** @type {string[]} */
      const asked = []
      page.on('request', (request) => void asked.push(new URL(request.url()).pathname))
      assert.match(await dropped(page, { type: 'image/png', name: 'broken.png' }), /not a picture/)
      assert.ok(!asked.some((path) => path.startsWith('/captions/'))) // not before it is needed
      assert.equal(await dropped(page, made.picture), `The picture shows: ${made.texts[0]}`)
      await words(page, made.texts[0])
      if (kind === 'chrome') {
        await page.evaluate(await readFile(require.resolve('axe-core'), 'utf8'))
        const { violations } = /** @type {any} */ (await page.evaluate('axe.run("#picture")'))
        assert.deepEqual(
          violations.map((/** @type {any} */ { id }) => id),
          [],
        )
      }
      await stop()
      await page.reload()
      await ready(page)
      assert.equal(await dropped(page, made.picture), `The picture shows: ${made.texts[0]}`)
      assert.deepEqual(problems, [])
    } finally {
      await browser.close()
      await stop()
    }
  })
}

test('a page without such a model says so', { skip: !BROWSERS[0][1] }, async () => {
  const [made] = await vectors('captions.jsonl')
  const bare = await built(TINY)
  const { url, stop } = await serve(bare)
  const browser = await start(String(BROWSERS[0][1]), 'chrome')
  try {
    const { page } = await open(browser, url)
    assert.match(await dropped(page, made.picture), /^This page was put together without the model/)
    const alone = await browser.newPage()
    await alone.goto(`file://${bare}/allez.html`)
    await ready(alone)
    assert.match(await dropped(alone, made.picture), /^This page was put together without/)
  } finally {
    await browser.close()
    await stop()
    await rm(bare, { recursive: true })
  }
})

/**
 * Reaches each word of a caption by the keyboard: the picture darkens, and otherwise for each; a key
 * keeps that, and the same key gives it up. Closes the pane.
 *
 * @param {Page} page
 * @param {string} text
 */
async function words(page, text) {
  const plain = await drawn(page)
  await page.focus('#picture-close')
  /** @type {string[]} */
  const reached = []
  const seen = [plain]
  for (const word of text.split(' ')) {
    await page.keyboard.press('Tab')
    reached.push(String(await page.evaluate('document.activeElement.textContent')))
    const veiled = await drawn(page)
    assert.ok(!seen.includes(veiled), word)
    seen.push(veiled)
  }
  assert.equal(reached.join(' '), text)
  await page.keyboard.press('Enter')
  await page.focus('#picture-close')
  assert.equal(await drawn(page), seen.at(-1))
  assert.equal(await pressed(page), 1)
  await page.click('#caption button:last-child')
  await page.focus('#picture-close')
  await page.mouse.move(0, 0)
  assert.equal(await drawn(page), plain)
  assert.equal(await pressed(page), 0)
  await page.click('#language')
  await page.waitForFunction("document.querySelector('#picture h2').textContent === 'Image'")
  assert.match(await status(page), /^L’image montre : /)
  await page.click('#language')
  await page.waitForFunction("document.querySelector('#picture h2').textContent === 'Picture'")
  await page.click('#picture-close')
  assert.equal(await page.evaluate("document.getElementById('picture').hidden"), true)
}

/** @param {Page} page */
const pressed = (page) =>
  page.evaluate(() => document.querySelectorAll('#caption [aria-pressed="true"]').length)

/** What the picture's canvas shows. @param {Page} page */
const drawn = async (page) =>
  String(await page.evaluate("document.querySelector('#picture canvas').toDataURL()"))

/**
 * Drops a picture, as a person does; returns what the page says of it in the end.
 *
 * @param {Page} page
 * @param {Drawn | {type: string, name: string}} picture drawn, or a file that is none
 */
async function dropped(page, picture) {
  await page.evaluate(async (picture) => {
    let file = new File(['no picture'], 'name' in picture ? picture.name : '', {
      type: 'image/png',
    })
    if ('rgb' in picture) {
      const { width, height } = picture
      const [image, bytes] = [new ImageData(width, height), atob(picture.rgb)]
      for (let at = 0; at < width * height; at++) {
        for (let channel = 0; channel < 4; channel++) {
          image.data[4 * at + channel] = channel < 3 ? bytes.charCodeAt(3 * at + channel) : 255
        }
      }
      const canvas = new OffscreenCanvas(width, height)
      canvas.getContext('2d')?.putImageData(image, 0, 0)
      file = new File([await canvas.convertToBlob({ type: 'image/png' })], 'a.png', {
        type: 'image/png',
      })
    }
    const data = new DataTransfer()
    data.items.add(file)
    const status = /** @type {HTMLElement} */ (document.getElementById('status'))
    status.textContent = ''
    document.dispatchEvent(new DragEvent('drop', { dataTransfer: data, cancelable: true }))
  }, picture)
  await page.waitForFunction(
    `/^(The picture|This page|It cannot)/.test(document.getElementById('status').textContent)`,
    { timeout: PATIENCE, polling: 100 },
  )
  return status(page)
}
