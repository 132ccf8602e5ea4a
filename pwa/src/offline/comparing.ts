/**
 * When does a device ask whether its copy is still the county's? Once a day, and after its database went away under it.
 *
 * Asking costs a few hundred bytes and sends no row. What was lost or changed here comes again with the next word; until
 * then the device goes on with what it has.
 */

import { read, remember } from '@/kernel/remembered'
import { countyNow } from './county_clock'
import { timesForgotten } from './database'
import type { Writer } from './journal'
import { differing } from './pull'

const KEY = 'yizhan.compared'
const EVERY_MS = 24 * 3600 * 1000

/** How often the database had gone when the copy was last compared on this page. */
let forgotten = 0

/** Whether the county has to tell everything anew: it was asked now, and something here is not the same. */
export async function hasStrayed(writer: Writer): Promise<boolean> {
  const { device } = writer.identity
  const [now, gone] = [countyNow(), timesForgotten()]
  if (gone === forgotten && isFresh(device, now)) return false
  const others = await differing(writer)
  // Where nobody answered it is asked with the next word.
  if (others === null) return false
  forgotten = gone
  remember(KEY, JSON.stringify({ device, at: now }))
  return others.length > 0
}

/** A note of a later day is a clock's fault, and says nothing. */
function isFresh(device: string, now: number): boolean {
  try {
    const noted = JSON.parse(read(KEY) ?? 'null') as { device: string; at: number } | null
    return noted?.device === device && noted.at <= now && now < noted.at + EVERY_MS
  } catch {
    return false
  }
}
