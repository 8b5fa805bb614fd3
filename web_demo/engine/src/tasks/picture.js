/**
 * A picture as an encoder is given it: laid on white, fitted into its size, scaled.
 *
 * What decodes files is the browser, or the caller; all behind it is described in spec/README.md,
 * so that every host gives the encoder the same numbers, to the bit. Knows nothing of models.
 *
 * Letters: n values along a row or column of the picture, m those that they become.
 */

import { BundleFormatError, InputError, grouped } from '../errors.js'
import { LATER } from '../spec_later.js'

/** @typedef {import('../bundle/manifest.js').ImageShape} ImageShape */

/**
 * A picture: four bytes a pixel, red, green, blue and how opaque it is, or three (then it is), row
 * by row. An `ImageData` is one.
 *
 * @typedef {{width: number, height: number, data: Uint8Array | Uint8ClampedArray}} Picture
 */

const { pixels: MOST_PIXELS, side: LONGEST_SIDE, bytes: MOST_BYTES, grey: GREY } = LATER.pictures

/** Of a colour, by how much of 255 it covers what is white: a whole number from 0 to this. */
const WHITE = 255 * 255

/**
 * Returns a picture as the encoder takes it.
 *
 * @param {Picture} picture
 * @param {ImageShape} shape
 * @returns {Float32Array} [channels, height, width]
 * @throws {BundleFormatError} the encoder wants channels that no picture has
 * @throws {InputError} it is none, or too large
 */
export function resampled(picture, shape) {
  if (shape.channels !== 1 && shape.channels !== 3) {
    throw new BundleFormatError(`pictures have 1 or 3 channels, not ${shape.channels}`)
  }
  checkPicture(picture)
  const at = fitted(picture, shape)
  const planes = planesOf(picture, at)
  const size = shape.height * shape.width
  const found = new Float32Array(shape.channels * size)
  for (let channel = 0; channel < shape.channels; channel++) {
    const scaled = (/** @type {number} */ value) =>
      (value / 255 - shape.mean[channel]) / shape.scale[channel]
    found.fill(scaled(WHITE), channel * size, (channel + 1) * size)
    for (let place = 0; place < at.height * at.width; place++) {
      const value = shape.channels === 1 ? greyOf(planes, place) : planes[channel][place]
      const row = Math.floor(place / at.width)
      const to = (row + at.top) * shape.width + (place - row * at.width) + at.left
      found[channel * size + to] = scaled(value)
    }
  }
  return found
}

/** @param {Picture} picture */
function checkPicture(picture) {
  const { width, height, data } = picture ?? {}
  const isOne =
    Number.isInteger(width) &&
    Number.isInteger(height) &&
    (data instanceof Uint8Array || data instanceof Uint8ClampedArray)
  if (!isOne) {
    throw new InputError('a picture is its width, its height, and its bytes', {
      hint: 'an ImageData is one; decoded() makes one of a file in a browser',
    })
  }
  checkSize(width, height)
  if (data.length !== 4 * width * height && data.length !== 3 * width * height) {
    const found = `${data.length} in all`
    throw new InputError(
      `a picture of ${width} x ${height} has three or four bytes a pixel, not ${found}`,
    )
  }
}

/**
 * @param {number} width
 * @param {number} height
 */
export function checkSize(width, height) {
  if (Math.min(width, height) < 1) {
    throw new InputError(`the picture has no pixels: it is ${width} x ${height}`)
  }
  if (width * height > MOST_PIXELS || Math.max(width, height) > LONGEST_SIDE) {
    const most = `${grouped(MOST_PIXELS)} or ${grouped(LONGEST_SIDE)} along a side`
    throw new InputError(`the picture is ${width} x ${height} pixels, more than ${most}`, {
      hint: 'make it smaller first',
    })
  }
}

/** @param {number} bytes of a file */
export function checkBytes(bytes) {
  if (bytes <= MOST_BYTES) return
  throw new InputError(`the picture has more than ${grouped(MOST_BYTES)} bytes`, {
    hint: 'make it smaller first',
  })
}

/**
 * Where a picture lies in what the encoder looks at: as large as fits, in the middle; all around it
 * is white.
 *
 * @param {{width: number, height: number}} picture
 * @param {{width: number, height: number}} shape
 */
export function fitted({ width: w, height: h }, { width: W, height: H }) {
  const share = (/** @type {number} */ side, /** @type {number} */ of, /** @type {number} */ to) =>
    Math.max(1, Math.floor((2 * side * to + of) / (2 * of)))
  const isWide = w * H >= h * W
  const width = isWide ? W : share(w, h, H)
  const height = isWide ? share(h, w, W) : H
  const [top, left] = [Math.floor((H - height) / 2), Math.floor((W - width) / 2)]
  return { top, left, height, width }
}

/**
 * @param {Float64Array[]} planes
 * @param {number} place
 */
const greyOf = ([red, green, blue], place) =>
  (GREY[0] * red[place] + GREY[1] * green[place] + GREY[2] * blue[place]) /
  (GREY[0] + GREY[1] + GREY[2])

/**
 * Returns red, green and blue of a picture on white, each [height, width] of what it is fitted
 * into, 0 to 255 x 255.
 *
 * @param {Picture} picture
 * @param {{height: number, width: number}} at
 */
function planesOf(picture, { height, width }) {
  const planes = [0, 1, 2].map(() => new Float64Array(height * width))
  const columns = Array.from({ length: width }, (_, x) => tapsOf(picture.width, width, x))
  const row = new Float64Array(picture.width)
  const across = new Float64Array(width)
  for (let line = 0; line < picture.height; line++) {
    for (const [channel, plane] of planes.entries()) {
      layOnWhite(picture, line, channel, row)
      columns.forEach((taps, x) => (across[x] = mean(row, taps)))
      addRow(across, line, picture.height, plane)
    }
  }
  const totals = Array.from({ length: height }, (_, y) => tapsOf(picture.height, height, y).total)
  for (const plane of planes) {
    for (let place = 0; place < plane.length; place++) {
      plane[place] /= totals[Math.floor(place / width)]
    }
  }
  return planes
}

/**
 * Puts one colour of one row of a picture on what is white.
 *
 * @param {Picture} picture
 * @param {number} line
 * @param {number} channel
 * @param {Float64Array} row
 */
function layOnWhite({ width, height, data }, line, channel, row) {
  const bytes = data.length === 4 * width * height ? 4 : 3
  for (let x = 0, from = line * width * bytes; x < width; x++, from += bytes) {
    const opaque = bytes === 4 ? data[from + 3] : 255
    row[x] = data[from + channel] * opaque + 255 * (255 - opaque)
  }
}

/**
 * Adds a row, times its weight in each of those that the rows become: from above to below.
 *
 * @param {Float64Array} row
 * @param {number} line
 * @param {number} lines
 * @param {Float64Array} plane
 */
function addRow(row, line, lines, plane) {
  const width = row.length
  const [first, last] = near(line, lines, plane.length / width)
  for (let y = first; y <= last; y++) {
    const weight = weightOf(line, lines, y, plane.length / width)
    if (weight <= 0) continue
    for (let x = 0; x < width; x++) plane[y * width + x] += weight * row[x]
  }
}

/**
 * The weight of value i of n in the new one x of m; a whole number, which may be negative: that is
 * none.
 *
 * @param {number} i
 * @param {number} n
 * @param {number} x
 * @param {number} m
 */
const weightOf = (i, n, x, m) => 2 * Math.max(n, m) - Math.abs((2 * i + 1) * m - (2 * x + 1) * n)

/**
 * Returns the first and the last of m new values in which value i of n may have a weight.
 *
 * @param {number} i
 * @param {number} n
 * @param {number} m
 * @returns {[number, number]}
 */
function near(i, n, m) {
  const [middle, reach] = [(2 * i + 1) * m, 2 * Math.max(n, m)]
  const first = Math.floor((middle - reach) / (2 * n))
  const last = Math.floor((middle + reach) / (2 * n))
  return [Math.max(first, 0), Math.min(last, m - 1)]
}

/** @typedef {{first: number, weights: number[], total: number}} Taps */

/**
 * Returns what of n values goes into the new one x of m.
 *
 * @param {number} n
 * @param {number} m
 * @param {number} x
 * @returns {Taps}
 */
function tapsOf(n, m, x) {
  const [first, last] = near(x, m, n) // the same distances, seen from the other side
  const weights = Array.from({ length: last - first + 1 }, (_, at) =>
    Math.max(weightOf(first + at, n, x, m), 0),
  )
  return { first, weights, total: weights.reduce((sum, weight) => sum + weight, 0) }
}

/**
 * The mean by weight. Sums are of whole numbers below 2 to the 53rd.
 *
 * @param {Float64Array} values
 * @param {Taps} taps
 */
function mean(values, { first, weights, total }) {
  let sum = 0
  for (let at = 0; at < weights.length; at++) sum += weights[at] * values[first + at]
  return sum / total
}
