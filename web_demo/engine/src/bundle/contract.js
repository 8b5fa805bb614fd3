/**
 * The contract between exporter and hosts: names, axes and types of every graph tensor.
 *
 * Views of `spec.js`, which decides. The letters are the project's one alphabet of shapes:
 * B sentences, N rows of this step, P rows of the previous one, S source length, M memory
 * positions, D memory width, A key width, W width of one state, V vocabulary, C candidates, k
 * continuations asked for.
 */

import { SPEC } from '../spec.js'

/** @typedef {{name: string, type: string, axes: string[]}} Tensor one input or output of a graph */
/** @typedef {{inputs: Tensor[], outputs: Tensor[]}} GraphContract all of one graph */

const GRAPHS = SPEC.graphs

/** The first file read, and the only one that names the others. @type {string} */
export const MANIFEST = SPEC.manifest.file

/** As the only entry of `candidates`: every token of the vocabulary may follow. @type {number} */
export const WHOLE_VOCABULARY = GRAPHS.whole_vocabulary

/**
 * Returns what the contract lists; a name that ends in `.*` stands for one of each state.
 *
 * @param {[string, string, string[]][]} listed
 * @param {number} states
 * @returns {Tensor[]}
 */
function tensors(listed, states) {
  return listed.flatMap(([name, type, axes]) => {
    if (!name.endsWith('.*')) return [{ name, type, axes }]
    const stem = name.slice(0, -1)
    return Array.from({ length: states }, (_, index) => ({ name: stem + index, type, axes }))
  })
}

/** Inputs of an encoder of text. */
export const TEXT_INPUTS = tensors(GRAPHS.inputs.text, 0)

/** @param {number} count what a decoder carries from step to step: `state.0`, `state.1`, … */
export const stateNames = (count) => Array.from({ length: count }, (_, index) => `state.${index}`)

/**
 * Describes `encoder.onnx` of a model whose decoder carries so many states.
 *
 * @param {number} states
 * @param {string} kind what it reads, "text" or "image"; all else is the same for both
 * @returns {GraphContract}
 */
export const encoderGraph = (states, kind) => ({
  inputs: tensors(GRAPHS.inputs[kind], 0),
  outputs: tensors(GRAPHS.encoder_outputs, states),
})

/**
 * Describes `decoder.onnx`, one target step.
 *
 * @param {number} states
 * @returns {GraphContract}
 */
export const decoderGraph = (states) => ({
  inputs: tensors(GRAPHS.decoder_inputs, states),
  outputs: tensors(GRAPHS.decoder_outputs, states),
})
