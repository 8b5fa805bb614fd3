/** What work says while it goes on. */

/**
 * Yields what a piece of work says, as soon as it does; returns what it comes to.
 *
 * @template T
 * @param {(say: (piece: string) => void) => Promise<T>} begin starts the work
 * @returns {AsyncGenerator<string, T, void>}
 */
export async function* heard(begin) {
  /** @type {string[]} */
  const pieces = []
  /** @type {() => void} */
  let wake = () => {}
  const work = begin((piece) => {
    pieces.push(piece)
    wake()
  })
  const ended = work.then(
    () => true,
    () => true,
  )
  let isDone = false
  while (!isDone) {
    const said = new Promise((resolve) => {
      wake = () => resolve(false)
    })
    if (pieces.length === 0) isDone = (await Promise.race([ended, said])) === true
    while (pieces.length > 0) yield /** @type {string} */ (pieces.shift())
  }
  return work
}
