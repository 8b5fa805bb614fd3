/** Files of pictures, in a browser: what it can show, it decodes. */

import { InputError } from '../errors.js'
import { checkBytes, checkSize } from './picture.js'

/**
 * Returns the pixels of a file, turned as it says that it was held; of one that moves, the first
 * picture. Its bytes are counted before it is decoded, its pixels before they are looked at.
 *
 * @param {Blob} file
 * @returns {Promise<ImageData>} a picture, as `Captioner` takes it
 * @throws {InputError} it is no picture that this browser can show, or too large
 */
export async function decoded(file) {
  checkBytes(file.size)
  const bitmap = await opened(file)
  try {
    const { width, height } = bitmap
    checkSize(width, height)
    const canvas = new OffscreenCanvas(width, height)
    const context = canvas.getContext('2d', { willReadFrequently: true })
    if (!context) throw new InputError('the picture cannot be drawn here')
    context.drawImage(bitmap, 0, 0)
    return context.getImageData(0, 0, width, height)
  } finally {
    bitmap.close()
  }
}

/** @param {Blob} file */
async function opened(file) {
  try {
    return await createImageBitmap(file, { colorSpaceConversion: 'none', premultiplyAlpha: 'none' })
  } catch (error) {
    if (!(error instanceof DOMException)) throw error
    throw new InputError('this is not a picture that can be read', {
      hint: 'PNG, JPEG, GIF, WebP or BMP',
      cause: error,
    })
  }
}
