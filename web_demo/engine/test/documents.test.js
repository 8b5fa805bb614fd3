/** Files taken apart and written again; pages need a browser, and are tried in the page's tests. */

import assert from 'node:assert/strict'
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { nameOf, openFile } from '../src/documents/formats.js'
import { parseSubtitles } from '../src/documents/subtitles.js'
import { InputError } from '../src/errors.js'
import { prepareReferences } from '../src/text/references.js'
import { inCodePoints } from './support.js'

const LANGUAGES = { source: 'fr', target: 'en' }
const FOLDER = process.env.ALLEZ_CASES
const options = { skip: FOLDER ? false : 'ALLEZ_CASES names no folder; `make test-web` does' }

/** Capitals, as long as the text was. @param {string} text */
const upper = (text) =>
  [...text].map((c) => ([...c.toUpperCase()].length === 1 ? c.toUpperCase() : c)).join('')

/** @param {import('../src/documents/inline.js').Segment[]} segments */
function writeUpper(segments) {
  for (const { source, write } of segments) write({ ...source, text: upper(source.text) })
}

test('thousands of subtitles are read and written as in Python', options, async () => {
  let compared = 0
  const input = createReadStream(`${FOLDER}/subtitles.jsonl`)
  for await (const line of createInterface({ input, crlfDelay: Infinity })) {
    const { text, vtt, segments, written } = JSON.parse(line)
    await prepareReferences(text)
    const document = parseSubtitles(text, vtt)
    const read = document.segments.map(({ source }) => [
      source.text,
      source.marks.map(({ kind, start, end, parent }) => {
        const { text: own } = source
        return [kind, inCodePoints(own, start), inCodePoints(own, end), parent]
      }),
    ])
    assert.deepEqual(read, segments, line)
    assert.equal(document.render(), text, line)
    writeUpper(document.segments)
    assert.equal(document.render(), written, line)
    compared++
  }
  assert.ok(compared >= 2000)
})

test('subtitles are known by name or content, and written with the right name', async () => {
  const srt = '1\r\n00:00:01,000 --> 00:00:02,000\r\nBonjour à tous.\r\n'
  for (const [name, expected] of [
    ['film.fr.srt', 'film.en.srt'],
    ['film', 'film.en.txt'],
  ]) {
    const bytes = new TextEncoder().encode(`\ufeff${srt}`)
    const opened = await openFile(name, bytes, LANGUAGES)
    assert.equal(opened.format, 'srt')
    assert.equal(opened.name, expected)
    writeUpper(opened.segments)
    const written = await opened.render().text()
    const raw = new Uint8Array(await opened.render().arrayBuffer())
    assert.deepEqual([...raw.subarray(0, 3)], [0xef, 0xbb, 0xbf])
    assert.equal(written.replace(/^\ufeff/, ''), srt.replace('Bonjour à tous', 'BONJOUR À TOUS'))
  }
})

test('the language that the header of WebVTT names is changed, if it is that of the text', async () => {
  const cue = '00:00:01.000 --> 00:00:02.000\nOui\n'
  for (const [said, wanted] of [
    ['fr', 'en'],
    ['de', 'de'],
  ]) {
    const bytes = new TextEncoder().encode(`WEBVTT\nKind: captions\nLanguage: ${said}\n\n${cue}`)
    const { render } = await openFile('a.vtt', bytes, LANGUAGES)
    assert.match(
      await render().text(),
      new RegExp(`^WEBVTT\nKind: captions\nLanguage: ${wanted}\n`),
    )
  }
})

test('a letter alone is a sign', () => {
  const cue = '00:01.000 --> 00:02.000\n'
  const { segments } = parseSubtitles(
    `WEBVTT\n\n${cue}É.\n\n${cue}<i>B</i> :\n\n${cue}Ô !\n\n${cue}Il\n`,
    true,
  )
  assert.deepEqual(
    segments.map(({ source }) => source.text),
    ['Ô !', 'Il'],
  )
})

test('a text keeps its line ends and its mark', async () => {
  const bytes = new Uint8Array([0xff, 0xfe, ...Buffer.from('Un.\r\nDeux.', 'utf16le')])
  const { format, text, render, name } = await openFile('a.b.txt', bytes, LANGUAGES)
  assert.deepEqual([format, text, name], ['text', 'Un.\nDeux.', 'a.b.en.txt'])
  assert.equal(await render('One.\nTwo.').text(), 'One.\r\nTwo.')
  assert.equal(nameOf('lisez-moi', LANGUAGES), 'lisez-moi.en.txt')
})

test('what is not read is named, with what to do', async () => {
  /** @type {[string, number[], RegExp][]} */
  const wrong = [
    ['a.docx', [0x50, 0x4b], /files that end with \.docx are not read here/],
    ['a.md', [35], /files that end with \.md/],
    ['a.txt', [0xe9, 0x20], /it is no text in UTF-8/],
    ['a.bin', [0, 1, 2], /it is no text/],
  ]
  for (const [name, bytes, message] of wrong) {
    await assert.rejects(
      openFile(name, Uint8Array.from(bytes), LANGUAGES),
      (error) => error instanceof InputError && message.test(error.message) && !!error.hint,
      name,
    )
  }
})
