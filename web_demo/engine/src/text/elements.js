/** What the elements of HTML mean to a reader of the page, for files and for pieces alike. */

import { LATER } from '../spec_later.js'
import { valueOf } from './tags.js'

const names = (/** @type {string} */ words) => new Set(words.split(' '))
const LISTED = LATER.elements

/** Within a sentence; every element that is in none of these sets ends one. */
export const INLINE = names(LISTED.inline)
/** Within a sentence, their content untouched. */
export const WORDS = names(LISTED.words)
/** Within a sentence, and nothing in them is read. */
export const POINTS = names(LISTED.points)
/** Points if there is no letter in them, else within a sentence. */
export const SIGNS = names(LISTED.signs)
/** They end a sentence, and their content is nothing to translate. */
export const SKIPPED = names(LISTED.skipped)
/** Nothing closes them. */
export const VOID = names(LISTED.void)
/** In plain text these end a line; any other tag may be one of a language that nobody knows. */
export const BLOCKS = names(`${LISTED.paragraphs} ${LISTED.lines}`)

/**
 * Tells whether a tag says that its element is not to be translated.
 *
 * @param {string} text
 * @param {import('./tags.js').Token} tag
 */
export function isKept(text, tag) {
  if (!text.slice(tag.start, tag.end).includes('translate')) return false
  const classes = (valueOf(text, tag, 'class') ?? '').split(/\s+/)
  return valueOf(text, tag, 'translate') === 'no' || classes.includes('notranslate')
}

/**
 * Returns the language that an element says it is in, without region and script; '' for none.
 *
 * @param {string} said the value of its `lang`
 */
export const baseLanguage = (said) => said.trim().replaceAll('_', '-').split('-')[0].toLowerCase()
