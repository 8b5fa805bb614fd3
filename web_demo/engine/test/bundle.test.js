import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import {
  cp,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { Fraction, parseJson } from '../src/bundle/json.js'
import { AllezError, BundleNotFoundError, CancelledError, ChecksumError } from '../src/errors.js'
import { Translator } from '../src/index.js'
import { openPath } from '../src/node.js'
import { BUNDLES, TINY, WASM, load, vectors, zipOf } from './support.js'

const CASES = await vectors('bundles.jsonl', (line) => exact(parseJson(line)))

/**
 * Returns JSON as objects; fractions and whole numbers that are too large stay as they are written.
 *
 * @param {any} value
 * @returns {any}
 */
function exact(value) {
  if (Array.isArray(value)) return value.map(exact)
  if (!(value instanceof Map)) return value
  return Object.fromEntries([...value].map(([key, item]) => [key, exact(item)]))
}

/**
 * @param {any} value
 * @returns {string}
 */
function writeJson(value) {
  if (typeof value === 'bigint') return String(value)
  if (value instanceof Fraction) {
    const text = JSON.stringify(value.value)
    return /^-?[0-9]+$/.test(text) ? `${text}.0` : text
  }
  if (Array.isArray(value)) return `[${value.map(writeJson).join(', ')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const items = Object.entries(value).map(
    ([key, item]) => `${JSON.stringify(key)}: ${writeJson(item)}`,
  )
  return `{${items.join(', ')}}`
}

test('there are hundreds of bundles', () => assert.ok(CASES.length > 200))

for (const { name, bundle, edits, kind = null, reason = null } of CASES) {
  test(`${kind === null ? 'taken' : 'refused'}: ${name}`, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'allez-'))
    try {
      const path = await changed(bundle, edits, folder)
      assert.deepEqual(await answer(path), { kind, reason })
    } finally {
      await rm(folder, { recursive: true })
    }
  })
}

/**
 * The kind of error and the reason for which a bundle is refused; nulls: it is not.
 *
 * @param {string} path
 */
async function answer(path) {
  try {
    await (await load(path)).close()
    return { kind: null, reason: null }
  } catch (error) {
    if (!(error instanceof AllezError)) throw error
    const reason = error.message.replace(`${path}: `, '').replace(path, 'BUNDLE')
    return { kind: error.name, reason }
  }
}

/**
 * Returns the path of a changed copy of a bundle; `spec/vectors/bundles.jsonl` says how.
 *
 * @param {string} base
 * @param {any[]} edits
 * @param {string} folder
 */
async function changed(base, edits, folder) {
  const bundle = join(folder, 'bundle')
  await cp(BUNDLES + base, bundle, { recursive: true })
  for (const edit of edits) {
    if (edit.file) await changeFile(bundle, edit)
    else if (edit.zip) return zipped(bundle, edit.zip)
    else await changeFolder(bundle, edit)
  }
  return bundle
}

/**
 * @param {string} bundle
 * @param {any} edit
 */
async function changeFile(bundle, edit) {
  const path = join(bundle, edit.file)
  let data = await readFile(path)
  if (edit.splices) {
    for (const [at, count, hex] of [...edit.splices].reverse()) {
      data = Buffer.concat([
        data.subarray(0, at),
        Buffer.from(hex, 'hex'),
        data.subarray(at + count),
      ])
    }
  } else if (edit.hex !== undefined) {
    data = Buffer.from(edit.hex, 'hex')
  } else if (edit.text !== undefined) {
    data = Buffer.from(edit.text)
  } else if (edit.zeros !== undefined) {
    data = Buffer.alloc(edit.zeros)
  } else {
    data = Buffer.from(edited(data.toString(), edit))
  }
  await writeFile(path, data)
  if (edit.mend === false) return
  const written = join(bundle, 'manifest.json')
  const manifest = exact(parseJson(await readFile(written, 'utf8')))
  for (const entry of Object.values(manifest.files)) {
    if (entry.name !== edit.file) continue
    entry.bytes = data.length
    entry.sha256 = createHash('sha256').update(data).digest('hex')
  }
  await writeFile(written, writeJson(manifest))
}

/**
 * @param {string} bundle
 * @param {any} edit
 */
async function changeFolder(bundle, edit) {
  const manifest = join(bundle, 'manifest.json')
  if (edit.manifest !== undefined) return writeFile(manifest, edit.manifest)
  if (edit.manifest_hex) return writeFile(manifest, Buffer.from(edit.manifest_hex, 'hex'))
  if (edit.remove) return rm(join(bundle, edit.remove))
  if (edit.folder) {
    await rm(join(bundle, edit.folder))
    return mkdir(join(bundle, edit.folder))
  }
  if (edit.link) {
    await rename(join(bundle, edit.link), join(bundle, 'elsewhere'))
    return symlink('elsewhere', join(bundle, edit.link))
  }
  const text = await readFile(manifest, 'utf8')
  if (!edit.replace) return writeFile(manifest, edited(text, edit))
  const [old, put] = edit.replace
  assert.ok(text.includes(old))
  return writeFile(
    manifest,
    text.replace(old, () => put),
  )
}

/**
 * Sets or drops one value of a JSON text.
 *
 * @param {string} text
 * @param {any} edit
 */
function edited(text, edit) {
  const content = exact(parseJson(text))
  const way = (edit.set ?? edit.drop).split('.')
  const last = way.pop()
  let inner = content
  for (const key of way) inner = inner[key]
  if (edit.drop === undefined) inner[last] = edit.to
  else if (Array.isArray(inner)) inner.splice(Number(last), 1)
  else delete inner[last]
  return writeJson(content)
}

/**
 * @param {string} bundle
 * @param {{top?: string, also?: string[], twice?: string[]}} how
 */
async function zipped(bundle, { top = '', also = [], twice = [] }) {
  /** @type {[string, Buffer][]} */
  const files = []
  for (const name of (await readdir(bundle)).sort()) {
    files.push([top + name, await readFile(join(bundle, name))])
  }
  for (const name of [...also, ...twice]) files.push([name, Buffer.alloc(0)])
  await writeFile(`${bundle}.zip`, zipOf(files))
  return `${bundle}.zip`
}

test('a bundle comes from a zip in memory, from chosen files, and from bytes by name', async () => {
  const names = await readdir(TINY)
  /** @type {[string, Buffer<ArrayBuffer>][]} */
  const files = []
  for (const name of names) files.push([name, Buffer.from(await readFile(TINY + name))])
  const zip = new Uint8Array(zipOf(files))
  const sources = [
    zip,
    new Blob([zip]),
    files.map(([name, data]) => new File([data], name)),
    new Map(files.map(([name, data]) => [name, new Uint8Array(data)])),
  ]
  for (const source of sources) {
    /** @type {number[]} */
    const progress = []
    const translator = await Translator.load(source, {
      wasm: WASM,
      onProgress: ({ loaded, total }) => progress.push(loaded / total),
    })
    assert.equal(translator.name, 'tiny')
    assert.equal(progress.at(-1), 1)
    await translator.close()
  }
  const tampered = new Map(files.map(([name, data]) => [name, new Uint8Array(data)]))
  tampered.set('NOTICE', new TextEncoder().encode('another'))
  await assert.rejects(Translator.load(tampered, { wasm: WASM }), ChecksumError)
  for (const nothing of [new Uint8Array(30), new Map(), []]) {
    await assert.rejects(Translator.load(nothing, { wasm: WASM }), BundleNotFoundError)
  }
  await assert.rejects(openPath(join(TINY, 'nowhere')), BundleNotFoundError)
})

/**
 * Serves files by path, whatever is asked after it; notes what was asked.
 *
 * @param {Map<string, Uint8Array>} files
 */
async function served(files) {
  /** @type {string[]} */
  const asked = []
  const server = createServer((request, response) => {
    asked.push(String(request.url))
    const data = files.get(new URL(String(request.url), 'http://localhost').pathname)
    response.writeHead(data ? 200 : 404).end(data)
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(null)))
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
  const stop = () => {
    server.closeAllConnections()
    server.close()
  }
  return { url: `http://127.0.0.1:${port}/`, asked, stop }
}

test('a bundle comes from the URL of a zip, and of a folder', async () => {
  /** @type {[string, Buffer][]} */
  const files = []
  for (const name of await readdir(TINY)) files.push([name, await readFile(TINY + name)])
  const zip = zipOf(files)
  const inFolder = zipOf(files.map(([name, data]) => [`tiny/${name}`, data]))
  const altered = zipOf(files.map(([name, data]) => [name, name === 'NOTICE' ? zip : data]))
  const { url, asked, stop } = await served(
    new Map([
      ['/tiny.zip', zip],
      ['/in_folder.zip', inFolder],
      ['/altered.zip', altered],
      ['/cut.zip', zip.subarray(0, zip.length >> 1)],
      ['/none.zip', Buffer.from('<!doctype html><title>not here</title>')],
      ['/without.zip', zipOf(files.filter(([name]) => name !== 'manifest.json'))],
      ...files.map(([name, data]) => /** @type {[string, Buffer]} */ ([`/tiny/${name}`, data])),
    ]),
  )
  try {
    const expected = await load(TINY)
    const { text } = await expected.translate('Je vois le chat noir.')
    const sources = ['tiny.zip', 'tiny.zip?of=today', 'in_folder.zip', 'tiny', 'tiny/?of=today']
    for (const path of [...sources, 'tiny?of=today']) {
      for (const source of [new URL(path, url), url + path]) {
        asked.length = 0
        /** @type {number[]} */
        const progress = []
        const onProgress = (/** @type {any} */ { loaded, total }) => progress.push(loaded / total)
        const translator = await Translator.load(source, { wasm: WASM, onProgress })
        assert.equal((await translator.translate('Je vois le chat noir.')).text, text)
        assert.equal(progress.at(-1), 1)
        if (path.includes('.zip')) assert.deepEqual(asked, [`/${path}`])
        else assert.ok(asked.every((each) => each.endsWith('?of=today') === path.includes('?')))
        await translator.close()
      }
    }
    await expected.close()

    /** @type {[string, typeof AllezError][]} */
    const refused = [
      ['altered.zip', ChecksumError],
      ['cut.zip', BundleNotFoundError],
      ['none.zip', BundleNotFoundError],
      ['without.zip', BundleNotFoundError],
      ['nowhere.zip', BundleNotFoundError],
      ['nowhere/', BundleNotFoundError],
    ]
    for (const [path, kind] of refused) {
      await assert.rejects(Translator.load(new URL(path, url), { wasm: WASM }), (error) => {
        assert.ok(error instanceof kind, `${path}: ${error}`)
        assert.ok(error.message.includes(url + path), error.message)
        return true
      })
    }
    const signal = AbortSignal.abort()
    const given = Translator.load(new URL('tiny.zip', url), { wasm: WASM, signal })
    await assert.rejects(given, CancelledError)
  } finally {
    stop()
  }
  const gone = Translator.load(new URL('tiny.zip', url), { wasm: WASM })
  await assert.rejects(gone, (error) => {
    assert.ok(error instanceof AllezError && error.code === 'bundle', String(error))
    assert.match(String(error.hint), /network/)
    return true
  })
})

test('bytes of a zip cut anywhere are refused as a bundle', async () => {
  const files = await Promise.all(
    (await readdir(TINY)).map(
      async (name) => /** @type {[string, Buffer]} */ ([name, await readFile(TINY + name)]),
    ),
  )
  const zip = new Uint8Array(zipOf(files))
  for (let size = 0; size < zip.length; size += Math.ceil(zip.length / 40)) {
    for (const part of [zip.subarray(0, size), zip.subarray(size + 1)]) {
      await assert.rejects(
        Translator.load(part, { wasm: WASM }),
        (error) => error instanceof AllezError && error.code.match(/bundle|checksum/) !== null,
        `${size}`,
      )
    }
  }
})
