/** The page in a browser: started, served, and typed into. */

import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { cp, mkdtemp, readFile, readdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import puppeteer from 'puppeteer-core'

/** @typedef {import('puppeteer-core').Browser} Browser */
/** @typedef {import('puppeteer-core').Page} Page */

const HERE = fileURLToPath(new URL('../../..', import.meta.url))
export const require = createRequire(join(HERE, 'engine/package.json'))
export const PATIENCE = 120_000 // milliseconds; a busy machine is no failure

export const TEXT = 'La voiture rouge est devant la maison.'

/** @param {string} program */
export function pathOf(program) {
  const { stdout } = spawnSync('sh', ['-c', `command -v ${program}`], {
    encoding: 'utf8',
  })
  return stdout.trim() || null
}

/**
 * Puts the page together in a folder of its own, `web` and `allez.html`; returns that.
 *
 * @param {string[]} bundle nothing: the shipped one
 */
export async function built(...bundle) {
  const folder = await mkdtemp(join(tmpdir(), 'allez-page-'))
  for (const [script, place] of [
    ['build.js', 'web'],
    ['one_file.js', 'allez.html'],
  ]) {
    const made = spawnSync('node', [join(HERE, script), join(folder, place), ...bundle], {
      encoding: 'utf8',
    })
    assert.equal(made.status, 0, made.stderr)
  }
  return folder
}

/** Starts a server; returns its address and how to stop it. @param {string} folder */
export async function serve(folder) {
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
 * Starts a server whose answers go wrong.
 *
 * @param {string} folder
 * @param {(path: string) => 'lost' | 'altered' | null} fault what becomes of a file
 */
export async function serveBadly(folder, fault) {
  const good = await serve(folder)
  const server = createServer(async (request, response) => {
    const path = String(request.url)
    const answer = await fetch(new URL(path, good.url))
    const data = new Uint8Array(await answer.arrayBuffer())
    const kind = fault(path)
    if (kind === 'altered') data[data.length >> 1] ^= 1
    const kept = [...answer.headers].filter(([name]) => /^(content|x-content)-/.test(name))
    response.writeHead(answer.status, Object.fromEntries(kept))
    if (kind !== 'lost') return void response.end(data)
    response.write(data.subarray(0, data.length >> 1), () => response.destroy())
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(null)))
  const stop = async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    await good.stop()
  }
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
  return { url: `http://127.0.0.1:${port}/`, stop }
}

/**
 * Puts the engine as it is beside the page of a folder, and `blank.html`, for what no page does.
 *
 * @param {string} folder
 */
export async function bare(folder) {
  await cp(join(HERE, 'engine/src'), join(folder, 'web/engine'), { recursive: true })
  await writeFile(join(folder, 'web/blank.html'), '<!doctype html><title>blank</title>')
}

/**
 * The processes of a browser, by what Linux says.
 *
 * @param {Browser} browser
 */
export async function processesOf(browser) {
  /** @type {Map<number, number>} */
  const parents = new Map()
  for (const name of await readdir('/proc')) {
    if (/^\d+$/.test(name)) parents.set(Number(name), await fieldOf(Number(name), 'PPid'))
  }
  const root = browser.process()?.pid
  const isOwn = (/** @type {number} */ pid) => {
    for (let at = pid; at > 0; at = parents.get(at) ?? 0) if (at === root) return true
    return false
  }
  return [...parents.keys()].filter(isOwn)
}

/** Bytes of memory that a browser takes. @param {Browser} browser */
export async function memoryOf(browser) {
  let kilobytes = 0
  for (const pid of await processesOf(browser)) kilobytes += await fieldOf(pid, 'RssAnon')
  return 1024 * kilobytes
}

/** @param {number} pid @param {string} key */
async function fieldOf(pid, key) {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '') // it may have ended
  return Number(status.match(new RegExp(`^${key}:\\s+(\\d+)`, 'm'))?.[1] ?? 0)
}

/**
 * Opens a page and notes what it must not do.
 *
 * @param {Browser} browser
 * @param {string} url
 * @param {string} [first] what runs before anything of the page does
 */
export async function open(browser, url, first = '') {
  const page = await browser.newPage()
  await page.evaluateOnNewDocument(first)
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
export async function ready(page) {
  const { state, status } = await settled(page)
  assert.equal(state, 'ready', status)
}

/** Waits until a page can translate, or says that it cannot. @param {Page} page */
export async function settled(page) {
  await page.waitForFunction('document.documentElement.dataset.state', {
    timeout: PATIENCE,
    polling: 100, // frames end where a page is in the background
  })
  const state = String(await page.evaluate('document.documentElement.dataset.state'))
  return { state, status: await status(page) }
}

/** What the page says of how things stand. @param {Page} page */
export const status = async (page) =>
  String(await page.evaluate("document.getElementById('status').textContent"))

/**
 * Replaces the text, as pasting does, and waits for its translation.
 *
 * @param {Page} page
 * @param {string} text
 */
export async function translated(page, text) {
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
    polling: 100, // frames end where a page is in the background
  })

/** @param {Page} page */
export const said = async (page) =>
  String(await page.evaluate("document.getElementById('target').textContent"))

/** @param {Page} page @param {string} name */
export const lit = (page, name) =>
  page.evaluate(
    (light) => [...(CSS.highlights.get(light) ?? [])].map((range) => String(range)),
    name,
  )

/**
 * Drops a file, as a person does, and waits until it is translated; returns what is saved.
 *
 * @param {Page} page
 * @param {string} name
 * @param {string} content written in Latin-1 where it is a page, else in UTF-8
 */
export async function dropped(page, name, content) {
  await page.evaluate(
    (title, text, isPage) => {
      const bytes = isPage
        ? Uint8Array.from(text, (c) => c.charCodeAt(0))
        : new TextEncoder().encode(text)
      const data = new DataTransfer()
      data.items.add(new File([bytes], title))
      const status = /** @type {HTMLElement} */ (document.getElementById('status'))
      status.textContent = ''
      document.dispatchEvent(new DragEvent('drop', { dataTransfer: data, cancelable: true }))
    },
    name,
    content,
    name.endsWith('.html'),
  )
  await page.waitForFunction(
    `/^Translated|It cannot/.test(document.getElementById('status').textContent)`,
    { timeout: PATIENCE },
  )
  return page.evaluate(async () => {
    /** @type {{name: string, text: Promise<string>}[]} */
    const saved = []
    const create = URL.createObjectURL
    const click = HTMLAnchorElement.prototype.click
    let text = Promise.resolve('')
    URL.createObjectURL = (blob) => {
      text = /** @type {Blob} */ (blob).text()
      return create(blob)
    }
    HTMLAnchorElement.prototype.click = function () {
      saved.push({ name: this.download, text })
    }
    document.getElementById('save')?.click()
    URL.createObjectURL = create
    HTMLAnchorElement.prototype.click = click
    const [one] = saved
    const status = String(document.getElementById('status')?.textContent)
    return { name: one?.name, text: await one?.text, status }
  })
}

/**
 * The place of a word in a pane, its middle, as a person's finger finds it.
 *
 * @param {Page} page
 * @param {'source' | 'target'} pane
 * @param {string} word
 */
export const placeOf = (page, pane, word) =>
  page.evaluate(
    (id, word) => {
      const holder = document.getElementById(id === 'source' ? 'mirror' : id)
      const node = /** @type {Text} */ (holder?.firstChild)
      const start = node.data.indexOf(word)
      if (start < 0) throw new Error(`${word} is not in ${node.data}`)
      const range = new Range()
      range.setStart(node, start)
      range.setEnd(node, start + word.length)
      const { x, y, width, height } = range.getBoundingClientRect()
      return { x: x + width / 2, y: y + height / 2 }
    },
    pane,
    word,
  )

/** Puts the caret into the text, as the arrow keys do. @param {Page} page @param {number} at */
export const caretAt = (page, at) =>
  page.evaluate((at) => {
    const source = /** @type {HTMLTextAreaElement} */ (document.getElementById('source'))
    source.focus()
    source.setSelectionRange(at, at)
    document.dispatchEvent(new Event('selectionchange'))
  }, at)

/** What is said of the word that is pointed at. @param {Page} page */
export const pointed = async (page) =>
  String(await page.evaluate("document.getElementById('word').textContent"))

/**
 * @param {string} program
 * @param {'chrome' | 'firefox'} kind
 */
export function start(program, kind) {
  const args = kind === 'chrome' ? ['--no-sandbox', '--lang=en-GB', '--js-flags=--expose-gc'] : []
  return puppeteer.launch({
    browser: kind,
    executablePath: program,
    args,
    ...(kind === 'firefox' ? { extraPrefsFirefox: { 'intl.accept_languages': 'en-GB' } } : {}),
  })
}
