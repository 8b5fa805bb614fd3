/**
 * A text that is rewritten step by step and still knows where its characters came from.
 *
 * Places count UTF-16 units, as JavaScript's strings do. Knows nothing of why it is rewritten.
 */

/**
 * From where to where, and what stands there instead.
 *
 * @typedef {[start: number, end: number, text: string]} Edit
 */

export class Aligned {
  /**
   * @param {string} text what has become of it
   * @param {Int32Array} [starts] for each unit of `text`, where in the original its source begins
   * @param {Int32Array} [ends] where that ends
   */
  constructor(text, starts, ends) {
    this.text = text
    this.starts = starts ?? Int32Array.from({ length: text.length }, (_, index) => index)
    this.ends = ends ?? Int32Array.from({ length: text.length }, (_, index) => index + 1)
  }

  /**
   * Returns the text with another one of the same length in its place.
   *
   * @param {string} text
   */
  with(text) {
    return text === this.text ? this : new Aligned(text, this.starts, this.ends)
  }

  /**
   * Returns the text with stretches replaced; each new character came from all of its own.
   *
   * @param {Edit[]} edits from left to right, not overlapping, none of an empty stretch
   */
  edited(edits) {
    if (edits.length === 0) return this
    const text = edited(this.text, edits)
    const starts = new Int32Array(text.length)
    const ends = new Int32Array(text.length)
    let [done, out] = [0, 0]
    const copy = (/** @type {number} */ end) => {
      starts.set(this.starts.subarray(done, end), out)
      ends.set(this.ends.subarray(done, end), out)
      out += end - done
    }
    for (const [start, end, put] of edits) {
      copy(start)
      starts.fill(this.starts[start], out, out + put.length)
      ends.fill(this.ends[end - 1], out, out + put.length)
      out += put.length
      done = end
    }
    copy(this.text.length)
    return new Aligned(text, starts, ends)
  }
}

/**
 * Returns a text with stretches replaced, from left to right.
 *
 * @param {string} text
 * @param {Edit[]} edits
 */
export function edited(text, edits) {
  let [out, done] = ['', 0]
  for (const [start, end, put] of edits) {
    out += text.slice(done, start) + put
    done = end
  }
  return out + text.slice(done)
}
