/** What a caller may ask for, checked as it is said. */

import { OptionError } from './errors.js'
import { SPEC } from './spec.js'

/** @typedef {import('./bundle/manifest.js').Manifest} Manifest */
/** @typedef {import('./search/beam.js').SearchOptions} SearchOptions */

/**
 * What every call takes; all of it may be left out.
 *
 * @typedef {object} TranslateOptions
 * @property {number} [beamSize] hypotheses kept per sentence, 1 to 100; 1 is greedy search. Left
 *   out: what the bundle says, or `nBest` if that is more.
 * @property {number} [nBest] translations returned per sentence, at most `beamSize`
 * @property {number} [maxLength] longest translation of a sentence in tokens; left out: what the
 *   bundle says for the source
 * @property {number} [minLength] shortest translation of a sentence in tokens
 * @property {number} [lengthPenalty] the exponent alpha in score = sum of log-probabilities /
 *   length ** alpha, 0 to 10; eos counts. Left out: what the bundle says.
 * @property {number} [noRepeatNgramSize] no sequence of so many tokens occurs twice in a
 *   sentence's translation; 0 allows it
 * @property {boolean} [shortlist] score only the words that the bundle lists for the source
 *   sentence, if it lists any: faster, at the cost of a word at times
 * @property {string} [prefix] how the translation of the first sentence must begin, but for its
 *   capitals
 * @property {string[]} [keep] texts that are never translated, each where it stands as whole
 *   words. Needs a bundle with entities, as `glossary` does.
 * @property {Record<string, string> | [string, string][]} [glossary] terms and what they are in
 *   the target language; the longest one counts
 * @property {'html'} [markup] the texts are pieces of HTML: all tags stand around the words that
 *   attend to what they stood around, none is lost, and there are no streams. Left out: plain text.
 * @property {number} [maxTime] seconds from the call on; when they are over, no further step is
 *   taken, and the best that there is is returned
 * @property {AbortSignal} [signal] gives the call up within one step
 */

/**
 * Options as they hold for one call.
 *
 * @typedef {object} Chosen
 * @property {SearchOptions} search
 * @property {number | null} maxLength
 * @property {boolean} shortlist
 * @property {string} prefix
 * @property {string[]} keep
 * @property {[string, string][]} glossary
 * @property {'html' | null} markup
 * @property {number | null} maxTime
 * @property {AbortSignal | undefined} signal
 */

/**
 * What a bundle says of search, whatever the caller asks for: the rules of the toolkit that trained
 * it.
 *
 * @typedef {object} SearchRules
 * @property {number} lengthOffset the length is (offset + length) / (offset + 1); 5 is that of Wu
 *   et al. 2016
 * @property {string} earlyStopping when a beam stops: 'hopeless', nothing better is in sight;
 *   'full', `beamSize` hypotheses have ended; 'best', the best continuation of a step has, and
 *   `nBest` hypotheses
 * @property {string} finished what becomes of a place in the beam where a hypothesis ends:
 *   'replaced', the next best continuation has it; 'dropped', it is empty for a step; 'kept', it is
 *   for ever
 * @property {string} repeats how often a block of words may stand in a row: 'few', a few times, or
 *   as often as in the source; 'any', loops are let be
 */

/** @type {SearchRules} */
export const USUAL = {
  lengthOffset: 0,
  earlyStopping: 'hopeless',
  finished: 'replaced',
  repeats: 'few',
}

/**
 * What a sum of log-probabilities is divided by.
 *
 * @param {number} length eos counted
 * @param {{lengthPenalty: number, rules?: SearchRules}} options
 */
export function norm(length, { lengthPenalty, rules = USUAL }) {
  const { lengthOffset: offset } = rules
  return ((offset + length) / (offset + 1)) ** lengthPenalty
}

const MAX_BEAM_SIZE = SPEC.search.beam_size[1]
const MAX_LENGTH_PENALTY = SPEC.search.length_penalty[1]

/** The names of all options. */
export const OPTIONS = [
  ...['beamSize', 'nBest', 'maxLength', 'minLength', 'lengthPenalty', 'noRepeatNgramSize'],
  ...['shortlist', 'prefix', 'keep', 'glossary', 'markup', 'maxTime', 'signal'],
]

/**
 * Checks the options of a call and fills in what the bundle says.
 *
 * @param {TranslateOptions} options
 * @param {Manifest} manifest
 * @returns {Chosen}
 * @throws {OptionError} a value makes no sense, or there is no such option
 */
export function chosen(options, manifest) {
  const unknown = Object.keys(options).find((key) => !OPTIONS.includes(key))
  if (unknown !== undefined) {
    throw new OptionError(`there is no option '${unknown}'`, {
      hint: `there are ${OPTIONS.join(', ')}`,
    })
  }
  const nBest = whole('nBest', options.nBest ?? 1, 1, MAX_BEAM_SIZE)
  const usual = Math.max(manifest.beamSize, nBest)
  const beamSize = whole('beamSize', options.beamSize ?? usual, 1, MAX_BEAM_SIZE)
  if (nBest > beamSize) throw new OptionError(`nBest (${nBest}) exceeds beamSize (${beamSize})`)
  const minLength = whole('minLength', options.minLength ?? 1, 0, Infinity)
  const maxLength =
    options.maxLength === undefined ? null : whole('maxLength', options.maxLength, 1, Infinity)
  if (maxLength !== null && minLength > maxLength) {
    throw new OptionError(`minLength (${minLength}) exceeds maxLength (${maxLength})`)
  }
  const penalty = options.lengthPenalty ?? manifest.lengthPenalty
  return {
    search: {
      beamSize,
      nBest,
      minLength,
      lengthPenalty: real('lengthPenalty', penalty, MAX_LENGTH_PENALTY),
      noRepeatNgramSize: whole('noRepeatNgramSize', options.noRepeatNgramSize ?? 0, 0, Infinity),
      rules: manifest.searchRules,
    },
    maxLength,
    shortlist: typed('shortlist', 'boolean', options.shortlist ?? false),
    prefix: typed('prefix', 'string', options.prefix ?? ''),
    keep: texts('keep', options.keep ?? []),
    glossary: terms(options.glossary ?? []),
    markup: checkMarkup(options.markup),
    maxTime: options.maxTime === undefined ? null : real('maxTime', options.maxTime, Infinity),
    signal: checkSignal(options.signal),
  }
}

/**
 * @param {string} name
 * @param {unknown} value
 * @param {number} least
 * @param {number} most
 */
export function whole(name, value, least, most) {
  const within = most === Infinity ? `at least ${least}` : `${least} to ${most}`
  if (typeof value !== 'number' || !Number.isInteger(value)) {
    throw new OptionError(`${name} must be a whole number, ${within}, not ${told(value)}`)
  }
  if (value >= least && value <= most) return value
  throw new OptionError(`${name} must be ${within}, not ${value}`)
}

/**
 * @param {string} name
 * @param {unknown} value
 * @param {number} most
 */
function real(name, value, most) {
  if (typeof value === 'number' && value >= 0 && value <= most) return value
  const within = most === Infinity ? '0 or more' : `0 to ${most}`
  throw new OptionError(`${name} must be a number, ${within}, not ${told(value)}`)
}

/**
 * @template T
 * @param {string} name
 * @param {string} type
 * @param {T} value
 * @returns {T}
 */
function typed(name, type, value) {
  if (typeof value === type) return value
  throw new OptionError(`${name} must be a ${type}, not ${told(value)}`)
}

/**
 * @param {string} name
 * @param {unknown} value
 * @returns {string[]}
 */
function texts(name, value) {
  if (Array.isArray(value) && value.every((text) => typeof text === 'string')) return [...value]
  throw new OptionError(`${name} must be a list of texts, not ${told(value)}`)
}

/**
 * @param {unknown} value
 * @returns {[string, string][]}
 */
function terms(value) {
  const isList = Array.isArray(value)
  const isRecord = !isList && typeof value === 'object' && value !== null
  const pairs = isList ? value : isRecord ? Object.entries(value) : null
  if (pairs?.every((pair) => Array.isArray(pair) && pair.length === 2)) {
    return pairs.map((pair) => /** @type {[string, string]} */ (texts('glossary', pair)))
  }
  throw new OptionError('glossary must map terms to translations')
}

/**
 * @param {unknown} value
 * @returns {'html' | null}
 */
function checkMarkup(value) {
  if (value === undefined || value === null) return null
  if (value === 'html') return value
  throw new OptionError(`markup must be null or 'html', not ${told(value)}`)
}

/**
 * @param {unknown} value
 * @returns {AbortSignal | undefined}
 */
function checkSignal(value) {
  if (value === undefined || value instanceof AbortSignal) return value
  throw new OptionError(`signal must be an AbortSignal, not ${told(value)}`)
}

/** @param {unknown} value on one line */
function told(value) {
  if (typeof value === 'string') return `'${value.slice(0, SPEC.manifest.shown)}'`
  return typeof value === 'object' && value !== null ? 'an object' : String(value)
}
