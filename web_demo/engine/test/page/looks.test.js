/**
 * How the page looks, and whether all can read it: in both languages, by day and by night, on the
 * narrowest screen and on a wide one, with all of it open.
 */

import assert from 'node:assert/strict'
import { readFile, rm } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import {
  PATIENCE,
  built,
  caretAt,
  dropped,
  open,
  pathOf,
  require,
  serve,
  start,
  translated,
} from './browser.js'

/** @typedef {import('puppeteer-core').Page} Page */

const program = pathOf('chromium') ?? pathOf('google-chrome')
const options = { skip: program ? false : 'there is no Chromium' }

const LONG = `https://example.org/${'chemin'.repeat(20)}`
/** Doubted for its minutes, that are dropped; wider than a telephone as a heatmap and as a word. */
const TEXT = `Le train part à dix-huit heures quarante-sept. Lisez ce soir, mes chers amis, ce que ${LONG} dit de notre vieille maison.`
/** What WCAG asks of letters, and of what is drawn. */
const [LETTERS, DRAWN] = [4.5, 3]

let folder = ''

before(async () => {
  folder = await built()
})
after(() => rm(folder, { recursive: true }))

/** What is wider than the screen, and nothing around it scrolls. @param {Page} page */
const tooWide = (page) =>
  page.evaluate(() => {
    const width = document.documentElement.clientWidth
    const found = [...document.querySelectorAll('body *')].filter(
      (each) =>
        !each.closest('.scroll') &&
        Math.max(each.getBoundingClientRect().right, each.getBoundingClientRect().left) > width,
    )
    const names = found.map((each) => each.id || each.localName)
    return document.documentElement.scrollWidth > width ? ['the page', ...names] : names
  })

/** What hinders somebody, seriously, and where. @param {Page} page */
async function hindrances(page) {
  const { violations } = /** @type {any} */ (await page.evaluate('axe.run()'))
  return violations
    .filter((/** @type {any} */ { impact }) => ['serious', 'critical'].includes(impact))
    .map(
      (/** @type {any} */ { id, nodes }) =>
        `${id}: ${nodes.map((/** @type {any} */ node) => node.target)}`,
    )
}

/**
 * The contrast of what lights up with the letters on it, and of a doubt's line with the paper; of
 * neither does axe know.
 *
 * @param {Page} page
 */
const contrasts = (page) =>
  page.evaluate(() => {
    const context = /** @type {OffscreenCanvasRenderingContext2D} */ (
      new OffscreenCanvas(1, 1).getContext('2d')
    )
    const luminance = (/** @type {string} */ colour) => {
      context.fillStyle = colour
      context.fillRect(0, 0, 1, 1)
      const [r, g, b] = [...context.getImageData(0, 0, 1, 1).data].map((value) => {
        const share = value / 255
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
      })
      return 0.2126 * r + 0.7152 * g + 0.0722 * b
    }
    const between = (/** @type {string} */ one, /** @type {string} */ other) => {
      const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b)
      return (high + 0.05) / (low + 0.05)
    }
    const target = /** @type {HTMLElement} */ (document.getElementById('target'))
    const pane = /** @type {HTMLElement} */ (document.getElementById('target-pane'))
    const of = (/** @type {string} */ light) => getComputedStyle(target, `::highlight(${light})`)
    const { color } = getComputedStyle(target)
    const paper = getComputedStyle(pane).backgroundColor
    const lit = ['strong', 'middle', 'weak'].map((light) => of(light).backgroundColor)
    return {
      colours: new Set([...lit, paper]).size,
      letters: lit.map((colour) => between(color, colour)),
      line: between(of('doubt').textDecorationColor, paper),
    }
  })

test('all can read all of it', options, async (t) => {
  const { url, stop } = await serve(folder)
  const browser = await start(String(program), 'chrome')
  try {
    const { page, problems } = await open(browser, url)
    await page.evaluate(await readFile(require.resolve('axe-core'), 'utf8'))
    await translated(page, TEXT)
    await page.evaluate("document.getElementById('details').open = true")
    await page.waitForFunction("document.querySelector('#attention td')", { timeout: PATIENCE })

    for (const language of ['en', 'fr']) {
      if (language === 'fr') await page.click('#language')
      await page.waitForFunction(`document.documentElement.lang === '${language}'`, {
        timeout: PATIENCE,
        polling: 100, // its words are fetched first
      })
      for (const value of ['light', 'dark']) {
        await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value }])
        for (const width of [320, 1100]) {
          await t.test(`${language}, ${value}, ${width} px wide`, async () => {
            await page.setViewport({ width, height: 640 })
            for (const word of [LONG, 'quarante-sept']) {
              await caretAt(page, TEXT.indexOf(word) + 2)
              const shown = await page.evaluate(() => ({
                scheme: matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light',
                word: document.getElementById('word')?.textContent,
                why: document.getElementById('why')?.hidden === false,
                doubts: document.getElementById('doubts')?.hidden === false,
                cells: document.querySelectorAll('#attention td').length,
              }))
              assert.equal(shown.scheme, value)
              assert.ok(shown.word?.startsWith(word), shown.word)
              assert.equal(shown.why, word !== LONG)
              assert.ok(shown.doubts && shown.cells > 50, JSON.stringify(shown))
              assert.deepEqual(await tooWide(page), [])
            }
            assert.deepEqual(await hindrances(page), [])
            const { colours, letters, line } = await contrasts(page)
            assert.equal(colours, 4, 'what is lit is not to be told apart')
            assert.ok(Math.min(...letters) >= LETTERS, `letters on what is lit: ${letters}`)
            assert.ok(line >= DRAWN, `the line of a doubt: ${line}`)
          })
        }
      }
    }

    await t.test('a long name of a file does not widen the page', async () => {
      await page.setViewport({ width: 320, height: 640 })
      await page.click('#language')
      // How things stand is said again in English, and would pass for the end of the document.
      await page.waitForFunction("document.getElementById('status').textContent === 'Translated'", {
        timeout: PATIENCE,
        polling: 100,
      })
      const { name } = await dropped(page, `${'sous-titres_'.repeat(12)}.html`, '<p>Merci !</p>')
      assert.match(String(name), /\.en\.html$/)
      assert.deepEqual(await tooWide(page), [])
    })
    assert.deepEqual(problems, [])
  } finally {
    await browser.close()
    await stop()
  }
})
