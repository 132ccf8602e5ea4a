/**
 * What does this device know of its county when nobody can be asked: keys, terms, its own counter, which vouchers are used?
 *
 * One thin place between whoever brings the county's word into the replica and whoever takes vouchers by it. Every
 * question is answered from the disk, so that a page that was opened a moment ago knows as much as any other.
 */

import type { Bytes } from '@/kernel/bytes'
import { publicKeyOfPoint } from '@/kernel/keys'
import { readTrustList, type TrustList } from '@/kernel/trust'
import type { Counter, Terms } from '@/vouchers/rules'
import type { OfflineTerms, Shown } from './accepting'
import type { DeviceIdentity } from './device_key'
import { flush } from './flusher'
import type { Circumstances } from './journal'
import { newLine } from './pushing'
import { look, lookAll } from './replica'
import { stateOf, type StatusList } from './status_list'

/** Collections of the replica by which vouchers are taken; the scope is the device. */
export const TRUST = 'trust'
export const STATUS = 'status'
const TERMS = 'terms'
const COUNTER = 'counter'
/** Collections of one row have it under this name. */
export const ONLY = 'only'

/** The trust list as the root signed it, and that root. */
export interface KeptTrust {
  readonly root: Bytes
  readonly list: Bytes
}

/** A row of `terms` as the county tells it; `terms` in the names of redemption/SPEC.md. */
interface ToldTerms {
  readonly paused: boolean
  /** Whether vouchers of this kind are taken without a network at all. */
  readonly offline: boolean
  readonly terms: Terms & { readonly use_from: string | null }
}

export interface Briefing {
  readonly trust: TrustList
  /** What besides the journal decides about a voucher that was shown. */
  circumstancesOf: (shown: Shown, demonstration: boolean) => Promise<Circumstances>
}

/** Sends what is here, which gives a device its certificate, and takes the county's word; whether both went well. */
export async function askWord(county: string, identity: DeviceIdentity): Promise<boolean> {
  const pushed = await flush(county, identity, newLine())
  return pushed !== 'held' && pushed.kind === 'answered'
}

/** What the county told this device; null where that is not enough to take anything. */
export async function briefingOf(county: string, device: string): Promise<Briefing | null> {
  const [kept, [counter]] = await Promise.all([look<KeptTrust>(device, TRUST, ONLY), lookAll<Counter>(device, COUNTER)])
  const root = kept && (await publicKeyOfPoint(kept.root))
  if (!kept || !root || !counter) return null
  const trust = await readTrustList(kept.list, { root, county })
  if (typeof trust === 'string') return null
  return {
    trust,
    async circumstancesOf({ campaign, terms_version, domain, status_index }, demonstration) {
      const [told, list] = await Promise.all([
        look<ToldTerms>(device, TERMS, `${campaign}.${terms_version}.${domain}`),
        look<StatusList>(device, STATUS, ONLY),
      ])
      // What is newer than the list was not used before it.
      const state = list ? stateOf(list, status_index) : 'usable'
      // A kind of which no counter takes any without the county is as unknown as one that nobody told of.
      const terms = told?.offline ? termsOf(told) : undefined
      return { counter, terms, status: state === 'not-usable' ? 'stopped' : state, demonstration }
    },
  }
}

function termsOf({ terms, paused }: ToldTerms): OfflineTerms {
  const { use_from, ...rest } = terms
  return { terms: rest, use_from: use_from === null ? 0 : Date.parse(use_from), paused }
}
