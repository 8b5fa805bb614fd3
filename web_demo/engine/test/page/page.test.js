/** The page in browsers, as a person meets it; a browser that is not there is skipped by name. */

import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import {
  PATIENCE,
  TEXT,
  built,
  caretAt,
  lit,
  open,
  pathOf,
  ready,
  said,
  serve,
  start,
  translated,
} from './browser.js'

let folder = ''

before(async () => {
  folder = await built()
})
after(() => rm(folder, { recursive: true }))

const chromium = pathOf('chromium') ?? pathOf('google-chrome')
const firefox = pathOf('firefox-esr') ?? pathOf('firefox')

test('Chromium: what a person does', { skip: chromium ? false : 'there is none' }, async (t) => {
  const { url, stop } = await serve(folder)
  const browser = await start(String(chromium), 'chrome')
  try {
    const { page, problems } = await open(browser, url)

    await t.test('a text is translated, and its words light up in both directions', async () => {
      assert.match(await translated(page, TEXT), /red car/)
      await page.focus('#target')
      await page.keyboard.press('Home')
      await page.keyboard.press('ArrowRight')
      await page.keyboard.press('ArrowRight')
      const word = String(await page.evaluate("document.getElementById('word').textContent"))
      assert.match(word, /^car ← voiture/)
      assert.ok((await lit(page, 'strong')).includes('voiture'))
      await caretAt(page, 5)
      assert.ok((await lit(page, 'strong')).includes('car'))
    })

    await t.test('doubts are listed, and marked in the text', async () => {
      const isHidden = "document.getElementById('doubts').hidden"
      await translated(page, 'Il a 30 ans.')
      assert.equal(await page.evaluate(isHidden), true)
      await translated(page, 'Le train part à dix-huit heures quarante-sept.') // the model drops the minutes
      assert.equal(await page.evaluate(isHidden), false)
      assert.ok((await lit(page, 'doubt')).includes('quarante-sept'))
    })

    await t.test('the reason of a doubt stands at the word: caret, pointer, Escape', async () => {
      const why = () =>
        page.evaluate(() => {
          const box = /** @type {HTMLElement} */ (document.getElementById('why'))
          return box.hidden ? '' : box.textContent
        })
      const reason = 'this number is not accounted for'
      const text = String(await page.evaluate("document.getElementById('source').value"))
      const place = text.indexOf('quarante')
      await caretAt(page, place + 3)
      assert.equal(await why(), reason)
      assert.equal(
        await page.evaluate("document.getElementById('source').getAttribute('aria-describedby')"),
        'why',
      )
      await page.keyboard.press('Escape')
      assert.equal(await why(), '')
      const box = await page.evaluate((at) => {
        const range = new Range()
        const node = /** @type {Node} */ (document.getElementById('mirror')?.firstChild)
        range.setStart(node, at)
        range.setEnd(node, at + 8)
        const { x, y, width, height } = range.getBoundingClientRect()
        return { x: x + width / 2, y: y + height / 2, bottom: y + height }
      }, place)
      await page.mouse.move(box.x, box.y)
      assert.equal(await why(), reason)
      const top = Number(
        await page.evaluate("document.getElementById('why').getBoundingClientRect().top"),
      )
      assert.ok(Math.abs(top - box.bottom) < 8, `${top} is not right below ${box.bottom}`)
      await page.mouse.move(box.x, 1)
      assert.equal(await why(), '')
      await caretAt(page, 3)
      assert.equal(await why(), '')
      assert.equal(await page.evaluate("document.getElementById('model').hidden"), true)
      assert.equal(await page.evaluate("document.getElementById('swap').hidden"), true)
    })

    await t.test('the keyboard alone does all of it', async () => {
      const focused = async () => String(await page.evaluate('document.activeElement.id'))
      const tabTo = async (/** @type {string} */ id) => {
        for (let key = 0; key < 12 && (await focused()) !== id; key++)
          await page.keyboard.press('Tab')
        assert.equal(await focused(), id)
      }
      await browser.defaultBrowserContext().overridePermissions(url, ['clipboard-sanitized-write'])
      await page.evaluate('document.activeElement.blur()')
      await tabTo('clear')
      await page.keyboard.press('Enter')
      assert.equal(await focused(), 'source')
      await page.keyboard.type('Merci beaucoup.')
      await page.waitForFunction(
        "document.getElementById('target').textContent.startsWith('Thank')",
        { timeout: PATIENCE, polling: 100 },
      )
      await tabTo('copy')
      await page.keyboard.press('Enter')
      await page.waitForFunction("document.getElementById('status').textContent === 'Copied'")
      await tabTo('save')
      await tabTo('target')
      await page.keyboard.press('End')
      await page.keyboard.press('ArrowLeft')
      assert.match(String(await page.evaluate("document.getElementById('word').textContent")), /←/)
    })

    await t.test('two tabs translate, each its own text', async () => {
      const other = await open(browser, url)
      const [one, two] = await Promise.all([
        translated(page, TEXT),
        translated(other.page, 'Merci beaucoup.'),
      ])
      assert.match(one, /red car/)
      assert.match(two, /^Thank/)
      assert.deepEqual(other.problems, [])
      await other.page.close()
      assert.match(await translated(page, 'Merci beaucoup.'), /^Thank/)
    })

    await t.test('strange texts are answered', async () => {
      for (const text of ['\ud800 Bonjour 😀.', 'مرحبا', '\u202eBonjour', 'a'.repeat(30)]) {
        await translated(page, text)
        assert.ok((await said(page)).length > 0)
      }
      assert.equal((await translated(page, 'مرحبا')).trim(), 'مرحبا')
    })

    await t.test('a megabyte is begun, and given up by the next text', async () => {
      await page.evaluate(`{
        const source = document.getElementById('source')
        source.value = 'Il fait froid ce matin. Nous partons demain.\\n'.repeat(23000)
        source.dispatchEvent(new Event('input'))
      }`)
      await page.waitForFunction("document.getElementById('target').textContent.startsWith('It')", {
        timeout: PATIENCE,
      })
      assert.match(await translated(page, TEXT), /red car/)
    })

    await t.test('the self-test passes', async () => {
      await page.evaluate("document.getElementById('details').open = true")
      await page.click('#selftest')
      await page.waitForFunction(
        "document.getElementById('selftest-result').textContent === '50 of 50 passed'",
        { timeout: PATIENCE, polling: 100 },
      )
      assert.ok(await page.evaluate("document.querySelectorAll('#attention td').length > 50"))
    })

    await t.test('it speaks French, and fits a phone', async () => {
      await page.setViewport({ width: 320, height: 640 })
      const speaks = (/** @type {string} */ language) =>
        page.waitForFunction(`document.documentElement.lang === '${language}'`, {
          timeout: PATIENCE,
          polling: 100, // its words are fetched first
        })
      await page.click('#language')
      await speaks('fr')
      assert.ok(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'))
      await page.click('#language')
      await speaks('en')
    })

    await t.test('it asked no other host, and broke no rule of its policy', () => {
      assert.deepEqual(problems, [])
    })

    await t.test('without a network it starts again and translates', async () => {
      await stop()
      await page.reload()
      await ready(page)
      assert.match(await translated(page, TEXT), /red car/)
    })
  } finally {
    await browser.close()
    await stop()
  }
})

test(
  'Firefox: the same without a network',
  { skip: firefox ? false : 'there is none' },
  async () => {
    const { url, stop } = await serve(folder)
    const browser = await start(String(firefox), 'firefox')
    try {
      const { page, problems } = await open(browser, url)
      assert.match(await translated(page, TEXT), /red car/)
      assert.deepEqual(problems, [])
      await stop()
      await page.reload()
      await ready(page)
      assert.match(await translated(page, TEXT), /red car/)
    } finally {
      await browser.close()
      await stop()
    }
  },
)

for (const [kind, program] of /** @type {const} */ ([
  ['chrome', chromium],
  ['firefox', firefox],
])) {
  test(
    `${kind}: the one file translates from a disk, and asks nobody`,
    { skip: program ? false : 'there is none' },
    async () => {
      const browser = await start(String(program), kind)
      try {
        const address = pathToFileURL(join(folder, 'allez.html')).href
        const { page, problems } = await open(browser, address)
        assert.match(await translated(page, TEXT), /red car/)
        const licence = await page.evaluate(
          "document.querySelector('#facts a').protocol + document.querySelectorAll('#facts a').length",
        )
        assert.equal(licence, 'blob:1')
        assert.deepEqual(problems, [])
        const refused = await page.evaluate(
          "fetch('https://example.org/').then(() => false, () => true)",
        )
        assert.ok(refused)
      } finally {
        await browser.close()
      }
    },
  )
}
