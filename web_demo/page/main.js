/**
 * The page: two texts, a worker that translates, and what belongs together.
 *
 * The newest text wins: whatever is still being decoded for an older one is given up. Sentences
 * that were answered before come at once.
 */

import { CancelledError } from '../engine/src/errors.js'
import { keep, load, notice } from './origin.js'
import { Lights, explain, light, placeAt, related, wordAt } from './panes.js'
import { LANGUAGES } from './words.js'

/** @typedef {import('../engine/src/client.js').TranslatorClient} TranslatorClient */
/** @typedef {import('./words.js').Words} Words */
/** @typedef {import('../engine/src/translate/result.js').Sentence} Sentence */
/** @typedef {import('./documents.js').Opened} Opened */

const PAUSE = 120 // milliseconds without a key before a text is translated
const UNSURE = 0.35 // below it a sentence is marked, where the model says how sure it is
const MOST_DOUBTS = 50 // that are listed

const $ = (/** @type {string} */ id) => /** @type {any} */ (document.getElementById(id))
const [source, target, mirror] = [$('source'), $('target'), $('mirror')]
const mirrored = document.createTextNode('')
const said = document.createTextNode('')
mirror.append(mirrored, '\n')
target.append(said)

const lights = new Lights()
/** @type {Words} of the page, in its language */
let words
/** @type {TranslatorClient | null} */
let client = null
/** @type {Sentence[]} */
let sentences = []
/** What is doubted where. @type {{node: Text, start: number, end: number, why: string}[]} */
let reasons = []
/** @type {AbortController | null} */
let running = null
/** What was dropped, and gets its own name again. @type {Opened | null} */
let opened = null
/** What was dropped before the model was there. @type {File | undefined} */
let early
let timer = 0
let caret = 0
/** @type {() => void} what says again, in another language, how things stand */
let tellAgain = () => {}

/* --- words of the page --- */

const LABELS = /** @type {const} */ (['open', 'clear', 'copy', 'save', 'selftest', 'swap'])

/** @param {'en' | 'fr'} language */
async function speak(language) {
  words = (await LANGUAGES[language]()).words
  document.documentElement.lang = language
  $('source-label').textContent = words.source
  $('target-label').textContent = words.target
  $('language').textContent = words.other
  $('language').lang = language === 'fr' ? 'en' : 'fr'
  source.placeholder = words.placeholder
  $('model').ariaLabel = words.model
  $('keys').textContent = words.keys
  $('doubts-label').textContent = words.doubts
  $('details-label').textContent = words.details
  $('attention-label').textContent = words.attention
  for (const id of LABELS) $(id).textContent = words[id]
  tellAgain()
  facts()
  listDoubts()
}

/** @param {() => string} say @param {boolean} [isProblem] */
function tell(say, isProblem = false) {
  tellAgain = () => {
    $('status').textContent = say()
    $('status').classList.toggle('problem', isProblem)
  }
  tellAgain()
}

/** What a person is told of an error, by its code. @type {Record<string, keyof Words>} */
const PROBLEMS = {
  bundle: 'noNetwork',
  'bundle-not-found': 'damaged',
  'bundle-format': 'damaged',
  checksum: 'damaged',
  platform: 'tooOld',
  memory: 'noMemory',
}

/** @param {any} error */
function tellProblem(error) {
  const known = PROBLEMS[error?.code]
  const exactly = error?.message ?? String(error)
  tell(() => (known ? `${words[known]} (${exactly})` : `${words.failed}: ${exactly}`), true)
  $('progress').hidden = true
}

/* --- translating --- */

function changed() {
  mirrored.data = source.value
  unlit()
  running?.abort()
  clearTimeout(timer)
  timer = window.setTimeout(() => void translate(), PAUSE)
}

async function translate() {
  if (!client) return
  const controller = new AbortController()
  running = controller
  const text = source.value
  /** @type {Sentence[]} */
  const found = []
  let [begun, waiting, frame] = ['', '', 0]
  const show = () => {
    frame = 0
    if (running !== controller) return
    if (said.data !== begun) {
      said.data = '' // the first piece of a newer text
      sentences = []
    }
    said.appendData(waiting)
    begun += waiting
    waiting = ''
    sentences = found
  }
  if (text.trim() !== '') tell(() => words.working)
  const started = performance.now()
  try {
    const { signal } = controller
    const onSentence = (/** @type {Sentence} */ sentence) => void found.push(sentence)
    for await (const piece of client.stream(text, { signal, onSentence })) {
      waiting += piece
      frame ||= requestAnimationFrame(show)
    }
    cancelAnimationFrame(frame)
    if (running !== controller) return
    show()
    if (text === '') said.data = ''
    finished(performance.now() - started)
  } catch (error) {
    if (!(error instanceof CancelledError)) tellProblem(error)
  }
}

/** @type {number | null} milliseconds for a sentence, the last time */
let pace = null

/** @param {number} time */
function finished(time) {
  if (sentences.length > 0) pace = time / sentences.length
  if (source.value.trim() === '') tell(() => words.ready)
  else tell(() => words.done)
  $('copy').disabled = $('save').disabled = said.length === 0
  facts()
  listDoubts()
  void drawAttention(sentences[0])
}

/* --- doubts --- */

/** Nothing is known of the texts that stand there. */
function unlit() {
  lights.clear('strong', 'middle', 'weak', 'doubt')
  reasons = []
  $('why').hidden = true
}

/** @param {Text} node @param {{start: number, end: number}} span @param {string} why */
function mark(node, span, why) {
  lights.add('doubt', node, span)
  reasons.push({ node, ...span, why })
}

function listDoubts() {
  lights.clear('doubt')
  reasons = []
  const list = $('doubts-list')
  list.replaceChildren()
  for (const sentence of sentences) {
    const whole = { start: sentence.start, end: sentence.end }
    for (const { kind, text, start, end } of sentence.doubts) {
      put(list, text, words[kind])
      if (start !== null && end !== null) {
        mark(mirrored, { start, end }, words[kind])
        continue
      }
      const at = sentence.text.toLowerCase().indexOf(text.toLowerCase())
      if (at < 0) continue
      const begin = at + sentence.targetStart
      mark(said, { start: begin, end: begin + text.length }, words[kind])
    }
    if (!sentence.finished) put(list, sentence.source, words.unfinished)
    if (sentence.confidence !== null && sentence.confidence < UNSURE) {
      put(list, sentence.source, words.unsure)
      mark(mirrored, whole, words.unsure)
    }
  }
  $('doubts').hidden = list.children.length === 0
}

/** @param {HTMLElement} list @param {string} text @param {string} why */
function put(list, text, why) {
  if (list.children.length >= MOST_DOUBTS) return
  const item = document.createElement('li')
  const quoted = document.createElement('q')
  quoted.textContent = text.length > 80 ? `${text.slice(0, 79)}…` : text
  item.append(quoted, ` ${why}`)
  list.append(item)
}

/* --- what belongs together --- */

/** @param {'source' | 'target'} side @param {number} place */
function pointAt(side, place) {
  lights.clear('strong', 'middle', 'weak')
  const text = side === 'source' ? mirrored.data : said.data
  const word = place < 0 ? null : wordAt(text, place)
  const begin = (/** @type {Sentence} */ s) => (side === 'source' ? s.start : s.targetStart)
  const length = (/** @type {Sentence} */ s) =>
    side === 'source' ? s.end - s.start : s.text.length
  const sentence =
    word && sentences.find((s) => begin(s) < word.end && begin(s) + length(s) > word.start)
  if (!word || !sentence) {
    $('word').textContent = ''
    $('why').hidden = true
    return
  }
  const [own, other] = side === 'source' ? [mirrored, said] : [said, mirrored]
  lights.add('strong', own, word)
  const spans = related(sentence, side, word)
  light(lights, other, spans)
  const strong = spans.filter((span) => span.weight >= 0.6 && span.start < span.end)
  const heard = [...new Set(strong.map(({ start, end }) => wholeWord(other.data, start, end)))]
  const arrow = side === 'source' ? '→' : '←'
  const why = reasons
    .filter(({ node, start, end }) => node === own && start < word.end && end > word.start)
    .map((reason) => reason.why)
    .join('; ')
  explain($('why'), own, word, why)
  $('word').textContent =
    `${text.slice(word.start, word.end)} ${arrow} ${heard.join(', ')}${why && ` (${why})`}`
  void drawAttention(sentence)
}

/** @param {string} text @param {number} start @param {number} end */
function wholeWord(text, start, end) {
  const word = wordAt(text, Math.min(start, end - 1))
  return word ? text.slice(word.start, word.end) : text.slice(start, end)
}

function followCaret() {
  if (document.activeElement === source) pointAt('source', source.selectionStart)
}

source.addEventListener('pointermove', (/** @type {PointerEvent} */ event) => {
  if (event.pointerType === 'touch') return
  source.style.pointerEvents = 'none' // what lies below has a place for each character
  const place = placeAt(mirrored, event.clientX, event.clientY)
  source.style.pointerEvents = ''
  pointAt('source', place)
})
target.addEventListener('pointermove', (/** @type {PointerEvent} */ event) => {
  if (event.pointerType !== 'touch') pointAt('target', placeAt(said, event.clientX, event.clientY))
})
target.addEventListener('click', (/** @type {MouseEvent} */ event) => {
  caret = Math.max(placeAt(said, event.clientX, event.clientY), 0)
  pointAt('target', caret)
})
for (const pane of [source, target])
  pane.addEventListener('pointerleave', () => pointAt('source', -1))
document.addEventListener('selectionchange', followCaret)
document.addEventListener('scroll', () => ($('why').hidden = true), true)
document.addEventListener('keyup', ({ key }) => {
  if (key === 'Escape') $('why').hidden = true
})
source.addEventListener('keyup', followCaret)

target.addEventListener('focus', () => pointAt('target', caret))
target.addEventListener('keydown', (/** @type {KeyboardEvent} */ event) => {
  const moves = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }
  const step = moves[/** @type {keyof typeof moves} */ (event.key)]
  if (event.key === 'Home' || event.key === 'End') caret = event.key === 'Home' ? 0 : said.length
  else if (step === undefined) return
  else caret = nextWord(said.data, caret, step)
  event.preventDefault()
  pointAt('target', caret)
})

/** @param {string} text @param {number} from @param {number} step */
function nextWord(text, from, step) {
  const starts = [...text.matchAll(/\S+/g)].map((match) => match.index)
  if (step > 0) return starts.find((start) => start > from) ?? from
  return starts.filter((start) => start < from).at(-1) ?? 0
}

/* --- details --- */

function facts() {
  const list = $('facts')
  list.replaceChildren()
  const about = client?.about
  if (!about) return
  const languages = new Intl.DisplayNames([document.documentElement.lang], {
    type: 'language',
  })
  const { sourceLanguage: from, targetLanguage: to } = about
  const between = (/** @type {string[]} */ ...codes) =>
    codes.map((code) => languages.of(code)).join(' → ')
  $('direction').textContent = between(from, to)
  for (const option of models()) option.text = between(option.dataset.from, option.dataset.to)
  $('swap').hidden = !models().some(isOpposite)
  source.lang = from
  target.lang = to
  const number = new Intl.NumberFormat(document.documentElement.lang, {
    maximumFractionDigits: 1,
  })
  const rows = [
    [words.model, `${about.name} ${about.version} (${about.precision})`],
    [words.size, `${number.format(about.size / 1e6)} MB`],
    [words.license, about.license],
    [words.runtime, about.onnxruntime],
    [words.pace, pace === null ? '–' : `${number.format(pace)} ms`],
  ]
  for (const [term, value] of rows) {
    const [dt, dd] = [document.createElement('dt'), document.createElement('dd')]
    dt.textContent = term
    dd.textContent = value
    if (term === words.license) dd.replaceChildren(linkTo(notice($('model').value), value))
    list.append(dt, dd)
  }
}

/** @param {string} href @param {string} text */
function linkTo(href, text) {
  const link = document.createElement('a')
  link.href = href
  link.textContent = text
  return link
}

/** @param {Sentence | undefined} sentence */
async function drawAttention(sentence) {
  if (!$('details').open) return
  const { heatmap } = await import('./heatmap.js')
  $('attention').replaceChildren(...(sentence ? [heatmap(sentence)] : []))
}

$('details').addEventListener('toggle', () => void drawAttention(sentences[0]))
$('selftest').addEventListener('click', async () => {
  if (!client) return
  running?.abort()
  $('selftest').disabled = true
  $('selftest-result').textContent = words.testing
  try {
    const { results } = await client.selfTest()
    const passed = results.filter((result) => result.problem === null).length
    $('selftest-result').textContent = `${passed} ${words.of} ${results.length} ${words.passed}`
  } catch (error) {
    tellProblem(error)
  }
  $('selftest').disabled = false
})

/* --- files, buttons --- */

/** @param {File | undefined} file */
async function read(file) {
  if (!file || !client) {
    early = file
    return
  }
  running?.abort()
  clearTimeout(timer)
  const controller = new AbortController()
  running = controller
  try {
    const { openDocument } = await import('./documents.js')
    await openDocument(file, client, controller.signal, {
      begin(found, text) {
        opened = found
        source.value = text
        if (found.format === 'text') return changed()
        mirrored.data = text
        said.data = ''
        sentences = []
        unlit()
        $('save').disabled = $('copy').disabled = true
        tell(() => words.working)
        $('progress').hidden = false
      },
      add(text, found, share) {
        said.appendData(text)
        sentences.push(...found)
        progressed(share)
      },
      end(name, time) {
        finished(time)
        $('progress').hidden = true
        tell(() => `${words.done}: ${name}`)
      },
    })
  } catch (error) {
    if (!(error instanceof CancelledError)) tellProblem(error)
  }
}

/** Typing goes on from what a document said, and is none any more. */
function typed() {
  if (opened && opened.format !== 'text') {
    opened = null
    $('progress').hidden = true
  }
  changed()
}

$('open').addEventListener('click', () => $('file').click())
$('file').addEventListener('change', () => {
  void read($('file').files[0])
  $('file').value = ''
})
document.addEventListener('dragover', (event) => event.preventDefault())
document.addEventListener('drop', (event) => {
  const file = event.dataTransfer?.files[0]
  if (!file) return
  event.preventDefault()
  void read(file)
})
$('clear').addEventListener('click', () => {
  source.value = ''
  opened = null
  changed()
  source.focus()
})
$('copy').addEventListener('click', async () => {
  try {
    await navigator.clipboard.writeText(said.data)
    tell(() => words.copied)
  } catch (error) {
    if (!(error instanceof DOMException)) throw error
    tell(() => words.notCopied, true)
  }
})
$('save').addEventListener('click', () => {
  const link = document.createElement('a')
  const blob = opened?.render(said.data) ?? new Blob([said.data], { type: 'text/plain' })
  link.href = URL.createObjectURL(blob)
  link.download = opened?.name ?? `allez-${client?.about?.targetLanguage ?? 'translation'}.txt`
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 1000)
})
$('language').addEventListener('click', () => {
  void speak(document.documentElement.lang === 'fr' ? 'en' : 'fr')
})
source.addEventListener('input', typed)

/* --- models --- */

/** Those that the page was built with, if there are several. @returns {any[]} */
const models = () => [...$('model').querySelectorAll('[data-from]')]

/** @param {any} option */
const isOpposite = ({ dataset }) =>
  dataset.from === client?.about?.targetLanguage && dataset.to === client?.about?.sourceLanguage

/** Loads the model that is chosen; the one before makes room first. */
async function take() {
  running?.abort()
  const before = client
  client = null
  await before?.close()
  $('selftest').disabled = $('swap').disabled = $('model').disabled = true
  tell(() => words.starting)
  const loaded = await load(progressed, $('model').value)
  await loaded.translate('Oui.') // the first sentence takes longest
  client = loaded
  $('progress').hidden = true
  $('selftest').disabled = $('swap').disabled = $('model').disabled = false
  facts()
}

async function takeAnother() {
  try {
    await take()
    typed()
  } catch (error) {
    tellProblem(error)
  }
}

$('model').addEventListener('change', takeAnother)
$('swap').addEventListener('click', () => {
  $('model').value = models().find(isOpposite).value
  source.value = said.data
  void takeAnother()
})

/* --- start --- */

/** @param {number} share */
const progressed = (share) => ($('progress').value = share)

async function start() {
  await speak(navigator.language.startsWith('fr') ? 'fr' : 'en')
  mirrored.data = source.value
  tell(() => words.loading)
  $('progress').hidden = false
  try {
    const isKept = await keep(progressed)
    await take()
    $('model').hidden = models().length < 2
    tell(() => (isKept ? words.ready : words.readyOnline))
    document.documentElement.dataset.state = 'ready'
    if (early) void read(early)
    else if (source.value.trim() !== '') changed()
  } catch (error) {
    tellProblem(error)
    document.documentElement.dataset.state = 'failed'
  }
}

void start()
