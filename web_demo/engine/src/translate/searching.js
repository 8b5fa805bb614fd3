/** From what a model reads to what is said of it: encoded, then searched for. */

import { OptionError, SessionError } from '../errors.js'
import { search } from '../search/beam.js'
import { repeatsAllowed } from '../search/constraints.js'

/** @typedef {import('../model/model.js').Read} Read */
/** @typedef {import('../options.js').Chosen} Chosen */
/** @typedef {import('../search/trellis.js').Found} Found */

/** What a source gets that was never read: nothing said, unfinished. @type {Found} */
export const UNREAD = { tokens: [], score: -Infinity, attention: [], finished: false }

/**
 * Encodes a source and searches for what is said of it.
 *
 * @param {import('../model/model.js').Model} model
 * @param {Read} read
 * @param {Pick<Chosen, 'search' | 'shortlist'>} call
 * @param {{limit: number, prefix?: number[], deadline: import('./deadline.js').Deadline,
 *   ended?: boolean, asked?: import('../search/constraints.js').Asked | null,
 *   onStep?: (token: number[]) => void}} how
 * @returns {Promise<Found[]>} best first
 */
export async function searchFor(model, read, call, how) {
  const { limit, prefix = [], deadline, ended, asked, onStep } = how
  const { target, task, searchRules } = model.manifest
  const { bos, eos } = target
  const ids = Array.isArray(read) ? read : []
  const isAsked = asked?.times.some((times) => times > 0) ?? false
  const isListed = call.shortlist && !isAsked
  const shortlist = (isListed && model.shortlist?.of(ids)) || null
  const step = model.start(await model.encode(read), shortlist)
  const found = await search({
    ...{ step, limit, bos, eos, prefix, onStep, ended, asked },
    options: call.search,
    // What is no translation has no reason to repeat what its source does.
    repeats: repeatsAllowed(searchRules.repeats, task === 'translate' ? ids : []),
    isOver: () => deadline.pause(),
  })
  if (found.length > 0) return found
  throw new SessionError('the decoder gave no finite score')
}

/**
 * Returns the most tokens that may be said; OptionError if a prefix has as many already.
 *
 * @param {import('../model/model.js').Model} model
 * @param {Read} read
 * @param {Chosen} call
 * @param {{length: number}} prefix ids
 * @param {string} work what errors call it
 */
export function limitOf(model, read, { maxLength, search }, prefix, work) {
  const usual = model.limit(model.lengthOf(read))
  const limit = Math.max(maxLength ?? usual, search.minLength)
  if (prefix.length < limit) return limit
  throw new OptionError(`the prefix has ${prefix.length} tokens, the ${work} may have ${limit}`)
}
