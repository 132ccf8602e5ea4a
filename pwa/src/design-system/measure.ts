/** How well can one colour be told from another? WCAG 2.2: 4.5:1 for text, 3:1 for the edges of controls. */

export const TEXT_LEAST = 4.5
export const EDGE_LEAST = 3

export type Rgb = readonly [red: number, green: number, blue: number]

/** The colour of six digits, or null for whatever is none. */
export function rgbOf(colour: string): Rgb | null {
  if (!/^#[0-9a-f]{6}$/i.test(colour)) return null
  return [1, 3, 5].map((from) => Number.parseInt(colour.slice(from, from + 2), 16)) as unknown as Rgb
}

export function contrast(one: Rgb, other: Rgb): number {
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
