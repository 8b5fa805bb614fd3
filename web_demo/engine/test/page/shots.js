/** Pictures of the page for docs/: `npm run shots`. Looked at by whoever changes the page. */

import { rm } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { built, open, pathOf, serve, start, translated } from './browser.js'

const DOCS = fileURLToPath(new URL('../../../../docs/', import.meta.url))
const TEXT =
  'La voiture rouge est devant la maison. Appelez le 01 23 45 67 89 avant midi.\n' +
  'Il fait froid ce matin, mais le ciel est bleu.'

/** @type {[string, 'light' | 'dark', number, number][]} */
const SHOTS = [
  ['web-day.png', 'light', 1100, 640],
  ['web-night.png', 'dark', 1100, 640],
  ['web-phone.png', 'light', 360, 760],
]

const folder = await built()
const { url, stop } = await serve(folder)
const browser = await start(String(pathOf('chromium')), 'chrome')
const { page } = await open(browser, url)
for (const [name, value, width, height] of SHOTS) {
  await page.setViewport({ width, height })
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value }])
  await translated(page, TEXT)
  await page.focus('#target')
  await page.keyboard.press('Home')
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('ArrowRight')
  await page.screenshot({ path: DOCS + name })
}
await browser.close()
await stop()
await rm(folder, { recursive: true })
