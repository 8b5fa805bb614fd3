/**
 * Entities that a mark announces: code, tags, placeholders, paths, options, emoji.
 *
 * Knows nothing of numbers and words; each scanner is as `characters` says.
 */

import { SPEC } from '../spec.js'
import { isAscii, isDigit, isLetter, isLowerText, isSmall } from '../text/characters.js'
import {
  APOSTROPHES,
  REACH,
  SPACES,
  at,
  begins,
  digits,
  ends,
  has,
  isOneOf,
  isPlain,
  isPlainCapital,
  isPlainLetter,
  isSpace,
  isWord,
  part,
  run,
} from './characters.js'

/** @typedef {import('./characters.js').Line} Line */

/** @type {Record<string, string>} */
const BRACES = { '{': '}', '[': ']' }
const {
  closing_tail: CLOSING_TAIL,
  address_stops: ADDRESS_STOPS,
  conversions: CONVERSIONS,
} = SPEC.things
/** @type {Record<string, string>} */
const BALANCED = { ')': '(', ']': '[', '}': '{' }
const CURRENCY_LETTERS = SPEC.prices.dollars.split(' ')

/**
 * Typed characters of private use: they would pass for symbols.
 *
 * @param {Line} line
 * @param {number} start
 */
export const privateUse = (line, start) => run(line, start, isPrivate)

/** Tells whether Unicode leaves this character to private agreement. @param {string} c */
export function isPrivate(c) {
  const code = c.codePointAt(0) ?? 0
  return (
    (code >= 0xe000 && code <= 0xf8ff) ||
    (code >= 0xf0000 && code <= 0xffffd) ||
    (code >= 0x100000 && code <= 0x10fffd)
  )
}

/** What rows stand for what is to be filled in, and how long the shortest are. */
const BLANKS = /** @type {Record<string, number>} */ (SPEC.things.blanks)
/** The shortest beside others that a slash parts: `..../..../......`. */
const SLASHED = /** @type {Record<string, number>} */ (SPEC.things.slashed)

/**
 * `________`, `........`: a row to write on; right behind a word it is twice as long. A figure may
 * stand right behind dots, as in a table of contents.
 *
 * @param {Line} line
 * @param {number} start
 */
export function blank(line, start) {
  const mark = line[start]
  if (at(line, start - 1) === mark) return start
  const end = run(line, start, (c) => c === mark)
  const isSlashed = has(line, start - 2, `${mark}/`) || has(line, end, `/${mark}`)
  const isAttached = isWord(at(line, start - 1)) && mark !== '_'
  const least = (isSlashed ? SLASHED : BLANKS)[mark] * (isAttached ? 2 : 1)
  const isWhole = ends(line, end) || (mark !== '_' && isDigit(at(line, end)))
  return isWhole && end - start >= least ? end : start
}

/**
 * `code` between backticks, as many behind as before.
 *
 * @param {Line} line
 * @param {number} start
 */
export function code(line, start) {
  const isTick = (/** @type {string} */ c) => c === '`'
  const opened = run(line, start, isTick)
  const size = opened - start
  if (size === 0) return start
  const last = Math.min(line.length, opened + REACH)
  for (let closing = opened; closing + size <= last; closing++) {
    if (!has(line, closing, '`'.repeat(size))) continue
    if (closing <= opened) return start
    return size > 1 ? run(line, closing, isTick) : closing + 1
  }
  return start
}

/**
 * A tag `<br>`, `</a>`, `<!-- -->`, `<%= x %>`, or a character reference `&nbsp;`.
 *
 * @param {Line} line
 * @param {number} start
 */
export function markup(line, start) {
  const following = at(line, start + 1)
  if (line[start] === '&') {
    const end = run(line, start + 1 + (following === '#' ? 1 : 0), isPlain)
    return end > start + 2 && at(line, end) === ';' ? end + 1 : start
  }
  const inner = following === '/' ? at(line, start + 2) : following
  if (isDigit(inner)) {
    // `<0>`, `</0>`, `<1/>`, as translators of programs number tags
    let end = digits(line, start + 1 + (following === '/' ? 1 : 0))
    if (at(line, end) === '/' && following !== '/') end++
    return at(line, end) === '>' ? end + 1 : start
  }
  if (!isPlainLetter(inner) && !isOneOf('!?%', following)) return start
  const last = Math.min(line.length, start + REACH)
  for (let end = start + 1; end < last; end++) {
    if (line[end] === '>') return end + 1
    if (line[end] === '<') return start
  }
  return start
}

/**
 * `{name}`, `{{x}}`, `{count, plural, one {# file} other {# files}}`, `[[link]]`.
 *
 * @param {Line} line
 * @param {number} start
 */
export function braces(line, start) {
  const opening = line[start]
  if (opening === '[' && at(line, start + 1) !== '[') return start
  let depth = 0
  const last = Math.min(line.length, start + REACH)
  for (let end = start; end < last; end++) {
    if (line[end] === opening) depth++
    if (line[end] === BRACES[opening]) depth--
    if (depth === 0) return end > start + 1 ? end + 1 : start
  }
  return start
}

/**
 * `%s`, `%1$s`, `%(name)d`, `%05.2f`, `%{name}`, `%NAME%`.
 *
 * @param {Line} line
 * @param {number} start
 */
export function percent(line, start) {
  let before = start - 1
  while (isOneOf(SPACES, at(line, before))) before--
  if (isDigit(at(line, before))) return start
  let end = start + 1
  if (at(line, end) === '{') {
    const closed = braces(line, end)
    return closed > end ? closed : start
  }
  const name = run(line, end, (c) => c === '_' || isPlainCapital(c) || isDigit(c))
  if (name > end && at(line, name) === '%') return name + 1
  if (at(line, end) === '(') {
    end = run(line, end + 1, isWord)
    if (at(line, end) !== ')') return start
    end++
  }
  end = run(line, end, (c) => isDigit(c) || isOneOf('.$-', c))
  if (line[end - 1] === '$' && isOneOf('sd', at(line, end))) return end + 1 // "%1$sMot"
  if (has(line, end, 'ld', 'lu', 'zu')) end++
  const isFound = isOneOf(CONVERSIONS, at(line, end)) && ends(line, end + 1)
  return isFound && !isOneOf(APOSTROPHES, at(line, end + 1)) ? end + 1 : start
}

/**
 * The last character of the two before a position that is no space, "" if there is none.
 *
 * @param {Line} line
 * @param {number} start
 */
function earlier(line, start) {
  for (const c of [at(line, start - 1), at(line, start - 2)]) if (!isOneOf(SPACES, c)) return c
  return ''
}

/**
 * `${x}`, `$name`, `#{x}`; an amount of dollars is none.
 *
 * @param {Line} line
 * @param {number} start
 */
export function dollar(line, start) {
  const end = start + 1
  if (at(line, end) === '{') {
    const closed = braces(line, end)
    return closed > end ? closed : start
  }
  const isAmount = isDigit(earlier(line, start)) || has(line, end, ...CURRENCY_LETTERS)
  if (line[start] !== '$' || isAmount) return start
  const first = at(line, end)
  if (!begins(line, start) || !(first === '_' || isPlainLetter(first))) return start
  return run(line, end, isWord)
}

/**
 * `#topic`, `@someone`, `#{x}`.
 *
 * @param {Line} line
 * @param {number} start
 */
export function tagged(line, start) {
  if (!begins(line, start)) return start
  if (has(line, start, '#{')) return dollar(line, start)
  let end = run(line, start + 1, (c) => isWord(c) || c === '-')
  while (end > start && line[end - 1] === '-') end--
  return end > start + 1 + (line[start] === '@' ? 1 : 0) ? end : start
}

/**
 * `:smile:`, as chats write emoji.
 *
 * @param {Line} line
 * @param {number} start
 */
export function colons(line, start) {
  const end = run(line, start + 1, (c) => /^[a-z0-9_+-]$/.test(c))
  const isNamed = end > start + 2 && at(line, end) === ':' && ends(line, end + 1)
  return isNamed && begins(line, start) ? end + 1 : start
}

/**
 * `\n`, `\u00e9`, `\textbf`, and a share `\\server\folder`.
 *
 * @param {Line} line
 * @param {number} start
 */
export function backslash(line, start) {
  if (has(line, start, '\\\\') && isWord(at(line, start + 2))) return addressEnd(line, start)
  const end = start + 1
  const following = at(line, end + 1)
  const goesOn = following !== '' && isLetter(following) && isSmall(following)
  if (isOneOf('ntr', at(line, end)) && !goesOn) return end + 1
  return run(line, end, isPlain)
}

const LEADS = ['/', '~/', './', '../', '../../', '../../../', '/.', '~/.', '.']

/**
 * `/etc/hosts`, `~/notes`, `./run.sh`, `../up`, `.gitignore`.
 *
 * @param {Line} line
 * @param {number} start
 */
export function path(line, start) {
  const before = at(line, start - 1)
  if (isWord(before) || isOneOf('.)/\\%\u20ac$', before)) return start
  const marks = run(line, start, (c) => isOneOf('~./', c))
  const lead = part(line, start, marks)
  if (!LEADS.includes(lead) || !isWord(at(line, marks))) return start
  if (lead === '.') {
    const end = trimmed(
      line,
      start,
      run(line, marks, (c) => isWord(c) || isOneOf('.-', c)),
    )
    const name = part(line, marks, end)
    return [...name].length > 1 && isLowerText(line[marks]) && isAscii(name) ? end : start
  }
  const end = addressEnd(line, start)
  const isAlone = lead === '/' && !line.slice(start + 1, end).includes('/')
  const last = earlier(line, start)
  return isAlone && (isDigit(last) || isOneOf('%\u20ac$\u00a3\u00b0', last)) ? start : end
}

/**
 * `--force`, `--out=a.txt`.
 *
 * @param {Line} line
 * @param {number} start
 */
export function option(line, start) {
  const before = at(line, start - 1)
  if (!has(line, start, '--') || !isPlainLetter(at(line, start + 2))) return start
  if (isWord(before) || before === '-') return start
  const end = run(line, start + 2, (c) => isWord(c) || isOneOf('-=./:', c))
  return trimmed(line, start, end)
}

/**
 * Returns where an address ends: before white space or a quote, and without final marks.
 *
 * @param {Line} line
 * @param {number} start
 */
export function addressEnd(line, start) {
  const end = run(line, start, (c) => !isSpace(c) && !isOneOf(ADDRESS_STOPS, c))
  return trimmed(line, start, end)
}

/**
 * Returns `end` without marks that belong to the sentence, closing brackets among them.
 *
 * @param {Line} line
 * @param {number} start
 * @param {number} end
 */
function trimmed(line, start, end) {
  while (end > start) {
    const last = line[end - 1]
    const opening = BALANCED[last]
    const count = (/** @type {string} */ mark) =>
      line.slice(start, end).filter((c) => c === mark).length
    const isUnbalanced = opening !== undefined && count(last) > count(opening)
    if (!isOneOf(CLOSING_TAIL, last) && !isUnbalanced) break
    end--
  }
  return end
}

/** Signs that stand alone and say the same in any language: © ± ½ § → ≤ and the like. */
const { signs: SIGNS } = SPEC.things

/**
 * A run of signs that no word goes on to.
 *
 * @param {Line} line
 * @param {number} start
 */
export const sign = (line, start) =>
  begins(line, start) ? run(line, start, (c) => isOneOf(SIGNS, c)) : start

const VARIATION = '\ufe0f'
const JOINER = '\u200d'
const KEYCAP = '\u20e3'

/**
 * A run of emoji: selectors, joiners, tones of skin, flags and keycaps included.
 *
 * @param {Line} line
 * @param {number} start
 */
export function emoji(line, start) {
  let end = start
  while (true) {
    const following = oneEmoji(line, end)
    if (following === end || following - start > REACH) return end
    end = following
  }
}

/**
 * @param {Line} line
 * @param {number} start
 */
function oneEmoji(line, start) {
  const first = at(line, start)
  if (isDigit(first) || isOneOf('#*', first)) {
    const end = start + 1 + (at(line, start + 1) === VARIATION ? 1 : 0)
    return at(line, end) === KEYCAP ? end + 1 : start
  }
  if (first === '' || !(isEmoji(first) || at(line, start + 1) === VARIATION)) return start
  let end = start + 1
  while (end < line.length && (belongsToEmoji(line[end]) || line[end - 1] === JOINER)) {
    if (line[end] === JOINER && at(line, end + 1) === '') break
    if (line[end - 1] === JOINER && !isEmoji(line[end])) return end - 1
    end++
  }
  return end
}

/** @param {string} c */
function belongsToEmoji(c) {
  const code = Number(c.codePointAt(0))
  const isTone = code >= 0x1f3fb && code <= 0x1f3ff
  return c === VARIATION || c === JOINER || isTone || (code >= 0xe0020 && code <= 0xe007f)
}

/** @param {string} c */
function isEmoji(c) {
  const code = Number(c.codePointAt(0))
  return (
    (code >= 0x1f000 && code <= 0x1faff) ||
    (code >= 0x2600 && code <= 0x27bf) ||
    (code >= 0x231a && code <= 0x23ff) ||
    (code >= 0x2b05 && code <= 0x2b55)
  )
}
