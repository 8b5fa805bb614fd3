/**
 * Two numbers of French that are one: a stretch of a day, `8h-12h`, `9h à 12h`; a span, `10-15 €`.
 *
 * Of hours, what may as well be a length of time (`2h-3h`) is no stretch. Loaded with what reads
 * French.
 */

import { isDigit } from '../text/characters.js'
import {
  MINUS,
  SPACES,
  at,
  behindSpace,
  digits,
  has,
  isOneOf,
  isSpace,
  isWord,
  numberEnds,
  part,
  run,
  wordBefore,
} from './characters.js'
import { areOfDay, beforeSpace } from './hours.js'
import { isNamed } from './named.js'
import { period } from './periods.js'

/** @typedef {import('./characters.js').Line} Line */
/** @typedef {import('./numbers.js').Amount} Amount */
/** @typedef {import('./numbers.js').Form} Form */
/** @typedef {{end: number, amount: Amount, isColon: boolean}} Time */

/**
 * What reads and writes single numbers. It is handed over: who imports it from here would
 * make it a script of its own.
 *
 * @typedef {Pick<typeof import('./numbers.js'),
 *   'amountOf' | 'behind' | 'isClosed' | 'plain' | 'valueOf' | 'write'>} Numbers
 */

/**
 * Two numbers, where the second one ends, and what stands between them.
 *
 * @typedef {{end: number, first: Amount, joint: string, last: Amount}} Stretch
 */

const DASHES = '-\u2013\u2014'

/** What opens two numbers, and what joins them; of hours each is a number then. */
const OPEN = new Map([
  ['de', ' à '],
  ['entre', ' et '],
])

/** @param {Amount} amount */
const valueIn = ({ whole, fraction }) => Number(`${whole}.${fraction || 0}`)

/** What reads two numbers of French as one. */
export class Stretches {
  /** @param {Numbers} numbers */
  constructor(numbers) {
    this.numbers = numbers
  }

  /**
   * Returns the stretch, span, date of a period or name that begins where a number does, null if
   * there is none.
   *
   * @param {Line} line
   * @param {number} start
   * @param {Form} source
   * @param {Form | null} target
   * @returns {import('./find.js').Entity | null}
   */
  at(line, start, source, target) {
    const date = target && !target.hours ? period(line, start) : null
    if (date) return date
    const found = this.ofDay(line, start, source) ?? this.span(line, start, source)
    if (!found) {
      const shared = this.shared(line, start, source)
      return shared ? this.counted(line, start, shared, target) : this.named(line, start, source)
    }
    const { end, first, last } = found
    const said = target ? this.written(found, source, target) : part(line, start, end)
    return {
      start,
      end,
      kind: 'number',
      said,
      value: `${this.numbers.valueOf(first)}-${this.numbers.valueOf(last)}`,
    }
  }

  /**
   * Returns thousands that are the name of something and no amount of anything, null if none are.
   *
   * @param {Line} line
   * @param {number} start
   * @param {Form} form
   * @returns {import('./find.js').Entity | null}
   */
  named(line, start, form) {
    if (!isNamed(line, start)) return null
    const [end, amount] = this.numbers.plain(line, start, form)
    const isBare = amount.grouped && amount.fraction === '' && numberEnds(line, end)
    if (!isBare || isOneOf('-\u2013', at(line, end))) return null
    if (this.numbers.behind(line, end, amount, form)[0] !== end) return null
    const letters = part(line, start, end)
    return { start, end, kind: 'thing', said: letters, value: letters }
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
   * Returns the entity of a number that has its currency of another one.
   *
   * @param {Line} line
   * @param {number} start
   * @param {{end: number, first: Amount}} shared
   * @param {Form | null} target
   * @returns {import('./find.js').Entity}
   */
  counted(line, start, { end, first }, target) {
    const said = target ? this.numbers.write(first, target) : part(line, start, end)
    return { start, end, kind: 'number', said, value: this.numbers.valueOf(first) }
  }

  /**
   * Returns a number that has the currency of the one it is joined to: "entre 10 et 15 €". "De 10 à
   * 15 €" is one, too, where it begins the text; else that may be ten things at €15.
   *
   * @param {Line} line
   * @param {number} start
   * @param {Form} form
   * @returns {{end: number, first: Amount} | null}
   */
  shared(line, start, form) {
    const before = wordBefore(line, start, SPACES)
    if (!OPEN.has(before) || (before === 'de' && start !== 'de '.length)) return null
    const joint = OPEN.get(before) ?? ''
    const [end, number] = this.numbers.plain(line, start, form)
    const other = end + joint.length
    if (!has(line, end, joint) || !isDigit(at(line, other))) return null
    const [from, second] = this.numbers.plain(line, other, form)
    const [stop, last] = this.numbers.behind(line, from, second, form)
    const isLed = number.whole.length > 1 && number.whole[0] === '0'
    const rises = valueIn(number) < valueIn(last) && last.whole.length <= number.whole.length + 1
    const { currency, multiple } = last
    if (isLed || currency === '' || !rises || !this.numbers.isClosed(line, stop)) return null
    return { end, first: { ...number, currency, multiple } }
  }

  /**
   * Returns two numbers and a dash with what belongs to both behind them: `10-15 €`, `2–3 kg`.
   *
   * Spaces may be around the dash at the beginning of a line alone: "iPhone 12 - 500 €" is none.
   *
   * @param {Line} line
   * @param {number} start
   * @param {Form} form
   * @returns {Stretch | null}
   */
  span(line, start, form) {
    const [end, first] = this.numbers.plain(line, start, form)
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
    const [stop, last] = this.numbers.behind(line, from, number, form)
    const isTold = last.percent || last.currency !== '' || last.unit !== '' || last.hours
    if (!isTold || (last.unit === '' && !this.numbers.isClosed(line, stop))) return null
    const areTwoDigits = first.whole.length === 2 && last.whole.length === 2
    if (isSlash && !(last.hours && areTwoDigits)) return null
    if ([first, last].some(({ whole }) => whole.length > 1 && whole[0] === '0')) return null
    return { end: stop, first, joint: part(line, end, begin), last }
  }

  /**
   * Returns two times that a dash joins, or "à" where no word opens them: `9h-12h`, `9h à 12h`.
   *
   * @param {Line} line
   * @param {number} start
   * @param {Form} source
   * @returns {Stretch | null}
   */
  ofDay(line, start, source) {
    const first = this.time(line, start)
    if (!first) return null
    const { until } = source
    const isUntil = !first.isColon && has(line, first.end, until)
    let begin = first.end + until.length
    if (!isUntil || OPEN.has(wordBefore(line, start, SPACES))) {
      const dash = behindSpace(line, first.end)
      if (!isOneOf(DASHES, at(line, dash))) return null
      begin = behindSpace(line, dash + 1)
    }
    const last = this.time(line, begin)
    if (!last || last.isColon !== first.isColon || !numberEnds(line, last.end)) return null
    const { end } = last
    if (this.goesOn(line, start, end) || Number(first.amount.whole) > 23) return null
    if (last.amount.whole === '24' && last.amount.minutes !== '00') return null
    if (!first.isColon && !areOfDay(line, [start, begin], end, source)) return null
    return { end, first: first.amount, joint: part(line, first.end, begin), last: last.amount }
  }

  /**
   * Tells whether another dash joins one more time: `8h - 12h - 14h`.
   *
   * @param {Line} line
   * @param {number} start
   * @param {number} end
   */
  goesOn(line, start, end) {
    const behind = behindSpace(line, end)
    const following = at(line, behindSpace(line, behind + 1))
    if (isOneOf(DASHES, at(line, behind)) && isDigit(following)) return true
    const dash = beforeSpace(line, start) - 1
    const mark = at(line, beforeSpace(line, dash) - 1)
    return isOneOf(DASHES, at(line, dash)) && (isOneOf('hH', mark) || isDigit(mark))
  }

  /**
   * Reads a time: `8h`, `17 h 30`, `8:00`.
   *
   * @param {Line} line
   * @param {number} start
   * @returns {Time | null}
   */
  time(line, start) {
    const end = digits(line, start)
    const whole = part(line, start, end)
    if (end === start || end > start + 2 || Number(whole) > 24) return null
    const mark = behindSpace(line, end)
    let minute = mark + 1
    const isColon = at(line, mark) === ':' && mark === end
    if (!isColon) {
      if (!isOneOf('hH', at(line, mark))) return null
      minute = behindSpace(line, minute)
      if (!isDigit(at(line, minute))) {
        const amount = this.numbers.amountOf({ whole, minutes: '00' })
        return isWord(at(line, mark + 1)) ? null : { end: mark + 1, amount, isColon }
      }
    }
    const stop = digits(line, minute)
    if (stop - minute !== 2 || line[minute] > '5' || isWord(at(line, stop))) return null
    return {
      end: stop,
      amount: this.numbers.amountOf({ whole, minutes: part(line, minute, stop) }),
      isColon,
    }
  }
}
