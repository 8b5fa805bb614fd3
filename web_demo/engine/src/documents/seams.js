/** Where styles may set apart what stands in one block: links of a menu, a label and its value. */

import { LATER } from '../spec_later.js'
import { isCapital, isDigit, isLetter, isSmall } from '../text/characters.js'
import { POINTS, SIGNS, WORDS } from '../text/elements.js'
import { endsSentence, firstOf } from './inline.js'

/** Characters of a reference to a note: `1`, `[12]`. */
export const NOTE = 4

const ENDED = new Set(LATER.elements.ended) // behind which no word goes on

export const SPACE = /^[ \t\n\r\f]*$/

/** @param {Node} node @returns {node is Element} */
export const isElement = (node) => node.nodeType === 1

/**
 * Returns the parts of a run: links alone one by one, and what meets where no word goes on.
 *
 * @param {Node[]} run siblings
 * @param {Set<Node>} kept elements that are not to be translated
 * @returns {(Node[] | Element)[]} runs, and elements that hold such
 */
export function parted(run, kept) {
  const shown = run.filter((node) => !SPACE.test(node.textContent ?? ''))
  const links = shown.map((node) => linksIn(node, kept))
  if (links.every(({ isAlone }) => isAlone) && sum(links) > 1) {
    return run.map((node) =>
      linksIn(node, kept).count > 1 ? /** @type {Element} */ (node) : [node],
    )
  }
  const [only] = shown
  if (shown.length === 1 && isPair(only, kept) && seamIn([...only.childNodes], kept)) {
    return [/** @type {Element} */ (only)]
  }
  const end = seamIn(run, kept)
  return end ? [run.slice(0, end), ...parted(run.slice(end), kept)] : [run]
}

/** How many links there are. @param {{count: number}[]} links */
const sum = (links) => links.reduce((total, { count }) => total + count, 0)

/**
 * Returns how many links a node has, and whether there are words beside them.
 *
 * @param {Node} node
 * @param {Set<Node>} kept
 * @returns {{count: number, isAlone: boolean}}
 */
function linksIn(node, kept) {
  const shown = node.textContent ?? ''
  if (!isElement(node)) {
    return { count: 0, isAlone: node.nodeType !== 3 || ![...shown].some(isLetter) }
  }
  if (!isPair(node, kept)) {
    return { count: 0, isAlone: !kept.has(node) && !WORDS.has(node.localName) }
  }
  const isLink = node.localName === 'a'
  if (isLink && (shown.length > NOTE || [...shown].some(isLetter))) {
    return { count: 1, isAlone: true }
  }
  const links = [...node.childNodes].map((child) => linksIn(child, kept))
  return { count: sum(links), isAlone: links.every(({ isAlone }) => isAlone) }
}

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
  (node.textContent ?? '').trim() !== ''

/**
 * Returns before which of some siblings another text begins, though no block does: "Prix" and
 * "12 €". 0: before none.
 *
 * @param {Node[]} nodes
 * @param {Set<Node>} kept
 */
function seamIn(nodes, kept) {
  const found = nodes.findIndex((node, at) => {
    if (at === 0 || !isPair(node, kept) || !isPair(nodes[at - 1], kept)) return false
    const before = [...(nodes[at - 1].textContent ?? '')].at(-1) ?? ''
    const [after] = node.textContent ?? ''
    const isOver = isSmall(before) || isDigit(before) || ENDED.has(before)
    return isOver && (isCapital(after) || isDigit(after) || after === '«')
  })
  return Math.max(found, 0)
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
