/**
 * What a `tokenizer.json` may hold: each component one that every host implements.
 *
 * The layout is that of Hugging Face's `tokenizers`; another component refuses the file by name.
 * There are no special tokens in it: bos, eos and pad are ids that the manifest names, so a typed
 * `</s>` is four characters like any others. Knows nothing of how a text is cut.
 */

import { shown, sortedByCodePoint } from '../bundle/fields.js'
import { SPEC } from '../spec.js'
import { countCharacters } from './characters.js'
import { composed, replaced } from './normalizer.js'
import {
  MARK,
  isTrue,
  readBytes,
  readKept,
  readMerges,
  readUnknown,
  readVocabulary,
  refusal,
} from './vocabulary.js'

/** @typedef {import('./normalizer.js').Step} Step */
/** @typedef {Map<string, any>} Part one object of the file */

const RULES = SPEC.tokenizer

/**
 * A `tokenizer.json` that consists only of components that every host implements.
 *
 * @typedef {object} Definition
 * @property {'BPE' | 'Unigram' | 'WordLevel'} kind
 * @property {Map<string, number>} ids
 * @property {string[]} pieces how each id is spelled; V of them
 * @property {number[]} scores of each id, for Unigram
 * @property {[string, string][]} merges for BPE, the first ones first
 * @property {number | null} unknown the id for what the vocabulary cannot spell; not used where
 *   bytes stand for that
 * @property {boolean} fused whether unknown characters side by side are one subword
 * @property {number[]} bytesOf ids of the 256 bytes, or none
 * @property {string} suffix what the last subword of a word ends with, if words are ended
 * @property {string[]} kept subwords that are taken wherever they stand
 * @property {Step[]} steps of the normalizer
 * @property {boolean} spaced whether words are what stands between white space; else each begins
 *   with a mark
 * @property {boolean} digits whether every numeral is a word
 * @property {boolean} across whether a subword may go on over the mark of the next word
 */

/**
 * Returns what a parsed `tokenizer.json` says.
 *
 * @param {Part} content
 * @returns {Promise<Definition>}
 * @throws {BundleFormatError} it uses a component that hosts do not have
 */
export async function readDefinition(content) {
  const model = content.get('model')
  if (!(model instanceof Map)) throw refusal('has no model')
  checkKeys(content, model)
  const kind = model.get('type')
  const [ids, scores] = readVocabulary(model)
  const bytesOf = readBytes(model, ids)
  const unknown = readUnknown(model, ids)
  if (unknown === null && bytesOf.length === 0) {
    throw refusal('model must have byte fallback or an unk_token')
  }
  const normalizers = partsOf(content, 'normalizer', 'normalizers', RULES.normalizers)
  const kept = readKept(content, ids, normalizers)
  const suffix = model.get('end_of_word_suffix') || ''
  if (typeof suffix !== 'string' || countCharacters(suffix) > RULES.suffix_characters) {
    throw refusal('end_of_word_suffix must be a short string')
  }
  const spaced = kind === 'WordLevel' || suffix !== ''
  const words = readWords(content, spaced ? 'spaces' : kind === 'Unigram' ? 'Unigram' : 'marks')
  checkDecoders(content, suffix, spaced, bytesOf.length > 0)
  /** @type {string[]} */
  const pieces = []
  for (const [piece, id] of ids) pieces[id] = piece
  return {
    kind,
    ids,
    pieces,
    scores,
    merges: kind === 'BPE' ? readMerges(model, ids) : [],
    unknown,
    fused: kind === 'Unigram' || model.get('fuse_unk') === true,
    bytesOf,
    suffix,
    kept,
    steps: await readSteps(normalizers, kept),
    spaced,
    digits: words.length === 2,
    across: words[0].get('split') === false,
  }
}

/**
 * Returns what finds the longest of some strings at a place, null if there are none.
 *
 * @param {string[]} kept
 * @param {'y' | 'g'} flag at a place, or everywhere
 */
export function keptPattern(kept, flag) {
  if (kept.length === 0) return null
  const longest = [...kept].sort((a, b) => countCharacters(b) - countCharacters(a))
  const escaped = longest.map((piece) => piece.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'))
  return new RegExp(escaped.join('|'), `${flag}u`)
}

/** @param {string[]} names */
const allowed = (names) => `allowed: ${[...names].sort().join(', ')}`

/**
 * @param {Part} content
 * @param {Part} model
 */
function checkKeys(content, model) {
  const kind = model.get('type')
  if (typeof kind !== 'string' || !Object.hasOwn(RULES.models, kind)) {
    throw refusal(
      `model ${shown(kind)} is not one that every host implements`,
      allowed(Object.keys(RULES.models)),
    )
  }
  const unknown = [
    ...[...content.keys()].filter((key) => !RULES.keys.includes(key)),
    ...[...model.keys()].filter((key) => !RULES.models[kind].includes(key)),
  ]
  if (unknown.length > 0) {
    throw refusal(`has ${shown(sortedByCodePoint(unknown)[0])}, which no host knows`)
  }
  for (const key of RULES.absent) {
    if ((content.get(key) ?? null) === null) continue
    throw refusal(`has a ${key}, which hosts do not implement`)
  }
  for (const key of RULES.model_absent) {
    if (isTrue(model.get(key))) throw refusal(`model sets ${key}, which hosts do not implement`)
  }
}

/**
 * Returns the steps of one component, a `Sequence` opened; each has a `type`.
 *
 * @param {Part} content
 * @param {string} key
 * @param {string} sequence
 * @param {string[] | null} [known]
 * @returns {Part[]}
 */
function partsOf(content, key, sequence, known = null) {
  const part = content.get(key) ?? null
  if (part === null) return []
  const isSequence = part instanceof Map && part.get('type') === 'Sequence'
  const parts = isSequence ? part.get(sequence) : [part]
  if (
    !Array.isArray(parts) ||
    !parts.every((each) => each instanceof Map && typeof each.get('type') === 'string')
  ) {
    throw refusal(`${key} is malformed`)
  }
  for (const each of parts) {
    const type = each.get('type')
    if (!known || known.includes(type)) continue
    throw refusal(`${key} ${type} is not one that every host implements`, allowed(known))
  }
  return parts
}

/**
 * Returns the normalizer; sees to it that no text grows beyond a small multiple.
 *
 * What a step has written in place of fewer characters, no later one may lengthen again, and
 * behind a character map none may lengthen anything.
 *
 * @param {Part[]} parts
 * @param {string[]} kept
 * @returns {Promise<Step[]>}
 */
async function readSteps(parts, kept) {
  /** @type {Step[]} */
  const steps = []
  /** @type {Set<string>} */
  const grown = new Set()
  let mapped = false
  for (const part of parts) {
    const kind = part.get('type')
    if (steps.length > 0 && RULES.first_normalizers.includes(kind)) {
      throw refusal(`normalizer ${kind} must come first`)
    }
    if (kind === 'NFC') {
      steps.push(composed)
    } else if (kind !== 'Replace' || isByPattern(part)) {
      const { readStep } = await import('./steps.js')
      steps.push(readStep(part, keptPattern(kept, 'y')))
      mapped ||= kind === 'Precompiled'
    } else {
      const [old, put] = readReplacement(part)
      const [before, after] = [countCharacters(old), countCharacters(put)]
      const again = mapped || [...old].some((c) => grown.has(c))
      if (after > before && (again || after > RULES.replacement_characters)) {
        throw refusal(`normalizer makes ${shown(old)} too long`)
      }
      if (after > before || again) for (const c of put) grown.add(c)
      steps.push(replaced(old, put))
    }
  }
  return steps
}

/** @param {Part} part */
const isByPattern = (part) => part.get('pattern') instanceof Map && part.get('pattern').has('Regex')

/**
 * @param {Part} part
 * @returns {[string, string]}
 */
function readReplacement(part) {
  const [pattern, put] = [part.get('pattern'), part.get('content')]
  const old = pattern instanceof Map && pattern.size === 1 ? pattern.get('String') : null
  if (typeof old !== 'string' || old === '' || typeof put !== 'string') {
    throw refusal('normalizer Replace must have a plain string pattern, or that of spaces')
  }
  return [old, put]
}

/**
 * Returns the pre-tokenizers, which cut the text into words as the vocabulary has them.
 *
 * @param {Part} content
 * @param {string} kind
 */
function readWords(content, kind) {
  const every = [...new Set(Object.values(RULES.pre_tokenizers).flat(2))].sort()
  const parts = partsOf(content, 'pre_tokenizer', 'pretokenizers', every)
  const types = parts.map((part) => part.get('type')).join(', ')
  const ways = RULES.pre_tokenizers[kind].map((/** @type {string[]} */ way) => way.join(', '))
  if (!ways.includes(types)) {
    throw refusal(`pre_tokenizer of this model must be ${ways.join(' or ')}`)
  }
  for (const part of parts) {
    if (part.get('type') === 'Metaspace') {
      checkMetaspace(part, kind === 'Unigram' ? [true, false] : [true])
    }
    if (part.get('type') === 'Digits' && part.get('individual_digits') !== true) {
      throw refusal('Digits must be individual')
    }
  }
  return parts
}

/**
 * @param {Part} part
 * @param {boolean[]} splits
 */
function checkMetaspace(part, splits) {
  const isUsual = part.get('replacement') === MARK && part.get('prepend_scheme') === 'always'
  if (!isUsual || !splits.includes(part.get('split'))) {
    throw refusal('Metaspace must be the usual one')
  }
}

/**
 * @param {Part} content
 * @param {string} suffix
 * @param {boolean} spaced
 * @param {boolean} byBytes
 */
function checkDecoders(content, suffix, spaced, byBytes) {
  const parts = partsOf(content, 'decoder', 'decoders')
  const kind = byBytes ? 'bytes' : suffix ? 'suffix' : spaced ? 'words' : 'marks'
  const wanted = RULES.decoders[kind]
  if (parts.map((part) => part.get('type')).join() !== wanted.join()) {
    const names = wanted.length > 0 ? `${wanted.join(', ')}, in that order` : 'left out'
    throw refusal(`decoders must be ${names}`)
  }
  for (const part of parts) {
    if (part.get('type') === 'Metaspace') checkMetaspace(part, [true, false])
    if (part.get('type') === 'BPEDecoder' && part.get('suffix') !== suffix) {
      throw refusal('BPEDecoder must have the suffix of the model')
    }
  }
}
