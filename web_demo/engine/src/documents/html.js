/**
 * HTML and XHTML, read by the browser's own parser: what a reader of the page reads. Scripts,
 * styles, code and what is not to be translated are left as they are, and so is every element.
 *
 * What is written has the letters that were read, but for translations and for what a parser does
 * not keep: references in texts (`&eacute;` comes back as `é`), and line ends where they were of
 * several kinds. A page whose tags contradict each other is written as the browser mends it.
 */

import { InputError } from '../errors.js'
import { LATER } from '../spec_later.js'
import { isLetter } from '../text/characters.js'
import { INLINE, POINTS, SIGNS, SKIPPED, WORDS, baseLanguage } from '../text/elements.js'
import { weave } from '../text/markup.js'
import { attributes, scan } from '../text/tags.js'
import { Gatherer, hasWords } from './inline.js'
import { NOTE, SPACE, isElement, isHard, parted } from './seams.js'
import { Spelling } from './spelling.js'

/** @typedef {import('../text/markup.js').Marked} Marked */
/** @typedef {import('./inline.js').Document} Parsed */
/** @typedef {import('./inline.js').Inline<Node | string>} Inline */
/** @typedef {import('./inline.js').Segment} Segment */
/** @typedef {(element: Element, name: string, value: string) => void} Change gives an attribute */

const [READ, DESCRIPTIONS, BUTTONS, LABELLED] = [
  'attributes',
  'descriptions',
  'buttons',
  'labelled',
].map((key) => LATER.elements[key].split(' '))

/**
 * Takes a page apart.
 *
 * @param {string} text
 * @param {{source: string, target: string}} languages elements in the source language say
 *   afterwards that they are in the target's; what says that it is in another one is left alone
 * @param {boolean} isXml
 * @returns {Parsed}
 * @throws {InputError} XHTML that is not well formed
 */
export function parseHtml(text, languages, isXml) {
  const type = isXml ? 'application/xhtml+xml' : 'text/html'
  const { text: read, uncovered, name } = covered(text, isXml)
  const spelling = new Spelling(read, `${name}at`, isXml)
  const page = new DOMParser().parseFromString(spelling.numbered, type)
  const problem = isXml ? page.querySelector('parsererror') : null
  if (problem) {
    const where = (problem.textContent ?? '').split('\n').find((line) => /line/i.test(line))
    throw new InputError(`the XHTML is not well formed: ${(where ?? 'no place is told').trim()}`, {
      hint: 'browsers read it if its name ends with .html',
    })
  }
  /** @type {Change} */
  const change = (element, name, value) => {
    if (element.getAttribute(name) === value) return
    element.setAttribute(name, value)
    spelling.changed(element, name)
  }
  const finder = new Finder(page, change, keptOf(page, languages.source))
  finder.element(page.documentElement)
  const render = () => {
    for (const element of finder.named) rename(element, languages, change)
    declareUtf8(page, change)
    const written = isXml ? writtenXml(page, text) : writtenHtml(page, text)
    const restored = spelling.restored(written)
    const again = new DOMParser().parseFromString(restored, type)
    const isSame = whole(again) === spelling.bare(whole(page))
    if (isSame) return uncovered(restored)
    const isPiece = !isXml && !/<(html|head|body)[\s>]/i.test(text)
    const mended = isPiece ? page.head.innerHTML + page.body.innerHTML : written
    return uncovered(spelling.bare(mended))
  }
  return { segments: finder.segments, render }
}

/**
 * Returns a page whose styles, handlers and base have other names, and what gives them their own
 * again.
 *
 * A page that is only read still has to follow the policy of the one that reads it: what is in it
 * would be reported as if it were shown.
 *
 * @param {string} text
 * @param {boolean} isXml
 */
function covered(text, isXml) {
  let name = 'allez-kept'
  while (text.includes(name)) name += '-kept'
  let [out, done] = ['', 0]
  const put = (/** @type {number} */ at, /** @type {string} */ by, covers = '') => {
    out += text.slice(done, at) + by
    done = at + covers.length
  }
  for (const tag of scan(text, isXml)) {
    const isStyle = tag.name === 'style'
    if (tag.kind === 'close' && isStyle) put(tag.start + '</'.length, 'script', 'style')
    if (tag.kind !== 'open' && tag.kind !== 'single') continue
    if (isStyle) put(tag.start + '<'.length, `script ${name}=""`, 'style')
    for (const attribute of attributes(text, tag)) {
      const told = attribute.name.toLowerCase()
      const isBase = tag.name === 'base' && told === 'href'
      if (isBase || /^(style|on\w+)$/.test(told)) put(attribute.at, `${name}-`)
    }
  }
  const element = `<script ${name}=""((?:"[^"]*"|[^">])*?)`
  const uncovered = (/** @type {string} */ written) =>
    written
      .replace(new RegExp(`${element}/>`, 'g'), '<style$1/>')
      .replace(new RegExp(`${element}>([^]*?)</script>`, 'g'), '<style$1>$2</style>')
      .replaceAll(`${name}-`, '')
  return { text: out + text.slice(done), uncovered, name }
}

/** Finds what is translated, block by block. */
class Finder {
  /**
   * @param {globalThis.Document} page
   * @param {Change} change
   * @param {Set<Node>} kept elements that are not to be translated
   */
  constructor(page, change, kept) {
    this.page = page
    this.change = change
    this.kept = kept
    /** @type {Segment[]} */
    this.segments = []
    /** Elements that say which language they are in. @type {Element[]} */
    this.named = []
  }

  /** @param {Element} element one that ends a sentence, or holds such */
  element(element) {
    if (this.kept.has(element)) return
    this.attributes(element)
    if (SKIPPED.has(element.localName)) return
    /** @type {Node[]} */
    let run = []
    for (const node of [...element.childNodes]) {
      if (isInline(node, this.kept)) {
        run.push(node)
        continue
      }
      this.parts(run)
      run = []
      if (isElement(node) && node.localName !== 'br') this.element(node)
    }
    this.parts(run)
  }

  /** Adds what a run is made of. @param {Node[]} run */
  parts(run) {
    for (const part of parted(run, this.kept)) {
      if (Array.isArray(part)) this.add(part)
      else this.element(part)
    }
  }

  /** @param {Element} element */
  attributes(element) {
    if (element.hasAttribute('lang') || element.hasAttribute('xml:lang')) this.named.push(element)
    for (const { name, value } of [...element.attributes]) {
      if (!isRead(element, name)) continue
      const gatherer = new Gatherer()
      gatherer.text(value.trim())
      const { marked, opens } = gatherer.finish()
      if (!hasWords(marked)) continue
      const write = (/** @type {Marked} */ translated) => {
        const parts = [...weave(translated)].map(({ kind, text, mark }) =>
          kind === 'text' ? text : opens[mark].join(''),
        )
        this.change(element, name, parts.join(''))
      }
      this.segments.push({ source: marked, write })
    }
  }

  /** The same of all elements that are read within a run. @param {Node} node */
  attributesWithin(node) {
    if (!isElement(node) || this.kept.has(node)) return
    this.attributes(node)
    if (WORDS.has(node.localName) || POINTS.has(node.localName)) return
    node.childNodes.forEach((each) => this.attributesWithin(each))
  }

  /** Adds the segment of a run of siblings, if it has letters. @param {Node[]} nodes */
  add(nodes) {
    nodes.forEach((node) => this.attributesWithin(node))
    const run = trimmed(nodes)
    if (run.length === 0) return
    /** @type {Gatherer<Node>} */
    const gatherer = new Gatherer()
    for (const node of run) gather(gatherer, node, this.kept)
    const inline = gatherer.finish()
    if (!hasWords(inline.marked)) return
    const write = (/** @type {Marked} */ translated) => this.write(run, inline, translated)
    this.segments.push({ source: inline.marked, write })
  }

  /**
   * Puts a translation in the place of a run.
   *
   * @param {Node[]} run
   * @param {Inline} inline
   * @param {Marked} translated
   */
  write(run, { opens, breaks }, translated) {
    const place = this.page.createComment('')
    run[0].parentNode?.insertBefore(place, run[0])
    for (const node of run) node.parentNode?.removeChild(node)
    const whole = this.page.createDocumentFragment()
    /** @type {Node[]} */
    const around = [whole]
    const put = (/** @type {Node | string} */ each) =>
      around[around.length - 1].appendChild(
        typeof each === 'string' ? this.page.createTextNode(each) : each,
      )
    const events = [...weave(translated)]
    let isApart = true // whether the space before a break was left out, not the one behind it
    events.forEach(({ kind, text, mark }, at) => {
      const next = events[at + 1]
      if (kind === 'text') {
        const said = isApart ? text : text.replace(/^ /, '')
        const isBreak = next !== undefined && next.kind !== 'text' && breaks.has(next.mark)
        put(isBreak && said.endsWith(' ') ? said.slice(0, -1) : said)
        isApart = true
        return
      }
      if (breaks.has(mark)) {
        isApart = at > 0 && events[at - 1].kind === 'text' && events[at - 1].text.endsWith(' ')
      }
      if (kind === 'open') {
        around.push(put(/** @type {Node} */ (opens[mark][0]).cloneNode(false)))
      } else if (kind === 'close') {
        around.pop()
      } else {
        opens[mark].forEach(put)
      }
    })
    place.replaceWith(whole)
  }
}

/**
 * Returns the elements that say that they are not to be translated, or are in another language.
 *
 * What a whole page says of itself counts for nothing: templates are often in English.
 *
 * @param {globalThis.Document} page
 * @param {string} source
 * @returns {Set<Node>}
 */
function keptOf(page, source) {
  const own = baseLanguage(source)
  const isForeign = (/** @type {Element} */ element) =>
    !/^(html|body)$/.test(element.localName) &&
    ['lang', 'xml:lang'].some((name) => {
      const said = baseLanguage(element.getAttribute(name) ?? '')
      return said !== '' && said !== own
    })
  return new Set(
    [...page.querySelectorAll('*')].filter(
      (element) =>
        element.getAttribute('translate') === 'no' ||
        element.classList.contains('notranslate') ||
        isForeign(element),
    ),
  )
}

/**
 * Tells whether people read an attribute.
 *
 * @param {Element} element
 * @param {string} name
 */
function isRead(element, name) {
  const { localName } = element
  const value = (/** @type {string} */ attribute) => element.getAttribute(attribute) ?? ''
  if (name === 'content') {
    return (
      localName === 'meta' &&
      DESCRIPTIONS.includes((value('name') || value('property')).toLowerCase())
    )
  }
  if (name === 'value')
    return localName === 'input' && BUTTONS.includes(value('type').toLowerCase())
  return READ.includes(name) || (name === 'label' && LABELLED.includes(localName))
}

/**
 * Tells whether a node is within a sentence, with all that is in it.
 *
 * @param {Node} node
 * @param {Set<Node>} kept
 * @returns {boolean}
 */
function isInline(node, kept) {
  if (!isElement(node)) return true
  const { localName } = node
  if (localName === 'br') return !isHard(node)
  if (WORDS.has(localName) || POINTS.has(localName)) return true
  if (!INLINE.has(localName) && !SIGNS.has(localName)) return false
  return kept.has(node) || [...node.childNodes].every((child) => isInline(child, kept))
}

/**
 * Returns a run without white space at its edges, and what is no text outside of it.
 *
 * @param {Node[]} nodes
 */
function trimmed(nodes) {
  const isOutside = (/** @type {Node} */ node) =>
    isElement(node)
      ? POINTS.has(node.localName) || node.localName === 'br'
      : node.nodeType !== 3 || SPACE.test(node.textContent ?? '')
  const first = nodes.findIndex((node) => !isOutside(node))
  if (first < 0) return []
  const run = nodes.slice(first, nodes.findLastIndex((node) => !isOutside(node)) + 1)
  if (run[0].nodeType === 3) {
    const text = /** @type {Text} */ (run[0])
    const lead = text.data.search(/[^ \t\n\r\f]/)
    if (lead > 0) run[0] = text.splitText(lead)
  }
  if (run[run.length - 1].nodeType === 3) {
    const text = /** @type {Text} */ (run[run.length - 1])
    const kept = text.data.replace(/[ \t\n\r\f]+$/, '').length
    if (kept < text.length) text.splitText(kept)
  }
  return run
}

/**
 * @param {Gatherer<Node>} gatherer
 * @param {Node} node
 * @param {Set<Node>} kept
 */
function gather(gatherer, node, kept) {
  if (node.nodeType === 3) {
    gatherer.text(/** @type {Text} */ (node).data)
    return
  }
  if (!isElement(node)) {
    gatherer.point([node])
    return
  }
  const { localName } = node
  const shown = (node.textContent ?? '').trim()
  if (kept.has(node) || WORDS.has(localName)) {
    gatherer.word([node])
  } else if (localName === 'br') {
    gatherer.point([node], true)
  } else if (shown === '' || POINTS.has(localName) || isNote(gatherer, localName, shown)) {
    gatherer.point([node])
  } else {
    gatherer.open(localName, [node])
    for (const child of node.childNodes) gather(gatherer, child, kept)
    gatherer.close(localName, [])
  }
}

/**
 * Tells whether an element without letters is a sign: an exponent, or a reference to a note that
 * stands right behind a word.
 *
 * @param {Gatherer<Node>} gatherer
 * @param {string} name
 * @param {string} shown
 */
function isNote(gatherer, name, shown) {
  if ([...shown].some(isLetter)) return false
  return SIGNS.has(name) || (name === 'a' && shown.length <= NOTE && /\S$/.test(gatherer.read))
}

/**
 * @param {Element} element
 * @param {{source: string, target: string}} languages
 * @param {Change} change
 */
function rename(element, { source, target }, change) {
  for (const name of ['lang', 'xml:lang']) {
    const said = element.getAttribute(name)
    if (baseLanguage(said ?? '') === baseLanguage(source)) change(element, name, target)
  }
}

/**
 * What is written is UTF-8, whatever was read.
 *
 * @param {globalThis.Document} page
 * @param {Change} change
 */
function declareUtf8(page, change) {
  for (const meta of page.querySelectorAll('meta[charset]:not([charset="utf-8" i])')) {
    change(meta, 'charset', 'utf-8')
  }
  for (const meta of page.querySelectorAll('meta[http-equiv="content-type" i][content]')) {
    const content = meta.getAttribute('content') ?? ''
    if (!/charset=utf-8(;|\s|$)/i.test(content)) {
      change(meta, 'content', content.replace(/charset=[^;\s]*/i, 'charset=utf-8'))
    }
  }
}

/** All elements of a page, to compare it. @param {globalThis.Document} page */
const whole = (page) => new XMLSerializer().serializeToString(page.documentElement)

/**
 * Returns a page as text.
 *
 * @param {globalThis.Document} page
 * @param {string} text as it was
 */
function writtenHtml(page, text) {
  const parts = []
  for (const node of page.childNodes) {
    if (node.nodeType === 10) parts.push(/<!doctype[^>]*>/i.exec(text)?.[0] ?? '<!DOCTYPE html>')
    else if (isElement(node)) parts.push(node.outerHTML)
    else parts.push(`<!--${node.textContent}-->`)
  }
  return `${parts.join('\n')}\n`
}

/**
 * @param {globalThis.Document} page
 * @param {string} text as it was
 */
function writtenXml(page, text) {
  const declared = /^\s*<\?xml[^>]*\?>\s*/.exec(text)?.[0] ?? ''
  const written = new XMLSerializer().serializeToString(page)
  return (
    declared.replace(/encoding=(["'])[^"']*\1/, 'encoding="UTF-8"') +
    written.replace(/^<\?xml[^>]*\?>\s*/, '')
  )
}
