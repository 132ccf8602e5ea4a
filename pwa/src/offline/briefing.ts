/**
 * What does this device know of its county when nobody can be asked: keys, terms, its own counter, which vouchers are used?
 *
 * One thin place between whoever brings the county's word (`pull.ts`, `book.ts`) and whoever takes vouchers by it. Every
 * question is answered from the disk, so that a page that was opened a moment ago knows as much as any other.
 */

import type { TrustList } from '@/kernel/trust'
import type { Shown } from './accepting'
import { circumstancesOf, counterOf, trustOf } from './book'
import { hasStrayed } from './comparing'
import type { DeviceIdentity } from './device_key'
import { noteRefusal, noteState } from './device_note'
import { flush } from './flusher'
import type { Circumstances } from './journal'
import { pullOnce } from './pull'
import { lineOf } from './pushing'

export interface Briefing {
  readonly trust: TrustList
  /** What besides the journal decides about a voucher that was shown; null where the county told too little. */
  circumstancesOf: (shown: Shown, demonstration: boolean) => Promise<Circumstances | null>
}

/**
 * Sends what is here, which gives a device its certificate, and takes the county's word, all of it where the copy here has
 * strayed; whether all of it went well.
 */
export async function askWord(county: string, identity: DeviceIdentity): Promise<boolean> {
  const pushed = await flush(county, identity, lineOf(identity.device))
  if (pushed === 'held' || pushed.kind !== 'answered') return false
  const writer = { county, identity }
  const told = await pullOnce(writer)
  const pulled = told.kind === 'taken' && (await hasStrayed(writer)) ? await pullOnce(writer) : told
  if (pulled.kind === 'taken') noteState(identity.device, 'active')
  if (pulled.kind === 'refused') noteRefusal(identity.device, pulled.reason)
  return pulled.kind === 'taken'
}

/** What the county told this device; null where that is not enough to take anything. */
export async function briefingOf(county: string, device: string): Promise<Briefing | null> {
  const [trust, counter] = await Promise.all([trustOf(device, county), counterOf(device)])
  if (!trust || !counter) return null
  return { trust, circumstancesOf: (shown, demonstration) => circumstancesOf(device, shown, demonstration) }
}
