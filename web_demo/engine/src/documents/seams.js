/** Where styles may set apart what stands in one block: links of a menu, a label and its value. */

import { LATER } from '../spec_later.js'
import { isCapital, isDigit, isLetter, isSmall } from '../text/characters.js'
import { POINTS, SIGNS, WORDS } from '../text/elements.js'
import { endsSentence, firstOf } from './inline.js'

/** Characters of a reference to a note: `1`, `[12]`. */
export const NOTE = 4

export const SPACE = /^[ \t\n\r\f]*$/

const OPENED = new Set(LATER.elements.opened) // behind which a word or its sentence goes on
const ENDED = new Set(LATER.elements.ended) // before which it does
const DASHES = new Set('-\u2212')
const SHORT = 3 // words of a label, and of a link in a row
const MANY = 3 // links that are a row
const COUNTED = /\p{L}{3}$/u // a word that a number in a tag behind it is no part of

/** @param {Node} node @returns {node is Element} */
export const isElement = (node) => node.nodeType === 1

/** @param {Node} node */
const shownIn = (node) => node.textContent ?? ''

/**
 * Returns the parts of a run: links alone one by one, what meets where no word goes on, and the
 * number behind a word that ends it.
 *
 * @param {Node[]} run siblings
 * @param {Set<Node>} kept elements that are not to be translated
 * @returns {(Node[] | Element)[]} runs, and elements that hold such
 */
export function parted(run, kept) {
  const shown = run.filter((node) => !SPACE.test(shownIn(node)))
  if (shown.length === 1 && isPair(shown[0], kept) && hasParts([...shown[0].childNodes], kept)) {
    return [/** @type {Element} */ (shown[0])]
  }
  const counts = linksOf(run, kept)
  if (counts) {
    const first = counts.findIndex((count) => count > 0)
    const links = run.slice(first).map((node, at) => {
      return counts[first + at] > 1 ? /** @type {Element} */ (node) : [node]
    })
    return [run.slice(0, first), ...links]
  }
  const seams = new Set(seamsIn(run, kept))
  /** @type {Node[][]} */
  const parts = [[]]
  run.forEach((node, at) => {
    if (seams.has(at)) parts.push([])
    parts[parts.length - 1].push(node)
  })
  return parts
}

/** @param {Node[]} nodes @param {Set<Node>} kept */
const hasParts = (nodes, kept) => linksOf(nodes, kept) !== null || seamsIn(nodes, kept).length > 0

/**
 * Tells whether a node has words that stand in no other element.
 *
 * @param {Node} node
 * @param {Set<Node>} kept
 */
const isSaid = (node, kept) =>
  isElement(node)
    ? kept.has(node) || WORDS.has(node.localName)
    : node.nodeType === 3 && [...shownIn(node)].some(isLetter)

/**
 * Returns how many links each node of a run has; null if there are less than two, or words beside
 * them. Before the first there may be a label, with a colon or before a row of short links.
 *
 * @param {Node[]} run
 * @param {Set<Node>} kept
 */
function linksOf(run, kept) {
  let [label, total] = ['', 0]
  let [isAlone, isShort] = [true, true]
  /** @param {Node} node */
  const count = (node) => {
    if (isSaid(node, kept)) {
      if (total > 0) isAlone = false
      else label += isElement(node) ? '{}' : shownIn(node)
    }
    if (!isPair(node, kept)) return
    if (/** @type {Element} */ (node).localName !== 'a') return node.childNodes.forEach(count)
    isShort &&= wordsIn(shownIn(node)) <= SHORT
    total += 1
  }
  const counts = run.map((node) => {
    const before = total
    count(node)
    return total - before
  })
  const isRow = isShort && total >= MANY && wordsIn(label) <= SHORT && /\p{L}\s*$/u.test(label)
  const isLabel = label === '' || label.trimEnd().endsWith(':') || isRow
  return isAlone && isLabel && total > 1 ? counts : null
}

const wordsIn = (/** @type {string} */ text) => text.split(/\s+/).filter(Boolean).length

/**
 * Tells whether a node is an element with words in it.
 *
 * @param {Node} node
 * @param {Set<Node>} kept
 */
const isPair = (node, kept) =>
  isElement(node) &&
  !kept.has(node) &&
  ![WORDS, POINTS, SIGNS].some((names) => names.has(node.localName)) &&
  shownIn(node).trim() !== ''

/**
 * Returns before which of some siblings another text begins, though no block does: "Prix" and
 * "12 €".
 *
 * @param {Node[]} nodes
 * @param {Set<Node>} kept
 * @returns {number[]}
 */
function seamsIn(nodes, kept) {
  const counted = nodes.length - 1
  if (nodes.some((node) => isSaid(node, kept))) {
    const isCounter =
      counted > 0 &&
      isPair(nodes[counted], kept) &&
      /^[0-9]+$/.test(shownIn(nodes[counted])) &&
      nodes[counted - 1].nodeType === 3 &&
      COUNTED.test(shownIn(nodes[counted - 1]))
    return isCounter ? [counted] : []
  }
  const places = [...nodes.keys()].filter(
    (at) => at > 0 && isPair(nodes[at], kept) && isPair(nodes[at - 1], kept),
  )
  const isFlowing = places.some(
    (at) => /\s$/.test(shownIn(nodes[at - 1])) || /^\s/.test(shownIn(nodes[at])),
  )
  return places.filter((at) => isSeam(shownIn(nodes[at - 1]), shownIn(nodes[at]), isFlowing))
}

/**
 * @param {string} one
 * @param {string} other
 * @param {boolean} isFlowing whether elsewhere spaces part the run
 */
function isSeam(one, other, isFlowing) {
  const [beforeLast = '', last] = [...one].slice(-2).length > 1 ? [...one].slice(-2) : ['', one]
  const [first, second = ''] = other
  if (/\s/.test(last + first) || OPENED.has(last) || ENDED.has(first)) return false
  if (DASHES.has(first)) return isDigit(second)
  if (!isLetter(last) || !isLetter(first)) return true
  if (isSmall(first)) return !isFlowing && (isSmall(last) || isCapital(beforeLast))
  return isSmall(last) || isSmall(second)
}

/**
 * Tells whether a line break ends a sentence, rather than a line of one.
 *
 * @param {Element} br
 */
export function isHard(br) {
  const read = (/** @type {'previousSibling' | 'nextSibling'} */ side) => {
    const parts = []
    for (let node = br[side]; node && node.nodeName.toLowerCase() !== 'br'; node = node[side]) {
      parts.push(node.nodeType === 8 ? '' : (node.textContent ?? ''))
    }
    return parts
  }
  const following = firstOf(read('nextSibling').join(''))
  return !isSmall(following) || endsSentence(read('previousSibling').reverse().join(''))
}
