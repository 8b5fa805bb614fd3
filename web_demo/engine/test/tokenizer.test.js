import assert from 'node:assert/strict'
import { readFile, readdir } from 'node:fs/promises'
import { test } from 'node:test'
import { Aligned } from '../src/text/aligned.js'
import { Tokenizer } from '../src/text/tokenizer.js'
import { TINY, VECTORS, inCodePoints, vectors } from './support.js'

const FILES = (await readdir(VECTORS)).filter((name) => name.startsWith('tokenizer'))

test('there are vectors of every kind of model', () => assert.ok(FILES.length >= 6))

for (const file of FILES) {
  test(`${file}: ids, places and texts`, async () => {
    let definition = await readFile(`${TINY}tokenizer.json`, 'utf8')
    const [head, ...rest] = await vectors(file)
    const cases = head.definition ? rest : [head, ...rest]
    if (head.definition) definition = JSON.stringify(head.definition)
    const tokenizer = await Tokenizer.load(definition)
    assert.ok(cases.length > 300)
    for (const one of cases) {
      if (one.text === undefined) {
        assert.equal(tokenizer.decode(one.ids), one.decoded, JSON.stringify(one))
        continue
      }
      const { ids, spans } = tokenizer.encodeSpans(new Aligned(one.text))
      assert.deepEqual(ids, one.ids, JSON.stringify(one))
      const places = spans.map((span) => span.map((place) => inCodePoints(one.text, place)))
      assert.deepEqual(places, one.spans, JSON.stringify(one))
      assert.equal(tokenizer.decode(ids), one.decoded, JSON.stringify(one))
    }
  })
}
