/** A page that was built with two models, there and back: one is chosen, and the two are swapped. */

import assert from 'node:assert/strict'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { TINY } from '../support.js'
import { PATIENCE, built, open, pathOf, said, serve, start, translated } from './browser.js'

const program = pathOf('chromium') ?? pathOf('google-chrome')
const options = { skip: program ? false : 'there is none' }

/** Returns a folder with the tiny model, which now says that it leads the other way. */
async function turned() {
  const folder = await mkdtemp(join(tmpdir(), 'allez-turned-'))
  await cp(TINY, folder, { recursive: true })
  const manifest = JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8'))
  const { source, target } = manifest
  ;[source.language, target.language] = [target.language, source.language]
  await writeFile(join(folder, 'manifest.json'), JSON.stringify(manifest))
  return folder
}

test('two models: one is chosen, the texts change sides', options, async () => {
  const back = await turned()
  const folder = await built(TINY, back)
  const { url, stop } = await serve(folder)
  const browser = await start(String(program), 'chrome')
  try {
    const { page, problems } = await open(browser, url)
    const shown = (/** @type {string} */ id) =>
      page.evaluate((id) => {
        const { hidden, textContent, value } = /** @type {any} */ (document.getElementById(id))
        return hidden ? null : (value ?? textContent)
      }, id)
    const waits = (/** @type {string} */ what) =>
      page.waitForFunction(what, { timeout: PATIENCE, polling: 100 })
    assert.equal(await shown('direction'), 'French → English')
    assert.equal(await shown('model'), 'model/')
    assert.deepEqual(
      await page.$$eval('#model option', (all) => all.map((option) => option.textContent)),
      ['French → English', 'English → French'],
    )
    const text = 'Le chat noir voit la maison.'
    const there = await translated(page, text)
    assert.notEqual(there, '')

    await page.click('#swap')
    await waits("document.getElementById('direction').textContent === 'English → French'")
    await waits("document.getElementById('status').textContent === 'Translated'")
    assert.equal(await shown('source'), there)
    assert.equal(await shown('model'), 'model1/')
    assert.notEqual(await said(page), '')
    assert.equal(await page.evaluate("document.getElementById('source').lang"), 'en')

    await page.select('#model', 'model/')
    await waits("document.getElementById('direction').textContent === 'French → English'")
    assert.equal(await translated(page, text), there)
    assert.notEqual(await shown('swap'), null)
    assert.deepEqual(problems, [])
  } finally {
    await browser.close()
    await stop()
    for (const each of [folder, back]) await rm(each, { recursive: true })
  }
})
