/** The page in a browser: started, served, and typed into. */

import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { mkdtemp } from 'node:fs/promises'
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

/** Puts the page together in a folder of its own, `web` and `allez.html`; returns that. */
export async function built() {
  const folder = await mkdtemp(join(tmpdir(), 'allez-page-'))
  for (const [script, place] of [
    ['build.js', 'web'],
    ['one_file.js', 'allez.html'],
  ]) {
    const made = spawnSync('node', [join(HERE, script), join(folder, place)], { encoding: 'utf8' })
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
 * Opens a page and notes what it must not do.
 *
 * @param {Browser} browser
 * @param {string} url
 */
export async function open(browser, url) {
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
export async function ready(page) {
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
 * @param {string} program
 * @param {'chrome' | 'firefox'} kind
 */
export function start(program, kind) {
  const args = kind === 'chrome' ? ['--no-sandbox', '--lang=en-GB'] : []
  return puppeteer.launch({
    browser: kind,
    executablePath: program,
    args,
    ...(kind === 'firefox' ? { extraPrefsFirefox: { 'intl.accept_languages': 'en-GB' } } : {}),
  })
}
