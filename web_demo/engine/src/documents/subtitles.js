/**
 * SubRip and WebVTT: cues keep their numbers, times and styles; a sentence may go over several.
 *
 * Lines of a cue are read as one, and written as the same number of lines again; those of different
 * speakers, signs and sentences stay apart. A cue that ends within a sentence is read with the next
 * one, and the translation cut where attention finds the place.
 */

import { characterAt, isCapital, isLetter, isSmall } from '../text/characters.js'
import { weave } from '../text/markup.js'
import { unescape } from '../text/references.js'
import { scan } from '../text/tags.js'
import { TIME, cutsOf, inTime, wanted } from './cues.js'
import { Gatherer, balanced, endsSentence, hasWords } from './inline.js'

/** @typedef {import('../text/markup.js').Marked} Marked */
/** @typedef {import('./inline.js').Document} Document */
/** @typedef {import('./inline.js').Segment} Segment */

/**
 * Lines of one cue that are read as one: `text.slice(start, end)`, no line end behind the last;
 * whether the cue has no other part; who speaks, as it is written before a translation, and where
 * that begins, -1 if nobody is named.
 *
 * @typedef {{start: number, end: number, lines: number, cue: number, isAlone: boolean,
 *   opening: string, opens: number}} Part
 */

const TIMES = new RegExp(String.raw`^[ \t]*${TIME}[ \t]*-->[ \t]*${TIME}`)
const TAGS = String.raw`(?:\{\\[^}]*\}|<[^>]*>)*`
const SPEAKER = new RegExp(String.raw`^${TAGS}[ \t]*(?:[-–—‐]|>>+|&gt;&gt;)[ \t]*(?=\S)`)
/** Who speaks, in WebVTT, at the beginning of a line. */
const VOICE = /^(?:<(?!v[ .\t]|\/)[^>]*>)*<v[ .\t][^>]*>/
const NAME = String.raw`[A-ZÀ-ÖØ-Þ][A-ZÀ-ÖØ-Þ0-9.'’ -]*[A-ZÀ-ÖØ-Þ0-9](?: \([^()\n]*\))?`
/** Who speaks, in capitals before a colon, as subtitles for the deaf have it. */
const LABEL = new RegExp(String.raw`^(${TAGS})(${NAME})[ \t\u00a0\u202f]?:([ \t\r\n]+|$)`)
const STYLE = new RegExp(String.raw`\{\\[^}]*\}|[♩♪♫♬]+|<${TIME}>`, 'gu')
/** Where somebody else answers on the same line. */
const CHANGE = /(?<=[.!?…»"])[ \u00a0]+(?=[-–—‐][ \u00a0]*(\p{L}))/gu
/** Notes at the edges of a line, which keep their distance. */
const SUNG = new RegExp(String.raw`^${TAGS}[♩♪♫♬]+([ \u00a0]+)`, 'd')
const SUNG_UNTIL = new RegExp(String.raw`([ \u00a0]+)[♩♪♫♬]+${TAGS}$`, 'd')
/** What is heard but not said: `(rires)`, `[musique]`. */
const SOUND = new RegExp(String.raw`^${TAGS}(?:\([^()]*\)|\[[^\[\]]*\])${TAGS}$`)
/** The same before something that is said. */
const HEARD = new RegExp(
  String.raw`^(${TAGS}[ \t]*(?:[-–—‐][ \t]*)?(?:\([^()\n]*\)|\[[^\[\]\n]*\]))[ \t]+(\p{L})`,
  'u',
)
/** An abbreviation, as `M.`: a name follows. */
const INITIAL = /(?<![\p{L}\p{N}_])\p{L}{1,2}\.$/u
const FEW_LETTERS = 4 // fewer capitals make no sign

/**
 * Takes a file apart.
 *
 * @param {string} text for WebVTT `prepareReferences` has seen it
 * @param {boolean} isVtt
 * @returns {Document}
 */
export function parseSubtitles(text, isVtt) {
  const file = new Subtitles(text, isVtt)
  /** @type {Part[]} */
  let waiting = []
  for (const part of file.parts()) {
    if (waiting.length > 0 && !file.goesOn(waiting[waiting.length - 1], part)) {
      file.add(waiting)
      waiting = []
    }
    waiting.push(part)
  }
  file.add(waiting)
  return { segments: file.segments, render: () => file.render() }
}

class Subtitles {
  /**
   * @param {string} text
   * @param {boolean} isVtt
   */
  constructor(text, isVtt) {
    this.text = text
    this.isVtt = isVtt
    this.newline = text.includes('\r\n') ? '\r\n' : '\n'
    /** @type {Segment[]} */
    this.segments = []
    /** What was written, and over which stretch. @type {[number, number, string][]} */
    this.written = []
  }

  render() {
    let [out, done] = ['', 0]
    for (const [start, end, text] of this.written.sort((a, b) => a[0] - b[0])) {
      out += this.text.slice(done, start) + text
      done = end
    }
    return out + this.text.slice(done)
  }

  /** Yields the parts of all cues in order. @returns {Generator<Part, void, void>} */
  *parts() {
    let [cue, isWithin, position] = [-1, false, 0]
    /** @type {[number, number][]} */
    let lines = []
    while (position <= this.text.length) {
      const feed = this.text.indexOf('\n', position)
      const end = feed < 0 ? this.text.length : feed
      const stop = end > position && this.text[end - 1] === '\r' ? end - 1 : end
      const line = this.text.slice(position, stop)
      if (TIMES.test(line) || line.trim() === '') {
        yield* this.speakers(lines, cue)
        lines = []
        isWithin = line.trim() !== ''
        if (isWithin) cue++
      } else if (isWithin) {
        lines.push([position, stop])
      }
      position = end + 1
    }
    yield* this.speakers(lines, cue)
  }

  /**
   * Yields the lines of a cue in as many parts as there are speakers, signs and sentences in it;
   * dashes are left out, and so are the brackets around a sound.
   *
   * @param {[number, number][]} lines
   * @param {number} cue
   * @returns {Generator<Part, void, void>}
   */
  *speakers(lines, cue) {
    const sings = lines.some(([start, end]) => /[♩♪♫♬]/.test(this.text.slice(start, end)))
    /** @type {[number, number][]} */
    const found = []
    let before = ''
    for (const [lineStart, end] of lines) {
      let start = lineStart
      const line = this.plain({ start, end })
      const raw = this.text.slice(start, end)
      const joins = found.length > 0 && ![SPEAKER, VOICE, LABEL].some((sign) => sign.test(raw))
      const isNamed = joins && this.isName(...found[found.length - 1])
      if (joins && (isNamed || !isApart(before, line, sings))) [start] = found.pop() ?? [start]
      const heard = HEARD.exec(this.text.slice(start, end))
      if (heard && isCapital(heard[2])) {
        found.push([start, start + heard[1].length])
        start += heard[0].length - heard[2].length
      }
      for (const change of this.text.slice(lineStart, end).matchAll(CHANGE)) {
        if (!isCapital(change[1])) continue
        found.push([start, lineStart + change.index])
        start = lineStart + change.index + change[0].length
      }
      found.push([start, end])
      before = line
    }
    for (const [from, until] of found) {
      yield { ...this.part(from, until), cue, isAlone: found.length === 1 }
    }
  }

  /**
   * Returns the part of a cue that some of its lines are, without what tells who speaks.
   *
   * @param {number} from
   * @param {number} until
   */
  part(from, until) {
    const words = this.speaker(from, until)
    let [start, end, opens, opening] = [words < 0 ? from : words, until, -1, '']
    const label = LABEL.exec(this.text.slice(start, end))
    if (label) {
      opens = start + label[1].length
      opening = `${label[2]}:${label[3]}` // French has a space before it
      start += label[0].length
    }
    const lines = this.text.slice(start, end).split('\n').length
    if (SOUND.test(this.text.slice(start, end))) [start, end] = this.inBrackets(start, end)
    return { start, end, lines, opening, opens }
  }

  /**
   * Tells whether a stretch does nothing but name who speaks.
   *
   * @param {number} start
   * @param {number} end
   */
  isName(start, end) {
    return LABEL.exec(this.text.slice(start, end))?.[0].length === end - start
  }

  /**
   * Returns what is between the brackets of a sound, white space left out as well.
   *
   * @param {number} start
   * @param {number} end
   */
  inBrackets(start, end) {
    const sound = this.text.slice(start, end)
    const inner = sound.slice(
      sound.search(/[([]/) + 1,
      Math.max(sound.lastIndexOf(')'), sound.lastIndexOf(']')),
    )
    const first = start + sound.search(/[([]/) + 1 + inner.length - inner.trimStart().length
    return [first, first + inner.trim().length]
  }

  /**
   * Returns where a speaker's words begin, behind the dash; -1: nobody else begins to speak.
   *
   * @param {number} start
   * @param {number} end
   */
  speaker(start, end) {
    const dash = SPEAKER.exec(this.text.slice(start, end))
    return dash ? start + dash[0].length : -1
  }

  /**
   * Tells whether a cue ends within a sentence, and the next one goes on with it.
   *
   * @param {Part} part
   * @param {Part} following
   */
  goesOn(part, following) {
    const isOther = this.speaker(following.start, following.end) >= 0
    if (following.cue === part.cue || isOther || /[)\]]/.test(this.text.charAt(part.end)))
      return false
    const [before, after] = [this.plain(part), this.plain(following)]
    const line = this.text.lastIndexOf('\n', following.start - 1) + 1
    if (this.text.slice(line, following.start).trim() !== '') return false // who speaks
    return before !== '' && !endsSentence(before) && isSmall(characterAt(after, 0))
  }

  /** Returns a stretch without tags and styles. @param {{start: number, end: number}} part */
  plain({ start, end }) {
    const raw = this.text.slice(start, end)
    let plain = ''
    for (const token of scan(raw, true)) {
      if (token.kind === 'text') plain += raw.slice(token.start, token.end)
    }
    return plain.replace(STYLE, '').trim()
  }

  /** Adds the sentences of one cue, or of several that share one. @param {Part[]} parts */
  add(parts) {
    if (parts.length === 0) return
    const shared = parts.length > 1 ? this.sharedTags(parts) : ['', '']
    if (shared === null) {
      // A style that holds for some words only would have to be cut as well.
      for (const part of parts) this.add([part])
      return
    }
    const inner = parts.map((part) => {
      return { ...part, start: part.start + shared[0].length, end: part.end - shared[1].length }
    })
    /** @type {Gatherer<string>} */
    const gatherer = new Gatherer()
    inner.forEach((part, at) => {
      if (at > 0) gatherer.point([this.text.slice(inner[at - 1].end, part.start)], true)
      this.gather(gatherer, part)
    })
    const inline = gatherer.finish()
    if (!hasWords(inline.marked)) return
    const end = inner[inner.length - 1].end
    const [{ opening, opens }] = parts
    const start = opens < 0 ? inner[0].start : opens
    const before = opening && opening + shared[0]
    const write = (/** @type {Marked} */ translated) => {
      if (isSame(translated, inline.marked)) return // as it stood, spaces and all
      const text =
        parts.length === 1
          ? this.cue(inline, inTime(inline, translated), parts[0])
          : this.cues(inline, translated, parts)
      this.written.push([start, end, before + text])
    }
    this.segments.push({ source: inline.marked, write })
  }

  /**
   * @param {Gatherer<string>} gatherer
   * @param {Part} part
   */
  gather(gatherer, part) {
    const text = this.text.slice(part.start, part.end)
    const [sung, until] = [SUNG, SUNG_UNTIL].map((sign) => sign.exec(text)?.indices?.[1])
    for (const { kind, start, end, name } of scan(text, true)) {
      const raw = text.slice(start, end)
      if (kind === 'open')
        gatherer.open(name.split('.')[0], [raw]) // the rest are classes
      else if (kind === 'close') gatherer.close(name, [raw])
      else if (kind !== 'text') gatherer.point([raw])
      else
        this.gatherText(
          gatherer,
          raw,
          sung?.map((at) => at - start),
          until?.map((at) => at - start),
        )
    }
  }

  /**
   * @param {Gatherer<string>} gatherer
   * @param {string} raw
   * @param {number[]} [sung] where the space is behind notes that begin the line
   * @param {number[]} [until] where the space is before notes that end it
   */
  gatherText(gatherer, raw, sung, until) {
    const read = (/** @type {string} */ text) => {
      const line = text.replace(/\r?\n/g, ' ')
      gatherer.text(this.isVtt ? unescape(line) : line)
    }
    let position = 0
    for (const style of raw.matchAll(STYLE)) {
      const [low, high] = [style.index, style.index + style[0].length]
      const [from, to] = [low === until?.[1] ? until[0] : low, high === sung?.[0] ? sung[1] : high]
      read(raw.slice(position, from))
      gatherer.point([raw.slice(from, to)])
      position = to
    }
    read(raw.slice(position))
  }

  /**
   * Returns the tags around each of several cues if they are the same; null if not.
   *
   * @param {Part[]} parts
   */
  sharedTags(parts) {
    const found = new Set()
    for (const { start, end } of parts) {
      const raw = this.text.slice(start, end)
      const tokens = [...scan(raw, true)]
      const tags = tokens.filter(({ kind }) => kind !== 'text')
      const isAround =
        tags.length === 2 && tags[0] === tokens[0] && tags[1] === tokens[tokens.length - 1]
      if (tags.length === 0 && raw.search(STYLE) < 0) found.add('\n')
      else if (isAround && tags[1].kind === 'close') {
        found.add(`${raw.slice(0, tags[0].end)}\n${raw.slice(tags[1].start)}`)
      } else return null
    }
    const [only] = found
    return found.size === 1 ? String(only).split('\n') : null
  }

  /** @param {string} text */
  escape(text) {
    if (!this.isVtt) return text
    return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  }

  /**
   * Returns the lines of one cue, or of a part of it; a line end takes the place of a space.
   *
   * @param {import('./inline.js').Inline<string>} inline
   * @param {Marked} translated
   * @param {Part} part
   */
  cue({ opens, closes }, translated, part) {
    const { text } = translated
    /** @type {Set<number>} */
    const ends = new Set()
    let position = 0
    for (const line of balanced(text, wanted(text, part)).slice(0, -1)) {
      for (const word of line.split(' ')) position = text.indexOf(word, position) + word.length
      ends.add(position)
    }
    let out = ''
    position = 0
    for (const event of weave(translated)) {
      if (event.kind === 'text') {
        for (const unit of event.text.split('')) {
          out += ends.has(position) ? this.newline : this.escape(unit)
          position++
        }
        continue
      }
      const mark = translated.marks[event.mark]
      if (event.kind === 'word') position += mark.end - mark.start
      out += (event.kind === 'close' ? closes : opens)[event.mark].join('')
    }
    return out
  }

  /**
   * Returns a sentence in the cues that it came from.
   *
   * @param {import('./inline.js').Inline<string>} inline
   * @param {Marked} translated
   * @param {Part[]} parts
   */
  cues({ marked, opens }, { text, marks }, parts) {
    const cuts = [...marks.keys()].filter((at) => marks[at].kind === 'point')
    const shares = marked.marks
      .filter(({ kind }) => kind === 'point')
      .map(({ start }) => start / Math.max(marked.text.length, 1))
    const places = cutsOf(
      text,
      cuts.map((at) => marks[at].start),
      shares,
    )
    let [out, content, position] = ['', '', 0]
    parts.forEach((part, at) => {
      const end = places[at] ?? text.length
      // With fewer words than cues, the last ones stay to be read.
      content = text.slice(position, end).trim() || content
      const cut = balanced(content, wanted(content, part))
      out += cut.map((line) => this.escape(line)).join(this.newline)
      if (at < cuts.length) out += opens[cuts[at]].join('')
      position = end
    })
    return out
  }
}

/**
 * Tells whether a line of a cue begins something new, rather than going on with the one before.
 *
 * @param {string} before the line before, without styles
 * @param {string} line
 * @param {boolean} sings whether there are notes in the cue: a verse begins with a capital
 */
function isApart(before, line, sings) {
  const first = characterAt(line, 0)
  if (before === '' || line === '' || isSmall(first)) return false
  if (SOUND.test(before) || SOUND.test(line) || (sings && isCapital(first))) return true
  const ended = before.replace(/[»"”’)\] \u00a0\u202f]+$/, '')
  if (/[.!?…]$/.test(ended) && !INITIAL.test(ended)) return true
  return isSign(before) !== isSign(line)
}

/** Tells whether all letters outside of brackets are capitals, and not few. @param {string} line */
function isSign(line) {
  const letters = [...line.replace(/\([^()]*\)/g, '')].filter(isLetter)
  return letters.length >= FEW_LETTERS && !letters.some(isSmall)
}

/**
 * Tells whether a translation is the text that was read.
 *
 * @param {Marked} one
 * @param {Marked} other with as many marks
 */
const isSame = (one, other) =>
  one.text === other.text &&
  one.marks.every(
    ({ start, end }, at) => start === other.marks[at].start && end === other.marks[at].end,
  )
