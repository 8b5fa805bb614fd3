import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { after, test } from 'node:test'
import { CancelledError, OptionError, SessionError } from '../src/errors.js'
import { Summarizer, Translator } from '../src/index.js'
import { Model } from '../src/model/model.js'
import { Shortlist } from '../src/model/shortlist.js'
import { openPath } from '../src/node.js'
import { nextTask } from '../src/translate/deadline.js'
import { BUNDLES, TINY, WASM, drained, inCodePoints, load, vectors } from './support.js'

const tiny = await load(TINY)
const listed = await load(`${BUNDLES}tiny_shortlist`)
after(async () => {
  await tiny.close()
  await listed.close()
})

const CASES = await vectors('translate.jsonl')

/** The cases that have a key, of which there are enough. @param {string} key */
function having(key) {
  const found = CASES.filter((one) => key in one)
  assert.ok(found.length >= 10, key)
  return found
}

test('a prefix begins what is searched for', async () => {
  for (const { text, beam_size: beamSize, prefix, translation } of having('translation')) {
    const found = await tiny.translate(text, { beamSize, prefix })
    assert.equal(found.text, translation, JSON.stringify({ text, beamSize, prefix }))
  }
})

test('an imported student, with units and heads of its own, decides as in Python', async () => {
  const student = await load(`${BUNDLES}tiny_student`)
  const { results, passed } = await student.selfTest()
  await student.close()
  assert.deepEqual(
    results.filter((one) => !one.passed),
    [],
  )
  assert.ok(passed && results.length === 30)
})

test('the pieces of a stream make up its text', async () => {
  for (const { text, stream } of having('stream')) {
    const { pieces, answer } = await drained(tiny.stream(text))
    assert.equal(pieces.join(''), stream, text)
    assert.equal(answer.text, stream)
  }
})

test('scores are those of Python', async () => {
  for (const { text, target, score } of having('score')) {
    const found = await tiny.score(text, target)
    assert.ok(Math.abs(found - score) < 2e-3, `${text}: ${found}, not ${score}`)
  }
})

test('tokens stand where Python finds them', async () => {
  for (const one of having('spans')) {
    const { text } = one
    const { sentences } = await tiny.translate(text, { beamSize: 1 })
    const sentence = sentences[0]
    const [{ tokens }] = sentence.hypotheses
    assert.deepEqual(
      tokens.map((token) => token.piece),
      one.tokens,
      text,
    )
    assert.deepEqual(
      sentence.sourceTokens.map((token) => token.piece),
      one.source_tokens,
      text,
    )
    assert.deepEqual(places(tokens, sentence.text), one.spans, text)
    const last = one.source_spans.at(-1)[0] - [...text].length // of a text of two sentences
    const expected = one.source_spans.map((/** @type {number[]} */ span) =>
      span.map((at) => at - last),
    )
    assert.deepEqual(places(sentence.sourceTokens, text), expected, text)
  }
})

/**
 * Where tokens stand in code points.
 *
 * @param {{start: number, end: number}[]} tokens
 * @param {string} text
 */
const places = (tokens, text) =>
  tokens.map(({ start, end }) => [start, end].map((place) => inCodePoints(text, place)))

test('hostile texts come out as they do in Python', async () => {
  const cases = await vectors('hostile.jsonl')
  assert.ok(cases.length > 150)
  for (const { text: unit, times, beam_size: beamSize, translation } of cases) {
    const text = unit.repeat(times)
    const expected = translation ?? text
    const where = JSON.stringify(unit).slice(0, 100)
    assert.equal((await tiny.translate(text, { beamSize })).text, expected, where)
    if (beamSize > 1) continue
    assert.equal((await drained(tiny.stream(text))).pieces.join(''), expected, where)
  }
})

test('with and without a shortlist it translates as Python does', async () => {
  const { manifest } = listed
  const lists = new Shortlist(
    listed.bundle.data('shortlist'),
    manifest.target.size,
    manifest.source.eos,
  )
  let [compared, different] = [0, 0]
  for (const one of await vectors('shortlist.jsonl')) {
    if (one.source) {
      assert.deepEqual(lists.of(one.source), one.candidates)
      continue
    }
    const { text, beam_size: beamSize, translation, whole } = one
    const by = await listed.translate(text, { beamSize, shortlist: true })
    assert.equal(by.text, translation, text)
    assert.equal((await listed.translate(text, { beamSize })).text, whole, text)
    compared++
    if (translation !== whole) different++
  }
  assert.ok(compared >= 150 && different > 10)
})

test('several translations come best first', async () => {
  const { texts, sentences } = await tiny.translate('Je vois le chat noir.', { nBest: 3 })
  const scores = sentences[0].hypotheses.map((hypothesis) => hypothesis.score)
  assert.equal(new Set(texts).size, 3)
  assert.deepEqual(
    scores,
    [...scores].sort((a, b) => b - a),
  )
  for (const { tokens, attention } of sentences[0].hypotheses) {
    assert.equal(attention.length, tokens.length)
    for (const row of attention) {
      assert.equal(row.length, sentences[0].sourceTokens.length)
      assert.ok(Math.abs(row.reduce((sum, weight) => sum + weight, 0) - 1) < 1e-3)
    }
  }
})

test('a call is given up within a step, and the next one is as if nothing had been', async () => {
  const text = 'Je vois le chat noir. '.repeat(20)
  const controller = new AbortController()
  let pieces = 0
  await assert.rejects(
    async () => {
      for await (const piece of tiny.stream(text, { signal: controller.signal })) {
        pieces += piece === '' ? 0 : 1
        if (pieces === 3) controller.abort(new Error('enough'))
      }
    },
    (error) => error instanceof CancelledError && error.code === 'cancelled',
  )
  assert.ok(pieces <= 4, `${pieces} pieces`)
  await assert.rejects(tiny.translate(text, { signal: AbortSignal.abort() }), CancelledError)
  assert.equal((await tiny.translate('Je vois le chat noir.')).sentences.length, 1)
})

test('who leaves a stream ends its work within a step', async () => {
  const summarizer = await Summarizer.load(await openPath(`${BUNDLES}tiny_summary`), { wasm: WASM })
  const text = 'Je vois le chat noir et la grande voiture verte. '.repeat(3)
  for (const worker of /** @type {any[]} */ ([tiny, summarizer])) {
    const { decoder } = worker.model
    const { run } = decoder
    let steps = 0
    decoder.run = (/** @type {any[]} */ ...args) => {
      steps++
      return run.apply(decoder, args)
    }
    const { pieces } = await drained(worker.stream(text))
    const [all, before] = [steps, pieces.length]
    steps = 0
    for await (const piece of worker.stream(`${text}Oui.`)) if (piece.trim() !== '') break
    for (let turn = 0; turn < 20; turn++) await nextTask()
    assert.ok(before > 3 && steps <= 4 && steps < all, `${steps} of ${all} steps`)
    decoder.run = run
  }
  await summarizer.close()
})

test('a loading leaves nothing on its signal, and no model if it was given up', async () => {
  const controller = new AbortController()
  const { signal } = controller
  const other = await Translator.load(await openPath(TINY), { wasm: WASM, signal })
  await other.close()
  assert.deepEqual(getEventListeners(signal, 'abort'), [])
  const { load: loadModel } = Model
  let closed = 0
  Model.load = async (...args) => {
    const model = await loadModel.apply(Model, args)
    const { close } = model
    model.close = () => close.apply(model).then(() => void closed++)
    controller.abort(new Error('enough'))
    return model
  }
  try {
    await assert.rejects(Translator.load(await openPath(TINY), { wasm: WASM, signal }), {
      ...{ code: 'cancelled', message: 'the loading was cancelled' },
    })
    assert.equal(closed, 1)
  } finally {
    Model.load = loadModel
  }
})

test('a call whose time is over answers with what there is', async () => {
  const { finished, sentences } = await tiny.translate('Je vois le chat noir. '.repeat(50), {
    maxTime: 0.05,
  })
  assert.equal(finished, false)
  assert.ok(sentences.length > 0)
})

test('options that make no sense are named', async () => {
  /** @type {[any, RegExp][]} */
  const wrong = [
    [{ beamSize: 0 }, /beamSize must be 1 to 100, not 0/],
    [{ beamSize: 1.5 }, /beamSize must be a whole number/],
    [{ nBest: 3, beamSize: 2 }, /nBest \(3\) exceeds beamSize \(2\)/],
    [{ beam_size: 2 }, /there is no option 'beam_size'/],
    [{ lengthPenalty: NaN }, /lengthPenalty must be a number/],
    [{ minLength: 5, maxLength: 4 }, /minLength \(5\) exceeds maxLength \(4\)/],
    [{ prefix: 1 }, /prefix must be a string/],
    [{ signal: {} }, /signal must be an AbortSignal/],
    [{ keep: ['chat'] }, /no symbols to carry anything over by/],
  ]
  for (const [options, message] of wrong) {
    await assert.rejects(
      tiny.translate('Bonjour.', options),
      (error) => error instanceof OptionError && message.test(error.message),
      JSON.stringify(options),
    )
  }
  const long = 'We sell ten. '.repeat(100)
  await assert.rejects(tiny.translate('Oui.', { prefix: long }), OptionError)
  await assert.rejects(tiny.translate(/** @type {any} */ (null)), TypeError)
})

test('a translator that is closed says so', async () => {
  const other = await load(TINY)
  await other.close()
  await other.close()
  await assert.rejects(other.translate('Bonjour.'), SessionError)
})
