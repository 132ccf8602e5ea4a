/**
 * What is sent to a thermal printer so that it prints a picture? ESC/POS, with raster pictures (`GS v 0`) alone: letters
 * are drawn beforehand, so that no printer needs a code page for Chinese.
 *
 * Sent in bands, since cheap printers hold few rows at once.
 */

import type { Bytes } from '@/kernel/bytes'
import { rowBytes, type Bitmap } from './bitmap'

const [ESC, GS] = [0x1b, 0x1d]
/** Begin anew: whatever the printer was in the middle of. */
const START = [ESC, 0x40]
/** Rows in one band. */
export const BAND = 128
/** Dots fed at the end, so that the tear-off edge is clear. */
const FEED_LINES = 4

/** The bytes of a whole print. */
export function escposOf({ width, height, bits }: Bitmap): Bytes {
  const bytes = rowBytes(width)
  const parts: number[] = [...START]
  for (let top = 0; top < height; top += BAND) {
    const rows = Math.min(BAND, height - top)
    parts.push(GS, 0x76, 0x30, 0, bytes & 0xff, bytes >> 8, rows & 0xff, rows >> 8)
    for (const byte of bits.subarray(top * bytes, (top + rows) * bytes)) parts.push(byte)
  }
  parts.push(ESC, 0x64, FEED_LINES)
  return new Uint8Array(parts)
}
