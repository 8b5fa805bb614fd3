/**
 * What all of it is for: someone opens the page, the network goes, and a French web page is read in
 * English, word by word with where it came from.
 */

import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { after, before, test } from 'node:test'
import { built, dropped, lit, open, pathOf, pointed, said, serve, start } from './browser.js'

let folder = ''

before(async () => {
  folder = await built()
})
after(() => rm(folder, { recursive: true }))

const PAGE = `<!DOCTYPE html>
<html lang="fr">
<head><meta charset="iso-8859-1"><title>Le marché du village</title>
<link rel="stylesheet" href="https://example.org/style.css"></head>
<body>
<h1>Le marché du village</h1>
<p>La <strong>boulangerie</strong> ouvre à huit heures. Les enfants jouent devant la porte.</p>
<p>Mon frère achète une <a href="/pommes">pomme rouge</a>.</p>
</body>
</html>
`

/** A second server, which nobody may ask anything. */
async function elsewhere() {
  /** @type {string[]} */
  const asked = []
  const server = createServer((request, response) => {
    asked.push(String(request.url))
    response.writeHead(200, { 'Access-Control-Allow-Origin': '*' }).end()
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(null)))
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
  return { asked, url: `http://127.0.0.1:${port}/`, stop: () => server.close() }
}

for (const [kind, program] of /** @type {const} */ ([
  ['chrome', pathOf('chromium') ?? pathOf('google-chrome')],
  ['firefox', pathOf('firefox-esr') ?? pathOf('firefox')],
])) {
  const options = { skip: program ? false : 'there is none' }
  test(`${kind}: a French web page is read in English without a network`, options, async () => {
    const other = await elsewhere()
    const { url, stop } = await serve(folder)
    const browser = await start(String(program), kind)
    try {
      const first = await open(browser, url)
      await stop() // from here on there is no network
      await first.page.close()
      const { page, problems } = await open(browser, url)

      const { name, text, status } = await dropped(page, 'marche.html', PAGE)
      assert.match(status, /^Translated/)
      const lines = (await said(page)).split('\n')
      assert.match(lines.join('\n'), /bakery.*eight/)
      assert.match(lines.join('\n'), /Children.*door/)
      assert.match(lines.join('\n'), /red apple/)

      // Word by word, by the keyboard: each says where it came from, and that lights up.
      /** @type {Map<string, string>} */
      const origins = new Map()
      await page.focus('#target')
      await page.keyboard.press('Home')
      const count = lines.join(' ').split(/\s+/).length
      for (let word = 0; word < count; word++) {
        const [own, from] = (await pointed(page)).split(' ← ')
        origins.set(own, from)
        const strong = await lit(page, 'strong')
        assert.ok(strong.includes(own), `${own} is not lit, but ${strong}`)
        assert.ok(strong.length > 1, `nothing is lit for ${own}`)
        await page.keyboard.press('ArrowRight')
      }
      assert.equal(origins.get('bakery'), 'boulangerie')
      assert.match(String(origins.get('apple.') ?? origins.get('apple')), /pomme/)
      assert.match(String(origins.get('brother')), /frère/)

      assert.equal(name, 'marche.en.html')
      assert.match(text, /<h1>.*(market).*<\/h1>/i)
      assert.match(text, /<strong>bakery<\/strong>/)
      assert.match(text, /<a href="\/pommes">red apple<\/a>/)

      // Nor can the page ask anybody, if it wanted to: its own policy is in what was kept.
      assert.deepEqual(problems, [])
      const isRefused = await page.evaluate(
        (address) =>
          fetch(address).then(
            () => false,
            () => true,
          ),
        other.url,
      )
      assert.ok(isRefused)
      // The protocol of Firefox reaches no worker.
      for (const worker of kind === 'chrome' ? page.workers() : []) {
        assert.ok(
          await worker.evaluate(
            (address) =>
              fetch(address).then(
                () => false,
                () => true,
              ),
            other.url,
          ),
        )
      }
      assert.deepEqual(other.asked, [])
    } finally {
      await browser.close()
      await stop()
      other.stop()
    }
  })
}
