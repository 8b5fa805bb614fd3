#!/usr/bin/env node
/** Standard input answered text by text: for people at a desktop, and for comparing hosts. */

import { decodeUtf8 } from './src/bundle/bytes.js'
import { pictureOf } from './src/bundle/golden.js'
import { JsonError, parseJson } from './src/bundle/json.js'
import { AllezError, InputError, OptionError } from './src/errors.js'
import { installedWasm, openPath } from './src/node.js'
import { KINDS } from './src/tasks/opening.js'
import { loaded } from './src/translate/loading.js'
import { Translator } from './src/translate/translator.js'

/** @typedef {import('./src/translate/result.js').Translation} Translation */

const USAGE = `usage: node cli.js --model BUNDLE [options] < FILE

Translates standard input, UTF-8, line by line. With a bundle for another task: summarizes each
text; answers each dialogue, whose turns are the lines of a text (--null); says what each picture
shows, given as JSON with "height", "width" and "rgb", Base64 of three bytes a pixel.

  --model BUNDLE    folder or zip of a bundle
  --beam-size N     hypotheses kept per sentence; 1 is greedy search
  --shortlist       score only the words that the bundle lists for a sentence
  --markup html     the texts are pieces of HTML
  --null            texts end with a NUL, not with their line
  --json            for each text a line with an object: ids, scores, and what is known of each sentence
  --selftest        translate the bundle's golden sentences instead, and compare`

const FAILED = 1
const WRONG_USE = 2

/** A command line that makes no sense. */
class UsageError extends Error {}

/**
 * Runs the command line; returns 0 done, 1 an error, 2 a wrong use.
 *
 * @param {string[]} args
 */
async function main(args) {
  if (args.includes('--help') || args.includes('-h')) {
    await write(`${USAGE}\n`)
    return 0
  }
  try {
    return await run(parse(args))
  } catch (error) {
    if (error instanceof UsageError)
      return fail(error.message, '--help lists the options', WRONG_USE)
    if (error instanceof OptionError) return fail(error.message, error.hint, WRONG_USE)
    if (error instanceof AllezError) return fail(error.message, error.hint, FAILED)
    if (error instanceof Error && 'syscall' in error) {
      return fail(`input or output failed: ${error.message}`, null, FAILED)
    }
    throw error
  }
}

/**
 * @param {string} message
 * @param {string | null} hint
 * @param {number} code
 */
function fail(message, hint, code) {
  process.stderr.write(`error: ${message}\n${hint === null ? '' : `hint: ${hint}\n`}`)
  return code
}

/** @param {string[]} args */
function parse(args) {
  /** @type {Map<string, string>} */
  const values = new Map()
  /** @type {Set<string>} */
  const flags = new Set()
  const rest = [...args]
  while (rest.length > 0) {
    const name = String(rest.shift())
    if (['--json', '--null', '--selftest', '--shortlist'].includes(name)) {
      flags.add(name)
    } else if (['--model', '--beam-size', '--markup'].includes(name)) {
      const value = rest.shift()
      if (value === undefined) throw new UsageError(`${name} needs a value`)
      values.set(name, value)
    } else {
      throw new UsageError(`unknown argument '${name}'`)
    }
  }
  const model = values.get('--model')
  if (model === undefined) throw new UsageError('--model is missing')
  const beamSize = values.get('--beam-size')
  if (beamSize !== undefined && !/^-?[0-9]+$/.test(beamSize)) {
    throw new UsageError(`--beam-size must be a whole number, not '${beamSize}'`)
  }
  const markup = values.get('--markup')
  if (markup !== undefined && markup !== 'html') {
    throw new UsageError(`--markup must be html, not '${markup}'`)
  }
  return {
    model,
    options: {
      ...(beamSize === undefined ? {} : { beamSize: Number(beamSize) }),
      shortlist: flags.has('--shortlist'),
      ...(markup === undefined ? {} : { markup: /** @type {'html'} */ (markup) }),
    },
    end: flags.has('--null') ? '\0' : '\n',
    isJson: flags.has('--json'),
    isSelfTest: flags.has('--selftest'),
  }
}

/** @param {ReturnType<typeof parse>} asked */
async function run({ model, options, end, isJson, isSelfTest }) {
  const kindOf = (/** @type {any} */ { manifest: { task } }) =>
    task === 'translate' ? Translator : KINDS[task]
  const worker = await loaded(await openPath(model), { wasm: await installedWasm() }, kindOf)
  try {
    if (isSelfTest) return await selfTest(worker)
    const given = texts(process.stdin, end)
    const isTranslator = worker instanceof Translator
    const answers = isTranslator
      ? worker.translateAll(given, options)
      : written(worker, given, options)
    for await (const answer of answers) {
      await write(isJson ? `${json(answer)}\n` : `${answer.text}${end}`)
    }
    return 0
  } finally {
    await worker.close()
  }
}

/**
 * Yields what another task than translation makes of each text, as a translation of one sentence.
 *
 * @param {any} writer
 * @param {AsyncIterable<string>} given
 * @param {import('./src/options.js').TranslateOptions} options
 */
async function* written(writer, given, options) {
  for await (const text of given) {
    /** @type {any} */
    let answer
    if (writer.task === 'summarize') answer = await writer.summarize(text, options)
    else if (writer.task === 'caption') answer = await writer.caption(drawn(text), options)
    else {
      const turns = text.split('\n')
      answer = await writer.another(turns.slice(0, -1)).reply(turns[turns.length - 1], options)
    }
    const { source = '', sourceTokens = [], score } = answer
    const sentence = { ...answer, source, sourceTokens, doubts: [], carried: [] }
    yield { ...answer, source, score, sentences: [sentence] }
  }
}

/** @param {string} text */
function drawn(text) {
  const wrong = 'a picture is JSON with height, width and rgb'
  try {
    const picture = pictureOf(parseJson(text))
    if (picture) return picture
  } catch (error) {
    if (!(error instanceof JsonError)) throw error
  }
  throw new InputError(wrong)
}

/** @param {any} worker */
async function selfTest(worker) {
  const report = await worker.selfTest()
  for (const { text, problem } of report.results) {
    if (problem !== null) await write(`${text}: ${problem}\n`)
  }
  const passed = report.results.filter((/** @type {any} */ each) => each.passed).length
  const of = `${passed} of ${report.results.length} passed`
  await write(`${of}, ONNX Runtime ${report.onnxruntime}\n`)
  return report.passed ? 0 : FAILED
}

/**
 * Yields the texts of a stream, each with its end; a carriage return before a line feed is kept.
 *
 * @param {AsyncIterable<Uint8Array>} stream
 * @param {string} end a line feed or a NUL
 */
async function* texts(stream, end) {
  /** @type {Uint8Array[]} */
  let parts = []
  let number = 0
  const ended = () => {
    number++
    const text = decodeUtf8(Buffer.concat(parts))
    const name = end === '\n' ? 'line' : 'text'
    if (text === null) throw new InputError(`standard input, ${name} ${number} is not UTF-8`)
    parts = []
    return text
  }
  for await (const chunk of stream) {
    let start = 0
    const code = end.charCodeAt(0)
    for (let stop = chunk.indexOf(code); stop >= 0; stop = chunk.indexOf(code, start)) {
      parts.push(chunk.subarray(start, stop))
      yield ended()
      start = stop + 1
    }
    if (start < chunk.length) parts.push(chunk.subarray(start))
  }
  if (parts.length > 0) yield ended()
}

/** Everything that another host must agree on, on one line. @param {Translation} translation */
function json({ source, text, score, sentences }) {
  return JSON.stringify({
    source,
    text,
    score,
    sentences: sentences.map((sentence) => ({
      source: sentence.source,
      source_ids: sentence.sourceTokens.map((token) => token.id),
      target_ids: sentence.hypotheses[0].tokens.map((token) => token.id),
      text: sentence.text,
      score: sentence.score,
      finished: sentence.finished,
      confidence: sentence.confidence,
      doubts: sentence.doubts.map(({ kind, text }) => [kind, text]),
      carried: sentence.carried.map(({ kind, text, said, term }) => [kind, text, said, term]),
    })),
  })
}

/** @param {string} text */
const write = (text) =>
  new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => (error ? reject(error) : resolve(undefined)))
  })

process.exitCode = await main(process.argv.slice(2))
