/**
 * Serves a folder on 127.0.0.1: `node web_demo/serve.js FOLDER [PORT]`. Port 0 is any free one.
 *
 * For trying the page out; any static host does as well.
 */

import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { createServer } from 'node:http'
import { extname, join, normalize, sep } from 'node:path'
import { POLICY } from './policy.js'

/** @type {Record<string, string>} */
const TYPES = {
  '': 'text/plain; charset=utf-8', // NOTICE, LICENSE
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.md': 'text/plain; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
}

const [folder, port = '8000'] = process.argv.slice(2)
if (!folder) {
  process.stderr.write('usage: node web_demo/serve.js FOLDER [PORT]\n')
  process.exit(2)
}

const server = createServer(async (request, response) => {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost')
  const path = normalize(join(folder, decodeURIComponent(pathname)))
  const file = pathname.endsWith('/') ? join(path, 'index.html') : path
  const found = file.startsWith(normalize(folder) + sep) ? await stat(file).catch(() => null) : null
  if (!found?.isFile() || !['GET', 'HEAD'].includes(request.method ?? '')) {
    response.writeHead(404).end()
    return
  }
  response.writeHead(200, {
    'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream',
    'Content-Length': found.size,
    'Content-Security-Policy': POLICY,
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': 'no-cache',
  })
  if (request.method === 'HEAD') response.end()
  else createReadStream(file).pipe(response)
})
server.on('error', (error) => {
  process.stderr.write(`error: ${error.message}\n`)
  process.exitCode = 1
})
server.listen(Number(port), '127.0.0.1', () => {
  const address = server.address()
  const told = typeof address === 'object' && address ? address.port : port
  process.stdout.write(`http://127.0.0.1:${told}/\n`)
})
