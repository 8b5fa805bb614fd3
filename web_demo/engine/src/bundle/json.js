/**
 * A strict reader of JSON.
 *
 * Written out here because a bundle must not be open to interpretation: `JSON.parse` lets a key
 * occur twice, and does not tell 1 from 1.0. Objects are Maps, so that no key is a special one.
 */

import { SPEC } from '../spec.js'

/** What is wrong with a JSON text. */
export class JsonError extends Error {}

/** Hosts disagree about which of two equal keys counts. */
export class KeyTwiceError extends JsonError {}

/** A number that was written with a point or an exponent. */
export class Fraction {
  /** @param {number} value */
  constructor(value) {
    this.value = value
  }
}

/**
 * @typedef {null | boolean | string | number | bigint | Fraction | Json[] | Map<string, any>} Json
 *   a whole number is a bigint where it is too large for a number
 */

const MAX_DEPTH = 900 // what the contract allows is far less; this keeps the stack whole

/**
 * Reads one JSON value.
 *
 * @param {string} text
 * @returns {Json}
 * @throws {JsonError} it is not JSON, has a key twice, or is nested too deep
 */
export function parseJson(text) {
  return new Reader(text).document()
}

/**
 * Returns a value as plain objects and numbers, for those who only look at it.
 *
 * @param {Json} value
 * @returns {any}
 */
export function plain(value) {
  if (value instanceof Fraction) return value.value
  if (Array.isArray(value)) return value.map(plain)
  if (!(value instanceof Map)) return value
  const content = Object.create(null)
  for (const [key, item] of value) content[key] = plain(item)
  return content
}

const NUMBER = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/y
const PLAIN = /[^"\\\u0000-\u001f]*/y
const SPACE = /[ \t\r\n]*/y
const HEX = /[0-9a-fA-F]{4}/y
/** @type {Record<string, string>} */
const ESCAPED = { '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }

class Reader {
  /** @param {string} text */
  constructor(text) {
    this.text = text
    this.position = 0
  }

  document() {
    const value = this.value(0)
    this.take(SPACE)
    if (this.position < this.text.length) this.fail('something follows the value')
    return value
  }

  /**
   * @param {string} what
   * @returns {never}
   */
  fail(what) {
    throw new JsonError(`${what} (character ${this.position})`)
  }

  /** @param {RegExp} pattern sticky */
  take(pattern) {
    pattern.lastIndex = this.position
    const found = pattern.exec(this.text)
    if (found) this.position = pattern.lastIndex
    return found
  }

  next() {
    this.take(SPACE)
    if (this.position >= this.text.length) this.fail('it ends early')
    return this.text[this.position++]
  }

  /**
   * @param {number} depth
   * @returns {Json}
   */
  value(depth) {
    if (depth > MAX_DEPTH) this.fail('it is nested too deep')
    switch (this.next()) {
      case '{':
        return this.object(depth)
      case '[':
        return this.list(depth)
      case '"':
        return this.string()
      case 't':
        return this.word('true', true)
      case 'f':
        return this.word('false', false)
      case 'n':
        return this.word('null', null)
      default:
        this.position--
        return this.number()
    }
  }

  /**
   * @template {boolean | null} T
   * @param {string} spelling
   * @param {T} value
   */
  word(spelling, value) {
    if (!this.text.startsWith(spelling, this.position - 1)) this.fail('an unknown word')
    this.position += spelling.length - 1
    return value
  }

  /** @param {number} depth */
  object(depth) {
    /** @type {Map<string, Json>} */
    const content = new Map()
    if (this.next() === '}') return content
    this.position--
    while (true) {
      if (this.next() !== '"') this.fail('a key must be a string')
      const key = this.string()
      if (this.next() !== ':') this.fail("':' is missing")
      if (content.has(key)) throw new KeyTwiceError('a key occurs twice')
      content.set(key, this.value(depth + 1))
      if (this.ends('}')) return content
    }
  }

  /** @param {number} depth */
  list(depth) {
    /** @type {Json[]} */
    const content = []
    if (this.next() === ']') return content
    this.position--
    while (true) {
      content.push(this.value(depth + 1))
      if (this.ends(']')) return content
    }
  }

  /** @param {string} bracket */
  ends(bracket) {
    const mark = this.next()
    if (mark === ',') return false
    if (mark !== bracket) this.fail(`',' or '${bracket}' is missing`)
    return true
  }

  string() {
    let content = ''
    while (true) {
      content += /** @type {RegExpExecArray} */ (this.take(PLAIN))[0]
      const mark = this.text[this.position++]
      if (mark === '"') return content
      if (mark !== '\\') this.fail('a string does not end, or has a control character')
      const escape = this.text[this.position++]
      if (escape === 'u') {
        const code = this.take(HEX) ?? this.fail('\\u needs four hexadecimal digits')
        content += String.fromCharCode(parseInt(code[0], 16))
      } else {
        content += ESCAPED[escape] ?? this.fail('an unknown escape')
      }
    }
  }

  number() {
    const found = this.take(NUMBER) ?? this.fail('no value begins so')
    const [spelling, fraction, exponent] = found
    if (fraction !== undefined || exponent !== undefined) return new Fraction(Number(spelling))
    if (spelling.replace('-', '').length > SPEC.manifest.digits) this.fail('a number without end')
    const value = Number(spelling)
    return Number.isSafeInteger(value) ? value + 0 : BigInt(spelling)
  }
}
