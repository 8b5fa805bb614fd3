import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FORMS, readingForm } from '../src/entities/numbers.js'
import { KINDS, find } from '../src/entities/find.js'
import { fill, mask } from '../src/entities/symbols.js'
import { Terms } from '../src/entities/terms.js'
import { SYMBOLS, inCodePoints, vectors } from './support.js'

const READ = { fr: await readingForm('fr'), en: await readingForm('en') }

/**
 * What a text holds; a case may say more of it.
 *
 * @param {string} text
 * @param {any} one
 */
function found(text, { forms = ['fr', 'en'], keep = [], glossary = [] }) {
  const [source, target] = [
    READ[/** @type {'fr' | 'en'} */ (forms[0])] ?? null,
    FORMS[forms[1]] ?? null,
  ]
  const characters = [...text]
  const unitOf = (/** @type {number} */ place) =>
    place < 0 || place > characters.length ? Infinity : characters.slice(0, place).join('').length
  const units = keep.map((/** @type {number[]} */ span) => span.map(unitOf))
  return find(
    text,
    { source, target },
    { keep: units, terms: glossary.length ? new Terms(glossary) : null },
  )
}

test('the spans of the specification', async () => {
  const cases = await vectors('entities.jsonl')
  assert.ok(cases.length >= 600)
  const kinds = new Set()
  for (const one of cases) {
    const { text } = one
    const spans = found(text, one).map(({ start, end, kind, said }) => {
      kinds.add(kind)
      return [inCodePoints(text, start), inCodePoints(text, end), kind, said]
    })
    assert.deepEqual(spans, one.entities, JSON.stringify(text))
  }
  assert.deepEqual([...kinds].sort(), ['number', 'term', 'thing'])
})

test('values are filled in as the specification says', async () => {
  const cases = await vectors('entities_fill.jsonl')
  assert.ok(cases.length >= 28)
  for (const one of cases) {
    const { slots } = mask(one.source, found(one.source, one), SYMBOLS)
    const translation = one.translation.replace(
      /\{([a-z]+)(\d)\}/g,
      (/** @type {string} */ _, /** @type {string} */ kind, /** @type {string} */ index) =>
        SYMBOLS[kind][Number(index)],
    )
    assert.equal(fill(translation, slots, one.forms?.[1]).text, one.filled, JSON.stringify(one))
  }
})

test('every value is where its span says', async () => {
  for (const one of await vectors('entities.jsonl')) {
    const { text, slots, entities } = mask(one.text, found(one.text, one), SYMBOLS)
    const filled = fill(text, slots, '')
    assert.equal(filled.spans.length, entities.length)
    filled.spans.forEach(([start, end], index) => {
      const there = filled.text.slice(start, end)
      const { kind, said } = entities[index]
      const isSame = kind === 'term' ? there.toLowerCase() === said.toLowerCase() : there === said
      assert.ok(isSame, JSON.stringify(one))
    })
  }
})

const UNITS = [
  'a-',
  '1 ',
  '1.',
  '{',
  '`a',
  '<a',
  'a@',
  'a.b',
  '%(',
  '_a',
  '\\',
  'FR76 ',
  'é',
  ': a',
]
for (const unit of [...UNITS, '1:', 'Élodie ', '1h à 2h à ', '1 - ']) {
  test(`a hundred thousand characters of ${JSON.stringify(unit)} take linear time`, () => {
    const started = performance.now()
    found(unit.repeat(100_000 / unit.length), {})
    assert.ok(performance.now() - started < 20_000)
  })
}

test('random texts have ordered and disjoint spans of their own letters', () => {
  const pieces =
    "a@b.fr|06 12 34 56|{x}|{|%s|<b>|`|5 590|12,5|€|17 h 30|h30|:|20/05/2023|C:\\|\\|--|−|+|(|0|é|漢|😀|\ud800|\ufe0f|\u200d|#|_|.|'|années |US$|\ue000|\n|\u00a0".split(
      '|',
    )
  let seed = 5
  const random = (/** @type {number} */ below) => {
    seed = (seed * 1103515245 + 12345) % 2147483648
    return Math.floor((seed / 2147483648) * below)
  }
  for (let round = 0; round < 3000; round++) {
    const text = Array.from({ length: random(12) }, () => pieces[random(pieces.length)]).join('')
    let done = 0
    for (const { start, end, kind, said } of found(text, {})) {
      assert.ok(start >= done && end > start && end <= text.length, JSON.stringify(text))
      assert.ok(KINDS.includes(kind))
      if (kind === 'thing') assert.equal(said, text.slice(start, end))
      done = end
    }
  }
})
