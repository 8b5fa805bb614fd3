/** Both sides of a worker in one thread: what is told of a bundle, of a call, and of its end. */

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { TranslatorClient } from '../src/client.js'
import { openPath } from '../src/node.js'
import { SPEC } from '../src/spec.js'
import { TINY, WASM, drained } from './support.js'

const port = /** @type {any} */ (globalThis)

/** What a client takes for a worker: messages to `worker.js`, which thinks that this is its thread. */
const thread = {
  /** @type {(event: {data: any}) => void} */
  onmessage: () => {},
  terminate: () => {},
  postMessage: (/** @type {any} */ data) => setImmediate(() => port.onmessage({ data })),
}
port.postMessage = (/** @type {any} */ data) => setImmediate(() => thread.onmessage({ data }))
await import('../src/worker.js')
const client = new TranslatorClient(/** @type {any} */ (thread))
after(() => {
  delete port.postMessage
  delete port.onmessage
})

test('a client is told of its bundle, and when a sentence is in doubt', async () => {
  const given = new AbortController()
  given.abort('enough')
  const args = [await openPath(TINY), { wasm: WASM }]
  await assert.rejects(client.call('load', args, { signal: given.signal }), {
    ...{ code: 'cancelled', message: 'the loading was cancelled', cause: 'enough' },
  })
  const about = await client.call('load', args)
  assert.equal(about.unsure, SPEC.confidence.unsure)
  assert.deepEqual([about.task, about.sourceLanguage], ['translate', 'fr'])
})

test('a stream comes piece by piece, and who leaves it gives it up', async () => {
  const text = 'Je vois le chat noir. '.repeat(20)
  const { pieces, answer } = await drained(client.stream('Je vois le chat noir.'))
  assert.equal(pieces.join(''), answer.text)
  for await (const piece of client.stream(text)) if (piece.trim() !== '') break
  await new Promise((resolve) => setImmediate(resolve))
  const again = await client.translate('Je vois le chat noir.', { beamSize: 1 })
  assert.equal(again.text, answer.text)
  assert.equal(client.waiting.size, 0)
  const aborted = client.translate(text, { signal: AbortSignal.abort('enough') })
  await assert.rejects(aborted, { message: 'the translation was cancelled', cause: 'enough' })
  await client.close()
  await assert.rejects(client.translate(text), { message: 'the translator is closed' })
})
