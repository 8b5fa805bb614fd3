/**
 * Thousands of made-up texts, and what Python makes of them: `hosts.cases large` writes them into
 * the folder that `ALLEZ_CASES` names, as `make test-web` does.
 */

import assert from 'node:assert/strict'
import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { find } from '../src/entities/find.js'
import { Names, findNames } from '../src/entities/names.js'
import { FORMS, readingForm } from '../src/entities/numbers.js'
import { maskTarget } from '../src/entities/said.js'
import { fill, mask, settled } from '../src/entities/symbols.js'
import { Terms } from '../src/entities/terms.js'
import { checkedForm, doubts } from '../src/text/checks.js'
import { labels } from '../src/text/labels.js'
import { parseRules } from '../src/text/rules.js'
import { split } from '../src/text/segmentation.js'
import { Tokenizer } from '../src/text/tokenizer.js'
import { ROOT, SYMBOLS, TINY, inCodePoints } from './support.js'

const FOLDER = process.env.ALLEZ_CASES
const options = { skip: FOLDER ? false : 'ALLEZ_CASES names no folder; `make test-web` does' }

/** @param {string} name */
async function* lines(name) {
  const input = createReadStream(`${FOLDER}/${name}`)
  for await (const line of createInterface({ input, crlfDelay: Infinity })) yield JSON.parse(line)
}

for (const [file, path] of [
  ['tokenizer-tiny.jsonl', TINY],
  ['tokenizer-fr-en.jsonl', `${ROOT}models/fr-en/`],
]) {
  test(`${file}: ids and texts are those of the reference`, options, async () => {
    const tokenizer = await Tokenizer.load(await readFile(`${path}tokenizer.json`, 'utf8'))
    let [compared, passed] = [0, 0]
    for await (const { text, ids, decoded } of lines(file)) {
      if (text !== undefined && /\p{Cn}/u.test(text)) {
        passed++ // a character that this Unicode does not know yet
        continue
      }
      if (text !== undefined) assert.deepEqual(tokenizer.encode(text), ids, JSON.stringify(text))
      assert.equal(tokenizer.decode(ids), decoded, JSON.stringify(ids))
      compared++
    }
    assert.ok(compared >= 1000 && passed <= compared / 9, `${compared} compared, ${passed} not`)
  })
}

test('thousands of texts fall into the pieces that Python finds', options, async () => {
  const rules = parseRules(await readFile(`${TINY}sentences.json`, 'utf8'))
  let compared = 0
  for await (const { text, pieces, max_tokens, max_characters } of lines('splits.jsonl')) {
    const short = { ...rules, maxTokens: max_tokens, maxCharacters: max_characters }
    const found = [...split(text, short, (sentence) => [...sentence].length, labels)]
    const shown = found.map((each) => [each.text, each.kind === 'sentence'])
    assert.deepEqual(shown, pieces, JSON.stringify(text))
    compared++
  }
  assert.ok(compared >= 4000)
})

test('thousands of texts hold the entities that Python finds', options, async () => {
  /** @type {Names | null} */
  let names = null
  let compared = 0
  for await (const one of lines('entities.jsonl')) {
    if (!names) {
      names = Names.parse(one.names)
      continue
    }
    const { text, target } = one
    const [source, other] = [await readingForm(one.forms[0]), FORMS[one.forms[1]] ?? null]
    const characters = [...text]
    const unitOf = (/** @type {number} */ place) => characters.slice(0, place).join('').length
    const keep = one.keep.map((/** @type {number[]} */ span) => span.map(unitOf))
    const terms = one.glossary.length ? new Terms(one.glossary) : null
    const entities = find(text, { source, target: other }, { keep, terms })
    const where = JSON.stringify(one)
    const spans = entities.map(({ start, end }) =>
      [start, end].map((place) => inCodePoints(text, place)),
    )
    assert.deepEqual(
      entities.map(({ kind, said }, index) => [...spans[index], kind, said]),
      one.entities,
      where,
    )
    const taken = /** @type {[number, number][]} */ (spans)
    assert.deepEqual(findNames(characters, taken, names), one.found_names, where)
    const masked = mask(text, entities, SYMBOLS)
    assert.equal(masked.text, one.masked, where)
    const filled = fill(target, masked.slots, one.forms[1] ?? 'en')
    assert.equal(filled.text, one.filled, where)
    const units = [...target].map((_, at) => [...target].slice(0, at).join('').length)
    const places = [...units, target.length].map((unit) =>
      inCodePoints(filled.text, filled.places[unit]),
    )
    assert.deepEqual(places, one.places, where)
    assert.equal(settled(target, one.forms[1] ?? 'en'), one.settled, where)
    assert.equal(maskTarget(text, masked.slots, { isPrefix: true }), one.target_masked, where)
    compared++
  }
  assert.ok(compared >= 10_000)
})

/** What hides a character of two units is two here, and one in Python. @param {string} text */
const shown = (text) => text.replace(/\ue000+/g, '\ue000')

test('thousands of pairs are doubted as in Python, and in the same places', options, async () => {
  let compared = 0
  for await (const { source, target, languages, doubts: expected } of lines('doubts.jsonl')) {
    const [from, to] = languages
    const placed = (/** @type {number | null} */ place) =>
      place === null ? null : inCodePoints(source, place) + Math.max(0, place - source.length)
    const found = doubts(source, target, from, to, await checkedForm(from))
    assert.deepEqual(
      found.map(({ kind, text, start, end }) => [kind, shown(text), placed(start), placed(end)]),
      expected.map((/** @type {any[]} */ [kind, text, ...span]) => [kind, shown(text), ...span]),
      JSON.stringify({ source, target, languages }),
    )
    compared++
  }
  assert.ok(compared >= 10_000)
})
