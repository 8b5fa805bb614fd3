/**
 * The page's scripts, made small by esbuild: comments and white space gone, few files. The engine
 * itself needs no build; what is written here is for who visits the page.
 */

import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** @typedef {{path: string, text: string}} Script */

const HERE = dirname(fileURLToPath(import.meta.url))

/** Finds what is installed with the engine. */
export const require = createRequire(join(HERE, 'engine/package.json'))

/** @type {typeof import('esbuild')} */
const esbuild = require('esbuild')

/** @type {import('esbuild').BuildOptions} */
const SMALL = { bundle: true, minify: true, write: false, target: 'es2022', logLevel: 'warning' }

/**
 * Returns the scripts of the page for a server: `main.js`, `worker.js` and `sw.js`, and what is
 * fetched when it is first wanted.
 *
 * @returns {Promise<Script[]>}
 */
export async function servedScripts() {
  const folder = '/served'
  /** @type {Script[]} */
  const scripts = []
  // Each by itself: what both need is less than what it takes to share it.
  for (const [path, later] of Object.entries(LATER)) {
    const { outputFiles = [] } = await esbuild.build({
      ...SMALL,
      entryPoints: [join(HERE, path)],
      format: 'esm',
      splitting: true,
      charset: 'utf8', // a module is always read as UTF-8
      external: ['onnxruntime-web/wasm'], // the page names where it is
      plugins: [togetherLater(join(HERE, path), later)],
      outdir: folder,
    })
    scripts.push(
      ...outputFiles.map(({ path, text }) => ({ path: path.slice(folder.length + 1), text })),
    )
  }
  const [sw] = await texts({ ...SMALL, entryPoints: [join(HERE, 'page/sw.js')] })
  return [...scripts, { path: 'sw.js', text: sw }]
}

/**
 * Returns the scripts of the page that is one file: its own, and the worker's with ONNX Runtime.
 *
 * @returns {Promise<{main: string, worker: string}>}
 */
export async function insideScripts() {
  const classic = /** @type {const} */ ({ ...SMALL, format: 'iife' })
  const [main] = await texts({
    ...classic,
    entryPoints: [join(HERE, 'page/main.js')],
    plugins: [ownParts],
    define: { 'import.meta.url': 'location.href' },
  })
  const [worker] = await texts({
    ...classic,
    entryPoints: [join(HERE, 'engine/src/worker.js')],
    define: { 'import.meta.url': 'self.location.href' },
  })
  return { main, worker }
}

/** What each script loads when it is wanted, in parts, and which of that stands on something else. */
const LATER = {
  'page/main.js': [['./documents.js', './selftest.js']],
  'engine/src/worker.js': [
    [
      './bundle/given.js',
      './bundle/zip.js',
      './entities/english.js',
      './entities/french.js',
      './entities/terms.js',
      './tasks/opening.js',
      './text/checks_english.js',
      './text/short.js',
      './text/steps.js',
      './text/typography.js',
      './text/unigram.js',
      './translate/fragment.js',
      './translate/parts.js',
      './translate/said.js',
      './translate/selftest.js',
    ],
  ],
}

/**
 * What a script loads when it is wanted becomes one script for each part, which stands on all that
 * is there from the start. Else each would have to share other things with what is there, in a file
 * for each sharing, with a list of names in both; many small files are larger than few, and the
 * first visit pays for them.
 *
 * @param {string} entry
 * @param {string[][]} later names as from there, part by part
 * @returns {import('esbuild').Plugin}
 */
const togetherLater = (entry, later) => ({
  name: 'together, later',
  setup(build) {
    const src = dirname(entry)
    build.onResolve({ filter: /^\./ }, ({ kind, path, resolveDir }) => {
      const isOne = (/** @type {string} */ name) => join(resolveDir, path) === join(src, name)
      const part = later.findIndex((names) => names.some(isOne))
      if (kind !== 'dynamic-import' || part < 0) return null
      return { path: `later${part || ''}`, namespace: 'later', pluginData: later[part] }
    })
    build.onLoad({ filter: /.*/, namespace: 'later' }, ({ pluginData }) => ({
      contents: [
        `import ${JSON.stringify(entry)}`,
        ...pluginData.map((/** @type {string} */ name) => `export * from '${name}'`),
      ].join('\n'),
      resolveDir: src,
    }))
  },
})

/** Puts `inside.js` where the page names `origin.js`. @type {import('esbuild').Plugin} */
const ownParts = {
  name: 'own parts',
  setup(build) {
    build.onResolve({ filter: /^\.\/origin\.js$/ }, () => ({ path: join(HERE, 'page/inside.js') }))
  },
}

/** @param {import('esbuild').BuildOptions} options */
async function texts(options) {
  const { outputFiles = [] } = await esbuild.build(options)
  return outputFiles.map(({ text }) => text)
}
