/**
 * The page: two texts, a worker that translates, and what belongs together.
 *
 * The newest text wins: whatever is still being decoded for an older one is given up. Sentences
 * that were answered before come at once.
 */

import { CancelledError } from '../engine/src/errors.js'
import { listDoubts, unlit } from './doubts.js'
import { models, opposite, tellFacts } from './facts.js'
import { keep, load } from './origin.js'
import { $, mirrored, said, source } from './parts.js'
import { drawAttention, sentences, show } from './pointing.js'
import { progressed, speak, tell, tellProblem, words } from './telling.js'

/** @typedef {import('../engine/src/client.js').TranslatorClient} TranslatorClient */
/** @typedef {import('../engine/src/translate/result.js').Sentence} Sentence */
/** @typedef {import('./documents.js').Opened} Opened */

const PAUSE = 120 // milliseconds without a key before a text is translated

/** @type {TranslatorClient | null} */
let client = null
/** @type {AbortController | null} */
let running = null
/** What was dropped, and gets its own name again. @type {Opened | null} */
let opened = null
/** What was dropped before the model was there. @type {File | undefined} */
let early
let timer = 0
/** @type {number | null} milliseconds for a sentence, the last time */
let pace = null

/* --- translating --- */

/** Gives up what is running; returns what gives up what comes now. */
function begun() {
  running?.abort()
  clearTimeout(timer)
  running = new AbortController()
  return running
}

/** @param {number} pause */
function changed(pause = PAUSE) {
  mirrored.data = source.value
  unlit()
  begun()
  timer = window.setTimeout(() => void translate(), pause)
}

async function translate() {
  if (!client) return
  const controller = begun()
  const text = source.value
  /** @type {Sentence[]} */
  const found = []
  let [before, waiting, frame] = ['', '', 0]
  const draw = () => {
    frame = 0
    if (running !== controller) return
    if (said.data !== before) said.data = '' // the first piece of a newer text
    said.appendData(waiting)
    before += waiting
    waiting = ''
    show(found)
  }
  if (text.trim() !== '') tell(() => words.working)
  const started = performance.now()
  try {
    const { signal } = controller
    const onSentence = (/** @type {Sentence} */ sentence) => void found.push(sentence)
    for await (const piece of client.stream(text, { signal, onSentence })) {
      waiting += piece
      frame ||= requestAnimationFrame(draw)
    }
    cancelAnimationFrame(frame)
    if (running !== controller) return
    draw()
    if (text === '') said.data = ''
    finished(performance.now() - started)
  } catch (error) {
    if (!(error instanceof CancelledError)) tellProblem(error)
  }
}

/** @param {number} time */
function finished(time) {
  if (sentences.length > 0) pace = time / sentences.length
  tell(source.value.trim() === '' ? () => words.ready : () => words.done)
  $('copy').disabled = $('save').disabled = said.length === 0
  retell()
  void drawAttention()
}

function retell() {
  tellFacts(client?.about, pace)
  listDoubts(sentences, client?.about?.unsure)
}

/* --- files, buttons --- */

/** @param {File | undefined} file */
async function read(file) {
  if (!file || !client) {
    early = file
    return
  }
  const { signal } = begun()
  try {
    const { openDocument } = await import('./documents.js')
    await openDocument(file, client, signal, {
      begin(found, text) {
        opened = found
        source.value = text
        if (found.format === 'text') return changed()
        mirrored.data = text
        said.data = ''
        show([])
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

/** @param {string} id @param {() => void} act */
const clicked = (id, act) => $(id).addEventListener('click', act)

source.addEventListener('input', typed)
clicked('open', () => $('file').click())
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
clicked('clear', () => {
  source.value = ''
  opened = null
  changed()
  source.focus()
})
clicked('copy', async () => {
  try {
    await navigator.clipboard.writeText(said.data)
    tell(() => words.copied)
  } catch (error) {
    if (!(error instanceof DOMException)) throw error
    tell(() => words.notCopied, true)
  }
})
clicked('save', () => {
  const link = document.createElement('a')
  const blob = opened?.render(said.data) ?? new Blob([said.data], { type: 'text/plain' })
  link.href = URL.createObjectURL(blob)
  link.download = opened?.name ?? `allez-${client?.about?.targetLanguage ?? 'translation'}.txt`
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 1000)
})
clicked('language', async () => {
  await speak(document.documentElement.lang === 'fr' ? 'en' : 'fr')
  retell()
})
clicked('selftest', async () => {
  if (!client) return
  running?.abort()
  const { showSelfTest } = await import('./selftest.js')
  await showSelfTest(client)
})

/* --- models --- */

/** Loads the model that is chosen; the one before makes room first. */
async function take() {
  running?.abort()
  const before = client
  client = null
  await before?.close()
  const isBusy = (/** @type {boolean} */ is) => {
    $('selftest').disabled = $('swap').disabled = $('model').disabled = is
  }
  isBusy(true)
  tell(() => words.starting)
  const loaded = await load(progressed, $('model').value)
  // The first sentence takes longest: where one waits it is that.
  if (source.value.trim() === '') await loaded.translate('Oui.', { beamSize: 1 })
  client = loaded
  $('progress').hidden = true
  isBusy(false)
  tellFacts(client.about, pace)
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
clicked('swap', () => {
  $('model').value = opposite(client?.about).value
  source.value = said.data
  void takeAnother()
})

/* --- start --- */

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
    else if (source.value.trim() !== '') changed(0)
  } catch (error) {
    tellProblem(error)
    document.documentElement.dataset.state = 'failed'
  }
}

void start()
