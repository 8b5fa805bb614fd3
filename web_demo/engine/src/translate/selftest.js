/** A bundle's golden examples, answered on this machine and compared with what is recorded. */

import { readGolden } from '../bundle/golden.js'
import { LATER } from '../spec_later.js'
import { searchFor } from './searching.js'

/** @typedef {import('../bundle/golden.js').Golden} Golden */
/** @typedef {import('./deadline.js').Deadline} Deadline */
/** @typedef {import('../bundle/bundle.js').Bundle} Bundle */
/** @typedef {import('../model/model.js').Model} Model */
/** @typedef {import('../model/model.js').Read} Read */
/** @typedef {import('../text/tokenizer.js').Tokenizer} Tokenizer */

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
 * @param {{bundle: Bundle, model: Model}} loaded
 * @param {Deadline} deadline
 * @param {(golden: Golden) => Read} readOf an example as it is: ids, their end last, or an image
 * @param {Tokenizer} target spells what is said
 * @returns {Promise<SelfTestReport>}
 */
export async function selfTest({ bundle, model }, deadline, readOf, target) {
  /** @type {SelfTest[]} */
  const results = []
  for (const golden of readGolden(bundle)) {
    const read = readOf(golden)
    const limit = model.limit(model.lengthOf(read))
    const [{ tokens }] = await searchFor(model, read, RECORDED, { limit, deadline })
    const translation = target.decode(tokens)
    const problem = await problemOf(model, golden, read, tokens, translation)
    const { text, translation: expected } = golden
    results.push({ text, expected, translation, problem, passed: problem === null })
  }
  const passed = results.every((result) => result.passed)
  return { results, passed, onnxruntime: model.onnxruntime }
}

/**
 * In what the answer to a golden example differs from what was recorded.
 *
 * @param {Model} model
 * @param {Golden} golden
 * @param {Read} read
 * @param {number[]} tokens
 * @param {string} translation
 */
async function problemOf(model, golden, read, tokens, translation) {
  const ids = Array.isArray(read) ? read : []
  if (!isSame(ids, golden.sourceIds)) return 'the source is tokenized differently'
  const count = golden.firstScores.length
  if (count > 0) {
    const step = model.start(await model.encode(read), model.shortlist?.of(ids) ?? null)
    const { topLogProbs, k } = await step([model.manifest.target.bos], [0], count, false)
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
