/** Which format a file has, by its name and what is in it; bytes to text and back. */

import { InputError } from '../errors.js'
import { prepareReferences } from '../text/references.js'
import { parseHtml } from './html.js'
import { parseSubtitles } from './subtitles.js'

/** @typedef {import('./inline.js').Segment} Segment */

/**
 * A file taken apart. A text has no segments: it is translated as it stands, and `render` is given
 * its translation.
 *
 * @typedef {object} Opened
 * @property {'text' | 'srt' | 'vtt' | 'html'} format
 * @property {string} text as it was read, lines ended by line feeds
 * @property {Segment[]} segments
 * @property {(translation?: string) => Blob} render
 * @property {string} name for the result
 */

/** @type {Record<string, Opened['format']>} */
const ENDINGS = {
  ...{ txt: 'text', text: 'text', log: 'text', srt: 'srt', vtt: 'vtt' },
  ...{ html: 'html', htm: 'html', xhtml: 'html' },
}
const TYPES = {
  text: 'text/plain',
  srt: 'application/x-subrip',
  vtt: 'text/vtt',
  html: 'text/html',
}

/** How texts begin that say by themselves what they are. @type {[RegExp, Opened['format']][]} */
const BEGINNINGS = [
  [/^WEBVTT\b/, 'vtt'],
  [/^\d+\s+\d+:\d{2}:\d{2},\d{3} *-->/, 'srt'],
  [/^(?:<\?xml[^>]*>\s*)?(?:<!--[^]*?-->\s*)*(?:<!DOCTYPE html|<html\b)/i, 'html'],
]

/** Documents that no part of this page reads. */
const OTHERS = new RegExp(
  '^(doc[mx]?|dotx|odt|ott|od[psf]|ppt[mx]?|xls[mx]?|pdf|rtf|epub|md|markdown|' +
    'pot?|json|arb|xlf|xliff|csv|tsv|properties|strings)$',
)

/**
 * Takes a file apart.
 *
 * @param {string} name
 * @param {Uint8Array} bytes
 * @param {{source: string, target: string}} languages
 * @returns {Promise<Opened>}
 * @throws {InputError} it is of no format that is read here, or not in its encoding
 */
export async function openFile(name, bytes, languages) {
  const ending = /\.([^.]+)$/.exec(name)?.[1].toLowerCase() ?? ''
  if (OTHERS.test(ending)) {
    throw new InputError(`files that end with .${ending} are not read here`, {
      hint: 'text, subtitles (.srt, .vtt) and HTML are; `allez translate` reads many more',
    })
  }
  const { text, mark } = decoded(bytes, ENDINGS[ending] === 'html' || ending === '')
  const head = text.trimStart()
  const begun = BEGINNINGS.find(([beginning]) => beginning.test(head))
  const format = ENDINGS[ending] ?? begun?.[1] ?? 'text'
  if (format === 'vtt') await prepareReferences(text)
  const document = parsed(text, format, languages, ending === 'xhtml' || head.startsWith('<?xml'))
  const hasReturns = text.includes('\r\n')
  const type = TYPES[format]
  const render = (translation = '') => {
    const written = document
      ? document.render()
      : hasReturns
        ? translation.replace(/\r?\n/g, '\r\n')
        : translation
    return new Blob([mark + written], { type: `${type};charset=utf-8` })
  }
  const lines = text.replaceAll('\r\n', '\n')
  return {
    format,
    text: lines,
    segments: document?.segments ?? [],
    render,
    name: nameOf(name, languages),
  }
}

/** The language that the header of WebVTT names. */
const LANGUAGE = /^(WEBVTT[^\n]*\n(?:\S[^\n]*\n)*?Language:[ \t]*)([a-z]{2,3})\b/

/**
 * @param {string} text
 * @param {Opened['format']} format
 * @param {{source: string, target: string}} languages
 * @param {boolean} isXml
 */
function parsed(text, format, languages, isXml) {
  if (format === 'text') return null
  if (format === 'html') return parseHtml(text, languages, isXml)
  if (format === 'srt') return parseSubtitles(text, false)
  const { source, target } = languages
  const told = text.replace(LANGUAGE, (all, before, said) =>
    said === source ? before + target : all,
  )
  return parseSubtitles(told, true)
}

/**
 * Returns a result's name: `page.html`, or `page.fr.html`, is `page.en.html` in English.
 *
 * @param {string} name
 * @param {{source: string, target: string}} languages
 */
export function nameOf(name, { source, target }) {
  const [, stem, ending] = /** @type {RegExpExecArray} */ (/^(.*?)(\.[^.]*)?$/s.exec(name))
  const own = stem.toLowerCase().endsWith(`.${source}`) ? stem.slice(0, -source.length - 1) : stem
  return `${own}.${target}${ending ?? '.txt'}`
}

/**
 * Returns the text of a file, and its byte order mark if it had one; what is written is UTF-8.
 *
 * @param {Uint8Array} bytes
 * @param {boolean} isPage what a page says itself decides
 */
function decoded(bytes, isPage) {
  const [a, b, c] = bytes
  const isUtf8 = a === 0xef && b === 0xbb && c === 0xbf
  let name = isUtf8 ? 'utf-8' : a === 0xff && b === 0xfe ? 'utf-16le' : ''
  if (a === 0xfe && b === 0xff) name = 'utf-16be'
  const isMarked = name !== ''
  if (isPage && !isMarked) {
    const head = new TextDecoder('latin1').decode(bytes.subarray(0, 1024))
    const found =
      /<\?xml[^>]*encoding=["']([\w.:-]+)/.exec(head) ??
      /<meta[^>]*charset\s*=\s*["']?\s*([\w.:-]+)/i.exec(head)
    name = found?.[1] ?? ''
  }
  name ||= 'utf-8'
  let decoder
  try {
    decoder = new TextDecoder(name, { fatal: true })
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new InputError(`the encoding '${name}' is unknown`)
  }
  try {
    const text = decoder.decode(bytes)
    if (!text.slice(0, 1000).includes('\0')) return { text, mark: isMarked ? '\ufeff' : '' }
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
  }
  throw new InputError(`it is no text in ${name.toUpperCase()}`, {
    hint: 'if it is text in another encoding, save it as UTF-8 first',
  })
}
