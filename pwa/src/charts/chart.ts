/** What a chart needs to know before it draws: steps of its axes, words beside them, how wide they are. Pure. */

import { clockTime } from '@/kernel/instants'
import { grouped } from '@/kernel/money'
import { dateOf } from '@/i18n/when'

/** `solid` and `hollow` are bars, `hatched` too; `line` and `dashed` are lines. Never the colour alone. */
export type Look = 'solid' | 'hollow' | 'hatched' | 'line' | 'dashed'

export interface Series {
  readonly name: string
  readonly look: Look
  readonly colour: 'brand' | 'ticket' | 'warn' | 'good'
  readonly values: readonly number[]
}

export type Unit = 'count' | 'money'

const TENS = Array.from({ length: 13 }, (_, power) => 10 ** power)

/** Whole numbers at the side: pieces, and whole yuan in fen. */
export function sideSteps(unit: Unit): number[] {
  const least = unit === 'money' ? 100 : 1
  return TENS.flatMap((ten) => [1, 2, 5].map((digit) => digit * ten * least))
}

/** Below: every one, every other … of hours as clocks have them, of days as calendars do. */
export const belowSteps = (step: 'hour' | 'day'): number[] =>
  step === 'hour' ? [1, 2, 3, 6, 12, 24, 48] : [1, 2, 7, 14, 28, 56, 112]

/** ¥1,200 without fen, or 1,200. */
export function sideWords(unit: Unit, value: number): string {
  const size = Math.abs(unit === 'money' ? value / 100 : value)
  return `${value < 0 ? '−' : ''}${unit === 'money' ? '¥' : ''}${grouped(Math.round(size))}`
}

/** 11月24日 at the first hour of a day, 10:00 at the others. */
export function stepWords(at: string, step: 'hour' | 'day', isFirst: boolean): string {
  const clock = clockTime(new Date(at))
  if (step === 'day') return dateOf(at)
  return isFirst || clock === '00:00' ? `${dateOf(at)} ${clock}` : clock
}

/** How wide the words at the side are, in pixels, Chinese and Latin alike measured generously. */
export const sideWidth = (words: readonly string[], letterPx: number): number =>
  Math.ceil(Math.max(1, ...words.map(({ length }) => length)) * letterPx * 0.62) + 14

/** From nothing, or below it, up to a little above the largest. */
export function sideRange(values: readonly (readonly number[])[]): [number, number] {
  const all = values.flat()
  const [least, most] = [Math.min(0, ...all), Math.max(0, ...all)]
  const air = (most - least) * 0.08
  return [least < 0 ? least - air : 0, most > 0 ? most + air : least < 0 ? 0 : 1]
}

/** Each value with all before it. */
export function addedUp(values: readonly number[], before = 0): number[] {
  let sum = before
  return values.map((value) => (sum += value))
}
