/** The self-test of the model that is there: loaded when somebody asks for it. */

import { $ } from './parts.js'
import { tellProblem, words } from './telling.js'

/** @param {import('../engine/src/client.js').TranslatorClient} client */
export async function showSelfTest(client) {
  $('selftest').disabled = true
  $('selftest-result').textContent = words.testing
  try {
    const { results } = await client.selfTest()
    const passed = results.filter((result) => result.problem === null).length
    $('selftest-result').textContent = `${passed} ${words.of} ${results.length} ${words.passed}`
  } catch (error) {
    tellProblem(error)
  }
  $('selftest').disabled = false
}
