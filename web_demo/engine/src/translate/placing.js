/**
 * Inline markup through translation: attention says where each mark of a source belongs.
 *
 * A pair is set around the run of target words that attend more to what it encloses than to the
 * rest; a point between the words that attend to what is before it and those that attend to what is
 * behind. Pairs stay within their parents and never overlap, and there are as many marks as before:
 * nothing is lost and nothing doubled, whatever the attention says. Knows nothing of tags.
 */

import { isSpace } from '../entities/characters.js'
import { characterAt, characterBefore } from '../text/characters.js'
import { OUTSIDE, childrenOf } from '../text/markup.js'
import { hasWord, isInWord, mutual, overlapIn, unitsOf } from './alignment.js'

/** @typedef {import('../text/markup.js').Mark} Mark */
/** @typedef {import('../text/markup.js').Marked} Marked */
/** @typedef {import('./alignment.js').Alignment} Alignment */
/** @typedef {import('./alignment.js').Span} Span */

const SURE = 1000 // what a unit weighs that must be in a run, or must not
const LIKELY = 0.25 // how far below half of a unit's attention, as a share of it, if none has more
const EQUAL = 1e-9 // sums that differ by less are equal; the shorter run wins

/** Returns a text without white space at its ends. @param {string} text */
function stripped(text) {
  const characters = [...text]
  const first = characters.findIndex((c) => !isSpace(c))
  return characters.slice(first, characters.findLastIndex((c) => !isSpace(c)) + 1).join('')
}

/** @param {string} text */
const isBlank = (text) => [...text].every(isSpace)

/**
 * Sets the marks of a source text in its translation; as many, in the same order, and nested.
 *
 * @param {Marked} marked the source; its marks nest
 * @param {Alignment} alignment of `marked.text` and its translation
 * @returns {Marked}
 */
export function place(marked, alignment) {
  const placing = new Placing(marked, alignment)
  const children = childrenOf(marked.marks)
  const waiting = [OUTSIDE]
  while (waiting.length > 0) {
    const parent = Number(waiting.pop())
    const pairs = (children.get(parent) ?? []).filter((i) => marked.marks[i].kind === 'pair')
    if (pairs.length > 0) placing.placePairs(parent, pairs)
    waiting.push(...pairs)
  }
  for (const index of placing.words.keys()) placing.placeWord(index)
  marked.marks.forEach(({ kind, parent, start }, index) => {
    if (placing.placed[index]) return
    const at = placing.position(parent, start)
    placing.placed[index] = { kind, start: at, end: at, parent }
  })
  return { text: alignment.target, marks: placing.placed }
}

/** One text whose marks are being set, parents before what they enclose. */
class Placing {
  /**
   * @param {Marked} marked
   * @param {Alignment} alignment
   */
  constructor(marked, alignment) {
    this.source = marked
    this.text = alignment.target
    /** Where in the target what was read as a word is spelled. */
    this.words = findWords(marked, this.text)
    /** @type {Span[]} */
    this.units = unitsOf(
      this.text,
      alignment.blocks.flatMap(({ targets }) => targets),
      [...this.words.values()],
    )
    this.isWord = this.units.map((unit) => hasWord(this.text, unit))
    this.sourceUnits = unitsOf(
      marked.text,
      alignment.blocks.flatMap(({ sources }) => sources),
      marked.marks.filter(({ kind }) => kind === 'word').map(({ start, end }) => [start, end]),
    )
    this.overlap = overlapIn(marked.text)
    const overlap = overlapIn(this.text)
    this.blocks = alignment.blocks.map((block) => ({
      ...block,
      rows: mutual(block),
      shares: block.targets.map((span) => sharesOf(span, this.units, overlap)),
    }))
    /** @type {Mark[]} */
    this.placed = []
  }

  /**
   * Returns [U]: how much of each unit's attention lies in a stretch of the source.
   *
   * @param {Span} span
   */
  within(span) {
    const found = new Float64Array(this.units.length)
    for (const { sources, rows, shares } of this.blocks) {
      const inside = sources.map((source) => this.overlap(source, span))
      if (!inside.some((share) => share > 0)) continue
      rows.forEach((row, at) => {
        const weight = row.reduce((sum, each, column) => sum + each * inside[column], 0)
        for (const [unit, share] of shares[at]) found[unit] += share * weight
      })
    }
    return found
  }

  /** Tells whether a unit is what was read as a word. @param {number} unit */
  isCopied(unit) {
    return [...this.words.values()].some(([start]) => start === this.units[unit][0])
  }

  /** Returns where the children of a mark may stand. @param {number} parent @returns {Span} */
  bounds(parent) {
    if (parent === OUTSIDE) return [0, this.text.length]
    return [this.placed[parent].start, this.placed[parent].end]
  }

  /** The same in the source. @param {number} parent @returns {Span} */
  sourceBounds(parent) {
    if (parent === OUTSIDE) return [0, this.source.text.length]
    return [this.source.marks[parent].start, this.source.marks[parent].end]
  }

  /** Returns the units inside a placed parent. @param {number} parent */
  inner(parent) {
    const [low, high] = this.bounds(parent)
    return [...this.units.keys()].filter(
      (at) => low <= this.units[at][0] && this.units[at][1] <= high,
    )
  }

  /** Returns the words in a stretch of the source. @param {Span} span */
  sourceWords([low, high]) {
    return this.sourceUnits.filter(
      ([start, end]) => low < end && start < high && hasWord(this.source.text, [start, end]),
    )
  }

  /**
   * Tells whether a pair encloses a mark of the source, at any depth.
   *
   * @param {number} pair
   * @param {number} mark
   */
  isAround(pair, mark) {
    let at = mark
    while (at !== OUTSIDE && at !== pair) at = this.source.marks[at].parent
    return at === pair
  }

  /**
   * Leaves a word where it is spelled; a pair that did not reach so far is not around it.
   *
   * @param {number} index
   */
  placeWord(index) {
    const [start, end] = /** @type {Span} */ (this.words.get(index))
    let { parent } = this.source.marks[index]
    for (;;) {
      const [low, high] = this.bounds(parent)
      if (low <= start && end <= high) break
      parent = this.source.marks[parent].parent
    }
    this.placed[index] = { kind: 'word', start, end, parent }
  }

  /**
   * Gives each pair of one parent its run of units, the surest first.
   *
   * @param {number} parent
   * @param {number[]} pairs
   */
  placePairs(parent, pairs) {
    const inner = this.inner(parent)
    const total = this.within(this.sourceBounds(parent))
    const gains = new Map(pairs.map((pair) => [pair, this.gains(pair, total)]))
    const free = new Set(inner)
    const waiting = [...pairs]
    while (waiting.length > 0) {
      /** @type {{sum: number, run: number[]} | null} */
      let best = null
      let pair = waiting[0]
      for (const each of waiting) {
        const found = bestRun(/** @type {Float64Array} */ (gains.get(each)), inner, free)
        if (best && found.sum <= best.sum) continue
        best = found
        pair = each
      }
      waiting.splice(waiting.indexOf(pair), 1)
      const { start, end } = this.source.marks[pair]
      const whole = this.wholeRun(pair, parent, inner)
      let run = longest(whole.length > 0 ? whole : (best?.run ?? []), free)
      run = this.withEdges([start, end], run, free)
      if (run.length === 0) {
        const own = /** @type {Float64Array} */ (gains.get(pair))
        run = this.withoutWords(pair, own, total, free)
      }
      const at = run.length > 0 ? 0 : this.position(parent, start)
      const [low, high] =
        run.length > 0 ? [this.units[run[0]][0], this.units[run[run.length - 1]][1]] : [at, at]
      this.placed[pair] = { kind: 'pair', start: low, end: high, parent }
      for (const unit of run) free.delete(unit)
    }
  }

  /**
   * Returns [U]: what each unit would add to a pair's run.
   *
   * @param {number} pair
   * @param {Float64Array} total attention within its parent
   */
  gains(pair, total) {
    const { start, end } = this.source.marks[pair]
    const gains = this.within([start, end]).map((within, at) =>
      this.isWord[at] ? within - total[at] / 2 : 0,
    )
    for (const [word, place] of this.words) {
      const unit = this.units.findIndex(([from, to]) => from === place[0] && to === place[1])
      gains[unit] = this.isAround(pair, word) ? SURE : -SURE
    }
    return gains
  }

  /**
   * Returns the run of a pair that encloses all words of its parent: all of them again.
   *
   * @param {number} pair
   * @param {number} parent
   * @param {number[]} inner
   */
  wholeRun(pair, parent, inner) {
    const { start, end } = this.source.marks[pair]
    const [low, high] = this.sourceBounds(parent)
    const { text } = this.source
    if (isBlank(text.slice(low, high))) return []
    if (isBlank(text.slice(low, start) + text.slice(end, high))) return inner
    const words = this.sourceWords([low, high])
    if (words.length === 0 || this.sourceWords([start, end]).length !== words.length) return []
    const found = inner.filter((at) => this.isWord[at])
    if (found.length === 0) return []
    const [first, last] = [found[0], found[found.length - 1]]
    return Array.from({ length: last - first + 1 }, (_, at) => first + at)
  }

  /**
   * Stretches a run over as many signs at its edges as the source encloses at its own.
   *
   * @param {Span} span
   * @param {number[]} run
   * @param {Set<number>} free
   */
  withEdges([low, high], run, free) {
    if (run.length === 0) return run
    const inside = this.sourceUnits.filter(([start, end]) => low <= start && end <= high)
    const signs = inside.map((unit) => !hasWord(this.source.text, unit))
    if (signs.every((isSign) => isSign)) return run
    const stretched = [...run]
    const isNext = (/** @type {number} */ at) =>
      free.has(at) && !this.isWord[at] && !this.isCopied(at)
    for (let count = signs.indexOf(false); count > 0 && isNext(stretched[0] - 1); count--) {
      stretched.unshift(stretched[0] - 1)
    }
    const last = () => stretched[stretched.length - 1]
    const behind = signs.length - 1 - signs.lastIndexOf(false)
    for (let count = behind; count > 0 && isNext(last() + 1); count--) stretched.push(last() + 1)
    return stretched
  }

  /**
   * Returns the unit for a pair that no word attends to: the same sign, or the likeliest word.
   *
   * @param {number} pair
   * @param {Float64Array} gains
   * @param {Float64Array} total attention within its parent
   * @param {Set<number>} free
   */
  withoutWords(pair, gains, total, free) {
    const { start, end } = this.source.marks[pair]
    const text = this.source.text.slice(start, end)
    if (isBlank(text)) return []
    const sorted = [...free].sort((a, b) => a - b)
    if (this.sourceWords([start, end]).length === 0) {
      const same = sorted.filter((at) => this.text.slice(...this.units[at]) === stripped(text))
      return same.slice(0, 1)
    }
    const likely = sorted.filter((at) => this.isWord[at] && gains[at] > -LIKELY * total[at])
    return likely.length > 0 ? [mostOf(likely, gains)] : []
  }

  /**
   * Returns where a point of the source belongs within its parent, outside of what is placed.
   *
   * @param {number} parent
   * @param {number} source
   */
  position(parent, source) {
    const [low, high] = this.bounds(parent)
    const [start, end] = this.sourceBounds(parent)
    const { text } = this.source
    if (isBlank(text.slice(start, source))) return low
    if (isBlank(text.slice(source, end))) return high
    const follows = !isSpace(characterBefore(text, source))
    const at = this.unbounded([start, end], source, follows, [low, high], this.inner(parent))
    for (const mark of this.placed) {
      if (mark?.parent !== parent || mark.start >= at || at >= mark.end) continue
      return follows || mark.end - at < at - mark.start ? mark.end : mark.start
    }
    return at
  }

  /**
   * Returns where attention sees a point, whatever is placed there.
   *
   * @param {Span} around what is around it in the source
   * @param {number} source
   * @param {boolean} follows whether a word or sign stands directly before it
   * @param {Span} bounds of its parent in the target
   * @param {number[]} inner the units in there
   */
  unbounded([start, end], source, follows, [low, high], inner) {
    if (follows && !isInWord(characterAt(this.source.text, source))) {
      // A footnote: it belongs to the word before it.
      const word = this.sourceUnits.findLast((unit) => unit[0] < source)
      const weights = this.within(/** @type {Span} */ (word))
      return inner.length === 0 ? high : this.units[mostOf(inner, weights)][1]
    }
    const [before, after] = [this.within([start, source]), this.within([source, end])]
    const sums = [0]
    for (const unit of inner) sums.push(sums[sums.length - 1] + (before[unit] - after[unit]))
    const cut = mostOf([...sums.keys()], sums)
    if (cut === inner.length) return inner.length > 0 ? this.units[inner[cut - 1]][1] : low
    return follows && cut > 0 ? this.units[inner[cut - 1]][1] : this.units[inner[cut]][0]
  }
}

/**
 * Returns the first of some units that has most; less by next to nothing is as much, since another
 * order of additions must not choose another one.
 *
 * @param {number[]} among
 * @param {ArrayLike<number>} weights
 */
function mostOf(among, weights) {
  const most = Math.max(...among.map((at) => weights[at]))
  return /** @type {number} */ (among.find((at) => weights[at] > most - EQUAL))
}

/**
 * Returns where what was read as a word is spelled in the target; none is found twice.
 *
 * @param {Marked} marked
 * @param {string} target
 */
function findWords({ text, marks }, target) {
  /** @type {Map<number, Span>} */
  const found = new Map()
  marks.forEach((mark, index) => {
    const word = text.slice(mark.start, mark.end)
    if (mark.kind !== 'word' || word === '') return
    let start = target.indexOf(word)
    const isTaken = () =>
      [...found.values()].some(([low, high]) => start < high && low < start + word.length)
    while (start >= 0 && isTaken()) start = target.indexOf(word, start + 1)
    if (start >= 0) found.set(index, [start, start + word.length])
  })
  return found
}

/**
 * Returns which units a token lies in, each with the share of it that does.
 *
 * @param {Span} span
 * @param {Span[]} among in order, apart from each other
 * @param {(span: Span, other: Span) => number} overlap
 */
function sharesOf(span, among, overlap) {
  let [low, high] = [0, among.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (among[middle][1] <= span[0]) low = middle + 1
    else high = middle
  }
  /** @type {[number, number][]} */
  const found = []
  for (let at = low; at < among.length && among[at][0] < span[1]; at++) {
    found.push([at, overlap(span, among[at])])
  }
  return found
}

/**
 * Returns the largest sum that a run of free units has, and the run; none if none is above 0.
 *
 * @param {Float64Array} gains
 * @param {number[]} inner
 * @param {Set<number>} free
 */
function bestRun(gains, inner, free) {
  let best = { sum: 0, run: /** @type {number[]} */ ([]) }
  let total = 0
  /** @type {number[]} */
  let run = []
  for (const at of inner) {
    if (!free.has(at) || total <= 0) [total, run] = [0, []]
    if (!free.has(at)) continue
    total += gains[at]
    run = [...run, at]
    if (total > best.sum + EQUAL) best = { sum: total, run }
  }
  return best
}

/**
 * Returns the longest stretch of a run whose units are all free, the first of several.
 *
 * @param {number[]} run
 * @param {Set<number>} free
 */
function longest(run, free) {
  /** @type {number[]} */
  let best = []
  /** @type {number[]} */
  let here = []
  for (const at of run) {
    here = free.has(at) ? [...here, at] : []
    if (here.length > best.length) best = here
  }
  return best
}
