/** What is known of the model: which languages, how large, under which licence, how fast. */

import { notice } from './origin.js'
import { $, source, target } from './parts.js'
import { words } from './telling.js'

/** @typedef {import('../engine/src/client.js').About} About */

/** Those that the page was built with, if there are several. @returns {any[]} */
export const models = () => [...$('model').querySelectorAll('[data-from]')]

/** The one that leads back. @param {About | null | undefined} about the one that is loaded */
export const opposite = (about) =>
  models().find(
    ({ dataset }) => dataset.from === about?.targetLanguage && dataset.to === about?.sourceLanguage,
  )

/**
 * @param {About | null | undefined} about
 * @param {number | null} pace milliseconds for a sentence, the last time
 */
export function tellFacts(about, pace) {
  const list = $('facts')
  list.replaceChildren()
  if (!about) return
  const { lang } = document.documentElement
  const languages = new Intl.DisplayNames([lang], { type: 'language' })
  const between = (/** @type {string[]} */ ...codes) =>
    codes.map((code) => languages.of(code)).join(' → ')
  $('direction').textContent = between(about.sourceLanguage, about.targetLanguage)
  for (const option of models()) option.text = between(option.dataset.from, option.dataset.to)
  $('swap').hidden = !opposite(about)
  source.lang = about.sourceLanguage
  target.lang = about.targetLanguage
  const number = new Intl.NumberFormat(lang, { maximumFractionDigits: 1 })
  for (const [term, value] of [
    [words.model, `${about.name} ${about.version} (${about.precision})`],
    [words.size, `${number.format(about.size / 1e6)} MB`],
    [words.license, linkTo(notice($('model').value), about.license)],
    [words.runtime, about.onnxruntime],
    [words.pace, pace === null ? '–' : `${number.format(pace)} ms`],
  ]) {
    const [dt, dd] = [document.createElement('dt'), document.createElement('dd')]
    dt.append(term)
    dd.append(value)
    list.append(dt, dd)
  }
}

/** @param {string} href @param {string} text */
function linkTo(href, text) {
  const link = document.createElement('a')
  link.href = href
  link.append(text)
  return link
}
