import assert from 'node:assert/strict'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { movedIn, stable, typeset } from '../src/text/typography.js'
import { BUNDLES, drained, inCodePoints, load, vectors } from './support.js'

const CASES = await vectors('typography.jsonl')

test('spaces and quotes stand as the specification says', () => {
  const cases = CASES.filter((one) => 'written' in one)
  assert.ok(cases.length > 150)
  for (const one of cases) {
    const characters = [...one.text]
    const unitOf = (/** @type {number} */ place) => characters.slice(0, place).join('').length
    const typed = typeset(
      one.text,
      one.kept.map((/** @type {number[]} */ span) => span.map(unitOf)),
    )
    assert.equal(typed.text, one.written, JSON.stringify(one))
    const places = characters.map((_, at) =>
      movedIn(typed, unitOf(at), unitOf(at + 1)).map((place) => inCodePoints(typed.text, place)),
    )
    assert.deepEqual(places, one.places, JSON.stringify(one))
    assert.equal(stable(one.text), one.stable)
  }
})

test('a bundle that asks for them writes them, in streams too', async () => {
  const cases = CASES.filter((one) => 'stream' in one)
  assert.ok(cases.length >= 12)
  const folder = await mkdtemp(join(tmpdir(), 'allez-'))
  try {
    await cp(`${BUNDLES}tiny_entities`, folder, { recursive: true })
    const path = join(folder, 'manifest.json')
    const manifest = JSON.parse(await readFile(path, 'utf8'))
    manifest.target.typography = 'fr'
    await writeFile(path, JSON.stringify(manifest))
    const translator = await load(folder)
    for (const { text, prefix, beam_size: beamSize, ...told } of cases) {
      const found = await translator.translate(text, { prefix, beamSize })
      assert.equal(found.text, told.translation)
      const spans = found.sentences[0].hypotheses[0].tokens.map(({ start, end }) =>
        [start, end].map((place) => inCodePoints(found.text, place)),
      )
      assert.deepEqual(spans, told.spans)
      const { pieces } = await drained(translator.stream(text, { prefix }))
      assert.equal(pieces.join(''), told.stream)
    }
    await translator.close()
  } finally {
    await rm(folder, { recursive: true })
  }
})
