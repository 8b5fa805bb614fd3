/** Files that are dropped: loaded when the first one is, and not before. */

import { openFile } from '../engine/src/documents/formats.js'
import { InputError } from '../engine/src/errors.js'
import { showPicture } from './pictures.js'

/** @typedef {import('../engine/src/client.js').TranslatorClient} TranslatorClient */
/** @typedef {import('../engine/src/documents/formats.js').Opened} Opened */
/** @typedef {import('../engine/src/translate/result.js').Sentence} Sentence */

/**
 * What is told of a file: its text, when it has been read; what to add to the translation, each
 * segment a line, with sentences that have their places in both texts and how much of the file is
 * done; and at the end its new name, and how many milliseconds it took. A plain text only begins.
 *
 * @typedef {object} Heard
 * @property {(opened: Opened, text: string) => void} begin
 * @property {(text: string, sentences: Sentence[], share: number) => void} add
 * @property {(name: string, time: number) => void} end
 */

const MOST_BYTES = 10_000_000

/**
 * Reads a file, translates it segment by segment, and writes each in its place. Of a picture it says
 * what that shows, in a pane of its own.
 *
 * @param {File} file
 * @param {TranslatorClient} client
 * @param {AbortSignal} signal
 * @param {Heard} heard
 * @throws {InputError} it is too large, or nothing that is read here
 */
export async function openDocument(file, client, signal, heard) {
  if (file.type.startsWith('image/')) return showPicture(file, signal)
  if (file.size > MOST_BYTES) {
    throw new InputError('this file is larger than 10 MB', { hint: '`allez translate` reads it' })
  }
  const { sourceLanguage: source, targetLanguage: target } = /** @type {any} */ (client.about)
  const bytes = new Uint8Array(await file.arrayBuffer())
  const opened = await openFile(file.name, bytes, { source, target })
  if (signal.aborted) return
  const { segments } = opened
  const isText = opened.format === 'text'
  heard.begin(opened, isText ? opened.text : segments.map((each) => each.source.text).join('\n'))
  if (isText) return
  const started = performance.now()
  let [place, length] = [0, 0]
  for (const [at, segment] of segments.entries()) {
    const { text, marks, translation } = await client.translateMarked(segment.source, { signal })
    if (signal.aborted) return
    segment.write({ text, marks })
    const line = at === 0 ? text : `\n${text}`
    const start = length + line.length - text.length
    // Where a placeholder was lost, another text was translated: its places are not these.
    const isRead = translation.source === segment.source.text && translation.text === text
    const found = isRead ? translation.sentences.map((each) => moved(each, place, start)) : []
    heard.add(line, found, (at + 1) / segments.length)
    place += segment.source.text.length + 1
    length += line.length
  }
  heard.end(opened.name, performance.now() - started)
}

/**
 * Returns a sentence of a text that begins so much further on, as its translation does.
 *
 * @param {Sentence} sentence
 * @param {number} by
 * @param {number} target
 * @returns {Sentence}
 */
function moved(sentence, by, target) {
  const place = (/** @type {number | null} */ at) => (at === null ? null : at + by)
  return {
    ...sentence,
    start: sentence.start + by,
    end: sentence.end + by,
    targetStart: sentence.targetStart + target,
    sourceTokens: sentence.sourceTokens.map((token) => {
      return { ...token, start: token.start + by, end: token.end + by }
    }),
    doubts: sentence.doubts.map((doubt) => {
      return { ...doubt, start: place(doubt.start), end: place(doubt.end) }
    }),
  }
}
