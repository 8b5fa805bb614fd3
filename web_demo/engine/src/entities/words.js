/**
 * Entities that begin like words: addresses, files, identifiers, account numbers, other scripts.
 *
 * Each scanner is as `characters` says, and is asked only where a word begins.
 */

import { SPEC } from '../spec.js'
import { isAscii, isCapital, isDigit, isLetter, isLowerText, isSmall } from '../text/characters.js'
import {
  REACH,
  SPACES,
  at,
  begins,
  ends,
  has,
  isAllLetters,
  isOneOf,
  isPlain,
  isPlainCapital,
  isSpace,
  isWord,
  part,
  run,
  words,
  wordsOf,
} from './characters.js'
import { addressEnd, isPrivate } from './marks.js'

/** @typedef {import('./characters.js').Line} Line */
/** Tells whether the model has learnt a letter. @typedef {(letter: string) => boolean} Knows */

const [DOMAINS, FILES] = wordsOf(SPEC.things, 'domains', 'files')

/** Letters that stand right behind a number and are translated: units, ends of ordinals. */
export const UNITS = words(SPEC.things.letters)

/**
 * `S.N.C.F.`, `R.A.T.P`: two capitals and more, each but the last with a full stop.
 *
 * @param {Line} line
 * @param {number} start
 */
export function initials(line, start) {
  const isWithin = at(line, start - 1) === '.' && isCapital(at(line, start - 2))
  if (isWithin && begins(line, start - 2)) return start // within some that are none
  let end = start
  while (isCapital(at(line, end)) && at(line, end + 1) === '.') end += 2
  if (end > start && isCapital(at(line, end)) && ends(line, end + 1)) end++
  return end - start > 3 && ends(line, end) ? end : start
}

/**
 * A URL, an e-mail address, a domain, or a path `C:\...`.
 *
 * @param {Line} line
 * @param {number} start
 */
export function address(line, start) {
  const isOnDrive = at(line, start + 1) === ':' && isOneOf('\\/', at(line, start + 2))
  const drive = line[start].toUpperCase()
  if (isOnDrive && drive >= 'A' && drive <= 'Z' && at(line, start + 3) !== '/') {
    return driveEnd(line, start)
  }
  const end = run(line, start, (c) => isPlain(c) || isOneOf('+.-', c))
  const first = at(line, end + 3)
  if (has(line, end, '://') && first !== '' && !isSpace(first)) return addressEnd(line, start)
  if (has(line, start, 'www.', 'mailto:')) {
    const found = addressEnd(line, start)
    return found > start + 7 ? found : start
  }
  return mail(line, start) || domain(line, start) || start
}

/**
 * Returns where a path on a drive ends; a space is part of it if a backslash comes after.
 *
 * @param {Line} line
 * @param {number} start
 */
function driveEnd(line, start) {
  let end = addressEnd(line, start)
  while (at(line, end) === ' ') {
    const following = addressEnd(line, end + 1)
    const inside = line.slice(end + 1, following)
    if (!inside.slice(1).includes('\\') || inside.includes(':')) break
    end = following
  }
  return end
}

/**
 * @param {Line} line
 * @param {number} start
 */
function mail(line, start) {
  const sign = run(line, start, (c) => isWord(c) || isOneOf('.+-%', c))
  if (at(line, sign) !== '@' || sign === start) return 0
  let end = run(line, sign + 1, (c) => isWord(c) || isOneOf('.-', c))
  while (end > sign && isOneOf('.-', line[end - 1])) end--
  const labels = part(line, sign + 1, end).split('.')
  const last = labels.pop() ?? ''
  return labels.join('.') !== '' && [...last].length > 1 && isAllLetters(last) ? end : 0
}

/**
 * @param {Line} line
 * @param {number} start
 */
function domain(line, start) {
  let end = run(line, start, (c) => isPlain(c) || isOneOf('.-', c))
  while (end > start && isOneOf('.-', line[end - 1])) end--
  const labels = part(line, start, end).split('.')
  const isKnown = labels.length >= 2 && DOMAINS.has(String(labels.at(-1)))
  if (!isKnown || labels.includes('') || !ends(line, end)) return 0
  return isOneOf('/:', at(line, end)) ? addressEnd(line, start) : end
}

/**
 * `rapport_final.docx`, `src/main.c`.
 *
 * @param {Line} line
 * @param {number} start
 */
export function file(line, start) {
  let end = run(line, start, (c) => isWord(c) || isOneOf('-./+', c))
  while (end > start && isOneOf('-./+', line[end - 1])) end--
  const name = part(line, start, end)
  const dot = name.lastIndexOf('.')
  return dot > 0 && FILES.has(name.slice(dot + 1).toLowerCase()) ? end : start
}

/**
 * `get_user_name()`, `getUserName`, `os.path.join`, `B7-4431-K`, `CO2`, `v2.0`, `3f2a9c`.
 *
 * @param {Line} line
 * @param {number} start
 */
export function identifier(line, start) {
  const end = tokenEnd(line, start)
  let token = line.slice(start, end)
  if (isNameOfCode(token, at(line, end))) return has(line, end, '()') ? end + 2 : end
  if (has(line, end, '()') && !isDigit(token[0])) return end + 2
  while (isCode(token) && tail(token) > 0) token = token.slice(0, -tail(token) - 1)
  return isCode(token) ? start + token.length : start
}

/**
 * @param {Line} line
 * @param {number} start
 */
function tokenEnd(line, start) {
  let end = start
  while (true) {
    end = run(line, end, isWord)
    const [mark, following] = [at(line, end), at(line, end + 1)]
    const isWithin = mark === '.' ? following !== '' && isSmall(following) : isWord(following)
    const goesOn = isDigit(following) || isWithin
    if (!isOneOf('-.', mark) || !goesOn || end - start > 100) return end
    end++
  }
}

/**
 * Tells whether programmers write so: underscores, humps, dots.
 *
 * @param {Line} token
 * @param {string} following
 */
function isNameOfCode(token, following) {
  const text = token.join('')
  const core = text.replace(/^_+|_+$/g, '')
  if (core.includes('_')) return true
  if (core !== '' && core !== text && text.startsWith('__') && text.endsWith('__')) return true
  const parts = text.split('.')
  const isLower = parts.every((p) => p.length > 1 && isAscii(p) && isLowerText(p))
  if (isLower && (parts.length > 2 || (parts.length === 2 && following === '('))) return true
  return token.some((c, index) => index > 0 && isSmall(token[index - 1]) && isCapital(c))
}

/**
 * Tells whether letters and digits are mixed as in codes, not as in `12kg`, `2nd`, `mi-2023`.
 *
 * @param {Line} token
 */
function isCode(token) {
  const runs = runsOf(token)
  const letters = runs.filter(([c]) => isLetter(c))
  const numbers = runs.filter(([c]) => isDigit(c))
  if (letters.length === 0 || numbers.length === 0) return false
  const spelled = letters.map((each) => each.join(''))
  if (numbers.length === 2 && letters.length === 1 && ['x', 'X', '×'].includes(spelled[0]))
    return true
  const hasHyphen = token.includes('-')
  if (isDigit(token[0]) && !hasHyphen && spelled.every((unit) => UNITS.has(unit))) return false
  if (isOneOf('vV', token[0]) && token.slice(1).every((c) => c === '.' || isDigit(c))) return true
  const first = token.join('').split('-')[0]
  if ([...first].length > 1 && isAllLetters(first) && isLowerText(first)) {
    // "covid-19", but not "mi-2023"
    return runs.length === 2 && hasHyphen && [...first].length > 3 && numbers[0].length <= 2
  }
  if (letters.some(([c]) => isCapital(c))) return true
  let switches = 0
  for (let index = 1; index < runs.length; index++) {
    if (isLetter(runs[index - 1][0]) !== isLetter(runs[index][0])) switches++
  }
  return switches >= 3
}

/**
 * Returns the runs of letters and of digits, in order.
 *
 * @param {Line} token
 */
function runsOf(token) {
  /** @type {Line[]} */
  const runs = []
  let before = ''
  for (const c of token) {
    const areLetters = isLetter(c) && before !== '' && isLetter(before)
    if (areLetters || (isDigit(c) && isDigit(before))) runs[runs.length - 1].push(c)
    else if (isWord(c) && c !== '_') runs.push([c])
    before = c
  }
  return runs
}

/**
 * Returns how long the word is that hangs on a code by a hyphen, as in `PS5-là`; 0 if none.
 *
 * @param {Line} token
 */
function tail(token) {
  const hyphen = token.lastIndexOf('-')
  if (hyphen < 0) return 0
  const word = token.slice(hyphen + 1).join('')
  const size = token.length - hyphen - 1
  return size > 1 && isAllLetters(word) && isLowerText(word) ? size : 0
}

/** @param {string} c */
const isOfAccount = (c) => isDigit(c) || isPlainCapital(c)

/**
 * An IBAN: two capitals, two digits, 11 to 30 capitals and digits, also in groups of four.
 *
 * @param {Line} line
 * @param {number} start
 */
export function account(line, start) {
  const isBegun =
    [0, 1].every((offset) => isPlainCapital(at(line, start + offset))) &&
    [2, 3].every((offset) => isDigit(at(line, start + offset)))
  if (!isBegun) return start
  let [end, count, inGroup, best] = [start + 4, 4, 4, start]
  while (count <= 34) {
    const c = at(line, end)
    if (isOfAccount(c)) {
      end++
      count++
      inGroup++
      if (count >= 15 && count <= 34 && ends(line, end)) best = end
    } else if (isOneOf(SPACES, c) && inGroup === 4) {
      if (!isGroup(line, end + 1)) break
      end++
      inGroup = 0
    } else {
      break
    }
    if (inGroup > 4 && line.slice(start, end).includes(' ')) break
  }
  return line.slice(start, best).filter(isDigit).length >= 8 ? best : start
}

/**
 * Tells whether one to four capitals and digits stand here, a digit among them.
 *
 * @param {Line} line
 * @param {number} start
 */
function isGroup(line, start) {
  const end = run(line, start, isOfAccount)
  const size = end - start
  return size >= 1 && size <= 4 && ends(line, end) && line.slice(start, end).some(isDigit)
}

/**
 * Words with letters that the model never learnt; single spaces between them belong to it.
 *
 * @param {Line} line
 * @param {number} start
 * @param {Knows} knows
 */
export function foreign(line, start, knows) {
  let end = scriptWord(line, start, knows)
  while (at(line, end) === ' ' && end > start) {
    const following = scriptWord(line, end + 1, knows)
    if (following === end + 1 || following - start > REACH) break
    end = following
  }
  return end
}

/**
 * @param {Line} line
 * @param {number} start
 * @param {Knows} knows
 */
function scriptWord(line, start, knows) {
  const end = run(line, start, isOfScript)
  const isUnknown = line.slice(start, end).some((c) => isLetter(c) && !isAscii(c) && !knows(c))
  return isUnknown ? end : start
}

/**
 * Tells whether this is a letter, or one of the marks that stand on or between letters.
 *
 * @param {string} c
 */
function isOfScript(c) {
  if (isLetter(c)) return !isPrivate(c)
  const code = Number(c.codePointAt(0))
  return (code >= 0x300 && code <= 0x1dff) || (code >= 0xa800 && code <= 0xabff)
}

/**
 * Tells whether a letter is of the Latin script: what a model of Latin languages knows.
 *
 * @param {string} letter
 */
export function isLatin(letter) {
  const code = Number(letter.codePointAt(0))
  return code < 0x250 || (code >= 0x1e00 && code <= 0x1eff)
}
