/** Files dropped into the page, in browsers: what comes out, and under which name. */

import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import { built, dropped, lit, open, pathOf, serve, start } from './browser.js'

/** @typedef {import('puppeteer-core').Page} Page */

let folder = ''

before(async () => {
  folder = await built()
})
after(() => rm(folder, { recursive: true }))

const PAGE = `<!DOCTYPE html>
<html lang="fr"><head><meta charset="iso-8859-1"><title>La voiture rouge</title>
<meta name="description" content="Une petite maison">
<base href="/x/"><link rel="stylesheet" href="x.css"><meta http-equiv="refresh" content="9; url=x">
<style media="print">p { color: red }</style><script>var a = "bonjour <b>toi</b>"</script></head>
<body class='x'><!-- remarque -->
<p>La <a href="?a=1&amp;b=2" title="un prix">voiture <b>rouge</b></a> est devant la maison.
<p style="color: red">Tapez <code>rm -rf</code> ici.<img src="a.png" alt="Un chat noir"></p>
<p translate="no" lang="fr">Ne me traduisez pas.</p>
<p>Il fait <i lang="en">very cold</i>.</p><blockquote lang="de-AT">Es ist kalt.<br>Sehr.</blockquote>
<div xml:lang="EN" title="cold">It is <b>cold</b></div><p lang="FR_ca">Il fait froid</p>
<iframe src="a.html"></iframe><svg><style>a { b: c }</style><path d="M0 0"/></svg>
<pre onclick="x()">
un  chat</pre>
<ul><li>Il fait froid<li>Il fait chaud</ul>
<nav><a href="a">Accueil</a><a href="b">Nos produits</a></nav><p><b>Prix</b><i>12 kg</i></p>
<p><span><span>Nouveau</span><span>la maison</span></span></p><p>Avis<span>12</span></p>
<p><span><a href="c">La voiture</a> | <a href="d">La maison</a></span></p>
<input placeholder="Votre nom"> <b></b>
</body></html>`

const SUBTITLES = `1\r
00:00:01,000 --> 00:00:02,000\r
<i>La voiture rouge est</i>\r
\r
2\r
00:00:03,000 --> 00:00:04,000\r
<i>devant la maison.</i>\r
\r
3\r
00:00:05,000 --> 00:00:06,000\r
- Il fait froid.\r
- Oui.\r
`

/** What of a page must not change. @param {Page} page @param {string} text */
const skeleton = (page, text) =>
  page.evaluate((html) => {
    const found = new DOMParser().parseFromString(html, 'text/html')
    const kept = 'script, style, pre, code, [translate=no]'
    return {
      elements: [...found.querySelectorAll('*')].map(({ localName }) => localName).sort(),
      kept: [...found.querySelectorAll(kept)].map((each) => each.outerHTML),
      attributes: [...found.querySelectorAll('[href], [src], [style], [class], [onclick]')].map(
        (each) =>
          ['href', 'src', 'style', 'class', 'onclick'].map((name) => each.getAttribute(name)),
      ),
    }
  }, text)

/** How the tags of a page are spelled, but for values that are translated. @param {string} text */
const tags = (text) =>
  [...text.matchAll(/<(?:!--[^]*?--|[^>]*)>/g)]
    .map(([tag]) => tag.replace(/ (title|alt|content|placeholder|charset|lang)="[^"]*"/g, ' $1'))
    .sort()

/** @param {Page} page @param {Page} blank one without a policy, to look at what was saved */
async function tryPage(page, blank) {
  const { name, text, status } = await dropped(page, 'page.fr.html', PAGE)
  assert.equal(name, 'page.en.html', status)
  assert.match(status, /page\.en\.html/)
  assert.deepEqual(await skeleton(blank, text), await skeleton(blank, PAGE))
  assert.deepEqual(tags(text), tags(PAGE))
  assert.match(text, /<ul><li>It's cold\.?<li>[^<]*<\/ul>\n/)
  assert.match(text, /<pre onclick="x\(\)">\nun {2}chat<\/pre>\n/)
  assert.match(text, /<input placeholder="Your name"> <b><\/b>\n<\/body><\/html>$/)
  assert.match(text, /^<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">/)
  assert.match(text, /<title>The red car<\/title>/)
  assert.match(text, /content="A (small|little) house"/)
  assert.match(
    text,
    /<p>The <a href="\?a=1&amp;b=2" title="[^"]*price[^"]*"><b>red<\/b> car<\/a> is/,
  )
  assert.match(text, /alt="A black cat"/)
  assert.match(text, /<p translate="no" lang="fr">Ne me traduisez pas\.<\/p>/)
  for (const kept of [
    '<i lang="en">very cold</i>.</p><blockquote lang="de-AT">Es ist kalt.<br>Sehr.</blockquote>',
    '<div xml:lang="EN" title="cold">It is <b>cold</b></div><p lang="en">It',
  ]) {
    assert.ok(text.includes(kept), text)
  }
  assert.match(text, /<!-- remarque -->/)
  assert.match(text, /<li>It's cold/)
  assert.match(text, /placeholder="Your name"/)
  assert.match(text, /<nav><a href="a">[^<]+<\/a><a href="b">(Our|The) [^<]+<\/a><\/nav>/)
  assert.match(text, /<span>New<\/span><span>the house<\/span><\/span><\/p><p>[^<]+<span>12</)
  assert.match(text, /<p><b>Prices?<\/b><i>12 kg<\/i><\/p>/)
  assert.match(text, /<span><a href="c">The car<\/a> \| <a href="d">The house<\/a><\/span>/)
  assert.match(text, /<code>rm -rf<\/code>/)
  assert.doesNotMatch(text, /\{0\}/)
  // The panes show what was read, and its words light up.
  await page.focus('#target')
  await page.keyboard.press('Home')
  await page.keyboard.press('ArrowRight')
  assert.ok((await lit(page, 'strong')).length >= 2)
}

/** @param {Page} page */
async function tryOthers(page) {
  const film = await dropped(page, 'film.srt', SUBTITLES)
  assert.equal(film.name, 'film.en.srt', film.status)
  const cues = film.text.split('\r\n\r\n').map((cue) => cue.split('\r\n'))
  assert.deepEqual(
    cues.map((cue) => cue.slice(0, 2)),
    SUBTITLES.split('\r\n\r\n').map((cue) => cue.split('\r\n').slice(0, 2)),
  )
  for (const [, , line] of cues.slice(0, 2)) assert.match(line, /^<i>[^<]+<\/i>$/)
  assert.match(cues[0][2], /The red car/)
  assert.match(cues[1][2], /house/)
  assert.deepEqual(
    cues[2].slice(2).map((line) => line.slice(0, 2)),
    ['- ', '- ', ''],
  )
  const note = await dropped(page, 'note.txt', 'La voiture rouge.\r\nIl fait froid.')
  assert.equal(note.name, 'note.en.txt')
  assert.match(note.text, /red car.*\r\nIt's cold\.$/)
  const word = await dropped(page, 'a.docx', 'PK')
  assert.match(word.status, /\.docx are not read here/)
}

for (const [title, program, kind] of /** @type {const} */ ([
  ['Chromium', pathOf('chromium') ?? pathOf('google-chrome'), 'chrome'],
  ['Firefox', pathOf('firefox-esr') ?? pathOf('firefox'), 'firefox'],
])) {
  test(`${title}: files`, { skip: program ? false : 'there is none' }, async (t) => {
    const { url, stop } = await serve(folder)
    const browser = await start(String(program), kind)
    try {
      const blank = await browser.newPage()
      const { page, problems } = await open(browser, url)
      await t.test('a page keeps all but its words', () => tryPage(page, blank))
      await t.test('subtitles, texts, and what is not read', () => tryOthers(page))
      await t.test('nothing was asked of anybody, and no rule broken', () => {
        assert.deepEqual(problems, [])
      })
    } finally {
      await browser.close()
      await stop()
    }
  })
}
