/** `Model`: the graphs of a bundle, loaded. Ids or pixels in, a step out. Knows no text. */

import { WHOLE_VOCABULARY, decoderGraph, encoderGraph, stateNames } from '../bundle/contract.js'
import { BundleFormatError, SessionError } from '../errors.js'
import { SPEC } from '../spec.js'
import { Graph, versionOf } from './session.js'
import { Shortlist } from './shortlist.js'

/** @typedef {import('../bundle/bundle.js').Bundle} Bundle */
/** @typedef {import('../bundle/manifest.js').Manifest} Manifest */
/** @typedef {import('../search/beam.js').Step} Step */
/** @typedef {import('../search/beam.js').StepResult} StepResult */
/** @typedef {import('./session.js').Tensor} Tensor */

/**
 * What an encoder reads: ids [S] that end with eos, or the values of an image
 * [channels, height, width].
 *
 * @typedef {number[] | Float32Array} Read
 */

/**
 * One sentence as the encoder leaves it, its memory padded; `length` positions are its own.
 *
 * @typedef {{length: number, memory: Record<string, Tensor>, states: Tensor[]}} Encoding
 */

const { masked: MASKED, memory_step: MEMORY_STEP } = SPEC.graphs

export class Model {
  /**
   * @param {Manifest} manifest
   * @param {Graph} encoder
   * @param {Graph} decoder
   * @param {Shortlist | null} shortlist
   */
  constructor(manifest, encoder, decoder, shortlist) {
    this.manifest = manifest
    this.encoder = encoder
    this.decoder = decoder
    this.shortlist = shortlist
    const count = manifest.states.length
    this.states = stateNames(count)
    this.nextStates = this.states.map((name) => `next_${name}`)
    this.encoded = encoderGraph(count, 'text').outputs.map((tensor) => tensor.name)
    this.whole = this.words([WHOLE_VOCABULARY])
    /** Version of ONNX Runtime. */
    this.onnxruntime = versionOf(encoder.ort)
  }

  /**
   * Loads the graphs of a bundle, and takes one step with the last word of each vocabulary.
   *
   * @param {Bundle} bundle
   * @param {import('./session.js').Ort} ort
   * @throws {BundleFormatError} the graphs are not what the format or the manifest says
   * @throws {SessionError} ONNX Runtime refuses them
   */
  static async load(bundle, ort) {
    const { manifest } = bundle
    /** @type {Shortlist | null} */
    let shortlist = null
    if (manifest.files.has('shortlist')) {
      const data = bundle.data('shortlist')
      shortlist = new Shortlist(data, manifest.target.size, manifest.target.eos)
    }
    const count = manifest.states.length
    const open = (/** @type {'encoder' | 'decoder'} */ role) => {
      const { kind } = manifest.input
      const expected = role === 'encoder' ? encoderGraph(count, kind) : decoderGraph(count)
      return Graph.open(ort, role, bundle.data(role), manifest, expected)
    }
    const encoder = await open('encoder')
    try {
      const decoder = await open('decoder')
      const model = new Model(manifest, encoder, decoder, shortlist)
      await model.takeOneStep()
      return model
    } catch (error) {
      await encoder.close()
      throw error
    }
  }

  /** Reads and writes the last word of each vocabulary: graphs for others are noticed. */
  async takeOneStep() {
    const { source, target, input } = this.manifest
    const { channels = 0, height = 0, width = 0 } = input.image ?? {}
    const last = [source.size - 1, source.eos]
    const read = input.image ? new Float32Array(channels * height * width) : last
    try {
      const step = this.start(await this.encode(read), null)
      await step([target.size - 1], [0], 1, true)
    } catch (error) {
      if (!(error instanceof SessionError)) throw error
      throw new BundleFormatError(
        `the graphs do not fit a vocabulary of ${target.size}: ${error.message}`,
        { cause: error },
      )
    }
  }

  /**
   * Returns how many positions of memory a source has where there is attention.
   *
   * @param {Read} read
   */
  lengthOf(read) {
    const { image } = this.manifest.input
    return image ? image.rows * image.columns : read.length
  }

  /**
   * Returns the encoder's inputs.
   *
   * @param {Read} read
   * @returns {Record<string, Tensor>}
   */
  feeds(read) {
    const { image } = this.manifest.input
    if (read instanceof Float32Array) {
      const { channels = 0, height = 0, width = 0 } = image ?? {}
      return { image: this.encoder.float32(read, [1, channels, height, width]) }
    }
    return {
      source: this.encoder.int64(read, [1, read.length]),
      source_length: this.encoder.int32([read.length], [1]),
    }
  }

  /**
   * Reads one sentence, or one image.
   *
   * @param {Read} read
   * @returns {Promise<Encoding>}
   */
  async encode(read) {
    const { memoryWidth, keyWidth, states, attention } = this.manifest
    const found = await this.encoder.run(this.feeds(read), this.encoded)
    const [, positions] = found.memory.dims
    const isRight =
      positions === (attention === 'none' ? 1 : this.lengthOf(read)) &&
      hasShape(found.memory, [1, positions, memoryWidth]) &&
      hasShape(found.keys, [1, positions, keyWidth]) &&
      hasShape(found.memory_mask, [1, positions]) &&
      states.every((state) => hasShape(found[state.name], [1, state.width]))
    if (!isRight) {
      throw new SessionError('the encoder gave tensors of other shapes than the contract says')
    }
    const memory = {
      memory: this.padded(found.memory, 0),
      keys: this.padded(found.keys, 0),
      memory_mask: this.padded(found.memory_mask, MASKED),
    }
    return { length: positions, memory, states: this.states.map((name) => found[name]) }
  }

  /**
   * Returns a tensor with as many positions as in a batch: a product of matrices rounds
   * differently in other sizes.
   *
   * @param {Tensor} tensor [1, M, ...]
   * @param {number} value
   */
  padded(tensor, value) {
    const [, length, ...rest] = tensor.dims
    if (length <= 1 || length % MEMORY_STEP === 0) return tensor
    const more = Math.ceil(length / MEMORY_STEP) * MEMORY_STEP
    const width = rest.reduce((product, size) => product * size, 1)
    const data = new Float32Array(more * width).fill(value)
    data.set(/** @type {Float32Array} */ (tensor.data))
    return this.decoder.float32(data, [1, more, ...rest])
  }

  /**
   * What the graph is told of the words to score; of one sentence's none is masked.
   *
   * @param {number[]} ids
   */
  words(ids) {
    return {
      candidates: this.decoder.int64(ids, [ids.length]),
      candidate_mask: this.decoder.float32(new Float32Array(ids.length), [1, ids.length]),
    }
  }

  /**
   * Returns a fresh step over an encoded sentence. One that is asked for the log-probabilities of
   * all words scores all of them, listed or not.
   *
   * @param {Encoding} encoding
   * @param {number[] | null} shortlist the words [C] that may follow, ascending; null: all
   * @returns {Step}
   */
  start(encoding, shortlist) {
    const { size } = this.manifest.target
    const listed = shortlist && this.words(shortlist)
    let carried = encoding.states
    return async (token, parent, k, full) => {
      const scored = full || !listed ? this.whole : listed
      const most = full || !shortlist ? size : shortlist.length
      const wanted = Math.min(k, most)
      const names = ['top_log_probs', 'top_tokens', 'attention', ...this.nextStates]
      if (full) names.push('log_probs')
      const found = await this.decoder.run(
        {
          ...encoding.memory,
          ...scored,
          token: this.decoder.int64(token, [token.length]),
          parent: this.decoder.int64(parent, [parent.length]),
          k: this.decoder.int64([wanted], []),
          ...Object.fromEntries(this.states.map((name, index) => [name, carried[index]])),
        },
        names,
      )
      carried = this.nextStates.map((name) => found[name])
      return this.answer(found, encoding, token.length, wanted, full)
    }
  }

  /**
   * Holds the answer of a step to the contract.
   *
   * @param {Record<string, Tensor>} found
   * @param {Encoding} encoding
   * @param {number} rows
   * @param {number} k
   * @param {boolean} full
   * @returns {StepResult}
   */
  answer(found, encoding, rows, k, full) {
    const { size } = this.manifest.target
    const [, positions] = encoding.memory.memory.dims
    const isRight =
      hasShape(found.top_log_probs, [rows, k]) &&
      hasShape(found.top_tokens, [rows, k]) &&
      hasShape(found.attention, [rows, positions]) &&
      (!full || hasShape(found.log_probs, [rows, size])) &&
      this.manifest.states.every(({ name, width }) =>
        hasShape(found[`next_${name}`], [rows, width]),
      )
    if (!isRight) {
      throw new SessionError('the decoder gave tensors of other shapes than the contract says')
    }
    const topTokens = Array.from(/** @type {BigInt64Array} */ (found.top_tokens.data), Number)
    if (topTokens.some((token) => token < 0 || token >= size)) {
      throw new SessionError('the decoder gave words that the contract does not know')
    }
    const weights = /** @type {Float32Array} */ (found.attention.data)
    const attention = Array.from({ length: rows }, (_, row) =>
      weights.slice(row * positions, row * positions + encoding.length),
    )
    return {
      k,
      topTokens,
      topLogProbs: /** @type {Float32Array} */ (found.top_log_probs.data),
      attention,
      logProbs: full ? /** @type {Float32Array} */ (found.log_probs.data) : null,
    }
  }

  /**
   * The most tokens that a translation may have, eos not counted.
   *
   * @param {number} length of the source, eos counted; of an image its positions
   */
  limit(length) {
    return Math.floor(this.manifest.targetPerSource * length) + this.manifest.targetExtra
  }

  async close() {
    await this.encoder.close()
    await this.decoder.close()
  }
}

/**
 * @param {Tensor | undefined} tensor
 * @param {number[]} dims
 */
function hasShape(tensor, dims) {
  if (!tensor || tensor.dims.length !== dims.length) return false
  return tensor.dims.every((size, at) => size === dims[at])
}
