/**
 * JSON that a stranger may have written: every value is checked for type and range as it is taken.
 *
 * What the values must be, `contract.json` lists; every host checks in the order of that list, so
 * that all refuse the same with the same words. Knows nothing of what the values mean.
 */

import { BundleFormatError } from '../errors.js'
import { SPEC } from '../spec.js'
import { countCharacters } from '../text/characters.js'
import { decodeUtf8 } from './bytes.js'
import { Fraction, JsonError, KeyTwiceError, parseJson } from './json.js'

/** @typedef {import('./json.js').Json} Json */
/** @typedef {Map<string, any>} JsonObject */

/**
 * One line of the contract: a key, what its value is, and between which ends.
 *
 * @typedef {{key: string, is: string, of?: any, called?: string, from?: number, to?: number,
 *   least?: number, most?: number, fields?: string, exact?: boolean, optional?: boolean,
 *   or_null?: boolean, when?: [string, ...any[]]}} Field
 */

const RULES = SPEC.manifest
const UNPRINTABLE = new RegExp(
  `[${RULES.unprintable.map((/** @type {string} */ name) => `\\p{${name}}`).join('')}]`,
  'u',
)

/**
 * Returns the JSON object that is written in `data`.
 *
 * @param {string | Uint8Array} data text, or its UTF-8
 * @param {string} name what errors call the file
 * @returns {JsonObject}
 * @throws {BundleFormatError} it is not UTF-8, not JSON, not an object, or has a key twice
 */
export function parseObject(data, name) {
  const text = typeof data === 'string' ? data : decodeUtf8(data)
  if (text === null) throw new BundleFormatError(`${name} is not UTF-8`)
  /** @type {Json} */
  let content
  try {
    content = parseJson(text)
  } catch (error) {
    if (error instanceof KeyTwiceError) throw new BundleFormatError(`${name} has a key twice`)
    if (error instanceof JsonError) throw new BundleFormatError(`${name} is not JSON`)
    throw error
  }
  if (!(content instanceof Map)) throw new BundleFormatError(`${name} must hold an object`)
  return content
}

/**
 * Throws BundleFormatError if objects and lists are nested deeper than on every host.
 *
 * @param {Json} value
 * @param {string} name
 * @param {number} [depth]
 */
export function checkDepth(value, name, depth = 0) {
  if (!(value instanceof Map) && !Array.isArray(value)) return
  if (depth >= RULES.depth) throw new BundleFormatError(`${name} is nested too deep`)
  for (const item of value.values()) checkDepth(item, name, depth + 1)
}

/**
 * Returns a JSON value for a message: one line that leaves a terminal as it is, not too long.
 *
 * @param {Json | undefined} value
 * @returns {string}
 */
export function shown(value) {
  if (value instanceof Map) return 'an object'
  if (Array.isArray(value)) return 'a list'
  if (value instanceof Fraction) return 'a fraction'
  const longest = RULES.shown
  const text = typeof value === 'string' ? quoted(value, longest) : String(value ?? null)
  const characters = [...text]
  return characters.length <= longest ? text : `${characters.slice(0, longest - 1).join('')}…`
}

/**
 * @param {string} value
 * @param {number} longest
 */
function quoted(value, longest) {
  const parts = [...value].slice(0, longest).map((c) => {
    if (isPrintable(c)) return c
    return `\\u${/** @type {number} */ (c.codePointAt(0)).toString(16).padStart(4, '0')}`
  })
  return `'${parts.join('')}'`
}

/** Tells whether a text is one line that leaves a terminal as it is. @param {string} text */
export function isPrintable(text) {
  return !UNPRINTABLE.test(text.replaceAll(' ', ''))
}

/** Says what a value must be. */
class Complaint {
  /**
   * @param {string} name
   * @param {string} key
   */
  constructor(name, key) {
    this.name = name
    this.key = key
  }

  /** @param {string} must */
  error(must) {
    return new BundleFormatError(`${this.name}: ${this.key} must be ${must}`)
  }

  /** @param {number} index */
  at(index) {
    return new Complaint(this.name, `${this.key}[${index}]`)
  }
}

/**
 * Returns the values that `fields` list, by key; each is as its field says, or an error is.
 *
 * @param {JsonObject} content the object they stand in
 * @param {Field[]} fields what to take, in order. The key "limits.source_tokens" stands in the
 *   object of "limits". One that is optional and absent, or not meant, is null.
 * @param {string} name what errors call the file
 * @param {string} [where] what errors put before a key
 * @returns {Record<string, any>}
 * @throws {BundleFormatError} a value is not as its field says; the first one is named
 */
export function take(content, fields, name, where = '') {
  /** @type {Record<string, any>} */
  const taken = Object.create(null)
  for (const field of fields) {
    const path = field.key.split('.')
    const last = /** @type {string} */ (path.pop())
    let inner = content
    let reached = where
    const [named, ...values] = field.when ?? [null, undefined]
    if (named !== null && !values.includes(taken[named])) {
      taken[field.key] = null
      continue
    }
    for (const key of path) {
      inner = checkObject(inner.get(key), { key, is: 'object' }, new Complaint(name, reached + key))
      reached += `${key}.`
    }
    if (!inner.has(last) && field.optional) {
      taken[field.key] = null
    } else {
      const check = CHECKS[field.is]
      taken[field.key] = check(inner.get(last), field, new Complaint(name, reached + last))
    }
  }
  return taken
}

/** @typedef {(value: any, field: Field, complaint: Complaint) => any} Check */

/** @type {Check} */
function checkText(value, _field, complaint) {
  if (typeof value !== 'string') throw complaint.error('a string')
  if (countCharacters(value) > RULES.characters || !isPrintable(value)) {
    throw complaint.error('one short line without control characters')
  }
  return value
}

/** @type {Check} */
function checkPattern(value, field, complaint) {
  const text = checkText(value, field, complaint)
  if (!matches(field.of, text)) throw complaint.error(`a ${field.called}`)
  return text
}

/**
 * Tells whether a text is, from end to end, what a pattern of the contract says.
 *
 * @param {string} pattern
 * @param {string} text
 */
export function matches(pattern, text) {
  return new RegExp(`^(?:${RULES.patterns[pattern]})$`, 'u').test(text)
}

/** @type {Check} */
function checkChoice(value, field, complaint) {
  const text = checkText(value, field, complaint)
  if (!field.of.includes(text)) throw complaint.error(`one of ${field.of.join(', ')}`)
  return text
}

/** @type {Check} */
function checkWhole(value, field, complaint) {
  if (typeof value !== 'number' && typeof value !== 'bigint')
    throw complaint.error('a whole number')
  return within(value, field, complaint)
}

/** @type {Check} */
function checkNumber(value, field, complaint) {
  const number = value instanceof Fraction ? value.value : value
  if (typeof number !== 'number' && typeof number !== 'bigint') throw complaint.error('a number')
  return within(number, field, complaint)
}

/**
 * @param {number | bigint} value
 * @param {Field} field
 * @param {Complaint} complaint
 */
function within(value, field, complaint) {
  const { from = -Infinity, to = Infinity } = field
  if (value >= from && value <= to) return Number(value)
  throw complaint.error(`${ends(from, field.is)} to ${ends(to, field.is)}`)
}

/**
 * Returns an end of a range as Python writes the number that the contract has.
 *
 * @param {number} end
 * @param {string} is
 */
function ends(end, is) {
  return is === 'whole' || !Number.isInteger(end) ? String(end) : `${end}.0`
}

/** @type {Check} */
function checkObject(value, field, complaint) {
  if ((value === null || value === undefined) && field.or_null) return null
  if (!(value instanceof Map)) throw complaint.error('an object')
  if (!field.fields) return value
  const fields = RULES.records[field.fields]
  if (field.exact) {
    const known = new Set(fields.map((/** @type {Field} */ inner) => inner.key.split('.')[0]))
    const unknown = sortedByCodePoint([...value.keys()].filter((key) => !known.has(key)))
    if (unknown.length > 0) {
      const key = `${complaint.key} has an unknown key ${shown(unknown[0])}`
      throw new BundleFormatError(`${complaint.name}: ${key}`)
    }
  }
  return take(value, fields, complaint.name, `${complaint.key}.`)
}

/** @param {string[]} words as every host sorts them */
export function sortedByCodePoint(words) {
  return words.sort((one, other) => {
    const [a, b] = [[...one], [...other]]
    for (let at = 0; at < Math.min(a.length, b.length); at++) {
      const order = Number(a[at].codePointAt(0)) - Number(b[at].codePointAt(0))
      if (order !== 0) return order
    }
    return a.length - b.length
  })
}

/** @type {Check} */
function checkList(value, field, complaint) {
  if (!Array.isArray(value)) throw complaint.error('a list')
  const { least = 0, most = Infinity } = field
  if (value.length < least || value.length > most) {
    throw complaint.error(`a list of ${least} to ${most}`)
  }
  return value
}

/**
 * @param {Check} check
 * @returns {Check}
 */
const each = (check) => (value, field, complaint) =>
  checkList(value, field, complaint).map((/** @type {any} */ item, /** @type {number} */ index) =>
    check(item, field, complaint.at(index)),
  )

/** @type {Check} */
function checkSymbol(value, _field, complaint) {
  const [low, high] = RULES.symbols
  if (typeof value !== 'string' || value.length !== 1 || value < low || value > high) {
    throw complaint.error('one character of private use')
  }
  return value
}

/** @type {Check} */
function checkPatterns(value, field, complaint) {
  const content = checkObject(value, { key: field.key, is: 'object' }, complaint)
  /** @type {Record<string, string>} */
  const found = Object.create(null)
  for (const [key, item] of content) {
    const at = new Complaint(complaint.name, `${complaint.key}.${shown(key).slice(1, -1)}`)
    found[key] = checkPattern(item, field, at)
  }
  return found
}

/** What a field may be. @type {Record<string, Check>} */
const CHECKS = {
  text: checkText,
  pattern: checkPattern,
  choice: checkChoice,
  whole: checkWhole,
  number: checkNumber,
  object: checkObject,
  list: checkList,
  texts: each(checkText),
  numbers: each(checkNumber),
  symbols: each(checkSymbol),
  patterns: checkPatterns,
  records: each(checkObject),
}
