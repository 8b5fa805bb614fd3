/**
 * The only module that touches ONNX Runtime: its wasm, sessions, tensors.
 *
 * One thread, on whichever thread this runs: a step is too short to share. ONNX Runtime fetches
 * nothing, since it is given its wasm; the web build has no telemetry.
 */

import { checkGraph, checkValues } from '../bundle/onnx_check.js'
import { download, unread } from '../bundle/sources.js'
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
 * Returns ONNX Runtime, started once on this thread.
 *
 * @param {ArrayBuffer | Uint8Array | string | URL} wasm `ort-wasm-simd-threaded.wasm`: its bytes,
 *   or where it is
 * @param {string} [module] URL of `ort.wasm.bundle.min.mjs`; nothing: what is installed
 * @throws {PlatformError} it cannot run here
 * @throws {BundleError} it cannot be fetched
 * @throws {SessionError} it cannot start
 */
export async function loadRuntime(wasm, module) {
  loaded ??= startRuntime(wasm, module)
  return loaded
}

/**
 * @param {ArrayBuffer | Uint8Array | string | URL} wasm
 * @param {string} [module]
 * @returns {Promise<Ort>}
 */
async function startRuntime(wasm, module) {
  checkPlatform()
  const url = addressOf(wasm)
  const ort = await imported(module)
  ort.env.logLevel = 'fatal'
  ort.env.wasm.numThreads = 1
  // Where it fetches itself, a browser compiles what has come already, and may keep that.
  if (url && globalThis.location) ort.env.wasm.wasmPaths = { wasm: url }
  else ort.env.wasm.wasmBinary = /** @type {any} */ (url ? await download(url, Infinity) : wasm)
  try {
    const session = await ort.InferenceSession.create(Uint8Array.from(LEAST), OPTIONS)
    await session.release()
  } catch (error) {
    if (url) await download(url, 0) // is it there?
    throw refused('cannot start', /** @type {Error} */ (error))
  }
  return ort
}

/**
 * @param {string} [module]
 * @returns {Promise<Ort>}
 */
async function imported(module) {
  if (!module) return import('onnxruntime-web/wasm')
  try {
    return await import(module)
  } catch (error) {
    throw unread(module, error)
  }
}

/**
 * Where the wasm of ONNX Runtime is; null: here are its bytes.
 *
 * @param {ArrayBuffer | Uint8Array | string | URL} wasm
 */
function addressOf(wasm) {
  if (wasm instanceof ArrayBuffer || wasm instanceof Uint8Array) return null
  if (typeof wasm === 'string' || wasm instanceof URL) {
    return new URL(wasm, globalThis.location?.href).href
  }
  throw new OptionError('wasm must be where the wasm of ONNX Runtime is, or its bytes', {
    hint: 'ort-wasm-simd-threaded.wasm of onnxruntime-web',
  })
}

/** A graph that says again what it is told: ONNX Runtime starts with its first graph. */
const LEAST = [
  8, 8, 58, 43, 10, 16, 10, 1, 120, 18, 1, 121, 34, 8, 73, 100, 101, 110, 116, 105, 116, 121, 18, 1,
  103, 90, 9, 10, 1, 120, 18, 4, 10, 2, 8, 1, 98, 9, 10, 1, 121, 18, 4, 10, 2, 8, 1, 66, 2, 16, 13,
]

/** @type {import('onnxruntime-web').InferenceSession.SessionOptions} */
const OPTIONS = { executionProviders: ['wasm'], executionMode: 'sequential', logSeverityLevel: 4 }

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
        ...OPTIONS,
        graphOptimizationLevel: manifest.optimizationLevel,
        extra: { session: { load_model_format: 'ONNX', use_ort_model_bytes_directly: '0' } },
      })
    } catch (error) {
      throw refused(`refused the ${role} graph`, /** @type {Error} */ (error))
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
 * @param {string} what ONNX Runtime did
 * @param {Error} error
 */
function refused(what, error) {
  const message = firstLine(error)
  const isMemory =
    error instanceof RangeError || /out of memory|allocate memory|memory allocation/i.test(message)
  if (isMemory) {
    return new MemoryError('there is not enough memory for the model', {
      hint: 'close other pages and programs, and load this one again',
      cause: error,
    })
  }
  return new SessionError(`ONNX Runtime ${what}: ${message}`, { cause: error })
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
