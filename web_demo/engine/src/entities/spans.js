/** Two numbers that are one, for what is behind the second belongs to both: `10-15 €`, `20–30%`. */

import { isDigit } from '../text/characters.js'
import { MINUS, at, behindSpace, has, isOneOf, isSpace, part, run } from './characters.js'

/** @typedef {import('./characters.js').Line} Line */
/** @typedef {import('./numbers.js').Amount} Amount */
/** @typedef {import('./numbers.js').Form} Form */

/**
 * What reads and writes single numbers. It is handed over: who imports it from here would
 * make it a script of its own.
 *
 * @typedef {Pick<typeof import('./numbers.js'),
 *   'amountOf' | 'behind' | 'isClosed' | 'lead' | 'plain' | 'valueOf' | 'write'>} Numbers
 */

/**
 * Two numbers, where the second one ends, and what stands between them.
 *
 * @typedef {{end: number, first: Amount, joint: string, last: Amount}} Stretch
 */

export const DASHES = '-\u2013\u2014'

/** What reads two numbers of English as one, and the spans of French. */
export class Spans {
  /** @param {Numbers} numbers */
  constructor(numbers) {
    this.numbers = numbers
  }

  /**
   * Returns the span that begins where a number does, null if there is none.
   *
   * @param {Line} line
   * @param {number} start
   * @param {Form} source
   * @param {Form | null} target
   * @returns {import('./find.js').Entity | null}
   */
  at(line, start, source, target) {
    const found = this.span(line, start, source)
    return found && this.entity(line, start, found, source, target)
  }

  /**
   * Returns two numbers as one entity.
   *
   * @param {Line} line
   * @param {number} start
   * @param {Stretch} found
   * @param {Form} source
   * @param {Form | null} target
   * @returns {import('./find.js').Entity}
   */
  entity(line, start, found, source, target) {
    const { end, first, last } = found
    const said = target ? this.written(found, source, target) : part(line, start, end)
    const value = `${this.numbers.valueOf(first)}-${this.numbers.valueOf(last)}`
    return { start, end, kind: 'number', said, value }
  }

  /**
   * Returns how the other language writes it: a currency that stands first does so once.
   *
   * @param {Stretch} stretch
   * @param {Form} source
   * @param {Form} target
   */
  written({ first, joint, last }, source, target) {
    const joined = joint === source.until ? target.until : joint
    const currency = target.currencyFirst ? last.currency : ''
    return (
      currency +
      this.numbers.write(first, target) +
      joined +
      this.numbers.write(last, target).slice(currency.length)
    )
  }

  /**
   * Returns two numbers and a dash with what belongs to both: `10-15 €`, `2–3 kg`, `$10-15`. Per
   * cent may stand behind either: `40%-50%`.
   *
   * Spaces may be around the dash at the beginning of a line alone: "iPhone 12 - 500 €" is none.
   *
   * @param {Line} line
   * @param {number} start
   * @param {Form} form
   * @returns {Stretch | null}
   */
  span(line, start, form) {
    const [position, sign, currency] = form.currencyFirst
      ? this.numbers.lead(line, start, form)
      : [start, '', '']
    if (sign !== '' || !isDigit(at(line, position))) return null
    const [over, figures] = this.numbers.plain(line, position, form)
    const percent = form.percent.find((mark) => has(line, over, mark)) ?? ''
    const end = over + percent.length
    const first = { ...figures, percent: percent !== '' }
    const dash = behindSpace(line, end)
    const begin = behindSpace(line, dash + 1)
    const isSlash = at(line, dash) === '/' && end === dash && begin === dash + 1
    if (!(isSlash || isOneOf(DASHES, at(line, dash))) || !isDigit(at(line, begin))) return null
    const isSpaced = dash > end
    if (isSpaced !== begin > dash + 1 || (isSpaced && run(line, 0, isSpace) < start)) {
      return null
    }
    if (isOneOf(DASHES + MINUS, at(line, start - 1))) return null
    const [from, number] = this.numbers.plain(line, begin, form)
    const [stop, last] = this.numbers.behind(line, from, { ...number, currency }, form)
    const isTold = last.percent || last.currency !== '' || last.unit !== '' || last.hours
    if (!isTold || stop === 0 || (last.unit === '' && !this.numbers.isClosed(line, stop)))
      return null
    if (first.percent && !last.percent) return null
    const areTwoDigits = first.whole.length === 2 && last.whole.length === 2
    if (isSlash && !(last.hours && areTwoDigits)) return null
    if ([first, last].some(({ whole }) => whole.length > 1 && whole[0] === '0')) return null
    return { end: stop, first, joint: part(line, end, begin), last }
  }
}
