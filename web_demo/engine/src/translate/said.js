/**
 * What is said already: a prefix, or a translation that is scored, as the model would have said it.
 * Loaded with the first.
 */

import { maskTarget } from '../entities/said.js'
import { CancelledError, InputError, OptionError } from '../errors.js'
import { Aligned } from '../text/aligned.js'
import { inSmallLetters, normalizedSpace } from '../text/casing.js'
import { isUpperText } from '../text/characters.js'
import { readSentence } from './document.js'
import { searchFor } from './searching.js'

/**
 * Returns the ids of a translation of a sentence, or of how one begins.
 *
 * @param {string} text
 * @param {import('./document.js').Segment} segment the sentence
 * @param {import('./document.js').Words} words
 * @param {boolean} [isPrefix] whether the text goes on
 */
export function readSaid(text, { casing, masked }, { masking, rules, target }, isPrefix = false) {
  let symbols = text
  try {
    if (masked && masking) {
      symbols = maskTarget(text, masked.slots, { isPrefix, symbols: new Set(masking.ids.keys()) })
    }
  } catch (error) {
    if (!isPrefix || !(error instanceof InputError)) throw error
    throw new OptionError(`the prefix: ${error.message}`, { cause: error })
  }
  const read = casing === 'capitals' && isUpperText(symbols) ? inSmallLetters(symbols) : symbols
  return target.encode(normalizedSpace(new Aligned(read), rules).text)
}

/**
 * Returns the score of a translation, see `Translator.score`.
 *
 * @param {import('./translator.js').Translator} translator
 * @param {string} source
 * @param {string} target
 * @param {import('../options.js').TranslateOptions} options
 */
export async function scored(translator, source, target, options) {
  const { call, deadline } = translator.begin({ ...options, beamSize: 1, nBest: 1 })
  const { words, manifest, model } = translator
  const read = await readSentence(source, words, call, deadline)
  const most = manifest.input.tokens
  if (read.ids.length < 2 || read.ids.length > most + 1) {
    throw new InputError(
      `the source has ${read.ids.length - 1} tokens; a sentence has 1 to ${most}`,
    )
  }
  const said = [...readSaid(target, read, words), manifest.target.eos]
  const limit = said.length
  const [found] = await searchFor(model, read.ids, call, { limit, prefix: said, deadline })
  if (found.finished) return found.score
  throw new CancelledError('the time was over before the target was scored')
}
