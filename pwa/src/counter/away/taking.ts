/**
 * Takes a voucher at this counter when the county cannot be asked: what is missing, what speaks against it, or `taken`.
 *
 * The order of the offline counter: the verdict, one strict transaction, and only then is anything shown as accepted.
 * Whatever goes wrong before has stored nothing.
 */

import { isDemonstration, countyCode } from '@/county/county'
import { newChallenge, type CounterChallenge } from '@/kernel/challenge'
import { isPresentation } from '@/kernel/xv1'
import { readShown, type ChallengeCause, type OfflineRefusal } from '@/offline/accepting'
import { briefingOf } from '@/offline/briefing'
import { countyNow } from '@/offline/county_clock'
import { forgetOpened, openDatabase } from '@/offline/database'
import { currentIdentity } from '@/offline/device_key'
import { isEnded } from '@/offline/device_note'
import { settleTime } from '@/offline/device_time'
import { accept, type Writer } from '@/offline/journal'
import { shouldAskFirst, standingRefusal } from '@/offline/limits'
import { isMarked } from '@/offline/lock/mark'
import { isOpen } from '@/offline/lock/sealing'
import { headOf } from '@/offline/outbox'
import { standingOf } from '@/offline/standing'

/** What the counter was asked to take. */
export interface AwayOrder {
  /** At whose counter it is shown. */
  readonly merchant_id: string
  readonly code: string
  readonly bill_fen: number
  readonly eligible_fen: number
}

/** A claim that is on the disk. */
export interface Taken {
  readonly device: string
  readonly seq: number
  readonly amount_fen: number
  readonly bill_fen: number
}

export type AwayRefusal =
  | OfflineRefusal
  /** Eight digits say nothing without the county. */
  | 'offline-digits'
  /** The browser could not write it down. */
  | 'offline-not-stored'
  /** This device knows too little of its county yet. */
  | 'offline-not-briefed'
  /** The county let this device in for another shop, which would be paid. */
  | 'offline-other-shop'

export type AwayOutcome =
  | { readonly kind: 'taken'; readonly taken: Taken }
  /** The holder's phone signs this, and what it then shows is brought to `takeAway` with it. */
  | { readonly kind: 'ask'; readonly why: ChallengeCause; readonly amount_fen: number; readonly challenge: CounterChallenge }
  | { readonly kind: 'refused'; readonly reason: AwayRefusal }

/** The device as it writes, or null where this browser is none that the county let in, or one that it ended. */
export async function ownWriter(): Promise<Writer | null> {
  const [county, identity] = await Promise.all([countyCode(), currentIdentity()])
  if (!county || !identity || isEnded(identity.device)) return null
  const { certificate } = await standingOf(identity.device)
  if (certificate === null) return null
  // A station's tablet names people; and whoever wiped a device, or has not opened it, takes nothing with it.
  const needsOpening = certificate.kind === 'station' || isMarked()
  return needsOpening && !isOpen() ? null : { county, identity }
}

/**
 * Whether this shop's counter may take anything by itself here, and whether it tries the county first all the same. One
 * whose browser does not let it read what it keeps takes nothing, nor does one that signed in at another shop's device.
 */
export async function standsReady(
  { merchant_id }: Pick<AwayOrder, 'merchant_id'>,
  chance: number = Math.random(),
): Promise<{ ready: boolean; askFirst: boolean }> {
  // A page that slept may find its database gone: the first person after that is not sent away.
  return standing(merchant_id, chance).catch(() => {
    forgetOpened()
    return standing(merchant_id, chance).catch(() => NOT_READY)
  })
}

const NOT_READY = { ready: false, askFirst: true }

async function standing(merchant: string, chance: number): Promise<{ ready: boolean; askFirst: boolean }> {
  const here = await ownWriter()
  if (!here || (await isOtherShop(here, merchant))) return NOT_READY
  const { at } = await settleTime(here)
  const now = await standingOf(here.identity.device)
  return { ready: true, askFirst: standingRefusal(now, at) !== null || shouldAskFirst(now, at, chance) }
}

/** Whether this browser took the voucher of this code, and the county has not heard of it. */
export async function waitsHere(code: string): Promise<boolean> {
  try {
    return await isUnheard(code)
  } catch {
    // iOS closes databases of pages that slept. Without an answer the county would be asked to take it a second time.
    forgetOpened()
    return isUnheard(code)
  }
}

async function isUnheard(code: string): Promise<boolean> {
  const here = await ownWriter()
  const known = here && (await briefingOf(here.county, here.identity.device))
  if (!here || !known) return false
  const shown = await readShown(code, { trust: known.trust, county: here.county, at: countyNow() })
  const taken = typeof shown === 'string' ? undefined : await (await openDatabase()).get('taken', shown.voucher)
  return taken !== undefined && (await headOf(taken.device)).ack_seq < taken.seq
}

/**
 * Takes it, or says why not; resolves only when all of it is on the disk or nothing is. `asked` is what this counter shows
 * the holder's phone, where the code is to be the answer to it.
 */
export async function takeAway(
  { code, merchant_id, bill_fen, eligible_fen }: AwayOrder,
  operator: string,
  asked?: CounterChallenge,
): Promise<AwayOutcome> {
  if (!isPresentation(code)) return refused('offline-digits')
  try {
    const here = await ownWriter()
    const known = here && (await briefingOf(here.county, here.identity.device))
    if (!here || !known) return refused('offline-not-briefed')
    if (await isOtherShop(here, merchant_id)) return refused('offline-other-shop')
    const reading = await settleTime(here)
    // By such a clock every voucher has ended, which would be said of the voucher and not of the clock.
    if (reading.step === 'forward') return refused('offline-clock-unsure')
    const given = { trust: known.trust, county: here.county, at: reading.at }
    const shown = await readShown(code, asked ? { ...given, asked } : given)
    if (typeof shown === 'string') return refused(shown)
    const circumstances = await known.circumstancesOf(shown, isDemonstration.value)
    if (circumstances === null) return refused('offline-not-briefed')
    const outcome = await accept(here, { shown, bill_fen, eligible_fen, lines: null, operator }, circumstances, reading)
    if (outcome.kind === 'refused') return outcome
    if (outcome.kind === 'ask') {
      const challenge = newChallenge(here.county, here.identity.device, outcome.amount_fen)
      return { ...outcome, challenge }
    }
    const { device, seq } = outcome.entry
    return { kind: 'taken', taken: { device, seq, amount_fen: outcome.amount_fen, bill_fen } }
  } catch (fault) {
    forgetOpened()
    reportError(fault)
    return refused('offline-not-stored')
  }
}

/** Whether claims of this device are another shop's than the one at whose counter a voucher is shown. */
async function isOtherShop({ identity }: Writer, merchant_id: string): Promise<boolean> {
  const merchant = (await standingOf(identity.device)).certificate?.merchant ?? null
  return merchant !== null && merchant !== merchant_id
}

function refused(reason: AwayRefusal): AwayOutcome {
  return { kind: 'refused', reason }
}
