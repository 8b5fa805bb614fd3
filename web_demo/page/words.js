/** The languages of the page itself; one is fetched when it is wanted. */

/** @typedef {Record<keyof typeof import('./words.en.js').words, string>} Words */

export const LANGUAGES = {
  en: () => import('./words.en.js'),
  fr: () => import('./words.fr.js'),
}
