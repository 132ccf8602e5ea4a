/** A picture in pure black and white, as thermal printers know it: one bit a dot, rows of whole bytes, 1 is black. */

import type { Bytes } from '@/kernel/bytes'

export interface Bitmap {
  readonly width: number
  readonly height: number
  /** The leftmost dot of a row is the highest bit of its first byte. */
  readonly bits: Bytes
}

/** How many bytes a row has. */
export function rowBytes(width: number): number {
  return Math.ceil(width / 8)
}

/** Black where a pixel is darker than half and not transparent; `rgba` is what a canvas gives, row by row. */
export function bitmapOf(rgba: Uint8ClampedArray, width: number, height: number): Bitmap {
  if (rgba.length !== 4 * width * height) throw new Error('these are not the pixels of such a picture')
  const bytes = rowBytes(width)
  const bits = new Uint8Array(bytes * height)
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      if (isDark(rgba, 4 * (y * width + x))) bits[y * bytes + (x >> 3)]! |= 0x80 >> (x & 7)
    }
  }
  return { width, height, bits }
}

/** Brightness as eyes weigh the three colours, on white paper. */
function isDark(rgba: Uint8ClampedArray, at: number): boolean {
  const [red, green, blue, solid] = [rgba[at]!, rgba[at + 1]!, rgba[at + 2]!, rgba[at + 3]! / 255]
  const light = (299 * red + 587 * green + 114 * blue) / 1000
  return light * solid + 255 * (1 - solid) < 128
}
