/**
 * A county's own colour on its residents' pages, where everything on it and in it can be read.
 *
 * The settings name one colour; a pale ground of it is made here. White letters must stand on the colour, and the colour
 * on its pale ground (4.5:1 each). One that fails is left out, and by night the pages keep their own.
 */

import type { CountyInfo } from '@/api/wire'

const ENOUGH = 4.5
const WHITE = [255, 255, 255] as const
/** How much of the pale ground is white. */
const PALE = 0.88

type Rgb = readonly [red: number, green: number, blue: number]

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
  const readable = contrast(own, WHITE) >= ENOUGH && contrast(own, soft) >= ENOUGH
  return readable ? { colour, soft: `#${soft.map((part) => part.toString(16).padStart(2, '0')).join('')}` } : null
}

function rgbOf(colour: string): Rgb | null {
  if (!/^#[0-9a-f]{6}$/i.test(colour)) return null
  return [1, 3, 5].map((from) => Number.parseInt(colour.slice(from, from + 2), 16)) as unknown as Rgb
}

function contrast(one: Rgb, other: Rgb): number {
  const [mine, its] = [luminance(one), luminance(other)]
  return (Math.max(mine, its) + 0.05) / (Math.min(mine, its) + 0.05)
}

function luminance(rgb: Rgb): number {
  const [red = 0, green = 0, blue = 0] = rgb.map((part) => {
    const share = part / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
