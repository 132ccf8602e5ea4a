/**
 * A county's own colour on its residents' pages, where everything on it and in it can be read.
 *
 * The settings name one colour; a pale ground of it is made here. White letters must stand on the colour, and the colour
 * on its pale ground (4.5:1 each). One that fails is left out, and by night the pages keep their own.
 */

import type { CountyInfo } from '@/api/wire'
import { contrast, rgbOf, TEXT_LEAST, type Rgb } from '@/design-system/measure'

const WHITE: Rgb = [255, 255, 255]
/** How much of the pale ground is white. */
const PALE = 0.88

/** Paints the residents' pages; the other apps keep their colours, so that nobody takes one for another. */
export function paintCounty(county: Pick<CountyInfo, 'colour'> | null, root: HTMLElement = document.documentElement): void {
  const painted = county && root.dataset.app === 'resident' ? countyColours(county.colour) : null
  root.toggleAttribute('data-county-colour', painted !== null)
  if (!painted) return
  root.style.setProperty('--county', painted.colour)
  root.style.setProperty('--county-soft', painted.soft)
}

/** The colour and its pale ground, or null for what is no colour of six digits or cannot be read. */
export function countyColours(colour: string): { colour: string; soft: string } | null {
  const own = rgbOf(colour)
  if (!own) return null
  const soft = own.map((part) => Math.round(255 * PALE + part * (1 - PALE))) as unknown as Rgb
  const readable = contrast(own, WHITE) >= TEXT_LEAST && contrast(own, soft) >= TEXT_LEAST
  return readable ? { colour, soft: `#${soft.map((part) => part.toString(16).padStart(2, '0')).join('')}` } : null
}
