/** The parts of the page, and the text nodes of its two panes. */

/** @param {string} id @returns {any} */
export const $ = (id) => document.getElementById(id)

export const [source, target] = [$('source'), $('target')]

/** What lies below the text that is typed, and has a place for each character. */
export const mirrored = document.createTextNode('')
/** The translation. */
export const said = document.createTextNode('')

$('mirror').append(mirrored, '\n')
target.append(said)
