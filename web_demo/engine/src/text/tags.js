/**
 * Tags of HTML and XML in a text, each with its place: the whole text comes back, piece by piece.
 *
 * Tolerant as a browser is: what opens no tag is text, an attribute may lack its quotes, and a
 * comment that nobody closes reaches to the end. Knows nothing of what the tags mean.
 */

import { LATER } from '../spec_later.js'
import { characterAt, isLetter } from './characters.js'
import { unescape } from './references.js'

/**
 * `single`: `<br/>`; `other`: comments, declarations, processing instructions; `raw`: the inside
 * of a script or a style sheet.
 *
 * @typedef {'text' | 'open' | 'close' | 'single' | 'other' | 'raw' | 'cdata'} Kind
 */

/**
 * A stretch of a text; `name` of a tag is the element's, in small letters in HTML.
 *
 * @typedef {{kind: Kind, start: number, end: number, name: string}} Token
 */

/**
 * An attribute of a tag: where it begins, and the place of its value as it is spelled, without
 * quotes.
 *
 * @typedef {{name: string, at: number, start: number, end: number}} Attribute
 */

const SPACES = ' \t\n\r\f'
const RAW = new Set(LATER.elements.raw.split(' '))
/** Elements of HTML in which there are no tags, but character references. */
const TEXT_ONLY = new Set(LATER.elements.text_only.split(' '))

/** @param {string} c */
const isSpace = (c) => c !== '' && SPACES.includes(c)

/**
 * @param {Kind} kind
 * @param {number} start
 * @param {number} end
 * @param {string} [name]
 * @returns {Token}
 */
export const token = (kind, start, end, name = '') => ({ kind, start, end, name })

/**
 * Yields the tokens of a text in order; they follow each other without a gap.
 *
 * @param {string} text a page, a document or a part of one
 * @param {boolean} isXml names are told apart by capitals, and no element's content is read
 *   otherwise
 * @returns {Generator<Token, void, void>}
 */
export function* scan(text, isXml) {
  let [position, start] = [0, 0]
  const seen = new Uint8Array(text.length)
  while ((position = text.indexOf('<', position)) >= 0) {
    const tag = tagAt(text, position, isXml, seen)
    if (tag === null) {
      position++
      continue
    }
    if (start < position) yield token('text', start, position)
    yield tag
    position = start = tag.end
    if (!isXml && tag.kind === 'open' && (RAW.has(tag.name) || TEXT_ONLY.has(tag.name))) {
      const end = endOfRaw(text, position, tag.name)
      if (position < end) yield token(RAW.has(tag.name) ? 'raw' : 'text', position, end, tag.name)
      position = start = end
    }
  }
  if (start < text.length) yield token('text', start, text.length)
}

/**
 * Returns the token that begins with the `<` at `start`; null if it is only a character.
 *
 * @param {string} text
 * @param {number} start
 * @param {boolean} isXml
 * @param {Uint8Array} seen `endOfTag`'s
 */
function tagAt(text, start, isXml, seen) {
  const following = text.charAt(start + 1)
  if (following === '!') return declaration(text, start, isXml)
  if (following === '?') return token('other', start, behind(text, isXml ? '?>' : '>', start + 2))
  const closes = following === '/'
  const first = start + (closes ? 2 : 1)
  if (!beginsName(characterAt(text, first), isXml)) return null
  let nameEnd = first
  while (nameEnd < text.length && !`${SPACES}/><`.includes(text[nameEnd])) nameEnd++
  const end = endOfTag(text, nameEnd, seen)
  if (end < 0) return null
  const name = text.slice(first, nameEnd)
  const kind = closes ? 'close' : text[end - 2] === '/' ? 'single' : 'open'
  return token(kind, start, end, isXml ? name : name.toLowerCase())
}

/**
 * @param {string} c
 * @param {boolean} isXml
 */
const beginsName = (c, isXml) =>
  isXml ? isLetter(c) || c === '_' || c === ':' : c !== '' && c < '\x80' && isLetter(c)

/**
 * @param {string} text
 * @param {number} start
 * @param {boolean} isXml
 */
function declaration(text, start, isXml) {
  if (text.startsWith('<!--', start)) return token('other', start, behind(text, '-->', start + 4))
  if (isXml && text.startsWith('<![CDATA[', start)) {
    return token('cdata', start, behind(text, ']]>', start + 9))
  }
  const end = text.indexOf('>', start)
  const bracket = text.slice(start, end + 1).indexOf('[')
  if (isXml && bracket >= 0) {
    // a document type with declarations of its own
    const from = text.indexOf(']', start + bracket) + 1 || start + bracket
    return token('other', start, behind(text, '>', from))
  }
  return token('other', start, end + 1 || text.length)
}

/**
 * Returns the position behind the next `mark`; the end of the text if there is none.
 *
 * @param {string} text
 * @param {string} mark
 * @param {number} start
 */
function behind(text, mark, start) {
  const found = text.indexOf(mark, start)
  return found >= 0 ? found + mark.length : text.length
}

/**
 * Returns the position behind the `>` of a tag, passing over quoted values; -1 if none.
 *
 * @param {string} text what is scanned
 * @param {number} position behind the tag's name
 * @param {Uint8Array} seen for each unit, whether this has looked at it before, and as what. What
 *   comes to the same place again finds no end: behind an end that was found, it is not called
 *   again.
 */
function endOfTag(text, position, seen) {
  let isValue = false
  while (position < text.length) {
    const c = text[position]
    const as = isValue ? 2 : 1
    if (seen[position] & as) return -1
    seen[position] |= as
    if (c === '>') return position + 1
    if ((c === '"' || c === "'") && isValue) {
      position = text.indexOf(c, position + 1)
      if (position < 0) return -1
    }
    isValue = c === '=' || (isValue && isSpace(c))
    position++
  }
  return -1
}

/**
 * Returns where the content of an element ends in which there are no tags.
 *
 * @param {string} text
 * @param {number} start
 * @param {string} name
 */
function endOfRaw(text, start, name) {
  let position = start
  while ((position = text.indexOf('</', position)) >= 0) {
    const end = position + 2 + name.length
    const next = text.charAt(end)
    const isEnd = isSpace(next) || next === '/' || next === '>'
    if (isEnd && text.slice(position + 2, end).toLowerCase() === name) return position
    position += 2
  }
  return text.length
}

/**
 * Returns which token closes each one that opens, elements of one name within each other.
 *
 * @param {Token[]} tokens
 */
export function ends(tokens) {
  /** @type {Map<number, number>} */
  const found = new Map()
  /** @type {Map<string, number[]>} */
  const waiting = new Map()
  tokens.forEach(({ kind, name }, index) => {
    const open = waiting.get(name)
    if (kind === 'open' && open) open.push(index)
    else if (kind === 'open') waiting.set(name, [index])
    else if (kind === 'close' && open?.length) found.set(Number(open.pop()), index)
  })
  return found
}

/**
 * Returns of each tag that opens or closes a pair the other one; pairs nest.
 *
 * A tag that closes belongs to the last one of its name that is open; those that were opened
 * behind that one have nobody to close them.
 *
 * @param {{kind: Kind, name: string}[]} tokens
 */
export function pairs(tokens) {
  /** @type {Map<number, number>} */
  const found = new Map()
  /** @type {number[]} */
  const opened = []
  /** @type {Map<string, number>} */
  const waiting = new Map()
  const count = (/** @type {string} */ name, /** @type {number} */ by) =>
    waiting.set(name, (waiting.get(name) ?? 0) + by)
  tokens.forEach(({ kind, name }, index) => {
    if (kind === 'open') {
      opened.push(index)
      count(name, 1)
    } else if (kind === 'close' && waiting.get(name)) {
      let last
      do {
        last = Number(opened.pop())
        count(tokens[last].name, -1)
      } while (tokens[last].name !== name)
      found.set(last, index).set(index, last)
    }
  })
  return found
}

/**
 * Yields the attributes of a tag in order, those without a value left out.
 *
 * @param {string} text
 * @param {Token} tag
 * @returns {Generator<Attribute, void, void>}
 */
export function* attributes(text, tag) {
  let position = tag.start + 1 + tag.name.length
  const end = tag.end - (tag.kind === 'single' ? 2 : 1)
  while (position < end) {
    if (isSpace(text[position]) || text[position] === '/') {
      position++
      continue
    }
    let start = position
    while (position < end && !isSpace(text[position]) && text[position] !== '=') position++
    const at = start
    const name = text.slice(start, position)
    while (position < end && isSpace(text[position])) position++
    if (position === end || text[position] !== '=') {
      position = Math.max(position, start + 1)
      continue
    }
    position++
    while (position < end && isSpace(text[position])) position++
    const quote = text[position]
    if (quote === '"' || quote === "'") {
      start = position + 1
      const closing = text.indexOf(quote, start)
      position = closing < 0 || closing > end ? end : closing
      yield { name, at, start, end: position }
      position++
    } else {
      start = position
      while (position < end && !isSpace(text[position])) position++
      yield { name, at, start, end: position }
    }
  }
}

/**
 * Returns the value of an attribute, its character references resolved; null if it has none.
 *
 * @param {string} text
 * @param {Token} tag
 * @param {string} name
 */
export function valueOf(text, tag, name) {
  for (const attribute of attributes(text, tag)) {
    if (attribute.name === name) return unescape(text.slice(attribute.start, attribute.end))
  }
  return null
}
