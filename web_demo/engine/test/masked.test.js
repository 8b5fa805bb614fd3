import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { InputError, OptionError } from '../src/errors.js'
import { Names } from '../src/entities/names.js'
import { Deadline } from '../src/translate/deadline.js'
import { takeApart } from '../src/translate/document.js'
import { BUNDLES, ROOT, drained, inCodePoints, load, vectors } from './support.js'

const masked = await load(`${BUNDLES}tiny_entities`)
after(() => masked.close())

const CASES = await vectors('translate_entities.jsonl')

/**
 * Where tokens stand in code points.
 *
 * @param {{start: number, end: number}[]} tokens
 * @param {string} text
 */
const places = (tokens, text) =>
  tokens.map(({ start, end }) => [start, end].map((place) => inCodePoints(text, place)))

test('facts are carried over as in Python', async () => {
  const cases = CASES.filter((one) => 'translation' in one)
  assert.ok(cases.length > 150)
  for (const one of cases) {
    const { text, beam_size: beamSize, prefix, keep, glossary, max_length: maxLength } = one
    const options = {
      beamSize,
      prefix,
      keep,
      glossary,
      ...(maxLength === null ? {} : { maxLength }),
    }
    const found = await masked.translate(text, options)
    const where = JSON.stringify(one)
    assert.equal(found.text, one.translation, where)
    if (!one.sentences) continue
    const told = found.sentences.map((sentence) => {
      const [{ tokens }] = sentence.hypotheses
      return {
        source: sentence.source,
        start: inCodePoints(text, sentence.start),
        tokens: tokens.map((token) => token.piece),
        spans: places(tokens, sentence.text),
        source_tokens: sentence.sourceTokens.map((token) => token.piece),
        source_spans: places(sentence.sourceTokens, text),
        finished: sentence.finished,
      }
    })
    assert.deepEqual(told, one.sentences, where)
  }
})

test('a sentence tells what was carried over, and what its confidence is made of', async () => {
  const text = 'Je vois 5 590 chats.'
  const { sentences } = await masked.translate(text, { glossary: { chats: 'felines' } })
  const [{ carried, features, hypotheses }] = sentences
  assert.deepEqual(carried, [
    { kind: 'number', text: '5 590', said: '5,590', term: '' },
    { kind: 'term', text: 'chats', said: 'felines', term: 'chats' },
  ])
  assert.equal(Object.values(features).filter(Number.isFinite).length, 10)
  const [{ alignment, attention }] = hypotheses
  for (const [source, target] of alignment) {
    assert.equal(attention[target][source], Math.max(...attention[target]))
  }
})

test('a stream says values whole', async () => {
  const cases = CASES.filter((one) => 'stream' in one)
  assert.ok(cases.length > 10)
  for (const { text, stream } of cases) {
    const { pieces, answer } = await drained(masked.stream(text))
    assert.equal(pieces.join(''), stream, text)
    assert.equal(answer.text, stream)
  }
})

test('scores are of symbols', async () => {
  const cases = CASES.filter((one) => 'score' in one)
  assert.ok(cases.length > 40)
  for (const { text, target, score } of cases) {
    const found = await masked.score(text, target)
    assert.ok(Math.abs(found - score) < 2e-3, `${text}: ${found}, not ${score}`)
  }
})

test('a symbol cannot be typed into a prefix or a target', async () => {
  const symbol = '\ue001'
  await assert.rejects(masked.translate('Je vois 5 590 chats.', { prefix: symbol }), OptionError)
  await assert.rejects(masked.score('Je vois 5 590 chats.', symbol), InputError)
})

test('marks of lists and capitals are read as in Python', async () => {
  const shipped = await load(`${ROOT}models/fr-en`)
  const cases = await vectors('reading.jsonl')
  assert.ok(cases.length > 50)
  for (const { text, words: known, parts, read } of cases) {
    const masking = /** @type {import('../src/translate/masking.js').Masking} */ (
      shipped.words.masking
    )
    masking.list = new Names(new Set(known))
    const segments = []
    const wishes = { keep: [], glossary: [] }
    for await (const one of takeApart(text, shipped.words, new Deadline({}), wishes)) {
      segments.push(one)
    }
    const told = segments.map(({ start, end, kind, casing }) => [
      inCodePoints(text, start),
      inCodePoints(text, end),
      kind === 'copied' ? kind : casing,
    ])
    assert.deepEqual(told, parts, text)
    assert.deepEqual(
      segments.flatMap(({ masked }) => (masked ? [masked.text] : [])),
      read,
      text,
    )
  }
  shipped.close()
})
