/**
 * How a page was spelled: written by a browser, its tags get their own letters again.
 *
 * A browser's parser keeps elements, not letters: quotes, capitals, spaces in tags, and whether an
 * element's tags were there at all. So each tag is numbered before the parser reads it, in an
 * attribute that no page has, and what the browser writes is put back to what was read.
 */

import { VOID } from '../text/elements.js'
import { attributes, scan } from '../text/tags.js'

const STARTS = ['html', 'head', 'body']
const FIRST_LINE = /^(pre|textarea|listing)$/ // the parser drops a line end behind it
const TAIL = /(?:\s*<\/(?:body|html)\s*>)*\s*$/i

/** @typedef {import('../text/tags.js').Token} Token */

/** @param {Token} tag */
const begins = ({ kind }) => kind === 'open' || kind === 'single'

export class Spelling {
  /**
   * @param {string} text a page
   * @param {string} name of an attribute that is nowhere in it
   * @param {boolean} isXml
   */
  constructor(text, name, isXml) {
    this.text = text
    this.name = name
    this.isXml = isXml
    /** @type {Token[]} */
    this.tags = []
    /** By the number of a tag: what ends its element. @type {Map<number, string>} */
    this.closes = new Map()
    /** @type {[number, string][]} */
    const open = []
    let [out, done] = ['', 0]
    for (const tag of scan(text, isXml)) {
      if (tag.kind === 'close') {
        const at = open.findLastIndex(([, name]) => name === tag.name)
        if (at >= 0) this.closes.set(open.splice(at)[0][0], text.slice(tag.start, tag.end))
      } else if (begins(tag)) {
        const number = this.tags.push(tag) - 1
        const end = tag.start + 1 + tag.name.length
        out += `${text.slice(done, end)} ${name}="${number}"`
        done = end
        if (tag.kind === 'open' && !VOID.has(tag.name)) open.push([number, tag.name])
      }
    }
    /** The page with its tags numbered. */
    this.numbered = out + text.slice(done)
  }

  /**
   * Notes that an attribute has another value than was read.
   *
   * @param {Element} element
   * @param {string} attribute
   */
  changed(element, attribute) {
    const said = element.getAttribute(this.name)
    if (said !== null) element.setAttribute(this.name, `${said} ${attribute}`)
  }

  /** Takes the numbers out. @param {string} written */
  bare(written) {
    return written.replace(new RegExp(` ${this.name}="[^"]*"`, 'g'), '')
  }

  /**
   * Returns a page that a browser wrote, numbers in it, with the letters that were read.
   *
   * @param {string} written
   */
  restored(written) {
    let out = ''
    /** What ends the elements that are open. @type {string[]} */
    const ends = []
    let isEarly = true // nothing that is shown was written
    for (const tag of scan(written, this.isXml)) {
      const now = written.slice(tag.start, tag.end)
      if (tag.kind === 'close') {
        out += ends.pop() ?? ''
      } else if (!begins(tag)) {
        const said = this.said(now)
        const at = isEarly && tag.kind === 'other' ? this.text.indexOf(said) : -1
        if (at >= 0) out = out.trimEnd() + this.spaceBefore(at)
        out += said
        isEarly &&= tag.kind === 'other' || now.trim() === ''
      } else {
        const [number, ...changed] = this.told(written, tag)
        const own = this.tags[Number(number)]
        if (!own) {
          ends.push('') // the parser made it
          continue
        }
        if (isEarly) out = out.trimEnd() + this.spaceBefore(own.start)
        isEarly &&= STARTS.includes(own.name)
        out += this.spelled(own, written, tag, changed)
        const end = this.closes.get(Number(number)) ?? ''
        if (tag.kind === 'single') out += end
        else if (this.isXml || !VOID.has(tag.name)) ends.push(end)
      }
    }
    if (!this.isXml) {
      out = out.trimStart().replace(TAIL, () => TAIL.exec(this.text)?.[0] ?? '')
      out = (/^\s*/.exec(this.text)?.[0] ?? '') + out
    }
    // A parser makes one kind of line ends of all.
    return /^(?:[^\n]*\r\n)+[^\n]*$/.test(this.text) ? out.replace(/\r?\n/g, '\r\n') : out
  }

  /**
   * The number of a tag, and which of its attributes were changed.
   *
   * @param {string} written
   * @param {Token} tag
   */
  told(written, tag) {
    for (const { name, start, end } of attributes(written, tag)) {
      if (name === this.name) return written.slice(start, end).split(' ')
    }
    return []
  }

  /** What HTML takes for a comment, like `<?xml ...?>`. @param {string} now */
  said(now) {
    const read = now.startsWith('<!--?') ? `<${now.slice('<!--'.length, -'-->'.length)}>` : now
    return this.text.includes(read) ? read : now
  }

  /** @param {number} start */
  spaceBefore(start) {
    return /\s*$/.exec(this.text.slice(0, start))?.[0] ?? ''
  }

  /**
   * Returns a tag as it was, but for the values that were changed.
   *
   * @param {Token} own
   * @param {string} written
   * @param {Token} tag as it is written now
   * @param {string[]} changed
   */
  spelled(own, written, tag, changed) {
    let [out, done] = ['', own.start]
    const news = [...attributes(written, tag)]
    for (const { name, start, end } of changed.length > 0 ? attributes(this.text, own) : []) {
      const told = this.isXml ? name : name.toLowerCase()
      const value = changed.includes(told) && news.find((each) => each.name === told)
      if (!value) continue
      const quote = this.text[start - 1]
      const isBare = quote !== '"' && quote !== "'"
      const said = written.slice(value.start, value.end)
      out += this.text.slice(done, start)
      out += isBare ? `"${said}"` : quote === "'" ? said.replaceAll("'", '&#39;') : said
      done = end
    }
    out += this.text.slice(done, own.end)
    const line = /^\r?\n/.exec(this.text.slice(own.end, own.end + 2))
    return line && !this.isXml && FIRST_LINE.test(own.name) ? out + line[0] : out
  }
}
