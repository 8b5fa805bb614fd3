/**
 * The subwords of a `tokenizer.json`: ids, scores, bytes, what is kept whole, merges.
 *
 * Knows nothing of how a text comes to be cut into them.
 */

import { shown } from '../bundle/fields.js'
import { Fraction } from '../bundle/json.js'
import { BundleFormatError } from '../errors.js'
import { SPEC } from '../spec.js'
import { countCharacters } from './characters.js'

/** @typedef {Map<string, any>} Part one object of the file */

const RULES = SPEC.tokenizer

/** What stands for a space, and before every word. @type {string} */
export const MARK = RULES.word_begin

const BYTES = Array.from(
  { length: 256 },
  (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`,
)

/**
 * @param {string} what
 * @param {string | null} [hint]
 */
export const refusal = (what, hint = null) => new BundleFormatError(`tokenizer ${what}`, { hint })

/** Tells whether a value counts as set, as Python has it. @param {any} value */
export function isTrue(value) {
  if (value instanceof Map) return value.size > 0
  if (Array.isArray(value)) return value.length > 0
  if (value instanceof Fraction) return value.value !== 0
  return Boolean(value)
}

/**
 * Returns the ids of the subwords, and for Unigram the score of each id.
 *
 * @param {Part} model
 * @returns {[Map<string, number>, number[]]}
 */
export function readVocabulary(model) {
  const content = model.get('vocab')
  const isUnigram = model.get('type') === 'Unigram'
  /** @type {Map<string, any>} */
  let ids
  /** @type {number[]} */
  let scores = []
  if (isUnigram) {
    if (!Array.isArray(content) || !content.every(isScored)) {
      throw refusal('vocabulary must be a list of subwords with scores')
    }
    ids = new Map(content.map(([piece], index) => [piece, index]))
    scores = content.map(([, score]) => (score instanceof Fraction ? score.value : Number(score)))
  } else {
    if (!(content instanceof Map)) throw refusal('vocabulary is not an object')
    ids = content
  }
  const size = Array.isArray(content) ? content.length : content.size
  const seen = new Set()
  for (const id of ids.values()) {
    if (typeof id === 'number' && Number.isInteger(id) && id >= 0 && id < size) seen.add(id)
  }
  if (ids.size !== size || seen.size !== size) {
    throw refusal('vocabulary must have the ids 0, 1, 2, …, each once')
  }
  const longest = RULES.piece_characters
  let isRight = size > 0
  for (const piece of ids.keys()) isRight &&= piece !== '' && countCharacters(piece) <= longest
  if (!isRight) throw refusal(`subwords must have 1 to ${longest} characters`)
  return [ids, scores]
}

/** @param {any} entry */
function isScored(entry) {
  if (!Array.isArray(entry) || entry.length !== 2 || typeof entry[0] !== 'string') return false
  const score = entry[1] instanceof Fraction ? entry[1].value : entry[1]
  if (typeof score !== 'number' && typeof score !== 'bigint') return false
  return score <= RULES.score && score >= -RULES.score
}

/**
 * @param {Part} model
 * @param {Map<string, number>} ids
 */
export function readBytes(model, ids) {
  if (!isTrue(model.get('byte_fallback'))) return []
  return BYTES.map((piece) => {
    const id = ids.get(piece)
    if (id === undefined) throw refusal('vocabulary lacks bytes to fall back to')
    return id
  })
}

/**
 * @param {Part} model
 * @param {Map<string, number>} ids
 */
export function readUnknown(model, ids) {
  if (model.get('type') === 'Unigram') {
    const index = model.get('unk_id')
    if (typeof index !== 'number' || index < 0 || index >= ids.size) {
      throw refusal('unk_id must be one of the ids')
    }
    return index
  }
  const piece = model.get('unk_token') ?? null
  if (piece === null) return null
  const id = typeof piece === 'string' ? ids.get(piece) : undefined
  if (id === undefined) throw refusal(`unk_token ${shown(piece)} is no subword`)
  return id
}

/**
 * Returns the added tokens: SentencePiece's user-defined pieces, and nothing else.
 *
 * @param {Part} content
 * @param {Map<string, number>} ids
 * @param {Part[]} normalizers
 */
export function readKept(content, ids, normalizers) {
  const given = content.get('added_tokens')
  const added = isTrue(given) ? given : []
  if (!Array.isArray(added) || added.length > RULES.added_tokens) {
    throw refusal(`may have at most ${RULES.added_tokens} added_tokens`)
  }
  /** @type {string[]} */
  const found = []
  for (const token of added) {
    const isPlain =
      token instanceof Map &&
      RULES.added_token.every((/** @type {string} */ flag) => token.get(flag) === false)
    if (!isPlain) throw refusal('has added_tokens, which text could imitate')
    const piece = token.get('content') ?? null
    const id = typeof piece === 'string' ? ids.get(piece) : undefined
    if (id === undefined || id !== token.get('id') || BYTES.includes(piece)) {
      throw refusal(`has the added token ${shown(piece)}, which is no subword`)
    }
    if (piece.includes(MARK) || [...piece].some(isWhiteSpace)) {
      throw refusal(`has the added token ${shown(piece)}, which has a space`)
    }
    found.push(piece)
  }
  const isWords = content.get('model').get('type') === 'WordLevel'
  const others = normalizers.filter((part) => !RULES.kept_normalizers.includes(part.get('type')))
  if (found.length > 0 && (isWords || others.length > 0)) {
    throw refusal("has added_tokens, which go with SentencePiece's normalizers alone")
  }
  return found
}

/** White space by Unicode's property of that name. @param {string} c */
export function isWhiteSpace(c) {
  const code = Number(c.codePointAt(0))
  return RULES.white_space.some(
    (/** @type {[number, number]} */ [low, high]) => code >= low && code <= high,
  )
}

/**
 * Returns two strings each; files have them so, or as one with a space between them.
 *
 * @param {Part} model
 * @param {Map<string, number>} ids
 */
export function readMerges(model, ids) {
  const content = model.get('merges')
  if (!Array.isArray(content)) throw refusal('cannot be read: it has no merges')
  const isJoined = typeof content[0] === 'string'
  /** @type {[string, string][]} */
  const merges = content.map((merge) => {
    const sides = isJoined && typeof merge === 'string' ? merge.split(' ') : merge
    const isPair =
      Array.isArray(merge) !== isJoined &&
      Array.isArray(sides) &&
      sides.length === 2 &&
      sides.every((side) => typeof side === 'string')
    if (!isPair) throw refusal('cannot be read: its merges are not pairs')
    return /** @type {[string, string]} */ (sides)
  })
  for (const [left, right] of merges) {
    const missing = [left, right, left + right].find((piece) => !ids.has(piece))
    if (missing === undefined) continue
    throw refusal(`cannot be read: a merge names ${shown(missing)}, which it lacks`)
  }
  return merges
}
