/** Summaries, replies and captions: what is read, to the token and to the bit, and what is said. */

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { Bundle } from '../src/index.js'
import { Captioner, Replier, Summarizer, Translator } from '../src/index.js'
import { openPath } from '../src/node.js'
import { WriterClient } from '../src/tasks/client.js'
import { fillBlanks, movedIn, valuesOf, withoutOpenBlank } from '../src/tasks/blanks.js'
import { checkBytes, resampled } from '../src/tasks/picture.js'
import { readText, readTurns, readerOf } from '../src/tasks/whole.js'
import { writeOut } from '../src/tasks/written.js'
import { parseRules } from '../src/text/rules.js'
import { EOS_PIECE, Tokenizer } from '../src/text/tokenizer.js'
import * as typography from '../src/text/typography.js'
import { BUNDLES, TINY, WASM, drained, inCodePoints, vectors } from './support.js'

const SUMMARY = `${BUNDLES}tiny_summary/`
const REPLY = `${BUNDLES}tiny_reply/`
const CAPTION = `${BUNDLES}tiny_caption/`
const TEXT = 'Je vois le chat noir. Les enfants cherchent dix fleurs bleues.'

const tiny = await Bundle.read(await openPath(TINY))
const tokenizer = await Tokenizer.load(tiny.text('tokenizer'))
const rules = parseRules(tiny.text('sentences'))

const summarizer = await Summarizer.load(await openPath(SUMMARY), { wasm: WASM })
const replier = await Replier.load(await openPath(REPLY), { wasm: WASM })
const captioner = await Captioner.load(await openPath(CAPTION), { wasm: WASM })
after(() => Promise.all([summarizer.close(), replier.close(), captioner.close()]))

/** @param {any} input */
const readerFor = (input) => readerOf(tokenizer, rules, tiny.manifest.source.eos, input)

/** @param {[number, number][]} spans @param {string} text */
const inCharacters = (spans, text) =>
  spans.map((span) => span.map((place) => inCodePoints(text, place)))

test('texts and dialogues are read as the vectors say', async () => {
  let [reader, count] = [readerFor({ tokens: 1 }), 0]
  for (const made of await vectors('whole.jsonl')) {
    if ('tokens' in made) {
      reader = readerFor(made)
      continue
    }
    count++
    const where = JSON.stringify(made).slice(0, 300)
    if ('dialogue' in made) {
      const { ids, spans, text, parts, cut } = readTurns(made.dialogue, reader)
      const found = { ids, text, cut, spans: inCharacters(spans, text) }
      const { dialogue, ...expected } = made
      assert.deepEqual({ ...found, parts: inCharacters(parts, text) }, expected, where)
    } else {
      const { ids, spans, read, cut } = readText(made.text, reader)
      const [[start, end]] = inCharacters([read], made.text)
      const found = { ids, spans: inCharacters(spans, made.text), read: [start, end], cut }
      assert.deepEqual({ text: made.text, ...found }, made, where)
    }
  }
  assert.ok(count > 300)
})

test('a book is read as quickly as its beginning', () => {
  const started = process.cpuUsage()
  for (const unit of ['Le chat dort. ', 'a', ' ', '\n', '😀']) {
    const { ids, cut } = readText(unit.repeat(2_000_000 / unit.length), readerFor({ tokens: 40 }))
    assert.ok(ids.length <= 41)
    assert.equal(cut, unit.trim() !== '', unit)
  }
  assert.ok(process.cpuUsage(started).user < 10e6) // microseconds
})

test('blanks are filled, and held back while they grow, as the vectors say', async () => {
  const [{ values }, ...cases] = await vectors('blanks.jsonl')
  assert.ok(cases.length > 100)
  for (const { text, filled, blanks, settled, moved } of cases) {
    const found = fillBlanks(text, valuesOf(values))
    assert.equal(found.text, filled, text)
    const told = found.blanks.map(({ name, value, start, end }) => {
      return [name, value, ...inCharacters([[start, end]], found.text)[0]]
    })
    assert.deepEqual(told, blanks, text)
    assert.equal(withoutOpenBlank(text), settled, text)
    let at = 0
    const spans = [...text].map((c) => movedIn(found, [at, (at += c.length)]))
    assert.deepEqual(inCharacters(spans, found.text), moved, text)
  }
})

test('values are a record, a map, or a function that is asked once for each name', () => {
  /** @type {string[]} */
  const asked = []
  const ask = (/** @type {string} */ name) => {
    asked.push(name)
    return name === 'a' ? '1' : null
  }
  assert.equal(fillBlanks('[a] [a] [B] [B]', valuesOf(ask)).text, '1 1 [B] [B]')
  assert.deepEqual(asked, ['a', 'B', 'b'])
  assert.equal(fillBlanks('[a]', valuesOf(new Map([['a', '2']]))).text, '2')
  assert.equal(fillBlanks('[constructor]', valuesOf({})).text, '[constructor]')
  const wrong = valuesOf(/** @type {any} */ ({ a: 3 }))
  assert.throws(() => fillBlanks('[a]', wrong), TypeError)
})

/** @param {string} data base64 */
const bytes = (data) => new Uint8Array(Buffer.from(data, 'base64'))

test('pictures become the numbers that the vectors say, to the bit', async () => {
  const cases = await vectors('pictures.jsonl')
  assert.ok(cases.length >= 16)
  for (const { case: name, width, height, rgba, to, values } of cases) {
    const found = resampled({ width, height, data: bytes(rgba) }, to)
    assert.equal(Buffer.from(found.buffer).toString('base64'), values, name)
  }
})

test('three bytes a pixel are as good as four that are opaque', () => {
  const shape = { ...{ height: 4, width: 4, channels: 3, rows: 1, columns: 1 }, ...even(3) }
  const data = Uint8Array.from({ length: 60 }, (_, at) => (37 * at) % 256)
  const four = Array.from({ length: 20 }, (_, at) => [...data.slice(3 * at, 3 * at + 3), 255])
  const clamped = Uint8ClampedArray.from(four.flat())
  const one = resampled({ width: 5, height: 4, data }, shape)
  assert.deepEqual(one, resampled({ width: 5, height: 4, data: clamped }, shape))
})

/** @param {number} channels */
const even = (channels) => ({ mean: Array(channels).fill(0.5), scale: Array(channels).fill(0.25) })

test('pictures that are none are refused', () => {
  const shape = { ...{ height: 4, width: 4, channels: 3, rows: 1, columns: 1 }, ...even(3) }
  const data = new Uint8Array(6)
  /** @type {any[]} */
  const wrong = [
    null,
    {},
    { width: 2, height: 1 },
    { width: 2, height: 1, data: [0, 0, 0, 0, 0, 0] },
    { width: 0, height: 2, data },
    { width: 1.5, height: 1, data },
    { width: 1, height: 1, data },
    { width: 70_000, height: 1, data },
    { width: 65_000, height: 65_000, data },
  ]
  for (const picture of wrong) {
    assert.throws(() => resampled(picture, shape), { code: 'input' }, JSON.stringify(picture))
  }
  const two = { ...shape, ...even(2), channels: 2 }
  assert.throws(() => resampled({ width: 2, height: 1, data }, two), {
    message: 'pictures have 1 or 3 channels, not 2',
  })
  assert.throws(() => checkBytes(100_000_001), { code: 'input' })
})

test('golden examples pass', async () => {
  for (const writer of [summarizer, replier, captioner]) {
    const { results, passed } = await writer.selfTest()
    assert.deepEqual(
      results.filter((result) => !result.passed),
      [],
    )
    assert.ok(passed && results.length >= (writer === captioner ? 3 : 10))
  }
})

/** @param {any} picture */
const drawn = ({ width, height, rgb }) => ({ width, height, data: bytes(rgb) })

test('captions are those of Python, in a batch and as streams', async () => {
  const cases = await vectors('captions.jsonl')
  assert.ok(cases.length > 25)
  const [greedy, pictures] = [cases.filter((made) => made.beam_size === 1), new Array()]
  for (const { picture, beam_size: beamSize, texts, grid } of cases) {
    const caption = await captioner.caption(drawn(picture), {
      ...{ beamSize, nBest: Math.min(beamSize, 2) },
    })
    assert.deepEqual([caption.texts, caption.grid], [texts, grid])
    assert.ok(caption.hypotheses[0].attention.every((row) => row.length === 9))
    if (beamSize === 1) pictures.push(drawn(picture))
  }
  const expected = greedy.map(({ texts: [text] }) => text)
  /** @type {string[]} */
  const found = []
  for await (const { text } of captioner.captionAll(pictures, { beamSize: 1 })) found.push(text)
  assert.deepEqual(found, expected)
  const { pieces, answer } = await drained(captioner.stream(pictures[0]))
  assert.deepEqual([pieces.join(''), answer.text], [expected[0], expected[0]])
  assert.equal((await captioner.caption(pictures[0], { maxTime: 0 })).finished, false)
  assert.throws(() => captioner.captionAll(pictures[0]), { code: 'option' })
  await assert.rejects(captioner.caption(/** @type {any} */ ('x.png')), { code: 'input' })
})

test("a bundle's typography is that of its texts, and changes no value", async () => {
  const said = 'Oui ! Non ? [day] !'
  const values = valuesOf({ day: 'a "b" ! c' })
  assert.equal(writeOut(said, null, values, false).text, 'Oui ! Non ? a "b" ! c !')
  const french = writeOut(said, typography, values, false)
  const [{ start, end }] = french.blanks
  assert.equal(french.text.slice(start, end), 'a "b" ! c')
  assert.ok(french.text.startsWith('Oui\u202f!'))
  for (let at = 0; at <= said.length; at++) {
    const { text } = writeOut(said.slice(0, at), typography, values, true)
    assert.ok(french.text.startsWith(text), text)
  }
  assert.deepEqual(french.moved([0, 3]), [0, 3])
})

test('summaries and dialogues are those of Python', async () => {
  const cases = await vectors('tasks.jsonl')
  assert.ok(cases.length > 80)
  for (const { beam_size: beamSize, ...made } of cases) {
    if (!('said' in made)) {
      const nBest = Math.min(beamSize, 2)
      const { texts, read, cut } = await summarizer.summarize(made.text, { beamSize, nBest })
      const [span] = inCharacters([read], made.text)
      assert.deepEqual({ text: made.text, texts, read: span, cut }, made)
      continue
    }
    const { said, fill, replies } = made
    const talk = replier.another()
    for (const [at, turn] of said.entries()) {
      const { text, turns, cut, blanks } = await talk.reply(turn, { fill, beamSize })
      const told = blanks.map(({ name, value, start, end }) => {
        return [name, value, ...inCharacters([[start, end]], text)[0]]
      })
      assert.deepEqual({ text, turns, cut, blanks: told }, replies[at])
    }
  }
})

test('everything known of a summary', async () => {
  const text = ` \n${TEXT}\n`
  const summary = await summarizer.summarize(text, { nBest: 3 })
  assert.deepEqual([summary.read, summary.cut], [[2, text.length - 1], false])
  assert.equal(summary.source, text)
  assert.equal(new Set(summary.texts).size, 3)
  const [{ tokens, attention, score }] = summary.hypotheses
  assert.equal(tokens.length, attention.length)
  assert.ok(attention.every((row) => row.length === summary.sourceTokens.length))
  const end = { piece: EOS_PIECE, start: text.length - 1, end: text.length - 1 }
  assert.deepEqual({ ...summary.sourceTokens.at(-1), id: 0 }, { id: 0, ...end })
  assert.ok(score === summary.score && score < 0 && summary.finished)
  assert.equal(summary.confidence, null)
  assert.deepEqual(structuredClone(summary), summary) // a worker can send it
})

test('what is longer than the bundle reads is cut, and that is said', async () => {
  const { source, read, cut, sourceTokens } = await summarizer.summarize(`${TEXT} `.repeat(3000))
  assert.ok(cut && read[1] >= TEXT.length && source[read[1] - 1] === '.')
  assert.ok(sourceTokens.length <= summarizer.manifest.input.tokens + 1)
})

test('about nothing nothing is said', async () => {
  const before = summarizer.answered
  const { text, finished, read } = await summarizer.summarize(' \n\u00a0')
  assert.deepEqual([text, finished, read], ['', true, [0, 0]])
  assert.deepEqual((await drained(summarizer.stream('\n'))).pieces, [])
  assert.equal(summarizer.answered, before)
})

test('the pieces of a stream make up its text', async () => {
  const { pieces, answer } = await drained(summarizer.stream(TEXT))
  assert.equal(pieces.join(''), answer.text)
  assert.ok(pieces.length > 3)
  assert.equal(answer.text, (await summarizer.summarize(TEXT, { beamSize: 1 })).text)
  const texts = [TEXT, '', 'Je vois le chat noir.']
  /** @type {string[]} */
  const found = []
  for await (const { text } of summarizer.summarizeAll(texts)) found.push(text)
  assert.deepEqual(found, [
    (await summarizer.summarize(TEXT)).text,
    '',
    (await summarizer.summarize(texts[2])).text,
  ])
  assert.throws(() => summarizer.summarizeAll(TEXT), { code: 'option' })
})

test('options hold, and those of translations do not', async () => {
  const short = await summarizer.summarize(TEXT, { maxLength: 3 })
  assert.deepEqual([short.hypotheses[0].tokens.length, short.finished], [3, false])
  const begun = await summarizer.summarize(TEXT, { prefix: '\nWe  see' })
  assert.ok(begun.text.startsWith('We see'), begun.text)
  await assert.rejects(summarizer.summarize(TEXT, { prefix: 'a b c d', maxLength: 1 }), {
    message: /the summary may have 1$/,
  })
  /** @type {[string, any][]} */
  const wrong = [
    ['keep', ['a']],
    ['glossary', { a: 'b' }],
    ['markup', 'html'],
  ]
  for (const [name, value] of wrong) {
    await assert.rejects(summarizer.summarize(TEXT, { [name]: value }), {
      ...{ code: 'option', message: `${name} goes with translations alone` },
    })
  }
  await assert.rejects(summarizer.summarize(/** @type {any} */ (3)), TypeError)
})

test('time, cancel and close are heard', async () => {
  const late = await summarizer.summarize(TEXT, { maxTime: 0 })
  assert.deepEqual([late.text, late.finished, late.score], ['', false, -Infinity])
  await assert.rejects(summarizer.summarize(TEXT, { signal: AbortSignal.abort() }), {
    ...{ code: 'cancelled', message: 'the summary was cancelled' },
  })
  const closed = await Summarizer.load(await openPath(SUMMARY), { wasm: WASM })
  await closed.close()
  await closed.close()
  await assert.rejects(closed.summarize(TEXT), { message: 'the summarizer is closed' })
})

test('a worker is told no function, and says what it is when it is closed', async () => {
  /** @type {any[]} */
  const sent = []
  const thread = { postMessage: (/** @type {any} */ each) => sent.push(each), terminate: () => {} }
  const client = new WriterClient(/** @type {any} */ (thread))
  client.about = /** @type {any} */ ({ task: 'reply' })
  const options = { fill: () => 'Paul' }
  const wrong = { code: 'option', hint: 'give a record or a map of values' }
  await assert.rejects(client.reply('Oui ?', options), wrong)
  assert.throws(() => client.stream('Oui ?', options), wrong)
  assert.deepEqual(sent, [])
  const given = client.reply('Oui ?', { signal: AbortSignal.abort('enough') })
  assert.deepEqual(sent.slice(1), [{ id: 0, abort: true }])
  const error = { code: 'cancelled', message: 'the reply was cancelled', hint: null }
  client.heard({ id: 0, error })
  await assert.rejects(given, {
    code: 'cancelled',
    message: 'the reply was cancelled',
    cause: 'enough',
  })
  await client.close()
  await assert.rejects(client.reply('Oui ?'), { message: 'the replier is closed' })
})

test('a bundle is for its task alone', async () => {
  await assert.rejects(Summarizer.load(await openPath(REPLY), { wasm: WASM }), {
    ...{ message: `${REPLY}: a bundle to reply, not to summarize`, hint: 'Replier' },
  })
  await assert.rejects(Captioner.load(await openPath(TINY), { wasm: WASM }), {
    ...{ message: `${TINY}: a bundle to translate, not to caption`, hint: 'Translator' },
  })
  await assert.rejects(Translator.load(await openPath(SUMMARY), { wasm: WASM }), {
    code: 'bundle-format',
  })
})

test('a dialogue goes on from turn to turn', async () => {
  const talk = replier.another()
  const first = await talk.reply('Je vois le chat noir.')
  assert.deepEqual(first.turns, ['Je vois le chat noir.'])
  const second = await talk.reply('Le chat | dort ?')
  assert.deepEqual(second.turns, ['Je vois le chat noir.', first.text, 'Le chat dort ?'])
  assert.equal(second.source, second.turns.join(' | '))
  assert.deepEqual(new Set(second.sourceTurns), new Set([0, 1, 2]))
  assert.equal(second.sourceTurns.length, second.sourceTokens.length)
  const all = ['Je vois le chat noir.', first.text, 'Le chat | dort ?', second.text]
  assert.deepEqual(talk.turns, all)
  assert.equal((await talk.reply(' | ')).text, '')
  assert.deepEqual(talk.turns, all)
  const third = await talk.reply('Oui.')
  assert.equal(third.turns.length, 3) // as many as the bundle reads
  assert.ok(!third.cut && !talk.cut)
  assert.ok((await talk.reply('Le chat dort. '.repeat(40))).cut && talk.cut)
  talk.reset()
  assert.deepEqual([talk.turns, talk.cut, replier.turns], [[], false, []])
  assert.equal((await talk.reply('Je vois le chat noir.')).text, first.text)
  const long = replier.another(Array.from({ length: 1000 }, (_, at) => `Oui ${at}.`))
  assert.deepEqual((await long.reply('Non.')).turns, ['Oui 998.', 'Oui 999.', 'Non.'])
})

test('blanks get their values, in streams too', async () => {
  let [text, name] = ['', '']
  for (let day = 1; day < 32 && name === ''; day++) {
    text = `Nous aimons la grande voiture verte le ${day} mars 1987.`
    const { blanks, text: said } = await replier.another().reply(text, { beamSize: 1 })
    if (blanks.length === 0) continue
    name = blanks[0].name
    assert.equal(said.slice(blanks[0].start, blanks[0].end), `[${name}]`)
  }
  assert.notEqual(name, '')
  const fill = { [name]: 'Chez Paul 😀' }
  const reply = await replier.another().reply(text, { fill, beamSize: 1 })
  assert.equal(reply.text.slice(reply.blanks[0].start, reply.blanks[0].end), fill[name])
  const places = reply.hypotheses[0].tokens.map(({ start, end }) => reply.text.slice(start, end))
  assert.ok(places.includes(fill[name]))
  const talk = replier.another()
  const { pieces } = await drained(talk.stream(text, { fill }))
  assert.equal(pieces.join(''), reply.text)
  assert.ok(pieces.every((piece) => !piece.endsWith('[')))
  assert.deepEqual(talk.turns, [text, reply.text])
})

test('a reply that was given up is not remembered', async () => {
  const talk = replier.another(['Oui.'])
  await assert.rejects(talk.reply('Non.', { signal: AbortSignal.abort() }), { code: 'cancelled' })
  for await (const piece of talk.stream(TEXT)) if (piece !== '') break
  assert.deepEqual(talk.turns, ['Oui.'])
})

test('hostile turns never raise, and never loop', async () => {
  const signs = [
    '|',
    ' ',
    '[',
    ']',
    '\0',
    '\ufeff',
    '\n',
    '\ud800',
    '😀',
    'é',
    '中',
    '.',
    'a',
    '</s>',
  ]
  const talk = replier.another()
  let seed = 5
  const next = (/** @type {number} */ most) => (seed = (seed * 1103515245 + 12345) % 2 ** 31) % most
  for (let round = 0; round < 60; round++) {
    const text = Array.from({ length: next(40) }, () => signs[next(signs.length)]).join('')
    const { hypotheses, sourceTokens } = await talk.reply(text, { beamSize: 1 })
    assert.ok(hypotheses[0].tokens.length <= 1.8 * sourceTokens.length + 10)
  }
})
