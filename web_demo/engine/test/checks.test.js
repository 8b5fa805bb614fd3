import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkedForm, doubts } from '../src/text/checks.js'
import { Exact, values } from '../src/text/number_words.js'
import { chosen, coverage } from '../src/translate/choice.js'
import { confidence, features } from '../src/translate/confidence.js'
import { vectors } from './support.js'

const FRENCH = await checkedForm('fr')

test('doubts are those of the specification', async () => {
  const cases = [...(await vectors('doubts.jsonl')), ...(await vectors('doubts_en.jsonl'))]
  assert.ok(cases.length > 90)
  const form = await checkedForm('en')
  for (const { source, target, languages, kinds } of cases) {
    const found = languages
      ? doubts(source, target, 'en', 'fr', form)
      : doubts(source, target, 'fr', 'en', FRENCH)
    const named = [...new Set(found.map(({ kind }) => kind))].sort()
    assert.deepEqual(named, [...new Set(kinds)].sort(), JSON.stringify({ source, target }))
    for (const { text, start, end } of found) {
      if (start !== null && end !== null) assert.equal(source.slice(start, end), text)
    }
  }
})

/** @type {[string, string, number[]][]} */
const NUMBERS = [
  ['soixante et onze', 'fr', [71]],
  ['quatre-vingts, quatre-vingt-un', 'fr', [80, 81]],
  ['quatre-vingt-dix-neuf mille neuf cent seize', 'fr', [99916]],
  ['deux cents, mille, un million', 'fr', [200, 1000, 1000000]],
  ['nonante-sept et septante', 'fr', [97, 70]],
  ['un chat, une table', 'fr', []],
  ['deux trois', 'fr', [2, 3]],
  ['cent pour cent', 'fr', [100]],
  ['le soixante-septième', 'fr', []],
  ['XVIIIe, IVe, Xe, Le', 'fr', [18, 4, 10]],
  ['5 590, 3.410.225 et 12', 'fr', [5590, 3410225, 12]],
  ['one hundred and twenty-three thousand', 'en', [123000]],
  ['a hundred, two million, twelve', 'en', [100, 2000000, 12]],
  ['nineteen eighty-four, twenty twenty, eighteen twelve', 'en', [1984, 2020, 1812]],
  ['5,590 and 1,234,567', 'en', [5590, 1234567]],
  ['sechs 6', 'de', [6]],
]
for (const [text, language, expected] of NUMBERS) {
  test(`numbers of "${text}"`, () => {
    assert.deepEqual(
      values(text, language).map(({ value }) => Number(value.whole)),
      expected,
    )
  })
}

test('fractions are exact', () => {
  const [[french], [english]] = [values('42,195 km', 'fr'), values('42.195 km', 'en')]
  assert.equal(french.value.key, english.value.key)
  assert.equal(french.value.key, new Exact(42195n, 1000n).key)
  assert.equal(values('1,2,3', 'en')[0].value.key, new Exact(123n, 100n).key)
})

test('what is left of a thing is no number that nobody said', () => {
  const found = doubts('Appelez le 01 23 45 67 89.', 'Call 01 23 45 67 88.', 'fr', 'en', FRENCH)
  assert.deepEqual(found, [
    { kind: 'thing', text: '01 23 45 67 89', start: 11, end: 25 },
    { kind: 'number', text: '88', start: null, end: null },
  ])
  assert.deepEqual(doubts('Oui, 3.', 'Oui, 3.', 'fr', 'en', FRENCH), [])
})

test('the choice among hypotheses is that of the specification', async () => {
  const cases = await vectors('choice.jsonl')
  assert.ok(cases.length > 30)
  for (const one of cases) {
    /** @type {any[]} */
    const told = one.hypotheses
    const found = told.map(({ score, finished, attention }) => ({
      score,
      finished,
      attention: attention.map((/** @type {number[]} */ row) => Float32Array.from(row)),
    }))
    found.forEach(({ attention }, index) => {
      assert.ok(Math.abs(coverage(attention) - one.coverage[index]) < 1e-6)
    })
    assert.equal(
      chosen(found, (index) => told[index].doubts),
      one.chosen,
      JSON.stringify(one),
    )
  }
})

test('confidence is that of the specification', async () => {
  const cases = await vectors('confidence.jsonl')
  assert.ok(cases.length > 20)
  for (const one of cases) {
    const found = one.hypotheses.map((/** @type {any} */ told) => ({
      ...told,
      score: told.score ?? -Infinity,
      attention: told.attention.map((/** @type {number[]} */ row) => Float32Array.from(row)),
    }))
    const { source, positions, target, chosen: index, length_penalty: lengthPenalty } = one
    const search = { lengthPenalty }
    const evidence = { source, positions, target, found, chosen: index, search }
    const known = features(evidence, one.doubts)
    const where = JSON.stringify(one)
    assert.deepEqual([...known.keys()].sort(), Object.keys(one.features).sort(), where)
    for (const [name, value] of known) {
      assert.ok(Math.abs(value - one.features[name]) < 1e-6, `${name}: ${where}`)
    }
    const { intercept, features: told } = one.weights
    const pairs = told.map((/** @type {any} */ each) => [each.name, each.weight])
    const rate = confidence({ intercept, weights: new Map(pairs) }, known)
    if (one.confidence === null) assert.equal(rate, null, where)
    else assert.ok(rate !== null && Math.abs(rate - one.confidence) < 1e-6, where)
  }
})
