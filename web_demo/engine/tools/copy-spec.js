/**
 * Writes `src/spec.js` from `spec/contract.json` of the project: browsers load modules everywhere,
 * JSON not yet. A test compares the two. Run it (`npm run spec`) when the contract has changed.
 */
import { readFile, writeFile } from 'node:fs/promises'

const contract = JSON.parse(
  await readFile(new URL('../../../spec/contract.json', import.meta.url), 'utf8'),
)
const head = `/**
 * The numbers, names and lists that all hosts agree on: a copy of \`spec/contract.json\`, which
 * decides. Written by \`npm run spec\`; not to be changed by hand.
 *
 * @type {any}
 */
export const SPEC = `
// What is not ASCII is escaped: private use and marks would not show.
const text = JSON.stringify(contract, null, 1).replace(
  /[^\x20-\x7e\n]/g,
  (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
)
await writeFile(new URL('../src/spec.js', import.meta.url), `${head}${text}\n`)
