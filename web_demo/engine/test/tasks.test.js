import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { fill, moved, settled } from '../src/tasks/blanks.js'
import { readText, readTurns } from '../src/tasks/whole.js'
import { parseRules } from '../src/text/rules.js'
import { Tokenizer } from '../src/text/tokenizer.js'
import { TINY, inCodePoints, vectors } from './support.js'

/** @typedef {[start: number, end: number]} Span */

const tokenizer = await Tokenizer.load(await readFile(`${TINY}tokenizer.json`, 'utf8'))
const rules = parseRules(await readFile(`${TINY}sentences.json`, 'utf8'))

/**
 * @param {string} text
 * @param {Span[]} spans
 */
const counted = (text, spans) => spans.map((span) => span.map((place) => inCodePoints(text, place)))

test('whole texts and dialogues are read as the vectors say', async () => {
  const cases = await vectors('whole.jsonl')
  assert.ok(cases.length > 300)
  /** @type {import('../src/tasks/whole.js').Reader} */
  let reader = { tokenizer, rules, eos: 2, tokens: 1, separator: ' ', turns: null }
  for (const one of cases) {
    const shown = JSON.stringify(one).slice(0, 200)
    if (one.tokens !== undefined) {
      reader = { ...reader, ...one }
    } else if (one.dialogue) {
      const { ids, spans, text, parts, cut } = readTurns(one.dialogue, reader)
      assert.deepEqual([text, ids, cut], [one.text, one.ids, one.cut], shown)
      assert.deepEqual(counted(text, spans), one.spans, shown)
      assert.deepEqual(counted(text, parts), one.parts, shown)
    } else {
      const { ids, spans, read, cut } = readText(one.text, reader)
      assert.deepEqual([ids, cut], [one.ids, one.cut], shown)
      assert.deepEqual(counted(one.text, spans), one.spans, shown)
      assert.deepEqual(counted(one.text, [read]), [one.read], shown)
    }
  }
})

test('blanks are found, filled and held back as the vectors say', async () => {
  const [{ values }, ...cases] = await vectors('blanks.jsonl')
  assert.ok(cases.length > 100)
  for (const one of cases) {
    const filled = fill(one.text, values)
    assert.equal(filled.text, one.filled)
    const blanks = filled.blanks.map(({ name, value, start, end }) => {
      return [name, value, ...counted(filled.text, [[start, end]])[0]]
    })
    assert.deepEqual(blanks, one.blanks, one.text)
    assert.equal(settled(one.text), one.settled)
    let at = 0
    const places = [...one.text].map((c) => {
      at += c.length
      return moved(filled, [at - c.length, at])
    })
    assert.deepEqual(counted(filled.text, places), one.moved, one.text)
  }
})

test('a function gives values too, and what is no text is an error', () => {
  const filled = fill('[Day] or [time]', (name) => (name === 'day' ? 'Monday' : null))
  assert.equal(filled.text, 'Monday or [time]')
  assert.equal(fill('[constructor]', {}).text, '[constructor]')
  assert.throws(() => fill('[day]', /** @type {any} */ ({ day: 3 })), TypeError)
})
