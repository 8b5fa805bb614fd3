/** `Captioner`: a picture in, a few words out. */

import { OptionError } from '../errors.js'
import { resampled } from './picture.js'
import { Writer } from './writer.js'

/** @typedef {import('../options.js').TranslateOptions} TranslateOptions */
/** @typedef {import('./picture.js').Picture} Picture */

/**
 * What a picture shows: the M positions of a word's attention lie over the picture, as it is fitted
 * into the bundle's size, `grid` rows and columns of them, row by row; one where there is no
 * attention.
 *
 * @typedef {import('./writer.js').Answer & {grid: [rows: number, columns: number]}} Caption
 */

/**
 * A bundle that says what a picture shows, loaded and ready. `decoded` makes a picture of a file in
 * a browser.
 *
 * @extends {Writer<Caption, Picture>}
 */
export class Captioner extends Writer {
  /** @param {import('../bundle/bundle.js').Bundle} bundle */
  static prepare(bundle) {
    return Writer.prepareFor(bundle, 'caption')
  }

  /**
   * Says what a picture shows. It is laid on white and fitted into the bundle's size, keeping its
   * shape.
   *
   * @param {Picture} picture
   * @param {TranslateOptions} [options]
   * @returns {Promise<Caption>}
   * @throws {InputError} it is none, or too large
   * @throws {OptionError} an option makes no sense, or goes with translations alone
   * @throws {CancelledError} `signal` was aborted
   * @throws {SessionError} ONNX Runtime failed, or the captioner is closed
   */
  caption(picture, options = {}) {
    return this.write(() => this.material(picture), options)
  }

  /**
   * Says what many pictures show, in order; one is read when the one before it is answered.
   * `maxTime` is for all of them; a prefix holds for each.
   *
   * @param {Iterable<Picture> | AsyncIterable<Picture>} pictures
   * @param {TranslateOptions} [options]
   * @returns {AsyncGenerator<Caption, void, void>}
   */
  captionAll(pictures, options = {}) {
    if (!(Symbol.iterator in pictures || Symbol.asyncIterator in pictures)) {
      throw new OptionError('captionAll takes many pictures, not one', { hint: 'use caption' })
    }
    return this.writeAll(pictures, (picture) => this.material(picture), options)
  }

  /**
   * Yields the greedy caption piece by piece, as it is decoded. Pieces never change afterwards;
   * joined, they are the text of the answer.
   *
   * @param {Picture} picture
   * @param {TranslateOptions} [options]
   * @returns {AsyncGenerator<string, Caption, void>} returns the answer
   */
  stream(picture, options = {}) {
    return this.streamed(() => this.material(picture), options)
  }

  /** @param {import('../bundle/golden.js').Golden} golden */
  readGolden({ picture }) {
    return resampled(/** @type {Picture} */ (picture), this.shape)
  }

  get shape() {
    return /** @type {import('../bundle/manifest.js').ImageShape} */ (this.manifest.input.image)
  }

  /**
   * @param {Picture} picture
   * @returns {import('./writer.js').Material<Caption>}
   */
  material(picture) {
    const { rows, columns } = this.shape
    /** @type {[number, number]} */
    const grid = this.manifest.attention === 'none' ? [1, 1] : [rows, columns]
    return {
      read: () => resampled(picture, this.shape), // it may take as long as to describe it
      positions: rows * columns,
      text: '',
      answer: (said) => ({ ...said, grid }),
    }
  }
}
