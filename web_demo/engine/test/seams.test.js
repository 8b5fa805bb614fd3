/** Which parts of a run are read by themselves: nodes as a browser has them, in short. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parted } from '../src/documents/seams.js'

/** @param {string} data */
const text = (data) => ({ nodeType: 3, textContent: data, childNodes: [] })

/** @param {string} localName @param {string} shown */
const element = (localName, shown) => ({
  nodeType: 1,
  localName,
  textContent: shown,
  childNodes: [text(shown)],
})

/**
 * Returns the parts of a run of texts and, in brackets, links.
 *
 * @param {string} run
 */
function partsOf(run) {
  const nodes = (run.match(/\[[^\]]*\]|[^[]+/g) ?? []).map((part) =>
    part.startsWith('[') ? element('a', part.slice(1, -1)) : text(part),
  )
  const found = parted(/** @type {any} */ (nodes), new Set())
  return found
    .map((part) => (Array.isArray(part) ? part : [part]).map((node) => node.textContent).join(''))
    .filter((shown) => shown.trim() !== '')
}

test('a row of short links behind a label is read one by one', () => {
  const apart = ['Trier par ', 'prix', 'date', 'nom']
  assert.deepEqual(partsOf('Trier par [prix] [date] [nom]'), apart)
  assert.deepEqual(partsOf('Trier : [prix] [date]'), ['Trier : ', 'prix', 'date'])
  for (const whole of [
    'le roi [de France] [Louis]',
    'le roi [Louis] [de] [la belle France de Paris]',
    'le roi de France est [Louis] [de] [France]',
    'le roi, [Louis] [de] [France]',
    'Trier par [prix] [date] [nom] ici',
  ]) {
    assert.deepEqual(partsOf(whole), [whole.replace(/[[\]]/g, '')])
  }
})
