/** What work says while it goes on. */

/**
 * Yields what a piece of work says, as soon as it does; returns what it comes to.
 *
 * @template T
 * @param {(say: (piece: string) => void) => Promise<T>} begin starts the work
 * @param {() => void} leave ends it, when who listens has left the loop before
 * @returns {AsyncGenerator<string, T, void>}
 */
export async function* heard(begin, leave) {
  /** @type {string[]} */
  const pieces = []
  let isDone = false
  let wake = () => {}
  const work = begin((piece) => {
    pieces.push(piece)
    wake()
  })
  const end = () => {
    isDone = true
    wake()
  }
  work.then(end, end)
  try {
    while (!isDone || pieces.length > 0) {
      const piece = pieces.shift()
      if (piece !== undefined) yield piece
      else await new Promise((resolve) => void (wake = () => resolve(null)))
    }
  } finally {
    if (!isDone) leave()
  }
  return work
}
