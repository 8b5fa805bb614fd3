/**
 * Cheap checks of an English sentence against its French translation: what these languages ask.
 *
 * As in `checks.js`, they see words, not meanings; what both directions share is there.
 */

import { isOneOf, isSpace, isWord, words } from '../entities/characters.js'
import { isCapital, isLetter } from './characters.js'
import { values } from './number_words.js'

/** @typedef {import('./checks.js').Doubt} Doubt */

const FEWER = ['less than', 'fewer than', 'under', 'below']
const MORE = ['more than', 'over', 'above']
const SAID_FEWER = words(
  'moins inférieur inférieure inférieurs inférieures dessous sous maximum max avant jeune ' +
    'jeunes peine plafond limite',
)
const SAID_MORE = words(
  'plus supérieur supérieure supérieurs supérieures dessus delà dépasse dépassent dépassé ' +
    'dépasser dépassant dépassait excède excéder sur minimum passé passée âgé',
)
const AT_LEAST = ['au moins', 'minimum', 'ou plus', 'pas moins', 'et plus', 'minimale']
const AT_MOST = [
  'au plus',
  'maximum',
  'pas plus',
  'jusqu',
  'ne dépass',
  'pas dépass',
  'maximal',
  'ou moins',
]
/** @type {[string, string[]][]} */
const PHRASES = [
  ['at least', AT_LEAST],
  ['no less than', AT_LEAST],
  ['no fewer than', AT_LEAST],
  ['at most', AT_MOST],
  ['no more than', AT_MOST],
  ['not more than', AT_MOST],
]

/**
 * @param {Doubt['kind']} kind
 * @param {string} source
 * @param {number} start
 * @param {number} size
 * @returns {Doubt}
 */
const doubtAt = (kind, source, start, size) => {
  return { kind, text: source.slice(start, start + size), start, end: start + size }
}

/**
 * Finds a limit whose direction is not in the translation, or turned round.
 *
 * @param {string} source
 * @param {string} target
 * @param {string[]} said
 */
function limit(source, target, said) {
  const [small, smallTarget] = [source.toLowerCase(), target.toLowerCase()]
  for (const [phrase, sayings] of PHRASES) {
    const place = placeOf(small, phrase)
    if (place < 0 || sayings.some((saying) => smallTarget.includes(saying))) continue
    const end = place + phrase.length
    if (numberFollows(source, end)) return doubtAt('limit', source, place, phrase.length)
  }
  for (const [phrases, wanted, other] of /** @type {[string[], Set<string>, Set<string>][]} */ ([
    [FEWER, SAID_FEWER, SAID_MORE],
    [MORE, SAID_MORE, SAID_FEWER],
  ])) {
    for (const phrase of phrases) {
      const place = placeOf(small, phrase)
      if (place < 0 || /(no|not|n't) $/.test(small.slice(0, place))) continue
      const isSaid = said.some((word) => wanted.has(word))
      if (isSaid || !numberFollows(source, place + phrase.length)) continue
      if (said.some((word) => other.has(word)) || phrase.includes(' ')) {
        return doubtAt('limit', source, place, phrase.length)
      }
    }
  }
  return null
}

/** @param {string} text @param {number} place */
const before = (text, place) => [...text.slice(Math.max(place - 2, 0), place)].at(-1) ?? ''

/** @param {string} text @param {number} place */
const behind = (text, place) => [...text.slice(place, place + 2)][0] ?? ''

/**
 * Returns where a phrase stands apart from other words, -1 if it does not.
 *
 * @param {string} text
 * @param {string} phrase
 */
function placeOf(text, phrase) {
  let place = text.indexOf(phrase)
  while (place >= 0) {
    if (!isWord(before(text, place)) && !isWord(behind(text, place + phrase.length))) return place
    place = text.indexOf(phrase, place + 1)
  }
  return place
}

/**
 * Tells whether a number begins behind a position, or behind one word there.
 *
 * @param {string} text
 * @param {number} end
 */
function numberFollows(text, end) {
  const rest = text.slice(end)
  const found = values(rest, 'en').find(({ value }) => value.whole !== 0n)
  if (!found) return false
  const between = rest.slice(0, found.start)
  let count = 0
  for (let at = 0; at < between.length; at++) {
    if (!isSpace(between[at]) && (at === 0 || isSpace(between[at - 1]))) count++
  }
  return count <= 1
}

const NOT = words('not t never nothing nobody cannot none neither')
const DENIED = words(
  'pas ne n jamais rien aucun aucune ni personne nul nulle guère sans non plus point sauf ' +
    'que qu impossible interdit interdite refuse refusé refuser refusent manque manquait ' +
    'absent absence ignore ignorait ignorer éviter évite évitez empêche empêcher arrête ' +
    'arrêtez cesse cessez rarement peu seulement contraire faux fausse incapable inutile hâte ' +
    'inquiète inquiétez défense malgré loin mal peine dommage hors zéro sinon faute aussi',
)
const PREFIXES = ['in', 'im', 'ir', 'dé', 'dés', 'mé', 'non']
const IDIOMS = [
  'why not',
  'not only',
  "can't help",
  "couldn't help",
  "n't you",
  "n't we",
  'not bad',
]
const CLEAR = words('pas jamais rien aucun aucune')
const STEPS = words('un le les au des deux trois quatre cinq six dix cent mes ses leurs ce chaque')
const HIDDEN = words(
  'not t no never nothing nobody none neither nor cannot without nowhere hardly scarcely ' +
    'barely unable fail fails failed failing failure lack lacks lacked lacking refuse refuses ' +
    'refused unlike unless anymore little few only but avoid prevent stop stopped wrong false ' +
    'bad forbid forbidden prohibited impossible absent missing miss ignore ignored deny ' +
    'denied doubt except hate any anything anyone ever rather far too before until else than ' +
    'afraid sorry late empty keep kept out off instead rarely seldom against don isn won can ' +
    'dont cant wont aint useless no-one free least less must should nor yet still other shut ' +
    'away poor low hold',
)
const HIDDEN_PREFIXES = ['un', 'dis', 'im', 'in', 'mis']

/**
 * Tells whether a word begins in one of some ways.
 *
 * @param {string} word
 * @param {string[]} beginnings
 */
const beginsWith = (word, beginnings) => beginnings.some((some) => word.startsWith(some))

/**
 * Finds a negation that was lost, or one that nobody said; none in questions.
 *
 * @param {string} source
 * @param {string} target
 * @param {string[]} here
 * @param {string[]} said
 * @returns {Doubt | null}
 */
function negation(source, target, here, said) {
  if (source.includes('?') || target.includes('?')) return null
  const small = source.toLowerCase()
  const strong = here.filter(
    (word, at) => NOT.has(word) && (word !== 't' || (here[at - 1] ?? '').endsWith('n')),
  )
  if (strong.length > 0 && !said.some((word) => DENIED.has(word))) {
    const isHinted = said.some((word) => [...word].length > 5 && beginsWith(word, PREFIXES))
    if (!isHinted && !IDIOMS.some((idiom) => small.includes(idiom))) {
      const word = strong[0] === 't' ? "n't" : strong[0]
      const start = word === "n't" ? small.indexOf(word) : placeOf(small, word)
      return doubtAt('negation', source, Math.max(start, 0), word.length)
    }
  }
  const spoken = said.find(
    (word, at) => CLEAR.has(word) && !(word === 'pas' && STEPS.has(said[at - 1] ?? '')),
  )
  const isHidden = here.some((word) => HIDDEN.has(word) || beginsWith(word, HIDDEN_PREFIXES))
  if (!spoken || strong.length > 0 || isHidden) return null
  if (target.toLowerCase().includes("n'est-ce pas")) return null
  return { kind: 'negation', text: spoken, start: null, end: null }
}

const SMALL_IN_FRENCH = words(
  'Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February March April ' +
    'May June July August September October November December English French German Spanish ' +
    'Italian Dutch Portuguese Chinese Japanese Russian American British Canadian European ' +
    'Christian Christmas Easter Catholic Jewish Muslim Mister Miss Missus Mrs Doctor ' +
    'Professor President King Queen Prince Princess Lord Lady Sir Captain General God Street ' +
    'Avenue Road Lake River Mount North South East West Ministry Department University ' +
    'Internet Father Mother Uncle Aunt',
)
const PEOPLES = ['an', 'ans', 'ish', 'ese', 'ic', 'ch']

/**
 * Finds a name, within a sentence, of which the translation has nothing.
 *
 * @param {string} source
 * @param {string} target
 * @param {(text: string) => [string, number][]} capitalized
 */
function name(source, target, capitalized) {
  const here = capitalized(source).filter(([word]) => !SMALL_IN_FRENCH.has(word))
  const known = new Set(here.map(([word]) => word))
  if (capitalized(target).some(([word]) => !known.has(word))) return null
  const said = target.toLowerCase()
  for (const [word, start] of here) {
    if (isCapitalBeside(source, start, start + word.length)) continue
    const stem = [...word].slice(0, 3).join('').toLowerCase()
    if (said.includes(stem) || PEOPLES.some((end) => word.endsWith(end))) continue
    return doubtAt('name', source, start, word.length)
  }
  return null
}

/**
 * Tells whether the word before or behind has a capital, too, or is "of".
 *
 * @param {string} text
 * @param {number} start
 * @param {number} end
 */
function isCapitalBeside(text, start, end) {
  if (text.startsWith(' of ', end) || text.slice(0, start).endsWith(' of ')) return true
  if (isOneOf(' -', text[end] ?? '') && isCapital(behind(text, end + 1))) return true
  if (!isOneOf(' -', text[start - 1] ?? '')) return false
  let first = start - 1
  while (first > 0 && isLetter(before(text, first))) first -= before(text, first).length
  return isCapital(behind(text, first))
}

/**
 * Returns what is asked of English that became French.
 *
 * @param {string} source
 * @param {string} target
 * @param {string[]} here
 * @param {string[]} said
 * @param {(text: string) => [string, number][]} capitalized
 * @returns {Doubt[]}
 */
export const ofEnglish = (source, target, here, said, capitalized) =>
  [
    limit(source, target, said),
    negation(source, target, here, said),
    name(source, target, capitalized),
  ].filter((found) => found !== null)

/** What French says for a number of English. @type {Map<bigint, Set<string>>} */
const SAID_FOR = new Map([
  [0n, words('minuit aucun')],
  [2n, words('quinze quinzaine')],
  [7n, words('huit semaine')],
  [10n, words('dizaine dizaines')],
  [12n, words('midi minuit douzaine douzaines')],
  [14n, words('quinze quinzaine')],
  [15n, words('quart quinzaine')],
  [20n, words('vingtaine')],
  [30n, words('trentaine demie')],
  [40n, words('quarantaine')],
  [50n, words('cinquantaine')],
  [60n, words('soixantaine')],
  [100n, words('centaine centaines')],
  [1000n, words('millier milliers')],
])

/** Words of French that are not only numbers. */
const NO_NUMBERS = words('neuf cent mille zéro')
const HOURS = words('h heure heures')

/**
 * Tells whether a French translation says a number of English in another way.
 *
 * @param {bigint | null} number
 * @param {string[]} said
 */
export function says(number, said) {
  const others = number === null ? undefined : SAID_FOR.get(number)
  return others !== undefined && said.some((word) => others.has(word))
}

/**
 * Tells whether a French translation has hours, which may be those of the afternoon.
 *
 * @param {string[]} said
 */
export const tellsHours = (said) =>
  said.some((word) => HOURS.has(word) || [...word].slice(1, 3).includes('h'))

/** Whether a number of French may be none: "neuf", "un cent", "XIXe". @param {string} text */
export const isNoNumber = (text) =>
  NO_NUMBERS.has(text.toLowerCase().split(' ').at(-1) ?? '') || isOneOf('IVX', text[0])
