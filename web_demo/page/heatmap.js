/** What each word of a translation looked at, as a table; drawn when somebody wants to see it. */

/** @typedef {import('../engine/src/translate/result.js').Sentence} Sentence */

const LEAST = 0.05 // below it a weight is shown by its shade alone

/**
 * Returns weights in percent: a row for each subword of the translation, a column for each one read.
 *
 * @param {Sentence} sentence
 */
export function heatmap(sentence) {
  const { tokens, attention } = sentence.hypotheses[0]
  const table = document.createElement('table')
  const head = table.createTHead().insertRow()
  head.append(document.createElement('td'))
  for (const { piece } of sentence.sourceTokens) head.append(header(piece, 'col'))
  const body = table.createTBody()
  tokens.forEach(({ piece }, at) => {
    const row = body.insertRow()
    row.append(header(piece, 'row'))
    for (const weight of attention[at]) {
      const cell = row.insertCell()
      cell.textContent = weight >= LEAST ? String(Math.round(100 * weight)) : ''
      const share = Math.round(100 * Math.min(1, weight))
      cell.style.background = `color-mix(in srgb, var(--strong) ${share}%, transparent)`
    }
  })
  return table
}

/** @param {string} piece @param {string} scope */
function header(piece, scope) {
  const cell = document.createElement('th')
  cell.scope = scope
  cell.textContent = piece.replace(/^\u2581/, '\u00b7')
  return cell
}
