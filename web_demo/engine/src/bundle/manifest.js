/** `manifest.json`: what a bundle says of itself, every value checked as it is taken. */

import { BundleFormatError, grouped } from '../errors.js'
import { USUAL } from '../options.js'
import { SPEC } from '../spec.js'
import { MANIFEST, TEXT_INPUTS, stateNames } from './contract.js'
import { checkDepth, matches, parseObject, shown, take } from './fields.js'
import { plain } from './json.js'

const RULES = SPEC.manifest

export const MAX_MANIFEST_BYTES = RULES.bytes.manifest

/** @typedef {{name: string, bytes: number, sha256: string}} FileEntry one file of a bundle */
/** @typedef {{name: string, width: number}} State what goes from step to step */

/**
 * What is read: language (BCP 47), the role of its tokenizer, V of the encoder, the id of the end.
 * Of an image it says nothing: all is empty.
 *
 * @typedef {{language: string, tokenizer: string, size: number, eos: number}} SourceSide
 */

/**
 * What is written.
 *
 * @typedef {{language: string, tokenizer: string, size: number, bos: number, eos: number,
 *   typography: string | null}} TargetSide
 */

/**
 * How an image is given to an encoder: fitted, then (value - mean) / scale of each channel; and the
 * grid of memory positions that lies over it, row by row.
 *
 * @typedef {{height: number, width: number, channels: number, mean: number[], scale: number[],
 *   rows: number, columns: number}} ImageShape
 */

/**
 * What one run of the encoder reads: "text", by "sentences" or as a "whole" of at most `tokens`
 * (eos not counted), of a dialogue the last `turns`, joined by `separator`; or "image".
 *
 * @typedef {{kind: string, cut: string, tokens: number, separator: string | null,
 *   turns: number | null, image: ImageShape | null}} Input
 */

/**
 * Symbols that stand for what is carried over, by class; the forms of numbers, null: as they stand.
 *
 * @typedef {{symbols: Record<string, string[]>, sourceNumbers: string | null,
 *   targetNumbers: string | null}} EntitySymbols
 */

/** @typedef {{intercept: number, weights: Map<string, number>}} Confidence a logistic regression */

/**
 * @typedef {object} Manifest
 * @property {number} formatVersion
 * @property {string} name
 * @property {string} version
 * @property {string} task "translate", "summarize", "reply" or "caption"
 * @property {Input} input
 * @property {SourceSide} source
 * @property {TargetSide} target
 * @property {Map<string, FileEntry>} files role to file
 * @property {State[]} states
 * @property {number} memoryWidth D
 * @property {number} keyWidth A
 * @property {string} attention
 * @property {number} targetPerSource a translation has at most targetPerSource x S + targetExtra
 * @property {number} targetExtra
 * @property {number} beamSize
 * @property {number} lengthPenalty
 * @property {import('../options.js').SearchRules} searchRules
 * @property {'disabled' | 'basic' | 'extended' | 'all'} optimizationLevel
 * @property {string} minimumOnnxruntime
 * @property {string} precision
 * @property {string} license SPDX expression of the weights
 * @property {string[]} trainingData
 * @property {{name: string, version: string, license: string,
 *   files: Record<string, string>}[]} parents
 * @property {EntitySymbols | null} entities
 * @property {Confidence | null} confidence
 * @property {any} scores
 * @property {any} madeWith
 */

/**
 * Returns the manifest written in `data`, all its values checked.
 *
 * @param {Uint8Array} data
 * @returns {Manifest}
 * @throws {BundleFormatError} it is malformed, or of a format version this engine cannot read
 */
export function parseManifest(data) {
  if (data.length > MAX_MANIFEST_BYTES) {
    throw new BundleFormatError(`${MANIFEST} is longer than ${grouped(MAX_MANIFEST_BYTES)} bytes`)
  }
  const content = parseObject(data, MANIFEST)
  checkDepth(content, MANIFEST)
  const version = formatVersion(content)
  const taken = take(content, RULES.formats[version], MANIFEST)
  const files = takeFiles(taken.files, RULES.roles[version])
  const search = takeSearch(taken)
  const sides = version === '1' ? firstSides(taken) : laterSides(taken, files)
  return {
    formatVersion: Number(version),
    name: taken.name,
    version: taken.version,
    ...sides,
    files: new Map([...files].map(([role, entry]) => [NOW[role] ?? role, entry])),
    states: takeStates(taken.states),
    memoryWidth: taken.memory_width,
    keyWidth: taken.key_width,
    attention: taken.attention,
    targetPerSource: taken['limits.target_per_source'],
    targetExtra: taken['limits.target_extra'],
    ...search,
    optimizationLevel: taken.optimization_level,
    minimumOnnxruntime: taken.minimum_onnxruntime,
    precision: taken.precision,
    license: taken.license,
    trainingData: taken.training_data,
    scores: plain(taken.scores),
    madeWith: plain(taken.made_with),
  }
}

/**
 * Returns how translations are looked for: before format 3, by two numbers.
 *
 * @param {Record<string, any>} taken
 */
function takeSearch(taken) {
  const said = taken.search ?? {
    beam_size: taken['search.beam_size'],
    length_penalty: taken['search.length_penalty'],
  }
  return {
    beamSize: said.beam_size,
    lengthPenalty: said.length_penalty,
    searchRules: {
      lengthOffset: said.length_offset ?? USUAL.lengthOffset,
      earlyStopping: said.early_stopping ?? USUAL.earlyStopping,
      finished: said.finished ?? USUAL.finished,
      repeats: said.repeats ?? USUAL.repeats,
    },
  }
}

/** Roles of format 1 by their later names. @type {Record<string, string>} */
const NOW = { candidates: 'shortlist' }

/** @param {string} what */
const refusal = (what) => new BundleFormatError(`${MANIFEST}: ${what}`)

/**
 * Returns what format 1 says of source and target: one vocabulary, and sentences of text.
 *
 * @param {Record<string, any>} taken
 */
function firstSides(taken) {
  const size = taken.vocabulary
  const [pad, bos, eos] = ['pad', 'bos', 'eos'].map((name) => taken[`tokens.${name}`])
  if (new Set([pad, bos, eos]).size !== 3 || Math.max(pad, bos, eos) >= size) {
    throw refusal('pad, bos and eos must be three ids below vocabulary')
  }
  const inputs = TEXT_INPUTS.map((tensor) => tensor.name).join(', ')
  if (taken.encoder_inputs.join(', ') !== inputs) throw refusal(`encoder_inputs must be ${inputs}`)
  const tokens = taken['limits.source_tokens']
  return {
    task: 'translate',
    input: { kind: 'text', cut: 'sentences', tokens, separator: null, turns: null, image: null },
    source: { language: taken.source, tokenizer: 'tokenizer', size, eos },
    target: { language: taken.target, tokenizer: 'tokenizer', size, bos, eos, typography: null },
    parents: [],
    entities: null,
    confidence: null,
  }
}

/**
 * Returns what format 2 says of source and target, and what goes with them.
 *
 * @param {Record<string, any>} taken
 * @param {Map<string, FileEntry>} files
 */
function laterSides(taken, files) {
  const target = { typography: null, ...within(taken, 'target.') }
  const isText = taken['input.kind'] === 'text'
  const source = isText
    ? within(taken, 'source.')
    : { language: '', tokenizer: '', size: 0, eos: 0 }
  const { kind, cut, tokens, separator, turns, ...image } = within(taken, 'input.')
  const input = {
    ...{ kind, cut: cut ?? 'sentences', tokens: tokens ?? 0, separator, turns },
    image: isText ? null : checkedImage(image),
  }
  if (source.language && source.eos >= source.size) {
    throw refusal('the ids of source must be below its size')
  }
  if (target.language && Math.max(target.eos, target.bos) >= target.size) {
    throw refusal('the ids of target must be below its size')
  }
  const needed = [target.tokenizer, ...(isText ? [source.tokenizer, 'sentences'] : [])]
  const missing = [...new Set(needed)].filter((role) => !files.has(role)).sort()
  if (missing.length > 0) {
    throw new BundleFormatError(`${MANIFEST} names no file for ${missing.join(', ')}`)
  }
  if (files.has('names') && !taken.entities) throw refusal('a file of names needs entities')
  if (files.has('shortlist') && source.tokenizer !== target.tokenizer) {
    throw refusal('a shortlist needs one tokenizer for both sides')
  }
  return {
    task: taken.task,
    input,
    source,
    target,
    parents: taken.parents ?? [],
    entities: takeEntities(taken.entities),
    confidence: takeConfidence(taken.confidence),
  }
}

/**
 * Returns what was taken of an object within the manifest, by its own keys.
 *
 * @param {Record<string, any>} taken
 * @param {string} where
 */
const within = (taken, where) =>
  /** @type {any} */ (
    Object.fromEntries(
      Object.entries(taken).flatMap(([key, value]) =>
        key.startsWith(where) ? [[key.slice(where.length), value]] : [],
      ),
    )
  )

/** @param {ImageShape} image */
function checkedImage(image) {
  const { channels, mean, scale } = image
  if (mean.length !== channels || scale.length !== channels || scale.includes(0)) {
    throw refusal('mean and scale must have a number for each channel, and no scale 0')
  }
  return image
}

/**
 * @param {Record<string, any> | null} taken
 * @returns {EntitySymbols | null}
 */
function takeEntities(taken) {
  if (!taken) return null
  const { numbers, ...symbols } = taken
  const every = Object.values(symbols).flat()
  if (new Set(every).size !== every.length) throw refusal('entities has a symbol twice')
  return {
    symbols,
    sourceNumbers: numbers?.source ?? null,
    targetNumbers: numbers?.target ?? null,
  }
}

/**
 * @param {Record<string, any> | null} taken
 * @returns {Confidence | null}
 */
function takeConfidence(taken) {
  if (!taken) return null
  const weights = new Map(
    taken.features.map((/** @type {any} */ feature) => [feature.name, feature.weight]),
  )
  if (weights.size !== taken.features.length) throw refusal('confidence has a feature twice')
  return { intercept: taken.intercept, weights }
}

/**
 * Returns the format version, as the contract spells it, of a manifest that can be read.
 *
 * @param {Map<string, any>} content
 */
function formatVersion(content) {
  const version = content.get('format_version')
  const known = Object.keys(RULES.formats)
  if (typeof version === 'number' && known.includes(String(version))) return String(version)
  throw new BundleFormatError(
    `${MANIFEST} has format version ${shown(version)}; this runtime reads ${known.join(', ')}`,
    { hint: 'a newer allez may read it' },
  )
}

/**
 * Returns role to file; every role that must be there is, and no file lies elsewhere.
 *
 * @param {Map<string, any>} table
 * @param {{required: string[], optional: string[]}} roles
 */
function takeFiles(table, roles) {
  /** @type {Map<string, FileEntry>} */
  const files = new Map()
  // Another role is of a newer minor version; nothing here would read it.
  for (const role of [...roles.required, ...roles.optional]) {
    if (!table.has(role)) continue
    const kind = RULES.graphs.includes(role) ? 'graph' : role in RULES.bytes ? role : 'other'
    const size = { key: 'bytes', is: 'whole', from: 0, to: RULES.bytes[kind] }
    const entry = table.get(role)
    if (!(entry instanceof Map)) throw refusal(`files.${role} must be an object`)
    const fields = [...RULES.records.file, size]
    const taken = /** @type {FileEntry} */ (take(entry, fields, MANIFEST, `files.${role}.`))
    if (taken.name === MANIFEST || matches('device', taken.name)) {
      throw refusal(`files.${role}.name must be a plain file name`)
    }
    files.set(role, taken)
  }
  const missing = roles.required.filter((role) => !files.has(role))
  if (missing.length > 0) {
    throw new BundleFormatError(`${MANIFEST} names no file for ${missing.join(', ')}`)
  }
  return files
}

/**
 * @param {State[]} states
 * @returns {State[]}
 */
function takeStates(states) {
  const names = stateNames(states.length)
  if (states.some((state, index) => state.name !== names[index])) {
    throw refusal('the states must be named state.0, state.1, …')
  }
  return states
}
