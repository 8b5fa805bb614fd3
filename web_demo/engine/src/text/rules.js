/**
 * The rules of `sentences.json`: how one language marks its sentences.
 *
 * They travel in the bundle, so that every host splits alike.
 */

import { parseObject, shown, sortedByCodePoint } from '../bundle/fields.js'
import { BundleFormatError, grouped } from '../errors.js'
import { SPEC } from '../spec.js'
import { isLetter } from './characters.js'

const RULES = SPEC.sentences

/**
 * @typedef {object} SentenceRules
 * @property {number} maxTokens longest sentence in tokens, eos not counted
 * @property {number} maxCharacters longest sentence in characters: a longer one is cut before
 *   anybody counts its tokens
 * @property {Set<string>} spaces all that counts as white space, the carriage return included
 * @property {Set<string>} terminators what ends a sentence when white space follows
 * @property {Set<string>} wideTerminators what ends one also without white space
 * @property {Set<string>} openers what may stand before the first word of a sentence
 * @property {Set<string>} closers what may stand between the terminator and the end
 * @property {Set<string>} abbreviations words whose full stop ends no sentence
 * @property {Set<string>} numberAbbreviations the same, before a digit alone ("art. 5")
 * @property {Set<string>[]} breaks after which marks a sentence that is too long is cut
 */

/**
 * Reads the text of a `sentences.json`.
 *
 * @param {string} text
 * @returns {SentenceRules}
 * @throws {BundleFormatError} a key is missing, unknown or of the wrong kind; it is named
 */
export function parseRules(text) {
  const content = parseObject(text, 'the file of sentence rules')
  const names = ['numbers', 'characters', 'words', 'marks'].flatMap((kind) => RULES[kind])
  checkKeys(content, new Set(['version', ...names]))
  const version = number(content, 'version')
  if (version !== RULES.version) {
    throw new BundleFormatError(`sentence rules have version ${version}, not ${RULES.version}`, {
      hint: 'a newer allez may read them',
    })
  }
  return {
    maxTokens: number(content, 'max_tokens'),
    maxCharacters: number(content, 'max_characters'),
    spaces: characters(content, 'spaces'),
    terminators: characters(content, 'terminators'),
    wideTerminators: characters(content, 'wide_terminators'),
    openers: characters(content, 'openers'),
    closers: characters(content, 'closers'),
    abbreviations: words(content, 'abbreviations'),
    numberAbbreviations: words(content, 'number_abbreviations'),
    breaks: strings(content, 'breaks').map((marks) => new Set(marks)),
  }
}

/**
 * @param {Map<string, any>} content
 * @param {Set<string>} known
 */
function checkKeys(content, known) {
  const lacking = [...known].filter((key) => !content.has(key))
  const strange = [...content.keys()].filter((key) => !known.has(key))
  const [first] = sortedByCodePoint([...lacking, ...strange])
  if (first === undefined) return
  const problem = known.has(first) ? 'lack' : 'have an unknown key'
  throw new BundleFormatError(`sentence rules ${problem} ${shown(first)}`)
}

/**
 * @param {string} key
 * @param {string} what
 */
const wrong = (key, what) => new BundleFormatError(`sentence rules: '${key}' must be ${what}`)

/**
 * @param {Map<string, any>} content
 * @param {string} key
 * @returns {number}
 */
function number(content, key) {
  const value = content.get(key)
  if (typeof value !== 'number' || value < RULES.from || value > RULES.to) {
    throw wrong(key, `a whole number, ${RULES.from} to ${grouped(RULES.to)}`)
  }
  return value
}

/**
 * @param {Map<string, any>} content
 * @param {string} key
 */
function characters(content, key) {
  const value = content.get(key)
  if (typeof value !== 'string') throw wrong(key, 'a string of characters')
  return new Set(value)
}

/**
 * @param {Map<string, any>} content
 * @param {string} key
 * @returns {string[]}
 */
function strings(content, key) {
  const value = content.get(key)
  if (!Array.isArray(value) || value.some((item) => typeof item !== 'string')) {
    throw wrong(key, 'a list of strings')
  }
  return value
}

/**
 * @param {Map<string, any>} content
 * @param {string} key
 */
function words(content, key) {
  const found = strings(content, key)
  for (const word of found) {
    if (word !== '' && [...word].every(isLetter)) continue
    throw new BundleFormatError(
      `sentence rules: '${key}' has ${shown(word)}, which can never match`,
      { hint: 'only the letters right before the full stop' },
    )
  }
  return new Set(found)
}
