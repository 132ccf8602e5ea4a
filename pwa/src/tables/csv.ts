/**
 * A table as comma-separated text: RFC 4180, with the mark by which Excel in China knows UTF-8.
 *
 * Twin of `backend/settlement/papers/delimited.py`: a text that a spreadsheet would take for a formula gets an apostrophe
 * in front. Amounts are ours and stay numbers, also below nothing.
 */

import { isFigure, plain, type Sheet } from './table'

const FORMULA = /^[=+\-@\t\r\n＝＋－＠']/
const QUOTED = /[",\r\n]/
const BOM = '\uFEFF'

export const guarded = (text: string): string => (FORMULA.test(text) ? `'${text}` : text)

const quoted = (text: string): string => (QUOTED.test(text) ? `"${text.replaceAll('"', '""')}"` : text)

export function csvOf({ columns, rows }: Sheet): string {
  const lines = [
    columns.map(({ title }) => guarded(title)),
    ...rows.map((row) =>
      columns.map((column, nth) => {
        const text = plain(column.kind, row[nth])
        return isFigure(column) ? text : guarded(text)
      }),
    ),
  ]
  return BOM + lines.map((line) => `${line.map(quoted).join(',')}\r\n`).join('')
}
