import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { BundleFormatError } from '../src/errors.js'
import { edited } from '../src/text/aligned.js'
import { capitalizedAlike, inCapitals, inSmallLetters, toCapitals } from '../src/text/casing.js'
import { labels } from '../src/text/labels.js'
import { parseRules } from '../src/text/rules.js'
import { split } from '../src/text/segmentation.js'
import { shortened } from '../src/text/short.js'
import { Tokenizer } from '../src/text/tokenizer.js'
import { FORMS } from '../src/entities/numbers.js'
import { isForeign, standsAlike } from '../src/translate/document.js'
import { TINY, vectors } from './support.js'

const written = await readFile(`${TINY}sentences.json`, 'utf8')
const rules = parseRules(written)

test('texts fall into the pieces that every host finds', async () => {
  const [head, ...cases] = await vectors('sentences.jsonl')
  assert.deepEqual([head.rules, head.count_tokens], ['fr', 'characters'])
  assert.ok(cases.length >= 60)
  const short = { ...rules, maxTokens: head.max_tokens, maxCharacters: head.max_characters }
  for (const { text, pieces } of cases) {
    const found = [...split(text, short, (sentence) => [...sentence].length, labels)]
    assert.deepEqual(
      found.map((each) => [each.text, each.kind === 'sentence']),
      pieces,
    )
    for (const each of found) assert.equal(each.text, text.slice(each.start, each.end))
  }
})

test('English words that are cut short are read as every host does', async () => {
  const cases = await vectors('shortened_en.jsonl')
  assert.ok(cases.length > 10)
  for (const { text, read } of cases) assert.equal(edited(text, shortened(text, 'en')), read)
})

test('English falls into the pieces that every host finds', async () => {
  const [head, ...cases] = await vectors('sentences_en.jsonl')
  assert.deepEqual([head.rules, head.count_tokens], ['en', 'characters'])
  assert.ok(cases.length >= 35)
  const english = parseRules(JSON.stringify(head.definition))
  for (const { text, pieces } of cases) {
    const found = [...split(text, english, (sentence) => [...sentence].length, labels)]
    assert.deepEqual(
      found.map((each) => [each.text, each.kind === 'sentence']),
      pieces,
    )
  }
})

test('letters are large, small or strange as on every host', async () => {
  const tokenizer = await Tokenizer.load(await readFile(`${TINY}tokenizer.json`, 'utf8'))
  const cases = await vectors('casing.jsonl')
  assert.ok(cases.length >= 30)
  for (const { text, ...told } of cases) {
    const found = {
      capitals: inCapitals(text, rules),
      small: inSmallLetters(text),
      large: toCapitals(text),
      foreign: isForeign(text, tokenizer),
      alike: standsAlike(text, tokenizer, [FORMS.fr, FORMS.en]),
      begun: capitalizedAlike(text, 'Oui'),
      growing: capitalizedAlike(text, 'Oui', true),
      followed: capitalizedAlike('oui', text),
    }
    assert.deepEqual(found, told, text)
  }
})

const UNITS = [
  'a',
  '1',
  'mot ',
  'a, ',
  'é😀',
  'Il pleut. ',
  'M. ',
  'a. (',
  'a! » ',
  '好。',
  '\n',
  'a\n',
  ' ',
]
for (const unit of UNITS) {
  test(`a megabyte of ${JSON.stringify(unit)} takes linear time`, () => {
    const text = unit.repeat(1_000_000 / unit.length)
    let asked = 0
    const started = performance.now()
    let joined = 0
    const count = (/** @type {string} */ sentence) => {
      asked += sentence.length
      return 1 + Math.floor(sentence.length / 4)
    }
    for (const piece of split(text, rules, count, labels)) {
      joined += piece.text.length
    }
    assert.ok(performance.now() - started < 20_000)
    assert.equal(joined, text.length)
    assert.ok(asked <= 6 * text.length)
  })
}

const WRONG = [
  ['"version": 1', '"version": "1"', "'version'"],
  ['"max_tokens": 100', '"max_tokens": true', "'max_tokens'"],
  ['"max_characters": 800', '"max_characters": 800.0', "'max_characters'"],
  ['"max_characters": 800', '"max_characters": 8e2', "'max_characters'"],
]
for (const [old, put, named] of WRONG) {
  test(`rules with ${put} are refused`, () => {
    assert.ok(written.includes(old))
    assert.throws(
      () => parseRules(written.replace(old, put)),
      (error) => error instanceof BundleFormatError && error.message.includes(named),
    )
  })
}
