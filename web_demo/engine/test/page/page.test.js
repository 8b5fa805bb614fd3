/**
 * The page in browsers, as a person meets it: `make test-web` runs it where there are some.
 *
 * `BROWSERS` names programs, as chromium and firefox-esr; those that are not there are skipped.
 */

import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import puppeteer from 'puppeteer-core'

/** @typedef {import('puppeteer-core').Browser} Browser */
/** @typedef {import('puppeteer-core').Page} Page */

const HERE = fileURLToPath(new URL('../../..', import.meta.url))
const require = createRequire(join(HERE, 'engine/package.json'))
const PATIENCE = 120_000 // milliseconds; a busy machine is no failure

const TEXT = 'La voiture rouge est devant la maison.'

/** @param {string} program */
function pathOf(program) {
  const { stdout } = spawnSync('sh', ['-c', `command -v ${program}`], {
    encoding: 'utf8',
  })
  return stdout.trim() || null
}

let folder = ''

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'allez-page-'))
  const made = spawnSync('node', [join(HERE, 'build.js'), join(folder, 'web')], {
    encoding: 'utf8',
  })
  assert.equal(made.status, 0, made.stderr)
})
after(() => rm(folder, { recursive: true }))

/** Starts a server; returns its address and how to stop it. */
async function serve() {
  const server = spawn('node', [join(HERE, 'serve.js'), join(folder, 'web'), '0'])
  /** @type {string} */
  const url = await new Promise((resolve, reject) => {
    server.stdout.once('data', (data) => resolve(String(data).trim()))
    server.once('exit', () => reject(new Error('the server has ended')))
  })
  const ended = new Promise((resolve) => server.once('exit', resolve))
  const stop = async () => {
    server.kill()
    await ended
  }
  return { url, stop }
}

/**
 * Opens a page and notes what it must not do.
 *
 * @param {Browser} browser
 * @param {string} url
 */
async function open(browser, url) {
  const page = await browser.newPage()
  /** @type {string[]} */
  const problems = []
  page.on('pageerror', (error) => problems.push(String(error)))
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text())
  })
  page.on('request', (request) => {
    const isOwn = request.url().startsWith(url) || /^(blob|data):/.test(request.url())
    if (!isOwn) problems.push(`a request to ${request.url()}`)
  })
  await page.goto(url)
  await ready(page)
  return { page, problems }
}

/** @param {Page} page */
async function ready(page) {
  await page.waitForFunction('document.documentElement.dataset.state', {
    timeout: PATIENCE,
  })
  const state = await page.evaluate('document.documentElement.dataset.state')
  const status = await page.evaluate("document.getElementById('status').textContent")
  assert.equal(state, 'ready', String(status))
}

/**
 * Replaces the text, as pasting does, and waits for its translation.
 *
 * @param {Page} page
 * @param {string} text
 */
async function translated(page, text) {
  await page.evaluate((value) => {
    const source = /** @type {HTMLTextAreaElement} */ (document.getElementById('source'))
    const status = /** @type {HTMLElement} */ (document.getElementById('status'))
    status.textContent = ''
    source.value = value
    source.dispatchEvent(new Event('input'))
  }, text)
  await done(page)
  return said(page)
}

/** @param {Page} page */
const done = (page) =>
  page.waitForFunction("document.getElementById('status').textContent === 'Translated'", {
    timeout: PATIENCE,
  })

/** @param {Page} page */
const said = async (page) =>
  String(await page.evaluate("document.getElementById('target').textContent"))

/** @param {Page} page @param {string} name */
const lit = (page, name) =>
  page.evaluate(
    (light) => [...(CSS.highlights.get(light) ?? [])].map((range) => String(range)),
    name,
  )

/**
 * @param {string} program
 * @param {'chrome' | 'firefox'} kind
 */
function start(program, kind) {
  const args = kind === 'chrome' ? ['--no-sandbox', '--lang=en-GB'] : []
  return puppeteer.launch({
    browser: kind,
    executablePath: program,
    args,
    ...(kind === 'firefox' ? { extraPrefsFirefox: { 'intl.accept_languages': 'en-GB' } } : {}),
  })
}

const chromium = pathOf('chromium') ?? pathOf('google-chrome')
const firefox = pathOf('firefox-esr') ?? pathOf('firefox')

test('Chromium: what a person does', { skip: chromium ? false : 'there is none' }, async (t) => {
  const { url, stop } = await serve()
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
      await page.evaluate(`{
        const source = document.getElementById('source')
        source.focus()
        source.setSelectionRange(5, 5)
        document.dispatchEvent(new Event('selectionchange'))
      }`)
      assert.ok((await lit(page, 'strong')).includes('car'))
    })

    await t.test('doubts are listed, and marked in the text', async () => {
      const isHidden = "document.getElementById('doubts').hidden"
      await translated(page, 'Il a 30 ans.')
      assert.equal(await page.evaluate(isHidden), true)
      await translated(page, 'Appelez le 01 23 45 67 89 avant midi.') // the model garbles it
      assert.equal(await page.evaluate(isHidden), false)
      assert.ok((await lit(page, 'doubt')).includes('01 23 45 67 89'))
    })

    await t.test('a thousand keys are never waited for, and the last text is shown', async () => {
      const longest = await page.evaluate(async (text) => {
        const source = /** @type {HTMLTextAreaElement} */ (document.getElementById('source'))
        let [worst, before] = [0, performance.now()]
        let isOver = false
        const frame = () => {
          worst = Math.max(worst, performance.now() - before)
          before = performance.now()
          if (!isOver) requestAnimationFrame(frame)
        }
        requestAnimationFrame(frame)
        for (let key = 0; key < 1000; key++) {
          source.value = text.slice(0, key % text.length) + key
          source.dispatchEvent(new Event('input'))
          if (key % 10 === 9) await new Promise((resolve) => setTimeout(resolve, 30))
        }
        source.value = text
        source.dispatchEvent(new Event('input'))
        isOver = true
        return worst
      }, TEXT)
      t.diagnostic(`longest frame ${Math.round(longest)} ms`)
      await page.waitForFunction(
        "document.getElementById('target').textContent.includes('red car')",
        { timeout: PATIENCE },
      )
      assert.match(await said(page), /^The red car .*house\.$/)
    })

    await t.test('strange texts are answered', async () => {
      for (const text of ['\ud800 Bonjour 😀.', 'مرحبا', '\u202eBonjour', 'a'.repeat(1000)]) {
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
        { timeout: PATIENCE },
      )
      assert.ok(await page.evaluate("document.querySelectorAll('#attention td').length > 50"))
    })

    await t.test('it speaks French, and fits a phone', async () => {
      await page.setViewport({ width: 320, height: 640 })
      await page.click('#language')
      assert.equal(await page.evaluate('document.documentElement.lang'), 'fr')
      assert.ok(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'))
      await page.click('#language')
    })

    await t.test('nothing serious hinders anybody', async () => {
      await page.evaluate(await readFile(require.resolve('axe-core'), 'utf8'))
      const found = /** @type {any} */ (await page.evaluate('axe.run()'))
      const serious = found.violations.filter((/** @type {any} */ each) =>
        ['serious', 'critical'].includes(each.impact),
      )
      assert.deepEqual(
        serious.map((/** @type {any} */ each) => each.id),
        [],
      )
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
    const { url, stop } = await serve()
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
