/**
 * Character references of HTML, `&eacute;` and `&#233;`, to the characters they stand for.
 *
 * The two thousand names are a module of its own, loaded when a text has one that is not of XML.
 */

/** What a reference looks like; without its semicolon it is text. */
export const REFERENCE = /&(?:[a-zA-Z][\p{L}\p{N}_]*|#[0-9]+|#[xX][0-9a-fA-F]+);/gu

/** Names, with their semicolon if they need it. @type {Map<string, string>} */
let known = new Map([
  ['amp;', '&'],
  ['lt;', '<'],
  ['gt;', '>'],
  ['quot;', '"'],
  ['apos;', "'"],
])

/** What these numbers stand for. @type {Map<number, string>} */
let numbers = new Map()

/**
 * Loads what a text needs, before `unescape` is asked about it.
 *
 * @param {string} text
 */
export async function prepareReferences(text) {
  const isStrange = (/** @type {string} */ found) =>
    found[1] === '#' ? codeOf(found.slice(2, -1)) < 0xa0 : !known.has(found.slice(1))
  if (!text.match(REFERENCE)?.some(isStrange)) return
  const { NAMES, NUMBERS } = await import('./named_references.js')
  known = NAMES
  numbers = NUMBERS
}

/**
 * Returns a text with the characters that its references stand for; unknown ones stay.
 *
 * @param {string} text
 */
export const unescape = (text) =>
  text.includes('&') ? text.replace(REFERENCE, (found) => resolved(found.slice(1))) : text

/** @param {string} name of a reference, all of it behind the ampersand */
function resolved(name) {
  if (name[0] === '#') return numbered(codeOf(name.slice(1, -1)))
  for (let end = name.length; end > 1; end--) {
    const found = known.get(name.slice(0, end))
    if (found !== undefined) return found + name.slice(end)
  }
  return `&${name}`
}

/** @param {string} number digits, behind an `x` those of a hexadecimal one */
const codeOf = (number) =>
  /^x/i.test(number) ? Number.parseInt(number.slice(1), 16) : Number.parseInt(number, 10)

/** @param {number} code */
function numbered(code) {
  const found = numbers.get(code)
  if (found !== undefined) return found
  if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return '\ufffd'
  return isNothing(code) ? '' : String.fromCodePoint(code)
}

/** Tells whether the standard gives a number no character. @param {number} code */
const isNothing = (code) =>
  (code < 0x20 && ![9, 10, 12, 13].includes(code)) ||
  code === 0x7f ||
  (code >= 0xfdd0 && code <= 0xfdef) ||
  (code & 0xfffe) === 0xfffe
