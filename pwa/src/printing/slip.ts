/**
 * What stands on a slip of paper, 58 mm wide with 384 dots, and where? Lines from top to bottom, broken where they do not
 * fit; drawing is another file's, so that this can be counted without a screen.
 */

/** One thing on a slip, the uppermost first. */
export type SlipPart =
  | { readonly kind: 'text'; readonly text: string; readonly size?: 's' | 'm' | 'l'; readonly bold?: boolean; readonly centred?: boolean }
  | { readonly kind: 'pair'; readonly name: string; readonly value: string }
  /** A code; `label` says what it is for. */
  | { readonly kind: 'code'; readonly text: string; readonly label: string }
  | { readonly kind: 'rule' }

export interface Slip {
  /** Its name in files and printers' queues: no personal data. */
  readonly name: string
  readonly parts: readonly SlipPart[]
}

/** The dots of 58 mm paper, 8 to the millimetre, with the edges that no printer reaches. */
export const WIDTH = 384
const SIZES = { s: 20, m: 26, l: 40 } as const
const LEADING = 1.3
const GAP = 8

/** Something at its place; `y` is the top. */
export type Placed =
  | { readonly kind: 'text'; readonly text: string; readonly px: number; readonly bold: boolean; readonly align: 'left' | 'right' | 'centre'; readonly y: number }
  | { readonly kind: 'code'; readonly text: string; readonly side: number; readonly y: number }
  | { readonly kind: 'rule'; readonly y: number }

/** How wide a text is, in dots. */
export type Measure = (text: string, px: number, bold: boolean) => number

export interface Layout {
  readonly height: number
  readonly placed: readonly Placed[]
}

/** The slip in places; a name and its value share a line where both fit. */
export function layOut({ parts }: Slip, measure: Measure): Layout {
  const placed: Placed[] = []
  let y = GAP
  const line = (text: string, px: number, bold: boolean, align: 'left' | 'right' | 'centre'): void => {
    placed.push({ kind: 'text', text, px, bold, align, y })
    y += Math.ceil(px * LEADING)
  }
  for (const part of parts) {
    if (part.kind === 'rule') {
      placed.push({ kind: 'rule', y: y + GAP })
      y += 2 * GAP + 2
    } else if (part.kind === 'code') {
      placed.push({ kind: 'code', text: part.text, side: WIDTH, y })
      y += WIDTH
    } else if (part.kind === 'text') {
      const px = SIZES[part.size ?? 'm']
      const bold = part.bold ?? false
      for (const row of broken(part.text, (text) => measure(text, px, bold) <= WIDTH)) line(row, px, bold, part.centred ? 'centre' : 'left')
    } else {
      const { name, value } = part
      const px = SIZES.m
      const together = measure(name, px, false) + GAP * 2 + measure(value, px, true) <= WIDTH
      for (const row of broken(name, (text) => measure(text, px, false) <= WIDTH)) line(row, px, false, 'left')
      if (together) y -= Math.ceil(px * LEADING)
      for (const row of broken(value, (text) => measure(text, px, true) <= WIDTH)) line(row, px, true, 'right')
    }
  }
  return { height: y + GAP, placed }
}

/** A word, blanks, or one sign; what closes a clause stays with what it follows, since no Chinese row begins with it. */
const PIECES = /[\u0021-\u024F]+[，。、；：！？）》」』”’…]*|\s+|[^][，。、；：！？）》」』”’…]*/gu

/** A text in rows that fit: broken at blanks where there are any, else between any two signs, as Chinese is. */
export function broken(text: string, fits: (row: string) => boolean): string[] {
  const rows: string[] = []
  let row = ''
  for (const word of text.match(PIECES) ?? []) {
    if (fits(row + word.trimEnd())) {
      row += word
      continue
    }
    if (row.trim()) rows.push(row.trim())
    row = ''
    if (!word.trim()) continue
    for (const sign of word) {
      if (row && !fits(row + sign)) {
        rows.push(row)
        row = ''
      }
      row += sign
    }
  }
  if (row.trim()) rows.push(row.trim())
  return rows
}
