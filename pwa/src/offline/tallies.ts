/** Which counters does this device keep beside its journal, and under which names? */

import { dayNumber } from '@/kernel/instants'
import type { ClockMemory } from './clock'

const MARK = 'clock mark'
const ADD = 'clock add'
/** Days of the county since 1970 have five figures until the year 2243. */
const DAY_FIGURES = 5

/** The last counter that was taken from this holder's key for this voucher. */
export function counterName(voucher: string, holder: string): string {
  return `counter ${voucher} ${holder}`
}

/** What this holder's vouchers gave on the business day of this instant (milliseconds since 1970), in fen. */
export function holderDayName(holder: string, at: number): string {
  return `${dayName(at)} ${holder}`
}

/** The number of the newest shift event of this device. */
export function shiftName(device: string): string {
  return `shift ${device}`
}

/** All tallies of holders of days before the one of this instant. */
export function daysBefore(at: number): IDBKeyRange {
  return IDBKeyRange.bound('day ', dayName(at), false, true)
}

type Reading = { readonly get: (name: string) => Promise<number | undefined> }
type Writing = { readonly put: (value: number, name: string) => Promise<unknown> }

/** What is remembered of the clock. */
export async function clockMemory(tallies: Reading): Promise<ClockMemory> {
  return { mark: (await tallies.get(MARK)) ?? null, add: (await tallies.get(ADD)) ?? 0 }
}

/** Remembers the clock, as part of a transaction. */
export async function rememberClock(tallies: Writing, { mark, add }: ClockMemory): Promise<void> {
  if (mark !== null) await tallies.put(mark, MARK)
  await tallies.put(add, ADD)
}

function dayName(at: number): string {
  return `day ${String(dayNumber(new Date(at))).padStart(DAY_FIGURES, '0')}`
}
