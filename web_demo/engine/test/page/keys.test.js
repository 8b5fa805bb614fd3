/**
 * A thousand keys, one in 30 milliseconds: what the page does for one is bounded, however busy the
 * machine is. How long a frame takes says `node web_demo/measure.js keys`.
 */

import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import { PATIENCE, TEXT, built, open, pathOf, said, serve, start } from './browser.js'

/** @typedef {import('puppeteer-core').Page} Page */

const KEYS = { chrome: 1000, firefox: 200 } // Firefox takes no less time for each
const PAUSE = 30 // milliseconds between two
const MOST_CHANGES = 2 // of the document for a key; the text below the one that is typed is one

/** @type {readonly (readonly ['chrome' | 'firefox', string | null])[]} */
const BROWSERS = [
  ['chrome', pathOf('chromium') ?? pathOf('google-chrome')],
  ['firefox', pathOf('firefox-esr') ?? pathOf('firefox')],
]

let folder = ''

before(async () => {
  folder = await built()
})
after(() => rm(folder, { recursive: true }))

/** Notes what the worker is asked, what it has ended, and what is shown, in their order. */
const LISTENING = `
  self.events = []
  const post = Worker.prototype.postMessage
  Worker.prototype.postMessage = function (message, ...rest) {
    const { id, abort, args } = message
    self.events.push(abort ? { kind: 'abort', id } : { kind: 'begin', id, text: args[0] })
    return post.call(this, message, ...rest)
  }
  const { set } = Object.getOwnPropertyDescriptor(Worker.prototype, 'onmessage')
  Object.defineProperty(Worker.prototype, 'onmessage', {
    set(act) {
      set.call(this, (message) => {
        const { id, event } = message.data
        if (event === undefined) self.events.push({ kind: 'end', id })
        act(message)
      })
    },
  })
  addEventListener('DOMContentLoaded', () => {
    const target = document.getElementById('target')
    new MutationObserver(() => {
      self.events.push({ kind: 'show', text: target.textContent })
    }).observe(target, { childList: true, characterData: true, subtree: true })
  })`

/** @typedef {{kind: 'begin' | 'abort' | 'end' | 'show', id: number, text: string}} Noted */

/**
 * Types, in the page, so that no delay between here and there is a pause: returns how many changes
 * of the document the worst key made, and what was noted while keys came, and what after the last.
 *
 * @param {Page} page
 * @param {string[]} texts what stands there after each key
 * @param {number} pause milliseconds between two
 * @returns {Promise<{worst: number, during: Noted[], then: Noted[]}>}
 */
async function typed(page, texts, pause) {
  const found = await page.evaluate(
    async (texts, pause) => {
      const noting = /** @type {any} */ (self)
      noting.events = []
      const source = /** @type {HTMLTextAreaElement} */ (document.getElementById('source'))
      const status = /** @type {HTMLElement} */ (document.getElementById('status'))
      const all = { subtree: true, childList: true, characterData: true, attributes: true }
      const observer = new MutationObserver(() => {})
      observer.observe(document, all)
      let worst = 0
      let during = []
      for (const [at, text] of texts.entries()) {
        if (at > 0) await new Promise((resolve) => setTimeout(resolve, pause))
        if (at === texts.length - 1) {
          during = noting.events.splice(0)
          status.textContent = '' // it may be that of the text before
        }
        observer.takeRecords()
        source.value = text
        source.dispatchEvent(new Event('input'))
        worst = Math.max(worst, observer.takeRecords().length)
      }
      return { worst, during }
    },
    texts,
    pause,
  )
  await page.waitForFunction("document.getElementById('status').textContent === 'Translated'", {
    timeout: PATIENCE,
    polling: 100,
  })
  return { ...found, then: /** @type {any} */ (await page.evaluate('self.events')) }
}

/** Texts that were begun. @param {Noted[]} events */
const begun = (events) => events.filter(({ kind }) => kind === 'begin').map(({ text }) => text)

for (const [kind, program] of BROWSERS) {
  const options = { skip: program ? false : 'there is none' }
  test(`${kind}: what a key costs is bounded, and the newest text wins`, options, async (t) => {
    const { url, stop } = await serve(folder)
    const browser = await start(String(program), kind)
    try {
      const { page, problems } = await open(browser, url, LISTENING)

      await t.test(`of ${KEYS[kind]} keys, the last alone begins a translation`, async (t) => {
        const long = `${TEXT} `.repeat(1 + KEYS[kind] / TEXT.length)
        const texts = Array.from({ length: KEYS[kind] }, (_, key) => long.slice(0, 1 + key))
        const { worst, during, then } = await typed(page, [...texts, TEXT], PAUSE)
        t.diagnostic(`${worst} changes of the page for a key`)
        assert.deepEqual(during, [], 'the worker was asked, or something shown, between two keys')
        assert.ok(worst <= MOST_CHANGES, `a key changed ${worst} parts of the page`)
        assert.deepEqual(begun(then), [TEXT])
        assert.match(await said(page), /^The red car .*house\.$/)
      })

      await t.test(
        'of slow ones each does, gives up the one before, and nothing stale comes',
        async () => {
          const animals = ['chat', 'chien', 'cheval', 'lapin', 'lion', 'loup', 'renard', 'mouton']
          const texts = animals.map((one) =>
            animals.map((other) => `Le ${one} du voisin voit un ${other}. `.repeat(2)).join(''),
          )
          const { during, then } = await typed(page, [...texts, TEXT], 500)
          /** @type {Set<number>} */
          const running = new Set()
          for (const { kind, id } of [...during, ...then]) {
            if (kind === 'begin') assert.deepEqual([...running], [], 'two at once')
            if (kind === 'begin') running.add(id)
            else if (kind !== 'show') running.delete(id)
          }
          assert.ok(begun(during).length > 1, 'no pause was long enough')
          assert.equal(begun(then).at(-1), TEXT)
          const last = await said(page)
          const after = then.slice(then.findIndex(({ text }) => text === TEXT))
          const shown = after.filter(({ kind }) => kind === 'show').map(({ text }) => text)
          assert.ok(shown.length > 0)
          for (const text of shown) assert.ok(last.startsWith(text), `${text} came late`)
          assert.match(last, /^The red car .*house\.$/)
        },
      )
      assert.deepEqual(problems, [])
    } finally {
      await browser.close()
      await stop()
    }
  })
}
