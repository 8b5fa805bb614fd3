/** Bytes that come from elsewhere: as text, and no more of them than were asked for. */

/**
 * Returns the text of UTF-8, a byte order mark included.
 *
 * @param {Uint8Array} data
 * @returns {string | null} null: it is none
 */
export function decodeUtf8(data) {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(data)
  } catch (error) {
    if (error instanceof TypeError) return null
    throw error
  }
}

/**
 * Reads a stream, and gives it up where it has more.
 *
 * @param {ReadableStream<Uint8Array>} stream
 * @param {number} most bytes
 */
export async function taken(stream, most) {
  const reader = stream.getReader()
  /** @type {Uint8Array[]} */
  const parts = []
  let size = 0
  while (size < most) {
    const { done, value } = await reader.read()
    if (done) break
    parts.push(value)
    size += value.length
  }
  if (size >= most) await reader.cancel()
  const all = new Uint8Array(Math.min(size, most))
  let done = 0
  for (const part of parts) {
    all.set(part.subarray(0, all.length - done), done)
    done += part.length
  }
  return all
}
