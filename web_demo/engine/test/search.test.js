import assert from 'node:assert/strict'
import { test } from 'node:test'
import { search } from '../src/search/beam.js'
import { repeatsAllowed } from '../src/search/constraints.js'
import { vectors } from './support.js'

const BOS = 0
const EOS = 1

/**
 * A language model as a table: log-probabilities depend on the last two tokens. Attention is a
 * function of the token fed, so that a wrong way back shows.
 *
 * @param {number[][][]} table
 * @returns {import('../src/search/beam.js').Step}
 */
function tableStep(table) {
  let last = [[BOS, BOS]]
  const order = table.map((page) =>
    page.map((row) => row.map((_, id) => id).sort((a, b) => row[b] - row[a] || a - b)),
  )
  return async (token, parent, k, full) => {
    last = token.map((fed, row) => [last[parent[row]][1], fed])
    const count = Math.min(k, table.length)
    const topTokens = last.flatMap(([one, two]) => order[one][two].slice(0, count))
    const rows = last.map(([one, two]) => table[one][two])
    return {
      k: count,
      topTokens,
      topLogProbs: Float32Array.from(topTokens, (id, at) => rows[Math.floor(at / count)][id]),
      attention: token.map((fed) => Float32Array.from(table, (_, at) => (at === fed ? 1 : 0))),
      logProbs: full ? Float32Array.from(rows.flat()) : null,
    }
  }
}

/**
 * @param {any} content
 * @returns {any}
 */
const float32 = (content) => (Array.isArray(content) ? content.map(float32) : Math.fround(content))

/**
 * Returns how many searches were compared, all of them as in Python.
 *
 * @param {string} file
 */
async function compare(file) {
  let table = null
  let compared = 0
  for (const one of await vectors(file)) {
    if (one.table) {
      table = float32(one.table)
      continue
    }
    const options = {
      beamSize: one.options.beam_size,
      nBest: one.options.n_best,
      minLength: one.options.min_length,
      lengthPenalty: one.options.length_penalty,
      noRepeatNgramSize: one.options.no_repeat_ngram_size,
      ...('finished' in one.options ? { rules: rulesOf(one.options) } : {}),
    }
    const { limit, prefix, repeats } = one
    const found = await search({
      step: tableStep(table),
      limit,
      bos: BOS,
      eos: EOS,
      options,
      prefix,
      repeats,
      asked: one.asked ?? null,
    })
    const where = JSON.stringify(one)
    assert.deepEqual(
      found.map((each) => each.tokens),
      one.found.map((/** @type {any} */ each) => each.tokens),
      where,
    )
    assert.deepEqual(
      found.map((each) => each.finished),
      one.found.map((/** @type {any} */ each) => each.finished),
      where,
    )
    const fed = found.map((each) => each.attention.map((row) => row.indexOf(1)))
    assert.deepEqual(
      fed,
      one.found.map((/** @type {any} */ each) => each.fed),
      where,
    )
    // Only a power that is no whole number may end in another last digit.
    const tolerance = options.lengthPenalty === 0.6 ? 1e-12 : 0
    found.forEach((each, at) => {
      const { score } = one.found[at]
      const most = tolerance * Math.max(1, Math.abs(score))
      assert.ok(Math.abs(each.score - score) <= most, where)
    })
    compared++
  }
  return compared
}

/** @param {any} told */
const rulesOf = (told) => ({
  lengthOffset: told.length_offset,
  earlyStopping: told.early_stopping,
  finished: told.finished,
  repeats: told.repeats ?? 'few',
})

test('hundreds of searches end as they do in Python', async () => {
  assert.ok((await compare('search.jsonl')) >= 200)
})

test('by the rules of other toolkits they do, too', async () => {
  assert.ok((await compare('search_rules.jsonl')) >= 250)
})

test('loops are let be where the bundle says so, and only there', async () => {
  const cases = await vectors('repeats.jsonl')
  assert.ok(cases.length >= 40)
  for (const { rule, ids, repeats } of cases) assert.equal(repeatsAllowed(rule, ids), repeats)
})

test('symbols are said as in Python', async () => {
  const cases = await vectors('search_symbols.jsonl')
  assert.ok(cases.length >= 40)
  for (const one of cases) {
    const rows = float32(one.table)
    const step = tableStep(rows.map(() => rows)) // what follows depends on the last token alone
    const [beamSize, nBest] = [one.beam_size, one.beam_size]
    const options = { beamSize, nBest, minLength: 1, lengthPenalty: 1, noRepeatNgramSize: 0 }
    const asked = { ids: one.symbols, times: one.times }
    const found = await search({ step, limit: one.limit, bos: BOS, eos: EOS, options, asked })
    const where = JSON.stringify(one)
    assert.deepEqual(
      found.map((each) => [each.tokens, each.finished]),
      one.hypotheses.map((/** @type {any} */ each) => [each[0], each[2]]),
      where,
    )
    found.forEach((each, at) =>
      assert.ok(Math.abs(each.score - one.hypotheses[at][1]) < 1e-6, where),
    )
  }
})

test('no finite score means no hypothesis', async () => {
  const row = Array(4).fill(NaN)
  const step = tableStep(Array(4).fill(Array(4).fill(row)))
  const options = { beamSize: 4, nBest: 1, minLength: 0, lengthPenalty: 1, noRepeatNgramSize: 0 }
  assert.deepEqual(await search({ step, limit: 6, bos: BOS, eos: EOS, options }), [])
})

test('a search that is given up answers with what there is', async () => {
  const row = [-1e9, -50, -0.5, -60] // never ends by itself
  const step = tableStep(Array(4).fill(Array(4).fill(row)))
  const options = { beamSize: 1, nBest: 1, minLength: 0, lengthPenalty: 1, noRepeatNgramSize: 0 }
  let steps = 0
  const isOver = () => ++steps === 3
  const [found] = await search({ step, limit: 9, bos: BOS, eos: EOS, options, isOver })
  assert.deepEqual([found.tokens, found.finished], [[2, 2, 2], false])
})
