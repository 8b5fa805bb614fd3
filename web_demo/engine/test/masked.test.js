import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { InputError, OptionError } from '../src/errors.js'
import { BUNDLES, drained, inCodePoints, load, vectors } from './support.js'

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
