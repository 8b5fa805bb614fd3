/**
 * Two numbers of French that are one: a stretch of a day, `8h-12h`, `9h à 12h`; a span, `10-15 €`.
 *
 * Of hours, what may as well be a length of time (`2h-3h`) is no stretch. Loaded with what reads
 * French.
 */

import { isDigit } from '../text/characters.js'
import {
  SPACES,
  at,
  behindSpace,
  digits,
  has,
  isOneOf,
  isWord,
  numberEnds,
  part,
  wordBefore,
} from './characters.js'
import { areOfDay, beforeSpace } from './hours.js'
import { isNamed } from './named.js'
import { period } from './periods.js'
import { DASHES, Spans } from './spans.js'

/** @typedef {import('./characters.js').Line} Line */
/** @typedef {import('./numbers.js').Amount} Amount */
/** @typedef {import('./numbers.js').Form} Form */
/** @typedef {import('./spans.js').Stretch} Stretch */
/** @typedef {{end: number, amount: Amount, isColon: boolean}} Time */

/** What opens two numbers, and what joins them; of hours each is a number then. */
const OPEN = new Map([
  ['de', ' à '],
  ['entre', ' et '],
])

/** @param {Amount} amount */
const valueIn = ({ whole, fraction }) => Number(`${whole}.${fraction || 0}`)

/** What reads two numbers of French as one. */
export class Stretches extends Spans {
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
    return this.entity(line, start, found, source, target)
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
    const [end, amount] = this.numbers.plain(line, start, form)
    const isBare = amount.grouped && amount.fraction === '' && numberEnds(line, end)
    if (!isBare || isOneOf('-\u2013', at(line, end))) return null
    if (this.numbers.behind(line, end, amount, form)[0] !== end) return null
    if (!isNamed(line, start, end)) return null
    const letters = part(line, start, end)
    return { start, end, kind: 'thing', said: letters, value: letters }
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
