/** Allez in browsers and Node: `Translator` here, `TranslatorClient` for one in a worker. */

export { Bundle } from './bundle/bundle.js'
export * from './errors.js'
export { Captioner } from './tasks/captioner.js'
export { Replier } from './tasks/replier.js'
export { Summarizer } from './tasks/summarizer.js'
export { Translator } from './translate/translator.js'
