/** Other tasks than translation in browsers, in a worker: a picture from the bytes of its file. */

import assert from 'node:assert/strict'
import { cp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { BUNDLES, TINY, vectors } from '../support.js'
import { bare, built, pathOf, serve, start } from './browser.js'

const BROWSERS = /** @type {const} */ ([
  ['chrome', pathOf('chromium') ?? pathOf('google-chrome')],
  ['firefox', pathOf('firefox-esr') ?? pathOf('firefox')],
])

let folder = ''

before(async () => {
  folder = await built(TINY)
  await bare(folder)
  for (const name of ['tiny_caption', 'tiny_reply']) {
    await cp(BUNDLES + name, join(folder, 'web', name), { recursive: true })
  }
})
after(() => rm(folder, { recursive: true }))

for (const [kind, program] of BROWSERS) {
  const options = { skip: program ? false : 'there is none' }
  test(`${kind}: says what a file shows, and goes on with a dialogue`, options, async () => {
    const [made] = await vectors('captions.jsonl')
    const { url, stop } = await serve(folder)
    const browser = await start(String(program), kind)
    try {
      const page = await browser.newPage()
      await page.goto(`${url}blank.html`)
      const found = await page.evaluate(inPage, made.picture)
      assert.equal(found.task, 'caption')
      assert.deepEqual([found.text, found.streamed], [made.texts[0], made.texts[0]])
      assert.deepEqual(found.grid, made.grid)
      assert.equal(found.same, true) // the bytes of a PNG are the pixels that were drawn
      assert.deepEqual([found.broken, found.none], ['input', 'input'])
      assert.equal(found.passed, true)
      assert.equal(found.replies[0], found.replies[1])
      assert.equal(found.turns, 3)
    } finally {
      await browser.close()
      await stop()
    }
  })
}

/** Runs in the page. @param {{width: number, height: number, rgb: string}} drawn */
async function inPage({ width, height, rgb }) {
  const { WriterClient } = await import(String('/engine/tasks/client.js'))
  const { decoded } = await import(String('/engine/tasks/decoded.js'))
  const files = {
    wasm: '/ort/ort-wasm-simd-threaded.wasm',
    runtime: '/ort/ort.wasm.bundle.min.mjs',
  }
  const codeOf = (/** @type {Promise<any>} */ work) =>
    work.then(
      () => null,
      (error) => error.code,
    )
  const image = new ImageData(width, height)
  const bytes = atob(rgb)
  for (let at = 0; at < width * height; at++) {
    for (let channel = 0; channel < 3; channel++) {
      image.data[4 * at + channel] = bytes.charCodeAt(3 * at + channel)
    }
    image.data[4 * at + 3] = 255
  }
  const canvas = new OffscreenCanvas(width, height)
  canvas.getContext('2d')?.putImageData(image, 0, 0)
  const picture = await decoded(await canvas.convertToBlob({ type: 'image/png' }))
  const same = picture.data.every((/** @type {number} */ value, /** @type {number} */ at) => {
    return value === image.data[at]
  })
  const captioner = await WriterClient.load('/tiny_caption/', files)
  const { task } = captioner.about
  const { text, grid } = await captioner.caption(picture, { beamSize: 1 })
  let streamed = ''
  for await (const piece of captioner.stream(picture)) streamed += piece
  const { passed } = await captioner.selfTest()
  const none = await codeOf(captioner.caption({ width, height, data: new Uint8Array(1) }))
  const broken = await codeOf(decoded(new Blob(['no picture'])))
  await captioner.close()

  const replier = await WriterClient.load('/tiny_reply/', files)
  const said = 'Je vois le chat noir.'
  const first = await replier.reply(said, { fill: { day: '2nd' } })
  const { turns } = await replier.reply('Oui.')
  await replier.reset()
  const again = await replier.reply(said)
  await replier.close()
  const replies = [first.text, again.text]
  return { task, text, streamed, grid, same, passed, none, broken, replies, turns: turns.length }
}
