/**
 * Numbers as one language writes them, and as another does: thousands, decimals, prices, times.
 *
 * A number is read into an `Amount`, which any form can write again; two sides of a pair hold the
 * same number if their amounts have the same value. Small whole numbers are no entities: the model
 * translates them with the words around them.
 */

import { SPEC } from '../spec.js'
import { isDigit, isLetter } from '../text/characters.js'
import {
  EN_DASH,
  SPACES,
  at,
  behindSpace,
  digits,
  has,
  isOneOf,
  isNegative,
  isShared,
  numberBegins,
  numberEnds,
  part,
  run,
  wordBefore,
  words,
} from './characters.js'
import { groups } from './digits.js'
import { ALIKE, SIGNS, isOver, unitBehind } from './units.js'
import { UNITS } from './words.js'

/** @typedef {import('./characters.js').Line} Line */

const NO_BREAK = '\u00a0'

/**
 * How a language writes numbers.
 *
 * @typedef {object} Form
 * @property {string} thousands the marks between groups of three digits; " ": any space of numbers
 * @property {string} group what is written there
 * @property {string} decimal the mark before a fraction
 * @property {string[]} percent what stands for per cent behind a number; the first is written
 * @property {boolean} currencyFirst whether a price begins with its currency
 * @property {boolean} hours whether `17 h 30` is a time
 * @property {Set<string>} designators words in small letters before what may be two numbers ("bus")
 * @property {Set<string>} durations words before hours and minutes that are no time of day
 * @property {Map<string, string>} units signs of units, and what they are in English
 * @property {string} until what joins two hours between which something is
 * @property {typeof import('./english.js') | null} english what English alone reads; null: nothing
 * @property {typeof import('./french.js') | null} french what French alone reads; null: nothing
 * @property {import('./spans.js').Spans | null} two what reads two numbers as one, if anything
 */

/** The number forms that every host has, by language. @type {Record<string, Form>} */
export const FORMS = {
  fr: {
    thousands: ' .',
    group: NO_BREAK,
    decimal: ',',
    percent: [`${NO_BREAK}%`, ' %', '%', '\u202f%'],
    currencyFirst: false,
    hours: true,
    designators: new Set(),
    durations: words(SPEC.hours.durations),
    units: SIGNS,
    until: ' à ',
    english: null,
    french: null,
    two: null,
  },
  en: {
    thousands: ', ',
    group: ',',
    decimal: '.',
    percent: ['%', ' %', ' percent', ' per cent'],
    currencyFirst: true,
    hours: false,
    designators: new Set(),
    durations: new Set(),
    units: ALIKE,
    until: ' to ',
    english: null,
    french: null,
    two: null,
  },
}

/**
 * Returns the form of a language that is read, null if there is none: with what reads it alone,
 * which who only writes it need not load.
 *
 * @param {string | null} name
 * @returns {Promise<Form | null>}
 */
export async function readingForm(name) {
  if (name === 'en') {
    const english = await import('./english.js')
    const two = new english.Spans(NUMBERS)
    return { ...FORMS.en, english, designators: english.DESIGNATORS, units: english.UNITS, two }
  }
  if (name !== 'fr') return null
  const french = await import('./french.js')
  const two = new french.Stretches(NUMBERS)
  return { ...FORMS.fr, french, designators: french.NUMBERED, two }
}

const { prices: PRICES } = SPEC
/** @type {string[]} */
const CURRENCIES = PRICES.currencies.split(' ')
/** @type {Record<string, string>} */
const CURRENCY_BEHIND = PRICES.behind
/** @type {Record<string, string>} */
const WRITTEN_BEHIND = PRICES.written

/** The currencies that are one sign. */
export const CURRENCY_SIGNS = CURRENCIES.filter((name) => name.length === 1).join('')

/** What stands before a currency behind its number, and how it is known: `Mds`. */
const MULTIPLES = new Map(Object.entries(PRICES.multiples))
/** The one of them that has a number without a currency, too: `1,2 k`. */
const ALONE = 'k'

/**
 * A number apart from how it is written.
 *
 * @typedef {object} Amount
 * @property {string} sign "", "-", "+" or "±"
 * @property {string} whole digits
 * @property {boolean} grouped whether the digits were parted into thousands
 * @property {string} fraction digits, "" if there are none
 * @property {boolean} percent
 * @property {string} currency
 * @property {string} multiple "", "k", "M" or "Md" before the currency, or "k" without one
 * @property {string} minutes two digits: then `whole` are hours
 * @property {boolean} decade
 * @property {boolean} hours whether `h` stands behind it: "48 h"
 * @property {string} unit sign of the unit behind it, as in English
 */

/** Where a number ends, and what it is. @typedef {[end: number, amount: Amount]} Read */

/** @param {Partial<Amount>} known @returns {Amount} */
export const amountOf = (known) => ({
  ...{ sign: '', whole: '', grouped: false, fraction: '', percent: false, currency: '' },
  ...{ multiple: '', minutes: '', decade: false, hours: false, unit: '' },
  ...known,
})

/** What is handed to what reads two numbers. @type {import('./spans.js').Numbers} */
const NUMBERS = { amountOf, behind, isClosed, lead, plain, valueOf, write }

/** What is the same in every language. @param {Amount} amount */
export function valueOf(amount) {
  const { sign, whole, fraction, currency, minutes } = amount
  if (minutes !== '') return `${Number(whole)}:${minutes}`
  const unit = amount.hours ? 'h' : amount.unit
  const tail = amount.percent ? '%' : amount.decade ? 's' : unit ? ` ${unit}` : amount.multiple
  return `${sign}${currency}${whole}${fraction === '' ? '' : `.${fraction}`}${tail}`
}

/**
 * Returns where the number at `start` ends and what it is; null if there is none to carry.
 *
 * @param {Line} line
 * @param {number} start
 * @param {Form} form
 * @returns {Read | null}
 */
export function read(line, start, form) {
  if (!beginsNumber(line, start, form)) return null
  if (form.hours && has(line, start, 'années ')) return decade(line, start + 7)
  const stop = form.english?.decadeEnd(line, start) ?? start
  if (stop > start) {
    const whole = line.slice(start, stop).filter(isDigit).join('')
    return [stop, amountOf({ whole, decade: true })]
  }
  const [position, sign, currency] = lead(line, start, form)
  const isTooLong = sign !== '' && currency !== '' && position - start > 4
  if (!isDigit(at(line, position)) || isTooLong) return null
  if (sign === '' && currency === '') {
    const found = form.hours ? time(line, position, form) : spokenTime(line, position, form)
    if (found) return found
  }
  let [end, amount] = plain(line, position, form)
  if (!form.hours && at(line, end) === 's' && numberEnds(line, end + 1)) return null
  ;[end, amount] = behind(line, end, { ...amount, sign, currency }, form)
  if (end === 0 || (!amount.unit && !isClosed(line, end))) return null
  if (isAmbiguous(line, start, position, amount, form)) return null
  const isMarked =
    amount.grouped ||
    amount.fraction !== '' ||
    amount.percent ||
    amount.currency !== '' ||
    amount.unit !== '' ||
    amount.multiple !== ''
  if (line[start] === EN_DASH && !isMarked && !isShared(line, end)) return null // "–3 œufs"
  const isCarried = isMarked || amount.sign !== ''
  if (
    !isCarried &&
    amount.hours &&
    form.french?.isMoment(line, start, end, form, (from) => time(line, from, form)?.[0] ?? 0)
  ) {
    return [end, { ...amount, hours: false, minutes: '00' }]
  }
  return isCarried || amount.hours || amount.whole.length >= 4 ? [end, amount] : null
}

/**
 * Tells whether neither a word nor a number goes on at `start`, but a range that ends there.
 *
 * @param {Line} line
 * @param {number} start
 * @param {Form | null} form
 */
export const beginsNumber = (line, start, form) =>
  numberBegins(line, start) || form?.english?.followsHyphen(line, start) === true

/**
 * Returns how a language writes an amount.
 *
 * @param {Amount} amount
 * @param {Form} form
 */
export function write(amount, form) {
  const { sign, whole, fraction, currency, multiple, minutes } = amount
  if (minutes !== '') {
    if (form.hours && minutes === '00') return `${Number(whole)}${NO_BREAK}h`
    return form.hours ? `${Number(whole)}${NO_BREAK}h${NO_BREAK}${minutes}` : `${whole}:${minutes}`
  }
  if (amount.decade) return form.hours ? `années ${whole}` : `${whole}s`
  const parted = amount.grouped ? whole.replace(/\B(?=(\d{3})+$)/g, form.group) : whole
  const number = parted + (fraction === '' ? '' : form.decimal + fraction)
  if (amount.percent) return `${sign}${number}${form.percent[0]}`
  const unit = amount.hours ? 'h' : amount.unit && signOf(amount.unit, form)
  if (unit) return `${sign}${number}${form.hours ? NO_BREAK : ' '}${unit}`
  if (currency === '') {
    return `${sign}${number}${multiple && form.hours ? NO_BREAK : ''}${multiple}`
  }
  if (form.currencyFirst) {
    return `${sign}${currency}${number}${multiple === 'Md' ? 'bn' : multiple}`
  }
  return `${sign}${number}${NO_BREAK}${multiple}${WRITTEN_BEHIND[currency] ?? currency}`
}

/**
 * Returns how a language writes a unit that is known by its English sign.
 *
 * @param {string} unit
 * @param {Form} form
 */
const signOf = (unit, form) =>
  [...form.units].find(([sign, known]) => form.hours && known === unit && sign !== unit)?.[0] ??
  unit

/**
 * Returns where the digits begin, and the sign and the currency before them.
 *
 * @param {Line} line
 * @param {number} start
 * @param {Form} form
 * @returns {[number, string, string]}
 */
export function lead(line, start, form) {
  let [position, sign] = [start, '']
  const isMinus = isNegative(line, position)
  if (isMinus || isOneOf('+\u00b1', line[position])) {
    sign = isMinus ? '-' : line[position]
    position++
  }
  const more = form.currencyFirst ? Object.keys(PRICES.before) : [] // in French, `A$1` is a cell
  const currency = [...CURRENCIES, ...more].find((name) => has(line, position, name))
  if (currency === undefined) return [position, sign, '']
  return [behindSpace(line, position + currency.length), sign, PRICES.before[currency] ?? currency]
}

/**
 * Reads a time of day as English writes it.
 *
 * @param {Line} line
 * @param {number} start
 * @param {Form} form
 * @returns {Read | null}
 */
function spokenTime(line, start, { english }) {
  const time = english && english.moment(line, start)
  return time && [time.end, amountOf({ whole: time.hours, minutes: time.minutes })]
}

/**
 * Reads a time of day as French writes it: `17:30`, `17 h 30`.
 *
 * @param {Line} line
 * @param {number} start
 * @param {Form} form
 * @returns {Read | null}
 */
function time(line, start, form) {
  const end = digits(line, start)
  if (end - start > 2 || Number(part(line, start, end)) > 24) return null
  const mark = behindSpace(line, end)
  const isColon = at(line, mark) === ':'
  if (isColon ? mark !== end : !isOneOf('hH', at(line, mark))) return null
  const minute = isColon ? mark + 1 : behindSpace(line, mark + 1)
  const stop = digits(line, minute)
  if (stop - minute !== 2 || line[minute] > '5' || !numberEnds(line, stop)) return null
  if (!isColon && form.french?.isDuration(line, start, stop, form)) return null
  const [whole, minutes] = [part(line, start, end), part(line, minute, stop)]
  return [stop, amountOf({ whole, minutes })]
}

/**
 * Reads the decade of `années 1990`, `années 80`.
 *
 * @param {Line} line
 * @param {number} start
 * @returns {Read | null}
 */
function decade(line, start) {
  const end = digits(line, start)
  const year = part(line, start, end)
  const isDecade = [2, 4].includes(year.length) && year.endsWith('0') && numberEnds(line, end)
  return isDecade ? [end, amountOf({ whole: year, decade: true })] : null
}

/**
 * Reads digits, thousands and fraction.
 *
 * @param {Line} line
 * @param {number} start
 * @param {Form} form
 * @returns {Read}
 */
export function plain(line, start, form) {
  let end = digits(line, start)
  let [whole, grouped] = [part(line, start, end), false]
  for (const mark of form.thousands) {
    const parts = groups(line, start, mark)
    let count = 1
    while (count < parts.length && parts[count].size === 3) count++
    const stop = parts[parts.length - 1].end
    const least = mark === '.' && !hasFraction(line, stop, form) ? 2 : 1
    const isComplete = count > least && count === parts.length
    if (!isComplete || parts[0].size > 3 || whole[0] === '0') continue
    end = stop
    grouped = true
    whole = parts.map((group) => part(line, group.start, group.end)).join('')
    break
  }
  let fraction = ''
  const mark = at(line, end)
  if (isDigit(at(line, end + 1)) && (mark === form.decimal || mark === '.')) {
    const stop = digits(line, end + 1)
    if (mark === form.decimal || (!grouped && stop - end !== 4)) {
      fraction = part(line, end + 1, stop)
      end = stop
    }
  }
  return [end, amountOf({ whole, grouped, fraction })]
}

/**
 * Tells whether the decimal mark and a digit stand here: then points parted thousands.
 *
 * @param {Line} line
 * @param {number} end
 * @param {Form} form
 */
const hasFraction = (line, end, form) =>
  at(line, end) === form.decimal && isDigit(at(line, end + 1))

/**
 * Reads what belongs to a number behind it; the end is 0 where it contradicts itself.
 *
 * @param {Line} line
 * @param {number} end
 * @param {Amount} amount
 * @param {Form} form
 * @returns {Read}
 */
export function behind(line, end, amount, form) {
  for (const sign of form.percent) {
    const stop = end + sign.length
    if (!has(line, end, sign) || !numberEnds(line, stop)) continue
    return [amount.currency !== '' ? 0 : stop, { ...amount, percent: true }]
  }
  if (amount.currency !== '') {
    const times = form.english ? form.english.factor(line, end) : /** @type {const} */ ([end, ''])
    return times ? [times[0], { ...amount, multiple: times[1] }] : [0, amount]
  }
  let [position, multiple] = [behindSpace(line, end), '']
  const over = position + ALONE.length
  const isAlone = form.hours && has(line, position, ALONE) && isOver(line, over)
  for (const [name, known] of MULTIPLES) {
    const stop = behindSpace(line, position + name.length)
    if (!has(line, position, name) || !CURRENCIES.includes(at(line, stop))) continue
    multiple = known
    position = stop
    break
  }
  for (const name of [...Object.keys(CURRENCY_BEHIND), ...CURRENCIES]) {
    const stop = position + name.length
    if (!has(line, position, name)) continue
    const cents = digits(line, stop)
    if (form.hours && cents === stop + 2 && amount.fraction === '' && multiple === '') {
      return [cents, { ...amount, fraction: part(line, stop, cents), currency: name }] // "5€50"
    }
    if (!numberEnds(line, stop)) continue
    return [stop, { ...amount, currency: CURRENCY_BEHIND[name] ?? name, multiple }]
  }
  const hours = form.french ? form.french.hoursEnd(line, end) : 0
  if (hours) return [hours, { ...amount, hours: true }]
  if (isAlone && multiple === '' && at(line, over) !== ')') {
    return [over, { ...amount, multiple: ALONE }]
  }
  if (form.english?.isMillion(line, end)) return [end, amount]
  const [sign, , stop] = unitBehind(line, end, form.units, form.french?.rate)
  return [stop, { ...amount, unit: form.units.get(sign) ?? '' }]
}

/**
 * Tells whether a number is over here; a unit may stand right behind it.
 *
 * @param {Line} line
 * @param {number} end
 */
export function isClosed(line, end) {
  if (numberEnds(line, end)) return true
  const unit = run(line, end, isLetter)
  return UNITS.has(part(line, end, unit)) && numberEnds(line, unit)
}

/**
 * Tells whether `bus 38 300 personnes` may hold two numbers.
 *
 * @param {Line} line
 * @param {number} start
 * @param {number} position
 * @param {Amount} amount
 * @param {Form} form
 */
function isAmbiguous(line, start, position, amount, form) {
  const isSpaced = amount.grouped && isOneOf(SPACES, at(line, digits(line, position)))
  const areTwo = isSpaced && amount.whole.length <= 6
  return areTwo && form.designators.has(wordBefore(line, start))
}
