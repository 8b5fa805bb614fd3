/**
 * The only module that touches ONNX Runtime: its wasm, sessions, tensors.
 *
 * One thread, on whichever thread this runs: a step is too short to share. ONNX Runtime fetches
 * nothing, since it is given its wasm; the web build has no telemetry.
 */

import { checkGraph, checkValues } from '../bundle/onnx_check.js'
import { download } from '../bundle/sources.js'
import {
  BundleFormatError,
  MemoryError,
  OptionError,
  PlatformError,
  SessionError,
} from '../errors.js'

/** @typedef {typeof import('onnxruntime-web')} Ort */
/** @typedef {import('onnxruntime-web').Tensor} Tensor */
/** @typedef {import('onnxruntime-web').InferenceSession} InferenceSession */
/** @typedef {import('../bundle/contract.js').GraphContract} GraphContract */
/** @typedef {import('../bundle/manifest.js').Manifest} Manifest */

/** @type {Promise<Ort> | null} */
let loaded = null

/**
 * Returns ONNX Runtime, loaded once on this thread.
 *
 * @param {ArrayBuffer | Uint8Array} wasm bytes of `ort-wasm-simd-threaded.wasm`
 * @param {string} [module] URL of `ort.wasm.bundle.min.mjs`; nothing: what is installed
 * @throws {PlatformError} it cannot run here
 */
export async function loadRuntime(wasm, module) {
  loaded ??= startRuntime(wasm, module)
  return loaded
}

/**
 * @param {ArrayBuffer | Uint8Array} wasm
 * @param {string} [module]
 * @returns {Promise<Ort>}
 */
async function startRuntime(wasm, module) {
  checkPlatform()
  /** @type {Ort} */
  const ort = module ? await import(module) : await import('onnxruntime-web/wasm')
  ort.env.logLevel = 'fatal'
  ort.env.wasm.numThreads = 1
  ort.env.wasm.wasmBinary = /** @type {any} */ (wasm)
  return ort
}

/** A module of one function that adds two vectors: valid only where there is SIMD. */
const SIMD = [
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15,
  253, 98, 11,
]

function checkPlatform() {
  if (typeof WebAssembly !== 'object') {
    throw new PlatformError('this browser has no WebAssembly', { hint: 'a newer browser has it' })
  }
  if (!WebAssembly.validate(Uint8Array.from(SIMD))) {
    throw new PlatformError('this browser, or this processor, has no WebAssembly SIMD', {
      hint: 'browsers have it since 2021, Safari since 2023',
    })
  }
}

/** One graph of a bundle, loaded and held to the contract. */
export class Graph {
  /**
   * @param {Ort} ort
   * @param {string} role what errors call the graph
   * @param {InferenceSession} session
   */
  constructor(ort, role, session) {
    this.ort = ort
    this.role = role
    this.session = session
  }

  /**
   * Loads a graph; what the file says of itself is checked before ONNX Runtime is given a byte.
   *
   * @param {Ort} ort
   * @param {string} role
   * @param {Uint8Array} data bytes of the ONNX file
   * @param {Manifest} manifest
   * @param {GraphContract} expected
   * @throws {SessionError} ONNX Runtime is too old, cannot start, or refuses the graph
   * @throws {BundleFormatError} the file is no graph that a bundle may hold
   */
  static async open(ort, role, data, manifest, expected) {
    const version = versionOf(ort)
    if (isOlder(version, manifest.minimumOnnxruntime)) {
      throw new SessionError(
        `the bundle needs ONNX Runtime ${manifest.minimumOnnxruntime} or newer, this is ${version}`,
      )
    }
    named(role, () => checkGraph(data, expected, manifest))
    /** @type {InferenceSession} */
    let session
    try {
      session = await ort.InferenceSession.create(data, {
        executionProviders: ['wasm'],
        graphOptimizationLevel: manifest.optimizationLevel,
        executionMode: 'sequential',
        logSeverityLevel: 4,
        extra: { session: { load_model_format: 'ONNX', use_ort_model_bytes_directly: '0' } },
      })
    } catch (error) {
      throw refused(role, /** @type {Error} */ (error))
    }
    named(role, () => {
      // Once more, with the shapes that ONNX Runtime inferred.
      const found = session.outputMetadata.map((value) => {
        if (!value.isTensor) return { name: value.name, type: 'no tensor', shape: [] }
        return { name: value.name, type: value.type, shape: [...value.shape] }
      })
      checkValues(found, expected.outputs, 'output', manifest)
    })
    return new Graph(ort, role, session)
  }

  /**
   * Runs the graph.
   *
   * @param {Record<string, Tensor>} inputs
   * @param {string[]} outputs
   * @throws {SessionError} the graph failed
   */
  async run(inputs, outputs) {
    try {
      return await this.session.run(inputs, outputs)
    } catch (error) {
      throw new SessionError(`the ${this.role} failed: ${firstLine(error)}`, { cause: error })
    }
  }

  async close() {
    await this.session.release()
  }

  /**
   * @param {number[]} values
   * @param {number[]} dims
   */
  int64(values, dims) {
    return new this.ort.Tensor('int64', BigInt64Array.from(values, BigInt), dims)
  }

  /**
   * @param {number[]} values
   * @param {number[]} dims
   */
  int32(values, dims) {
    return new this.ort.Tensor('int32', Int32Array.from(values), dims)
  }

  /**
   * @param {Float32Array} values
   * @param {number[]} dims
   */
  float32(values, dims) {
    return new this.ort.Tensor('float32', values, dims)
  }
}

/**
 * @param {string} role
 * @param {Error} error
 */
function refused(role, error) {
  const message = firstLine(error)
  const isMemory =
    error instanceof RangeError || /out of memory|allocate memory|memory allocation/i.test(message)
  if (isMemory) {
    return new MemoryError('there is not enough memory for the model', {
      hint: 'close other pages and programs, and load this one again',
      cause: error,
    })
  }
  return new SessionError(`ONNX Runtime refused the ${role} graph: ${message}`, { cause: error })
}

/** Version of ONNX Runtime. @param {Ort} ort */
export const versionOf = (ort) => String(ort.env.versions?.web ?? ort.env.versions?.common ?? '0')

/** What an error says first; the rest is its own call stack. @param {unknown} error */
const firstLine = (error) => String(/** @type {Error} */ (error)?.message ?? error).split('\n')[0]

/**
 * @param {string} version
 * @param {string} minimum
 */
function isOlder(version, minimum) {
  const [have, need] = [version, minimum].map((text) => text.split('.').slice(0, 3).map(Number))
  for (let at = 0; at < need.length; at++) {
    if ((have[at] ?? 0) !== need[at]) return (have[at] ?? 0) < need[at]
  }
  return false
}

/**
 * Says of which graph an error is.
 *
 * @param {string} role
 * @param {() => void} check
 */
function named(role, check) {
  try {
    check()
  } catch (error) {
    if (!(error instanceof BundleFormatError)) throw error
    throw new BundleFormatError(`the ${role} graph: ${error.message}`, {
      hint: error.hint,
      cause: error,
    })
  }
}

/**
 * Returns the wasm of ONNX Runtime, fetched if it is named by its place.
 *
 * @param {ArrayBuffer | Uint8Array | string | URL} wasm
 * @param {AbortSignal} [signal]
 */
export async function wasmOf(wasm, signal) {
  if (wasm instanceof ArrayBuffer || wasm instanceof Uint8Array) return wasm
  if (typeof wasm !== 'string' && !(wasm instanceof URL)) {
    throw new OptionError('wasm must be where the wasm of ONNX Runtime is, or its bytes', {
      hint: 'ort-wasm-simd-threaded.wasm of onnxruntime-web',
    })
  }
  return download(new URL(wasm, globalThis.location?.href).href, Infinity, signal)
}
