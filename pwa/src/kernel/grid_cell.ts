/**
 * Which cell of the BeiDou grid holds a place, at level 5: 4 seconds of arc, about 110 m here (GB/T 39409-2020).
 *
 * Only north and east, where every county of ours lies. The whole grid is `backend/kernel/grid_code.py`; both run
 * `fixtures/protocols/grid-code/vectors.json`.
 */

const ROWS = 'ABCDEFGHIJKLMNOPQRSTUV'
const FIGURES = '0123456789ABCDE'
const CELLS_A_DEGREE = 900
/** Columns of levels 2 to 5, and how many cells of level 5 a side of theirs has. */
const LEVELS = [
  { columns: 12, width: 450, height: 450, together: false },
  { columns: 2, width: 225, height: 150, together: true },
  { columns: 15, width: 15, height: 15, together: false },
  { columns: 15, width: 1, height: 1, together: false },
] as const

/** The code, or nothing where the grid is written otherwise. */
export function cellOf(latitude: number, longitude: number): string | null {
  if (!(latitude >= 0 && latitude < 88 && longitude >= 0 && longitude < 180)) return null
  let x = Math.floor(longitude * CELLS_A_DEGREE)
  let y = Math.floor(latitude * CELLS_A_DEGREE)
  const [sheetWidth, sheetHeight] = [6 * CELLS_A_DEGREE, 4 * CELLS_A_DEGREE]
  let code = `N${31 + Math.floor(x / sheetWidth)}${ROWS.charAt(Math.floor(y / sheetHeight))}`
  x %= sheetWidth
  y %= sheetHeight
  for (const { columns, width, height, together } of LEVELS) {
    const [column, row] = [Math.floor(x / width), Math.floor(y / height)]
    code += together ? FIGURES.charAt(row * columns + column) : FIGURES.charAt(column) + FIGURES.charAt(row)
    x %= width
    y %= height
  }
  return code
}
