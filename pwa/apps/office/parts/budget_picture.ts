/**
 * A budget tree as boxes: every line below the one it is dealt from, as wide as its cap. Pure.
 *
 * A level that is dealt out whole fills its parent; what is not dealt stays empty beside the last child. Should lines
 * below come to more than their parent (rounds over time may, with what came back), they share its width.
 */

export interface PictureLine {
  readonly line_id: string
  readonly parent_id: string | null
  readonly cap_fen: number
}

export interface Box {
  readonly id: string
  readonly depth: number
  /** In the picture's own units. */
  readonly x: number
  readonly width: number
}

/** Every line that hangs on the tree once, parents before children, left to right. */
export function boxesOf(lines: readonly PictureLine[], width: number): Box[] {
  const below = new Map<string | null, PictureLine[]>()
  for (const line of lines) below.set(line.parent_id, [...(below.get(line.parent_id) ?? []), line])
  const place = (parent: string | null, cap: number, x: number, room: number, depth: number): Box[] => {
    const children = below.get(parent) ?? []
    const shared = Math.max(cap, sumOf(children))
    let at = x
    return children.flatMap((line) => {
      // Lines without money have the same right to be seen: they share what there is.
      const own = shared > 0 ? (room * line.cap_fen) / shared : room / children.length
      const box: Box = { id: line.line_id, depth, x: at, width: own }
      at += own
      return [box, ...place(line.line_id, line.cap_fen, box.x, own, depth + 1)]
    })
  }
  return place(null, 0, 0, width, 0)
}

const sumOf = (lines: readonly PictureLine[]): number => lines.reduce((sum, { cap_fen }) => sum + cap_fen, 0)

/** Of one line: what was used, what residents hold, what is left, as parts of its box; together its width. */
export function partsOf(
  { cap_fen, issued_fen, returned_fen }: { cap_fen: number; issued_fen: number; returned_fen: number },
  redeemedFen: number,
  width: number,
): { used: number; out: number; left: number } {
  if (cap_fen <= 0) return { used: 0, out: 0, left: width }
  const issued = Math.min(cap_fen, Math.max(0, issued_fen - returned_fen))
  const used = Math.min(issued, Math.max(0, redeemedFen))
  const share = (fen: number): number => (width * fen) / cap_fen
  return { used: share(used), out: share(issued - used), left: width - share(issued) }
}

const wide = (sign: string): number => (sign > '\u2E80' ? 1 : 0.58)

/** As much of a name as fits, or nothing where not even two signs do; widths of signs are told in `em`. */
export function fitting(name: string, width: number, em: number): string {
  const whole = [...name].reduce((sum, sign) => sum + wide(sign), 0)
  if (whole * em <= width) return name
  let kept = ''
  let used = 1
  for (const sign of name) {
    used += wide(sign)
    if (used * em > width) break
    kept += sign
  }
  return [...kept].length >= 2 ? `${kept}…` : ''
}
