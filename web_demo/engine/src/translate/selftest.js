/** A bundle's golden sentences, translated on this machine and compared with what is recorded. */

import { readGolden } from '../bundle/golden.js'
import { LATER } from '../spec_later.js'

/** @typedef {import('../bundle/golden.js').Golden} Golden */
/** @typedef {import('./deadline.js').Deadline} Deadline */
/** @typedef {import('./translator.js').Translator} Translator */

/**
 * How one sentence came out: what differs, null if nothing does.
 *
 * @typedef {{text: string, expected: string, translation: string, problem: string | null,
 *   passed: boolean}} SelfTest
 */

/** @typedef {{results: SelfTest[], passed: boolean, onnxruntime: string}} SelfTestReport */

/** As the golden sentences were recorded: greedily, with the bundle's shortlist. */
const RECORDED = {
  search: { beamSize: 1, nBest: 1, minLength: 1, lengthPenalty: 1, noRepeatNgramSize: 0 },
  shortlist: true,
}

/**
 * @param {Translator} translator
 * @param {Deadline} deadline
 * @param {(text: string) => number[]} read a sentence as it is, its end last
 * @returns {Promise<SelfTestReport>}
 */
export async function selfTest(translator, deadline, read) {
  const { bundle, model, words } = translator
  /** @type {SelfTest[]} */
  const results = []
  for (const golden of readGolden(bundle)) {
    const ids = read(golden.text)
    const limit = model.limit(ids.length)
    const [{ tokens }] = await translator.search(ids, RECORDED, { limit, deadline })
    const translation = words.target.decode(tokens)
    const problem = await problemOf(translator, golden, ids, tokens, translation)
    const { text, translation: expected } = golden
    results.push({ text, expected, translation, problem, passed: problem === null })
  }
  const passed = results.every((result) => result.passed)
  return { results, passed, onnxruntime: model.onnxruntime }
}

/**
 * In what the answer to a golden sentence differs from what was recorded.
 *
 * @param {Translator} translator
 * @param {Golden} golden
 * @param {number[]} ids
 * @param {number[]} tokens
 * @param {string} translation
 */
async function problemOf({ model, manifest }, golden, ids, tokens, translation) {
  if (!isSame(ids, golden.sourceIds)) return 'the source is tokenized differently'
  const count = golden.firstScores.length
  if (count > 0) {
    const step = model.start(await model.encode(ids), model.shortlist?.of(ids) ?? null)
    const { topLogProbs, k } = await step([manifest.target.bos], [0], count, false)
    if (k !== count) return 'more scores are recorded than there are words'
    const worst = Math.max(...golden.firstScores.map((s, at) => Math.abs(s - topLogProbs[at])))
    if (!(worst <= LATER.golden.tolerance)) {
      return `scores of the first step differ by ${worst.toFixed(3)}`
    }
  }
  if (!isSame(tokens, golden.targetIds)) return 'other tokens were chosen'
  return translation === golden.translation ? null : 'the tokens spell another text'
}

/**
 * @param {number[]} one
 * @param {number[]} other
 */
const isSame = (one, other) =>
  one.length === other.length && one.every((id, at) => id === other[at])
