/*
 * Keeps the page and the model, so that both are there without a network; asks no other host.
 *
 * All files are fetched before this version takes over, or none is kept; nor is one that is not
 * what it should be. `files.js`, written by build.js, names them with their hashes, and a version
 * made of their contents.
 */
/* global FILES */
importScripts('files.js')

const CACHE = `allez-${FILES.version}`

/** The first three bytes of a SHA-256, in base64: enough to tell what came by accident. */
async function hashOf(data) {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', data))
  return btoa(String.fromCharCode(...hash.slice(0, 3)))
}

async function keepAll() {
  const cache = await caches.open(CACHE)
  try {
    let loaded = 0
    for (const [path, bytes, hash] of FILES.files) {
      const response = await fetch(path, { cache: 'no-cache' })
      if (!response.ok) throw new Error(`${path}: ${response.status}`)
      const data = await response.arrayBuffer()
      if ((await hashOf(data)) !== hash) throw new Error(`${path} is another file`)
      await cache.put(path, withPolicy(response, data))
      loaded += bytes
      for (const client of await clients.matchAll({
        includeUncontrolled: true,
      })) {
        client.postMessage({ loaded, total: FILES.bytes })
      }
    }
  } catch (error) {
    await caches.delete(CACHE)
    throw error
  }
}

async function takeOver() {
  for (const name of await caches.keys()) {
    if (name.startsWith('allez-') && name !== CACHE) await caches.delete(name)
  }
  await clients.claim()
}

/**
 * A host that sets no headers is made up for: a worker's policy is that of its file. It is kept with
 * them: a browser keeps what it has compiled of an answer that comes from a cache as it is, and of
 * no answer that is made here.
 */
function withPolicy({ status, headers: found, body }, data = body) {
  const headers = new Headers(found)
  headers.set('Content-Security-Policy', FILES.policy)
  headers.set('X-Content-Type-Options', 'nosniff')
  return new Response(data, { status, headers })
}

async function answer(request) {
  const url = new URL(request.url)
  if (url.origin !== location.origin) return Response.error()
  const path = url.pathname.endsWith('/') ? `${url.pathname}index.html` : url.pathname
  const cache = await caches.open(CACHE)
  const kept = await cache.match(new URL(path, url).href)
  if (kept) return kept
  const response = await fetch(request)
  return response.status === 0 ? response : withPolicy(response)
}

addEventListener('install', (event) => {
  skipWaiting()
  event.waitUntil(keepAll())
})
addEventListener('activate', (event) => event.waitUntil(takeOver()))
addEventListener('fetch', (event) => {
  if (event.request.method === 'GET') event.respondWith(answer(event.request))
})
