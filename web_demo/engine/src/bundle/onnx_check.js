/**
 * What an ONNX file says of itself, read from its bytes before ONNX Runtime sees them.
 *
 * A graph may come from a stranger, so this reads the outline of the protobuf message and lets
 * through only what the exporter writes: known fields, listed operators at any depth, numbers
 * inside the file and as many as their dimensions say. Weights are stepped over, never copied.
 * What may be in a file, `contract.json` lists. Knows nothing of ONNX Runtime.
 */

import { BundleFormatError, grouped } from '../errors.js'
import { SPEC } from '../spec.js'
import { decodeUtf8 } from './bytes.js'
import { shown, sortedByCodePoint } from './fields.js'

/** @typedef {import('./contract.js').Tensor} Tensor */
/** @typedef {import('./contract.js').GraphContract} GraphContract */
/** @typedef {import('./manifest.js').Manifest} Manifest */

/**
 * One input or output: its type, and sizes or names of axes that may have any.
 *
 * @typedef {{name: string, type: string, shape: (number | string)[]}} Value
 */

/** The value of a field, as it stands in the file. @typedef {Uint8Array | bigint} Found */
/** @typedef {{name: string, wires: number[], repeated: boolean, isName: boolean}} Field */
/**
 * @typedef {{called: string, fields: Map<number, Field>, refused: Record<string, string>}} Message
 */

const ONNX = SPEC.onnx

/** The wire types of protobuf that the fields have. */
const INT = 0
const DATA = 2
const FLOAT = 5

/** @type {Record<string, Message>} */
const MESSAGES = Object.fromEntries(
  Object.entries(ONNX.messages).map(([kind, rules]) => [
    kind,
    {
      called: rules.called,
      fields: new Map(
        Object.entries(rules.fields).map(([number, field]) => [Number(number), asField(field)]),
      ),
      refused: rules.refused,
    },
  ]),
)

/**
 * Reads one field of the contract: "int", "float", "data" or "name", perhaps "each" of them.
 *
 * @param {any} rule
 * @returns {Field}
 */
function asField([name, kind]) {
  const repeated = kind.startsWith('each ')
  const single = repeated ? kind.slice('each '.length) : kind
  const wire = single === 'int' ? INT : single === 'float' ? FLOAT : DATA
  const wires = repeated && wire !== DATA ? [wire, DATA] : [wire]
  return { name, wires, repeated, isName: single === 'name' }
}

/**
 * Holds a graph to what a bundle may hold, and to the contract's inputs and outputs.
 *
 * @param {Uint8Array} graph all bytes of the file
 * @param {GraphContract} expected
 * @param {Manifest} manifest
 * @throws {BundleFormatError} it is another graph than the exporter would write
 */
export function checkGraph(graph, expected, manifest) {
  const outline = new Reader().model(graph)
  checkValues(outline.inputs, expected.inputs, 'input', manifest)
  checkValues(outline.outputs, expected.outputs, 'output', manifest)
}

/**
 * Compares a graph's inputs or outputs with the contract and the manifest.
 *
 * @param {Value[]} found
 * @param {Tensor[]} expected
 * @param {string} kind what errors call them
 * @param {Manifest} manifest knows the widths, and the shape of images
 */
export function checkValues(found, expected, kind, manifest) {
  const states = new Map(manifest.states.map((state) => [state.name, state.width]))
  /** @type {Record<string, number>} */
  const widths = { D: manifest.memoryWidth, A: manifest.keyWidth }
  const { attention, input } = manifest
  if (input.image) {
    const { channels, height, width } = input.image
    Object.assign(widths, { channels, height, width })
  }
  const positions = attention === 'none' ? 1 : input.image && input.image.rows * input.image.columns
  /** @type {Map<string, Value>} */
  const wanted = new Map()
  for (const { name, type, axes } of expected) {
    const width = states.get(name.replace(/^next_/, '')) ?? 'W'
    const shape = axes.map((letter) => (letter === 'W' ? width : (widths[letter] ?? letter)))
    wanted.set(name, { name, type, shape })
  }
  /** @type {Map<string, Value>} */
  const actual = new Map()
  for (const value of found) {
    let { shape } = value
    const like = (wanted.get(value.name) ?? value).shape
    if (like.length === shape.length) {
      // There are so many, and a graph may say so.
      shape = shape.map((axis, index) => (like[index] === 'M' && axis === positions ? 'M' : axis))
    }
    actual.set(value.name, { ...value, shape })
  }
  for (const name of sortedByCodePoint([...new Set([...wanted.keys(), ...actual.keys()])])) {
    const [is, should] = [described(actual.get(name)), described(wanted.get(name))]
    if (!same(actual.get(name), wanted.get(name))) {
      throw error(`${kind} ${shown(name)} is ${is}, the contract says ${should}`)
    }
  }
}

/**
 * @param {Value | undefined} one
 * @param {Value | undefined} other
 */
function same(one, other) {
  if (!one || !other) return false
  return (
    one.type === other.type &&
    one.shape.length === other.shape.length &&
    one.shape.every((axis, index) => axis === other.shape[index])
  )
}

/** @param {Value | undefined} value its type and shape in words: "float32 [B, M, 384]" */
function described(value) {
  if (!value) return 'absent'
  const axes = value.shape.map((a) => (typeof a === 'string' ? shown(a).slice(1, -1) : String(a)))
  return `${value.type} [${axes.join(', ')}]`
}

/** Reads one model; counts what it meets. */
class Reader {
  constructor() {
    this.count = 0
    /** @type {Set<string>} domains of the operators that were met */
    this.domains = new Set()
  }

  /** @param {Uint8Array} data */
  model(data) {
    const found = this.message(data, 'model')
    const version = oneInt(found, 'ir_version')
    if (!isWithin(version, ONNX.ir_versions)) {
      throw error(`IR version ${version} is not one that bundles use`)
    }
    /** @type {Set<string>} */
    const domains = new Set()
    for (const part of found.opset_import) {
      const opset = this.message(part, 'opset')
      const [domain, number] = [oneText(opset, 'domain'), oneInt(opset, 'version')]
      if (!Object.hasOwn(ONNX.opsets, domain) || !isWithin(number, ONNX.opsets[domain])) {
        throw error(`opset ${number} of the domain ${shown(domain)} is not one that bundles use`)
      }
      if (domains.has(domain)) throw error(`there are two opsets of the domain ${shown(domain)}`)
      domains.add(domain)
    }
    if (found.graph.length === 0) throw error('there is no graph')
    const graph = this.graph(found.graph[0], 0)
    const missing = [...this.domains].filter((domain) => !domains.has(domain)).sort()
    if (missing.length > 0) throw error(`there is no opset of the domain ${shown(missing[0])}`)
    return graph
  }

  /**
   * @param {Found} data
   * @param {number} depth
   */
  graph(data, depth) {
    if (depth > ONNX.depth) throw error(`branches are nested more than ${ONNX.depth} deep`)
    const found = this.message(data, 'graph')
    for (const part of found.initializer) this.tensor(part)
    for (const part of found.value_info) this.value(part)
    for (const part of found.node) this.node(part, depth)
    const inputs = found.input.map((part) => this.value(part))
    const outputs = found.output.map((part) => this.value(part))
    for (const values of [inputs, outputs]) {
      if (new Set(values.map((value) => value.name)).size !== values.length) {
        throw error('two inputs or outputs have one name')
      }
    }
    return { inputs, outputs }
  }

  /**
   * @param {Found} data
   * @param {number} depth
   */
  node(data, depth) {
    const found = this.message(data, 'node')
    const [domain, type] = [oneText(found, 'domain'), oneText(found, 'op_type')]
    const known = Object.hasOwn(ONNX.operators, domain) ? ONNX.operators[domain] : []
    if (!known.includes(type)) {
      const name = [domain, type].filter((part) => part).join('::')
      throw error(`the operator ${shown(name)} is not one that bundles use`)
    }
    this.domains.add(domain)
    const count = ONNX.inputs[domain]?.[type] ?? found.input.length
    if (found.input.length !== count) {
      throw error(`${type} has ${found.input.length} inputs, not ${count}`)
    }
    const wanted = new Map(Object.entries(ONNX.numbers[domain]?.[type] ?? {}))
    const allowed = ONNX.attributes[domain]?.[type]
    for (const part of found.attribute) {
      const attribute = this.message(part, 'attribute')
      const [name, parts] = [oneText(attribute, 'name'), oneInt(attribute, 'i')]
      if (allowed && !allowed.includes(name)) {
        throw error(`${type} has ${shown(name)}, which bundles do not use`)
      }
      if (name === 'num_outputs' && parts !== BigInt(found.output.length)) {
        // ONNX Runtime's shape inference reads beyond its list then, and aborts.
        throw error(`${type} has ${found.output.length} outputs, not ${parts}`)
      }
      const kind = ONNX.attribute_kinds[String(oneInt(attribute, 'type'))]
      const kinds = /** @type {string[]} */ (Object.values(ONNX.attribute_kinds))
      const others = kinds.filter((each) => each !== kind && attribute[each].length > 0)
      if (!kind || others.length > 0) {
        throw error(`an attribute of ${type} is of no kind that bundles use`)
      }
      const must = wanted.get(name)
      if (must) {
        wanted.delete(name)
        const numbers = this.integers(attribute[kind === 'i' ? 'i' : 'ints'])
        const inside = numbers.every((each) => each >= BigInt(must[1]) && each <= BigInt(must[2]))
        if (numbers.length !== must[0] || !inside) {
          throw error(`${type} has ${shown(name)} that bundles do not use`)
        }
      }
      for (const branch of attribute.g) this.graph(branch, depth + 1)
    }
    const [missing] = [...wanted.keys()].sort()
    if (missing !== undefined) throw error(`${type} has no ${shown(missing)}`)
  }

  /** Checks that a constant's numbers are all there, in the file. @param {Found} data */
  tensor(data) {
    const found = this.message(data, 'tensor')
    const code = oneInt(found, 'data_type')
    const element = ONNX.elements[String(code)]
    if (!element) {
      throw error(`a constant has elements of type ${code}, which bundles do not use`)
    }
    const dims = this.integers(found.dims)
    const told = `dimensions [${dims.slice(0, 8).join(', ')}]`
    const most = BigInt(ONNX.dimension)
    if (dims.length > ONNX.rank || dims.some((size) => size <= 0n || size > most)) {
      throw error(`a constant has ${told}`)
    }
    const size = found.raw_data.length > 0 ? asBytes(found.raw_data[0]).length : 0
    const needed = dims.reduce((product, dim) => product * dim, BigInt(element[1]))
    if (needed !== BigInt(size)) throw error(`a constant of ${told} has ${size} bytes`)
  }

  /**
   * Returns a repeated number, packed or not.
   *
   * @param {Found[]} values
   */
  integers(values) {
    /** @type {bigint[]} */
    const found = []
    for (const value of values) {
      if (typeof value === 'bigint') {
        found.push(value)
        continue
      }
      const view = new View(value)
      while (view.position < value.length) {
        this.met()
        found.push(view.varint())
      }
    }
    return found
  }

  /**
   * @param {Found} data
   * @returns {Value}
   */
  value(data) {
    const found = this.message(data, 'value')
    const name = oneText(found, 'name')
    const type = found.type.length > 0 ? this.message(found.type[0], 'type').tensor_type : []
    if (type.length === 0) throw error(`${shown(name)} is not a tensor`)
    const tensor = this.message(type[0], 'tensor_type')
    const element = ONNX.elements[String(oneInt(tensor, 'elem_type'))]
    if (!element || tensor.shape.length === 0) {
      throw error(`${shown(name)} has no type or shape that bundles use`)
    }
    const shape = this.message(tensor.shape[0], 'shape').dim.map((part) => {
      const dimension = this.message(part, 'dimension')
      if (dimension.dim_value.length + dimension.dim_param.length !== 1) {
        throw error(`an axis of ${shown(name)} has neither one size nor one name`)
      }
      if (dimension.dim_param.length > 0) return oneText(dimension, 'dim_param')
      return Number(oneInt(dimension, 'dim_value'))
    })
    return { name, type: element[0], shape }
  }

  /**
   * Returns the values of a message by field, in order; every field that may be is there.
   *
   * @param {Found} data
   * @param {string} called
   */
  message(data, called) {
    const kind = MESSAGES[called]
    const view = new View(asBytes(data))
    /** @type {Record<string, Found[]>} */
    const found = Object.create(null)
    for (const field of kind.fields.values()) found[field.name] = []
    while (view.position < view.data.length) {
      this.met()
      const tag = view.varint()
      const [number, wire] = [tag >> 3n, Number(tag & 7n)]
      const field = kind.fields.get(Number(number))
      if (!field) {
        const name = kind.refused[String(number)] ?? `an unknown field ${number}`
        const isOutside = name === 'external_data' || name === 'data_location'
        const hint = isOutside ? "all weights must be in the graph's own file" : null
        throw error(`${kind.called} has ${name}, which no bundle may have`, hint)
      }
      const values = found[field.name]
      if (!field.wires.includes(wire) || (values.length > 0 && !field.repeated)) {
        throw error(`${field.name} of ${kind.called} is malformed`)
      }
      const value = view.read(wire)
      if (field.isName) asText(value)
      values.push(value)
    }
    return found
  }

  met() {
    this.count++
    if (this.count > ONNX.fields) {
      throw error(`there are more than ${grouped(ONNX.fields)} fields`)
    }
  }
}

/** Bytes that are read from front to back. */
class View {
  /** @param {Uint8Array} data */
  constructor(data) {
    this.data = data
    this.position = 0
  }

  /**
   * Returns the value that stands here.
   *
   * @param {number} wire
   * @returns {Found}
   */
  read(wire) {
    if (wire === INT) return this.varint()
    const size = wire === DATA ? this.varint() : 4n
    if (size > BigInt(this.data.length - this.position)) throw error('it ends too early')
    const start = this.position
    this.position += Number(size)
    return this.data.subarray(start, this.position)
  }

  /** Returns the number of seven bits a byte that stands here. */
  varint() {
    let value = 0n
    for (let shift = 0n; shift < 64n && this.position < this.data.length; shift += 7n) {
      const byte = this.data[this.position++]
      value |= BigInt(byte & 0x7f) << shift
      if (byte >= 0x80) continue
      if (value >= 1n << 64n) break
      return value
    }
    throw error('a number in it does not end')
  }
}

/**
 * @param {bigint} value
 * @param {[number, number]} range
 */
const isWithin = (value, [low, high]) => value >= BigInt(low) && value <= BigInt(high)

/** @param {Found} value */
function asBytes(value) {
  if (typeof value === 'bigint') throw new TypeError('the wire type was checked')
  return value
}

/**
 * Returns a number; 0, as in protobuf, if it is left out.
 *
 * @param {Record<string, Found[]>} found
 * @param {string} name
 */
function oneInt(found, name) {
  const value = found[name][0] ?? 0n
  if (typeof value !== 'bigint') throw new TypeError('the wire type was checked')
  return value
}

/**
 * Returns a text; "", as in protobuf, if it is left out.
 *
 * @param {Record<string, Found[]>} found
 * @param {string} name
 */
const oneText = (found, name) => (found[name].length > 0 ? asText(found[name][0]) : '')

/** @param {Found} value */
function asText(value) {
  const data = asBytes(value)
  if (data.length > ONNX.name_bytes) throw error(`a name in it has ${data.length} bytes`)
  const text = decodeUtf8(data)
  if (text === null) throw error('a name in it is not UTF-8')
  return text
}

/**
 * @param {string} message
 * @param {string | null} [hint]
 */
const error = (message, hint = null) => new BundleFormatError(message, { hint })
