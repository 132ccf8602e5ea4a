/**
 * A table as people sort, filter and take it away: typed columns over any rows.
 *
 * Pure but for the language. What is compared is the value (fen, instants), never the words on the screen; what is
 * searched is both, so that 1234.5 finds ¥1,234.50.
 */

import { clockSeconds, formDay, noon } from '@/kernel/instants'
import { yuan } from '@/kernel/money'
import { dateOf, momentOf } from '@/i18n/when'

export type Tone = 'plain' | 'good' | 'warn' | 'bad'

/** What stands in a column: `instant` and `day` as the county sends them, `money` in fen, `state` already in words. */
export type ColumnKind = 'text' | 'money' | 'count' | 'instant' | 'day' | 'state'

export type Value = string | number | null | undefined

export interface Column<Row> {
  readonly key: string
  readonly title: string
  readonly kind: ColumnKind
  readonly of: (row: Row) => Value
  /** Of a state: its colour, without which it is plain words, and whether rows can be chosen by it. */
  readonly tone?: (row: Row) => Tone
  readonly choose?: boolean
  /** Whether the rows that are shown are added up below. */
  readonly sum?: boolean
  /** Written by somebody for a program, such as a login: in no language. */
  readonly verbatim?: boolean
}

export interface Sort {
  readonly key: string
  readonly down: boolean
}

/** What somebody looks for: words anywhere in a row, and one value in each column of states. */
export interface Looking {
  readonly words: string
  readonly chosen: Readonly<Record<string, string>>
}

const WORDS = new Intl.Collator('zh-CN', { numeric: true })
export const isFigure = ({ kind }: { readonly kind: ColumnKind }): boolean => kind === 'money' || kind === 'count'

/** The words of a cell. */
export function shown<Row>(column: Column<Row>, row: Row): string {
  return told(column.kind, column.of(row))
}

export function told(kind: ColumnKind, value: Value): string {
  if (value === null || value === undefined || value === '') return ''
  if (kind === 'money') return yuan(Number(value))
  if (kind === 'instant') return momentOf(String(value))
  return kind === 'day' ? dateOf(noon(String(value))) : String(value)
}

/** What a file takes of a cell: the same whatever the language, the year and the hour. */
export function plain(kind: ColumnKind, value: Value): string {
  if (value === null || value === undefined || value === '') return ''
  if (kind === 'money') return yuanDigits(Number(value))
  if (kind !== 'instant') return String(value)
  const at = new Date(String(value))
  return `${formDay(at)} ${clockSeconds(at)}`
}

/** 1234.50, −0.05 with a plain hyphen, worked out without fractions. */
function yuanDigits(fen: number): string {
  const size = Math.abs(fen)
  return `${fen < 0 ? '-' : ''}${Math.trunc(size / 100)}.${String(size % 100).padStart(2, '0')}`
}


/** The rows in another order; equal ones stay as they were, and those without a value come last either way. */
export function sorted<Row>(rows: readonly Row[], columns: readonly Column<Row>[], sort: Sort | null): readonly Row[] {
  const column = columns.find(({ key }) => key === sort?.key)
  if (!column || !sort) return rows
  return [...rows].sort((one, other) => {
    const [a, b] = [column.of(one), column.of(other)]
    const [none, nothing] = [isNothing(a), isNothing(b)]
    if (none || nothing) return Number(none) - Number(nothing)
    return (sort.down ? -1 : 1) * compared(a, b)
  })
}

const isNothing = (value: Value): boolean => value === null || value === undefined || value === ''

function compared(a: Value, b: Value): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  return WORDS.compare(String(a), String(b))
}

/** The next order when somebody presses a column's head: up, down, and as it came. */
export function turned(sort: Sort | null, key: string): Sort | null {
  if (sort?.key !== key) return { key, down: false }
  return sort.down ? null : { key, down: true }
}

/** Rows that hold every one of the words somewhere, and in each chosen column just what was chosen. */
export function matching<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  { words, chosen }: Looking,
): readonly Row[] {
  const sought = folded(words).split(/\s+/).filter(Boolean)
  const picked = columns.filter(({ key }) => chosen[key])
  if (sought.length === 0 && picked.length === 0) return rows
  return rows.filter((row) => {
    if (picked.some((column) => shown(column, row) !== chosen[column.key])) return false
    if (sought.length === 0) return true
    const whole = folded(columns.map((column) => `${shown(column, row)} ${plain(column.kind, column.of(row))}`).join('\n'))
    return sought.every((word) => whole.includes(word))
  })
}

/** Full-width signs and capitals are no difference to whoever looks for something. */
const folded = (text: string): string => text.normalize('NFKC').toLowerCase()

/** The columns whose values somebody may choose from, each with the values that occur. */
export function choicesIn<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): { key: string; values: string[] }[] {
  return columns
    .filter(({ kind, choose }) => kind === 'state' && choose !== false)
    .map((column) => ({ key: column.key, values: [...new Set(rows.map((row) => shown(column, row)))].filter(Boolean) }))
    .filter(({ values }) => values.length > 1)
}

/** What is added up below, by column; null where no column is. */
export function sums<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): Map<string, number> | null {
  const added = columns.filter((column) => column.sum && isFigure(column))
  if (added.length === 0) return null
  return new Map(added.map(({ key, of }) => [key, rows.reduce((whole, row) => whole + Number(of(row) ?? 0), 0)]))
}

/** A table as it goes into a file. */
export interface Sheet {
  readonly title: string
  readonly columns: readonly { readonly title: string; readonly kind: ColumnKind }[]
  readonly rows: readonly (readonly Value[])[]
}

export function sheetOf<Row>(title: string, columns: readonly Column<Row>[], rows: readonly Row[]): Sheet {
  return {
    title,
    columns: columns.map((column) => ({ title: column.title, kind: column.kind })),
    rows: rows.map((row) => columns.map(({ of }) => of(row) ?? null)),
  }
}
