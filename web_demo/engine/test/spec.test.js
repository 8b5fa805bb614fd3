import assert from 'node:assert/strict'
import { readFile, readdir } from 'node:fs/promises'
import { test } from 'node:test'
import { Captioner, Replier, Summarizer } from '../src/index.js'
import { openPath } from '../src/node.js'
import { OPTIONS } from '../src/options.js'
import { SPEC } from '../src/spec.js'
import { FRENCH } from '../src/spec_french.js'
import { LATER } from '../src/spec_later.js'
import { BUNDLES, ROOT, TINY, VECTORS, WASM, load } from './support.js'

/** Vectors of behaviour that this host does not have yet. The list may only get shorter. */
/** @type {string[]} */
const NOT_YET = []

test('the contract is the one of the project', async () => {
  const { about, ...written } = JSON.parse(await readFile(`${ROOT}spec/contract.json`, 'utf8'))
  assert.equal(typeof about, 'string')
  const all = together(together(SPEC, LATER), FRENCH)
  assert.deepEqual(all, written, 'tools/web_contract.py writes it')
})

/**
 * Returns the values of two records, of records within them, too.
 *
 * @param {any} first
 * @param {any} later
 * @returns {any}
 */
function together(first, later) {
  const all = { ...first, ...later }
  for (const key of Object.keys(all)) {
    if (key in first && key in later) all[key] = together(first[key], later[key])
  }
  return all
}

test('every file of vectors is in a test, or named as not yet there', async () => {
  const here = new URL('.', import.meta.url)
  const names = (await readdir(here)).filter((name) => name.endsWith('.test.js'))
  const tests = await Promise.all(
    names
      .filter((name) => name !== 'spec.test.js')
      .map((name) => readFile(new URL(name, here), 'utf8')),
  )
  const read = tests.join('\n')
  const files = (await readdir(VECTORS)).filter((name) => !name.startsWith('tokenizer'))
  const missing = files.filter((name) => !read.includes(`'${name}'`))
  assert.deepEqual(missing.sort(), NOT_YET)
  assert.ok(read.includes("name.startsWith('tokenizer')"))
})

test('what every host offers is there, under the names that the list says', async () => {
  const listed = JSON.parse(await readFile(`${ROOT}spec/api.json`, 'utf8'))
  const { javascript: otherwise } = listed.otherwise
  const own = (/** @type {string} */ record, /** @type {string} */ name) => {
    const other = otherwise[`${record}.${name}`]
    return other === undefined ? name.replace(/_(.)/g, (_, c) => c.toUpperCase()) : other
  }
  const tiny = await load(TINY)
  const translation = await tiny.translate('Je vois le chat noir.')
  const [sentence] = translation.sentences
  /** @type {any} */
  const offered = {
    Translator: tiny,
    Translation: translation,
    Sentence: sentence,
    Hypothesis: sentence.hypotheses[0],
    SelfTest: (await tiny.selfTest()).results[0],
    ...(await writersOffer()),
  }
  for (const [record, value] of Object.entries(offered)) {
    for (const name of listed[record]) {
      const here = own(record, name)
      assert.ok(here === null || here in value, `${record}.${name} is no ${here}`)
    }
  }
  const names = listed.TranslateOptions.map((/** @type {string} */ name) => {
    return own('TranslateOptions', name)
  })
  assert.deepEqual(names.sort(), [...OPTIONS].sort())
  await tiny.close()
})

test('what the page of the engine names can be imported from the package', async () => {
  for (const [path, name] of [
    ['tasks/client', 'WriterClient'],
    ['tasks/decoded', 'decoded'],
    ['documents/formats', 'openFile'],
    ['client', 'TranslatorClient'],
  ]) {
    assert.ok(name in (await import(String(`allez-web/${path}`))), path)
  }
})

/** What summaries, replies and captions offer, by the names of the list. */
async function writersOffer() {
  const summarizer = await Summarizer.load(await openPath(`${BUNDLES}tiny_summary`), { wasm: WASM })
  const replier = await Replier.load(await openPath(`${BUNDLES}tiny_reply`), { wasm: WASM })
  const captioner = await Captioner.load(await openPath(`${BUNDLES}tiny_caption`), { wasm: WASM })
  const picture = { width: 2, height: 1, data: new Uint8Array(6) }
  const caption = await captioner.caption(picture)
  const text = 'Nous aimons la grande voiture verte le 14 mars 1987.'
  const [summary, reply] = [await summarizer.summarize(text), await replier.reply(text)]
  await Promise.all([summarizer.close(), replier.close(), captioner.close()])
  const offered = { Writer: summarizer, Summarizer: summarizer, Replier: replier }
  const answers = { Answer: summary, Summary: summary, Reply: reply, Blank: reply.blanks[0] }
  return { ...offered, ...answers, Captioner: captioner, Caption: caption }
}

/** The folders of the engine from the ground up, as those of the Python runtime. */
const FLOORS = [
  ...['', 'bundle', 'entities', 'text', 'search', 'model', 'translate', 'tasks', 'documents'],
]

test('a module imports only from folders before its own, and is no longer than others may be', async () => {
  const src = new URL('../src/', import.meta.url)
  const names = (await readdir(src, { recursive: true })).filter((name) => name.endsWith('.js'))
  assert.ok(names.length > 25)
  for (const name of names) {
    if (/^spec(_later|_french)?\.js$/.test(name)) continue // a copy, whatever is in it
    const text = await readFile(new URL(name, src), 'utf8')
    const lines = text.split('\n')
    assert.ok(lines.length <= 450, `${name} has ${lines.length} lines`)
    assert.ok(
      lines.every((line) => [...line].length <= 100),
      `${name} has a line over 100`,
    )
    for (const [, from] of text.matchAll(/^(?:import|export) [^']*'(\.[^']+)'/gm)) {
      const reached = new URL(from, new URL(name, src)).pathname.slice(src.pathname.length)
      const [own, other] = [name, reached].map((path) => path.split('/').slice(0, -1).join('/'))
      // Characters and their classes are of all floors; doors stand on top.
      const isDoor = own === '' && ['index.js', 'node.js', 'worker.js', 'client.js'].includes(name)
      if (isDoor || reached === 'text/characters.js') continue
      assert.ok(FLOORS.indexOf(other) <= FLOORS.indexOf(own), `${name} imports ${reached}`)
    }
  }
})
