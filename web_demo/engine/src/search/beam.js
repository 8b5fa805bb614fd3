/**
 * Greedy and beam search over any step function, for one sentence.
 *
 * A step is asked for the best continuations of its rows; which model answers, and how, search
 * does not know. Scores are sums of log-probabilities in doubles. The rules are the same on every
 * host:
 *
 * - Each step takes the 2K best continuations, ordered by score, then row, then rank.
 * - An eos among the first K finishes a hypothesis; the others fill the K rows.
 * - Where places of finished hypotheses are not replaced, K continuations are taken, not 2K; where
 *   they are kept, K less the hypotheses that have ended.
 * - A finished hypothesis scores sum / ((offset + length) / (offset + 1)) ** lengthPenalty, eos
 *   counted (Wu et al. 2016; the offset is 0 unless the bundle says otherwise).
 * - Search stops at the length limit; when all that could follow is banned; when even the longest
 *   continuation of the best row could not beat the worst hypothesis that would be returned; or
 *   when K are finished and the best row, were it to end with the next word at no cost, would not
 *   beat it either. (K finished ones alone are no reason: a model that is sure of itself fills the
 *   beam with hypotheses cut short.) By the rules of other toolkits it stops as soon as K are
 *   finished, and no more than K are noted ('full'), or as soon as the best continuation of a step
 *   was an eos and nBest are finished ('best').
 * - Symbols of entities: one that the source does not have, or that was said as often as it
 *   occurs, is banned; each must be said so often. A row's first 2K continuations that nothing else
 *   bans are looked at, and as many more as its source has different symbols.
 * - A row whose best continuation is eos, but that has not said all its symbols, is noted as
 *   incomplete. It goes on as usual if one of them is among its K best continuations, else by them
 *   alone. No other row may end either before it has said all.
 * - With K > 1, if no continuation among the 2K has said as many different symbols as some other
 *   one of the same rows, the best of those takes the last of the 2K places; and if none of the K
 *   rows has, the last of them.
 * - If nothing complete has ended at 1.5 times the length of the best incomplete one, and two
 *   tokens more for each different symbol of the source, that one is it.
 * - Rows left empty repeat a live one with score minus infinity.
 * - No loops: see `constraints.js`.
 *
 * Greedy search is K = 1; it stops with its first finished hypothesis.
 */

import { USUAL, norm } from '../options.js'
import { SaidSymbols, loops, repeated } from './constraints.js'
import { Trellis, descending } from './trellis.js'

/** @typedef {import('./constraints.js').Asked} Asked */
/** @typedef {import('../options.js').SearchRules} SearchRules */
/** @typedef {import('./trellis.js').End} End */
/** @typedef {import('./trellis.js').Found} Found */

/**
 * What one step answers for its N rows; arrays hold one row after the other.
 *
 * @typedef {object} StepResult
 * @property {number} k columns of the first two: fewer than asked for when there are fewer words
 * @property {Float32Array} topLogProbs [N x k] descending in each row
 * @property {number[]} topTokens [N x k] vocabulary ids
 * @property {Float32Array[]} attention [N][M] weights over the memory positions
 * @property {Float32Array | null} logProbs [N x V] only when asked for
 */

/**
 * One sentence in the course of being decoded, K rows for it: feeds one token per row. `parent`
 * is, for each row, the row of the previous call that it continues; `k` how many continuations to
 * return; `full` whether to return the log-probabilities of all words too.
 *
 * @typedef {(token: number[], parent: number[], k: number, full: boolean) =>
 *   Promise<StepResult>} Step
 */

/**
 * How the best translation is looked for; without rules, by `USUAL`.
 *
 * @typedef {{beamSize: number, nBest: number, minLength: number, lengthPenalty: number,
 *   noRepeatNgramSize: number, rules?: SearchRules}} SearchOptions
 */

/**
 * A row of a step, what it could go on with, and how many different symbols it then has said.
 *
 * @typedef {{token: number, row: number, score: number, said: number}} Continuation
 */

/**
 * What rows may go on with: [N x k] tokens and log-probabilities, one row after the other.
 *
 * @typedef {{k: number, tokens: number[], logs: Float64Array}} Offered
 */

/**
 * What is searched for.
 *
 * @typedef {object} SearchRequest
 * @property {Step} step the model, fresh
 * @property {number} limit the most tokens a translation may have, eos not counted; at least 1
 * @property {number} bos id that is fed first
 * @property {number} eos id that ends a hypothesis
 * @property {SearchOptions} options
 * @property {number[]} [prefix] ids that every hypothesis begins with; fewer than `limit`, and an
 *   eos as the last one ends it
 * @property {number | null} [repeats] how often the source says the same in a row, see
 *   `mostRepeats`; null: loops are let be
 * @property {boolean} [ended] whether all hypotheses that came to an end are handed out, whatever
 *   `nBest` says: the text decides among them
 * @property {Asked | null} [asked] what must and may be said of entities; null: nothing is asked
 * @property {() => boolean | Promise<boolean>} [isOver] asked after each step whether to give up:
 *   then there is what there is, unfinished
 * @property {(token: number[]) => void} [onStep] told the tokens [N] of the rows after each step
 */

/** How many times as long as the best incomplete hypothesis a complete one may be. */
const PATIENCE = 1.5

/**
 * Returns the `nBest` hypotheses, best first, those cut at the limit last; none if no score was
 * finite.
 *
 * @param {SearchRequest} request
 * @returns {Promise<Found[]>}
 */
export async function search(request) {
  const { bos, eos, prefix = [], isOver = () => false, onStep = () => {} } = request
  const run = new Search(request)
  /** @type {{token: number[], parent: number[]}} */
  let rows = { token: [bos], parent: [0] }
  for (const forced of prefix) {
    rows = await run.force(rows, forced)
    if (forced === eos) return run.results()
    onStep(rows.token)
    if (await isOver()) return run.givenUp()
  }
  while (true) {
    const next = await run.advance(rows)
    if (!next) return run.results()
    rows = next
    onStep(rows.token)
    if (await isOver()) return run.givenUp()
  }
}

class Search {
  /** @param {SearchRequest} request */
  constructor({ step, limit, eos, options, repeats = null, asked = null, ended = false }) {
    this.step = step
    this.limit = limit
    this.eos = eos
    this.options = options
    this.width = options.beamSize
    this.rules = options.rules ?? USUAL
    this.lookedAt = this.rules.finished === 'replaced' ? 2 * this.width : this.width
    /** Whether a hypothesis has ended as the best continuation of its step. */
    this.isTopped = false
    this.repeats = repeats
    this.ended = ended
    this.trellis = new Trellis()
    /** @type {End[]} */
    this.ends = []
    this.symbols = asked && new SaidSymbols(asked)
    /** The best row that would end without having said all its symbols. @type {End | null} */
    this.incomplete = null
    /** @type {number[]} [K] */
    this.scores = [0]
  }

  /** @param {number} length */
  norm(length) {
    return norm(length, this.options)
  }

  /**
   * Feeds the one row there is and continues it with a given token.
   *
   * @param {{token: number[], parent: number[]}} rows
   * @param {number} forced
   */
  async force({ token, parent }, forced) {
    const result = await this.step(token, parent, 1, true)
    this.scores[0] += /** @type {Float32Array} */ (result.logProbs)[forced]
    const time = this.trellis.size
    if (forced === this.eos) {
      const score = this.scores[0] / this.norm(time + 1)
      this.ends.push({ score, step: time, row: 0, finished: true })
    }
    const next = { token: [forced], parent: [0] }
    this.link(next, result.attention)
    return next
  }

  /**
   * Feeds the rows and chooses the next ones; null when the search is over.
   *
   * @param {{token: number[], parent: number[]}} rows
   */
  async advance({ token, parent }) {
    const time = this.trellis.size // tokens each row has so far
    const banned = this.banned(token.length, time)
    let extra = Math.max(...banned.map((tokens) => tokens.size))
    if (this.symbols) extra += this.symbols.room
    const isMissing = this.symbols !== null && this.symbols.isAnyMissing()
    const result = await this.step(token, parent, 2 * this.width + extra, isMissing)
    const offered = allowed(result, banned)
    for (let row = 0; this.symbols && row < token.length; row++) {
      this.restrain(this.symbols, row, offered, result.logProbs, time)
    }
    const best = this.withinRoom(this.continuations(offered, isMissing))
    this.finish(best, time)
    const atLimit = time >= this.limit
    if (atLimit) this.cut(time)
    const isLive = (/** @type {Continuation} */ c) =>
      c.token !== this.eos && Number.isFinite(c.score)
    const live = best.filter(isLive)
    const dead = best.filter((continuation) => !isLive(continuation))
    const isDeadEnd = live.length === 0 && this.ends.length === 0
    if (isDeadEnd && !atLimit && result.topLogProbs.some(Number.isFinite)) this.cut(time)
    const chosen = this.withMostSaid([...live, ...dead].slice(0, this.width), live)
    this.scores = chosen.map((one, index) => (index < live.length ? one.score : -Infinity))
    const isDone = atLimit || live.length === 0
    if (isDone || this.isOutOfPatience(time) || this.isOver(time)) return null
    const rows = chosen.map((one, index) => (index < live.length ? one : chosen[0]))
    const next = { token: rows.map((row) => row.token), parent: rows.map((row) => row.row) }
    this.link(next, result.attention)
    return next
  }

  /**
   * Records the rows of the next step and the attention [N][M] of this one.
   *
   * @param {{token: number[], parent: number[]}} next
   * @param {Float32Array[]} attention
   */
  link(next, attention) {
    this.trellis.link(next.parent, next.token, attention)
    this.symbols?.advance(next.parent, next.token)
  }

  /**
   * Returns what must not follow each row.
   *
   * @param {number} count
   * @param {number} time
   */
  banned(count, time) {
    const { minLength, noRepeatNgramSize: size } = this.options
    const needsHistory = this.repeats !== null || (size > 0 && time >= size)
    return Array.from({ length: count }, (_, row) => {
      /** @type {Set<number>} */
      const tokens = new Set()
      const history = needsHistory ? this.trellis.history(row) : []
      if (this.repeats !== null) for (const each of loops(history, this.repeats)) tokens.add(each)
      if (size > 0 && time >= size) for (const each of repeated(history, size)) tokens.add(each)
      if (time < minLength) tokens.add(this.eos)
      return tokens
    })
  }

  /**
   * Applies the rules on symbols to what is offered to one row.
   *
   * @param {SaidSymbols} symbols
   * @param {number} row
   * @param {Offered} offered
   * @param {Float32Array | null} logProbs
   * @param {number} time
   */
  restrain(symbols, row, offered, logProbs, time) {
    const { tokens, logs, k } = offered
    const places = Array.from({ length: k }, (_, index) => row * k + index)
    places
      .filter((place) => Number.isFinite(logs[place]))
      .forEach((place, rank) => {
        const isBeyond = rank >= 2 * this.width + symbols.room
        if (isBeyond || symbols.isForbidden(row, tokens[place])) logs[place] = -Infinity
      })
    if (!symbols.isMissing(row)) return
    const open = places.filter((place) => Number.isFinite(logs[place]))
    const isEnding = open.length > 0 && tokens[open[0]] === this.eos
    const isHelped = open.slice(0, this.width).some((place) => symbols.isUnsaid(row, tokens[place]))
    // What a greedy search has said stands: it may have been handed out.
    if (isEnding && this.width > 1) this.noteIncomplete(row, this.scores[row] + logs[open[0]], time)
    for (const place of places) if (tokens[place] === this.eos) logs[place] = -Infinity
    if (!isEnding || isHelped) return
    const every = /** @type {Float32Array} */ (logProbs)
    const first = row * (every.length / this.scores.length)
    for (const place of places) logs[place] = -Infinity
    symbols
      .missing(row, (id) => every[first + id])
      .slice(0, places.length)
      .forEach((id, index) => {
        tokens[places[index]] = id
        logs[places[index]] = every[first + id]
      })
  }

  /**
   * Keeps the best row that would end without all its symbols.
   *
   * @param {number} row
   * @param {number} total
   * @param {number} time
   */
  noteIncomplete(row, total, time) {
    if (!Number.isFinite(total)) return
    const score = total / this.norm(time + 1)
    if (this.incomplete && this.incomplete.score >= score) return
    this.incomplete = { score, step: time, row, finished: true }
  }

  /**
   * Whether the rows are much longer than an incomplete hypothesis, and nothing has ended.
   *
   * @param {number} time
   */
  isOutOfPatience(time) {
    if (!this.incomplete || this.ends.length > 0) return false
    return time >= PATIENCE * (this.incomplete.step + 1) + 2 * (this.symbols?.room ?? 0)
  }

  /**
   * Returns the 2K best continuations, the one with most symbols said among them.
   *
   * @param {Offered} offered
   * @param {boolean} isMissing
   */
  continuations({ k, tokens, logs }, isMissing) {
    /** @type {Continuation[]} */
    const all = tokens.map((token, index) => {
      const row = Math.floor(index / k)
      const said = this.symbols ? this.symbols.said(row, token) : 0
      return { token, row, score: this.scores[row] + logs[index], said }
    })
    // Stable, so that equal scores stay in the order of row and rank.
    all.sort((one, other) => descending(one.score, other.score))
    const best = all.slice(0, this.lookedAt)
    if (!isMissing) return best
    return this.withMostSaid(
      best,
      all.filter((continuation) => Number.isFinite(continuation.score)),
    )
  }

  /**
   * Returns those that have a place, where hypotheses that ended keep theirs.
   *
   * @param {Continuation[]} best
   */
  withinRoom(best) {
    if (this.rules.finished !== 'kept') return best
    return best.slice(0, Math.max(this.width - this.ends.length, 0))
  }

  /**
   * Returns `best`, its last one replaced by the first of `all` with most symbols said if it has
   * none such.
   *
   * @param {Continuation[]} best
   * @param {Continuation[]} all
   */
  withMostSaid(best, all) {
    if (this.width === 1 || !this.symbols || this.symbols.room === 0 || all.length === 0)
      return best
    const most = all.reduce((top, one) => (one.said > top.said ? one : top))
    if (best.some((one) => one.said === most.said && all.includes(one))) return best
    return [...best.slice(0, -1), most]
  }

  /**
   * Notes the hypotheses that end here: eos among the first K.
   *
   * @param {Continuation[]} best
   * @param {number} time
   */
  finish(best, time) {
    for (const [rank, { token, score, row }] of best.slice(0, this.width).entries()) {
      if (token !== this.eos || !Number.isFinite(score)) continue
      if (rank === 0) this.isTopped = true
      if (this.rules.earlyStopping === 'full' && this.ends.length >= this.width) continue
      this.ends.push({ score: score / this.norm(time + 1), step: time, row, finished: true })
    }
  }

  /** Notes the rows that go no further; they rank after finished ones. @param {number} time */
  cut(time) {
    this.scores.forEach((score, row) => {
      if (!Number.isFinite(score)) return
      const end = { score: score / this.norm(Math.max(time, 1)), step: time, row, finished: false }
      this.ends.push(end)
    })
  }

  /** Whether enough is known, or the rows can hardly win any more. @param {number} time */
  isOver(time) {
    const { nBest } = this.options
    if (this.ends.length < nBest) return false
    if (this.rules.earlyStopping === 'full') return this.ends.length >= this.width
    if (this.rules.earlyStopping === 'best') return this.isTopped
    if (this.width === 1) return true
    const worst = this.ends.map((end) => end.score).sort((a, b) => b - a)[nBest - 1]
    // Sums only fall, so the most that a row can reach is its sum over the most tokens. With K
    // finished ones in hand, its sum over the fewest is hope enough.
    const most = this.ends.length >= this.width ? time + 2 : this.limit + 1
    return this.scores[0] / this.norm(most) <= worst
  }

  /** The hypotheses; where none is complete, the best incomplete one is, too. */
  known() {
    const isComplete = this.ends.some((end) => end.finished)
    return this.incomplete && !isComplete ? [this.incomplete, ...this.ends] : this.ends
  }

  results() {
    const best = [...this.known()].sort(
      (one, other) => Number(other.finished) - Number(one.finished) || other.score - one.score,
    )
    return this.traced(best)
  }

  /**
   * Ends the search: rows that would go on become hypotheses. They rank by their score alone: what
   * ended early in a search that was not done is seldom better.
   */
  givenUp() {
    this.cut(this.trellis.size)
    const best = [...this.known()].sort((one, other) => other.score - one.score)
    return this.traced(best)
  }

  /**
   * Those that are asked for, and behind them all others that came to an end.
   *
   * @param {End[]} best
   */
  traced(best) {
    const { nBest } = this.options
    const others = this.ended ? best.slice(nBest).filter((end) => end.finished) : []
    return [...best.slice(0, nBest), ...others].map((end) => this.trellis.trace(end))
  }
}

/**
 * Returns what the model offers; what is banned has log-probability minus infinity.
 *
 * @param {StepResult} result
 * @param {Set<number>[]} banned
 * @returns {Offered}
 */
function allowed({ k, topTokens, topLogProbs }, banned) {
  const logs = Float64Array.from(topLogProbs)
  topTokens.forEach((token, index) => {
    if (banned[Math.floor(index / k)].has(token)) logs[index] = -Infinity
  })
  return { k, tokens: [...topTokens], logs }
}
