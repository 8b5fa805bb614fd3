/**
 * Measures the page: `node web_demo/measure.js [ROUNDS [PART ...]]`, with `PYTHON` naming a Python that
 * has Allez; the parts are transfer, visits, beside and keys.
 *
 * What a visit transfers (brotli at quality 9: 11 takes minutes); how long it takes from a visit to
 * the first translation, the first time and, after one has read it, the second, and how much of
 * processors; how much longer Chromium works at a sentence than Python does on one thread: both
 * translate the same sentences round by round, and what is compared are medians of the ratios of one
 * round's times, of processors (user and system) and by the clock; and the longest frame while a
 * thousand keys come, one in 30 milliseconds. Let nothing else run: it takes three minutes.
 */

import { spawn } from 'node:child_process'
import { readFile, rm } from 'node:fs/promises'
import { loadavg } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import {
  PATIENCE,
  TEXT,
  bare,
  built,
  open,
  pathOf,
  processesOf,
  serve,
  start,
} from './engine/test/page/browser.js'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const VISITS = 5
const TICK = 100 // of /proc, a second
const STAY = 5000 // milliseconds that the first visit lasts: Chromium keeps what it compiled after 2

const rounds = Number(process.argv[2] ?? 15)
const parts = process.argv.slice(3)
const chromium = pathOf('chromium') ?? pathOf('google-chrome')
if (!chromium || process.platform !== 'linux') {
  process.stderr.write('error: this needs Chromium, on Linux\n')
  process.exit(1)
}

/** @param {number[]} values */
const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1]

/** @param {string} text */
const say = (text) => process.stdout.write(`${text}\n`)

async function transfer() {
  let [raw, gzip, brotli] = [0, 0, 0]
  const listed = await readFile(join(web, 'files.js'), 'utf8') // pictures' model is no part of it
  const { files } = JSON.parse(listed.slice(listed.indexOf('{')))
  for (const name of [
    'sw.js',
    'files.js',
    ...files.map((/** @type {[string]} */ [path]) => path),
  ]) {
    const data = await readFile(join(web, name))
    raw += data.length
    gzip += gzipSync(data).length
    const params = { [constants.BROTLI_PARAM_QUALITY]: 9 }
    brotli += brotliCompressSync(data, { params }).length
  }
  const told = [raw, gzip, brotli].map((bytes) => (bytes / 1e6).toFixed(2))
  say(`a first visit transfers ${told[0]} MB, ${told[1]} with gzip, ${told[2]} with brotli`)
}

/** What a page begins with: a text that waits for the model, and a clock. */
const WAITING = `
  addEventListener('DOMContentLoaded', () => {
    document.getElementById('source').value = ${JSON.stringify(TEXT)}
    const target = document.getElementById('target')
    new MutationObserver(() => {
      if (/house\\./.test(target.textContent)) self.translatedAt ??= performance.now()
    }).observe(target, { childList: true, characterData: true, subtree: true })
  })`

/** @param {string} url */
async function visits(url) {
  /** @type {number[][]} */
  const times = [[], []]
  /** @type {number[][]} */
  const works = [[], []]
  for (let visit = 0; visit < VISITS; visit++) {
    const browser = await start(String(chromium), 'chrome') // with a profile of its own
    for (const [at, taken] of times.entries()) {
      const page = await browser.newPage()
      const before = await cpuOf(browser)
      await page.evaluateOnNewDocument(WAITING)
      await page.goto(url)
      await page.waitForFunction('self.translatedAt', { timeout: PATIENCE })
      taken.push(Number(await page.evaluate('self.translatedAt')))
      works[at].push((await cpuOf(browser)) - before)
      if (at === 0) await new Promise((resolve) => setTimeout(resolve, STAY))
      await page.close()
    }
    await browser.close()
  }
  for (const [at, taken] of times.entries()) {
    const told = taken.map((time) => (time / 1000).toFixed(2)).join(' ')
    const name = at === 0 ? 'first' : 'second'
    say(
      `${name} visit to first translation: median ${(median(taken) / 1000).toFixed(2)} s (${told}), ` +
        `${median(works[at]).toFixed(2)} s of processors`,
    )
  }
}

/** Seconds of processors that a browser has taken. @param {import('./engine/test/page/browser.js').Browser} browser */
async function cpuOf(browser) {
  let ticks = 0
  for (const pid of await processesOf(browser)) {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    ticks += Number(fields[11] ?? 0) + Number(fields[12] ?? 0)
  }
  return ticks / TICK
}

/** @param {string} url */
async function beside(url) {
  await bare(folder)
  const python = spawn(
    process.env.PYTHON ?? 'python3',
    ['-m', 'benchmarks.beside_browser', join(ROOT, 'models/fr-en')],
    { cwd: ROOT, stdio: ['pipe', 'pipe', 'inherit'] },
  )
  const lines = createInterface({ input: python.stdout })[Symbol.asyncIterator]()
  const heard = async () => JSON.parse(String((await lines.next()).value))
  const sentences = await heard()
  const browser = await start(String(chromium), 'chrome')
  const page = await browser.newPage()
  await page.goto(`${url}blank.html`)
  await page.evaluate(async () => {
    const { TranslatorClient } = await import(String('/engine/client.js'))
    const files = {
      wasm: '/ort/ort-wasm-simd-threaded.wasm',
      runtime: '/ort/ort.wasm.bundle.min.mjs',
    }
    Object.assign(self, { translator: await TranslatorClient.load('/model/', files) })
  })
  const inPage = () =>
    page.evaluate(async (texts) => {
      const started = performance.now()
      const found = []
      for (const text of texts) {
        const { translator } = /** @type {any} */ (self)
        found.push((await translator.translate(text, { beamSize: 1 })).text)
      }
      return { wall: (performance.now() - started) / 1000, texts: found }
    }, sentences)
  /** @type {number[][]} */
  const [cpu, wall, ours, theirs] = [[], [], [], []]
  for (let round = -1; round < rounds; round++) {
    python.stdin.write('again\n')
    const there = await heard()
    const before = await cpuOf(browser)
    const here = await inPage()
    const taken = (await cpuOf(browser)) - before
    if (JSON.stringify(here.texts) !== JSON.stringify(there.texts)) {
      say('the two do not translate alike')
      process.exitCode = 1
    }
    if (round < 0) continue // neither is warm yet
    cpu.push(taken / there.cpu)
    wall.push(here.wall / there.wall)
    ours.push((1000 * taken) / sentences.length)
    theirs.push((1000 * there.cpu) / sentences.length)
  }
  say(
    `a sentence of ten words, greedy: Chromium ${median(ours).toFixed(1)} ms of processors, ` +
      `Python ${median(theirs).toFixed(1)} ms; ratio ${median(cpu).toFixed(2)}, ` +
      `by the clock ${median(wall).toFixed(2)} (medians of ${rounds} rounds of ${sentences.length})`,
  )
  python.stdin.end()
  await browser.close()
}

/** @param {string} url */
async function keys(url) {
  const browser = await start(String(chromium), 'chrome')
  const { page } = await open(browser, url)
  const { longest, busy } = await page.evaluate(async (text) => {
    const source = /** @type {HTMLTextAreaElement} */ (document.getElementById('source'))
    let [longest, busy, before, isOver] = [0, 0, performance.now(), false]
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) busy = Math.max(busy, duration)
    }).observe({ entryTypes: ['longtask'] })
    const frame = () => {
      longest = Math.max(longest, performance.now() - before)
      before = performance.now()
      if (!isOver) requestAnimationFrame(frame)
    }
    requestAnimationFrame(frame)
    for (let key = 0; key < 1000; key++) {
      source.value = `${text} `.repeat(1 + Math.floor(key / text.length)).slice(0, 1 + key)
      source.dispatchEvent(new Event('input'))
      await new Promise((resolve) => setTimeout(resolve, 30))
    }
    source.value = text
    source.dispatchEvent(new Event('input'))
    isOver = true
    return { longest, busy }
  }, TEXT)
  await page.waitForFunction(
    (last) => document.getElementById('target')?.textContent === last,
    { timeout: PATIENCE, polling: 100 },
    'The red car is in front of the house.',
  )
  say(
    `a thousand keys at 30 ms: longest frame ${longest.toFixed(0)} ms, longest task of the main ` +
      `thread ${busy === 0 ? 'under 50' : busy.toFixed(0)} ms; the last text is what is shown`,
  )
  await browser.close()
}

const folder = await built()
const web = join(folder, 'web')
const { url, stop } = await serve(folder)
say(`load of the machine ${loadavg()[0].toFixed(1)}`)
for (const [name, measure] of Object.entries({ transfer, visits, beside, keys })) {
  if (parts.length === 0 || parts.includes(name)) await measure(url)
}
await stop()
await rm(folder, { recursive: true })
