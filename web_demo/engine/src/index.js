/** Allez in browsers and Node: `Translator` here, `TranslatorClient` for one in a worker. */

export { Bundle } from './bundle/bundle.js'
export * from './errors.js'
export { Translator } from './translate/translator.js'
