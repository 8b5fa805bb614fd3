/**
 * Terms of a glossary in a line: as they are, in capitals, and in plural.
 *
 * The nouns of a compound have their plurals each ("tableaux de bord"); it stands in plural if one
 * before its preposition does. Knows nothing of other entities, and of grammar no more than
 * endings. Loaded with the first glossary.
 */

import { LATER } from '../spec_later.js'
import { countCharacters, isCapital, isLetter, isSmall } from '../text/characters.js'
import { at, begins, ends, isOneOf, isWord, part, run, words } from './characters.js'

/** @typedef {import('./characters.js').Line} Line */

/** Words that join the nouns of a compound, and have no plural. */
const JOINTS = new Set([...words(LATER.terms.joints), ...words(LATER.terms.of)])

/** How English nouns end whose plural ends in "es". @type {string[]} */
const HISSES = LATER.terms.hisses.split(' ')

/** What stands behind the noun of an English compound that takes its plural. */
const OF = [...words(LATER.terms.of)].map((word) => ` ${word} `)

/** The terms of a glossary, as they are looked for. */
export class Terms {
  /** @param {[string, string][]} glossary terms and what they are in the target language */
  constructor(glossary) {
    const terms = glossary.filter(([term]) => term !== '')
    terms.sort(
      ([a], [b]) => countCharacters(b) - countCharacters(a) || (a < b ? -1 : a > b ? 1 : 0),
    )
    /** The longest first, each in code points, with its words and what stands between them. */
    this.terms = terms.map(([text, said]) => {
      const term = [...text]
      return { term, said, pieces: piecesOf(term) }
    })
  }

  /**
   * Returns the first of them that begins at a position, in any case and number; said in capitals
   * or in plural where it is that here.
   *
   * @param {Line} line
   * @param {number} start
   * @param {boolean} isFrench whether that is what they are said in, and the line is English; else
   *   it is the other way round
   * @returns {import('./find.js').Entity | null}
   */
  at(line, start, isFrench) {
    if (isWord(line[start]) && !begins(line, start)) return null
    for (const { term, said, pieces } of this.terms) {
      const spelled =
        folded(term[0]) === folded(line[start]) && spelling(line, start, term, pieces, isFrench)
      if (!spelled) continue
      const { end, isLoud, isPlural } = spelled
      if (isWord(term[term.length - 1]) && !ends(line, end)) continue
      if (isPart(line, start, end, term)) continue
      const word = !isPlural ? said : isFrench ? pluralInFrench(said) : pluralOf(said)
      const value = term.join('')
      return { start, end, kind: 'term', said: isLoud ? word.toUpperCase() : word, value }
    }
    return null
  }
}

/** @param {Line} term */
function piecesOf(term) {
  const pieces = []
  for (let start = 0; start < term.length; start += pieces[pieces.length - 1].length) {
    const end = isWord(term[start]) ? run(term, start, isWord) : start + 1
    pieces.push(term.slice(start, end))
  }
  return pieces
}

/**
 * Returns how a term is spelled from a position on: where that ends, whether it is in capitals,
 * unlike the term, and whether in plural; null if something else stands there.
 *
 * @param {Line} line
 * @param {number} start
 * @param {Line} term
 * @param {Line[]} pieces
 * @param {boolean} isEnglish whether the line is
 */
function spelling(line, start, term, pieces, isEnglish) {
  let [end, singular, marks] = [start, '', '']
  let [hasHead, isJoined, isPlural] = [false, false, false]
  for (const piece of pieces) {
    const word = folded(piece.join(''))
    const isJoint = JOINTS.has(word)
    const isNoun = isWord(piece[0]) && !isJoint
    const noun = isEnglish ? englishNoun : frenchNoun
    const found = isNoun ? noun(line, end, piece, word) : null
    const here = found?.here ?? part(line, end, end + piece.length)
    if (!found && folded(here) !== word) return null
    end = found?.end ?? end + piece.length
    singular += here
    marks += found?.mark ?? ''
    isPlural ||= found !== null && !isJoined
    hasHead ||= isNoun
    isJoined ||= hasHead && isJoint
  }
  const letters = straight(singular)
  const isUpper = term.length > 1 && letters === letters.toUpperCase()
  const isLoud = isUpper && letters !== straight(term.join(''))
  if (marks !== (isLoud ? marks.toUpperCase() : marks.toLowerCase())) return null
  return { end, isLoud, isPlural }
}

/**
 * Returns the singular of a noun that stands in plural, its mark, and where it ends; null if
 * something else stands there.
 *
 * @param {Line} line
 * @param {number} start
 * @param {Line} piece
 * @param {string} word the noun, folded
 */
function frenchNoun(line, start, piece, word) {
  const end = start + piece.length
  const mark = at(line, end)
  let here = part(line, start, end)
  if (isOneOf('xX', mark) && piece.length > 3 && word.endsWith('al')) {
    here = here.replace(/u$/, 'l').replace(/U$/, 'L') // "canaux"
  }
  const isFound = isOneOf('sxSX', mark) && ends(line, end + 1) && folded(here) === word
  return isFound ? { here, mark, end: end + 1 } : null
}

/**
 * Returns what `frenchNoun` does of English: "boxes", "cities", and "stomachs" that hiss not.
 *
 * @param {Line} line
 * @param {number} start
 * @param {Line} piece
 */
function englishNoun(line, start, piece) {
  for (const plural of [[...pluralOf(piece.join(''))], [...piece, 's']]) {
    const end = start + plural.length
    if (folded(part(line, start, end)) !== folded(plural.join('')) || !ends(line, end)) continue
    let alike = 0
    while (alike < piece.length && piece[alike] === plural[alike]) alike++
    const [mark, rest] = [part(line, start + alike, end), piece.slice(alike).join('')]
    const isUpper = mark === mark.toUpperCase()
    return {
      here: part(line, start, start + alike) + (isUpper ? rest.toUpperCase() : rest),
      mark,
      end,
    }
  }
  return null
}

/** Returns a text with straight apostrophes, which say the same. @param {string} text */
const straight = (text) => text.replaceAll('\u2019', "'")

/** @param {string} text */
const folded = (text) => straight(text.toLowerCase())

/**
 * Tells whether what is spelled like a term is part of a compound word or of a name.
 *
 * A compound is joined by a hyphen (but `-ci`, `-là`). A name is a capitalised word beside another,
 * which begins no sentence; a term that has a capital itself may be a name.
 *
 * @param {Line} line
 * @param {number} start
 * @param {number} end
 * @param {Line} term
 */
function isPart(line, start, end, term) {
  if (at(line, start - 1) === '-' && isWord(at(line, start - 2))) return true
  if (at(line, end) === '-' && isWord(at(line, end + 1))) {
    return !(['ci', 'là'].includes(part(line, end + 1, end + 3)) && ends(line, end + 3))
  }
  if (!isCapital(line[start]) || isCapital(term[0]) || isCapital(at(line, start + 1))) return false
  if (at(line, end) === ' ' && isTitled(line, end + 1)) return true
  let first = start - 1
  if (at(line, first) !== ' ') return false
  while (first > 0 && isLetter(line[first - 1])) first -= 1
  return at(line, first - 1) === ' ' && isWord(at(line, first - 2)) && isTitled(line, first)
}

/**
 * Tells whether a capital and a small letter stand at a position.
 *
 * @param {Line} line
 * @param {number} start
 */
const isTitled = (line, start) => isCapital(at(line, start)) && isSmall(at(line, start + 1))

/**
 * Returns the plural of an English noun, by the regular rules: "point of sale" has it within.
 *
 * @param {string} noun
 * @returns {string}
 */
function pluralOf(noun) {
  const small = noun.toLowerCase()
  const places = OF.map((word) => small.indexOf(word)).filter((place) => place > 0)
  if (places.length > 0) {
    const place = Math.min(...places)
    return pluralOf(noun.slice(0, place)) + noun.slice(place)
  }
  if (/(^|[^aeou])y$/.test(small)) return `${noun.slice(0, -1)}ies`
  if (/(^|[^s])sis$/.test(small)) return `${noun.slice(0, -2)}es`
  return noun + (HISSES.some((end) => small.endsWith(end)) ? 'es' : 's')
}

/**
 * Returns the plural of a French noun, by the regular rules: up to the first joint.
 *
 * @param {string} noun
 */
function pluralInFrench(noun) {
  let [hasHead, isJoined, said] = [false, false, '']
  for (const piece of piecesOf([...noun])) {
    const word = piece.join('')
    const isJoint = JOINTS.has(word.toLowerCase())
    isJoined ||= hasHead && isJoint
    const isNoun = isWord(piece[0]) && !isJoint
    hasHead ||= isNoun
    said += isNoun && !isJoined ? pluralWord(word) : word
  }
  return said
}

/** @param {string} word */
function pluralWord(word) {
  const [small, size] = [word.toLowerCase(), countCharacters(word)]
  if (/[sxz]$/.test(small) || (size > 1 && word === word.toUpperCase())) return word
  if (small.endsWith('al') && size > 3) return `${word.slice(0, -1)}ux`
  return word + (/[ae]u$/.test(small) ? 'x' : 's')
}
