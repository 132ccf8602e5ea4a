/**
 * May this voucher be spent on this bill, at this counter, now, and what does it give?
 *
 * Pure. Twin of `decide_redemption` in `backend/vouchers/rules.py`, condition by condition in the same order. Pages use it
 * to show worked examples; whoever takes money asks the county.
 */

import type { DiscountKind, VoucherState } from '@/api/wire'

/** What of a voucher's terms decides a redemption. */
export interface Terms {
  readonly discount: DiscountKind
  /** The most it can ever give. */
  readonly face_fen: number
  readonly minimum_spend_fen: number
  readonly percent_bp: number
  readonly fixed_price_fen: number
  readonly trades: readonly string[]
  readonly towns: readonly string[]
  readonly merchants: readonly string[]
  /** Calls for merchants; whoever is on the list of one of them may take it. Kept terms of before had none. */
  readonly lists?: readonly string[]
  /** 0 is Monday; empty means every day. */
  readonly weekdays: readonly number[]
  /** Daily windows in county time, 'HH:MM' or 'HH:MM:SS', the beginning included, the end excluded. */
  readonly hours: readonly { readonly from_: string; readonly until: string }[]
  readonly redeem_level?: number
}

export interface VoucherFacts {
  readonly state: VoucherState
  readonly terms: Terms
  /** What is left of the face after partial returns. */
  readonly face_fen: number
  /** Milliseconds since 1970, like every instant here. */
  readonly use_from: number
  readonly expires_at: number
  readonly paused?: boolean
  readonly proof_level?: number
}

export interface Counter {
  readonly merchant_id: string
  readonly trade: string
  readonly town: string
  readonly standing?: string
  /** The calls on whose lists it is. */
  readonly lists?: readonly string[]
}

export interface Bill {
  readonly bill_fen: number
  /** Without 烟, 酒, 黄金, 充值卡, 购物卡. */
  readonly eligible_fen: number
}

export type Refusal =
  | 'paused'
  | 'merchant-suspended'
  | 'already-used'
  | 'held'
  | 'voided'
  | 'not-yet-valid'
  | 'expired'
  | 'wrong-merchant'
  | 'wrong-trade'
  | 'wrong-town'
  | 'outside-hours'
  | 'level-too-low'
  | 'bill-too-small'
  | 'no-discount'

export type Decision = { readonly discount_fen: number } | { readonly refused: Refusal }

const ZONE_MS = 8 * 3600 * 1000
const DAY_MS = 24 * 3600 * 1000

/** The first broken condition in the order printed on the poster, or how much comes off; at least a fen is paid. */
export function decideRedemption(voucher: VoucherFacts, bill: Bill, counter: Counter, at: number): Decision {
  const { terms } = voucher
  const refused = standing(voucher, counter) ?? timing(voucher, at) ?? place(terms, counter)
  if (refused) return { refused }
  if (!withinHours(terms, at)) return { refused: 'outside-hours' }
  if ((voucher.proof_level ?? 1) < (terms.redeem_level ?? 1)) return { refused: 'level-too-low' }
  return decideBill(terms, voucher.face_fen, bill)
}

/** The money alone: is the bill large enough, and what does the voucher give on it? */
export function decideBill(terms: Terms, faceFen: number, { bill_fen, eligible_fen }: Bill): Decision {
  if (eligible_fen < terms.minimum_spend_fen) return { refused: 'bill-too-small' }
  const discount = Math.min(discountOf(terms, eligible_fen), faceFen, bill_fen - 1)
  // A voucher gives no change and leaves a fen to pay; one that would give nothing is not consumed.
  return discount >= 1 ? { discount_fen: discount } : { refused: 'no-discount' }
}

/** Whether a voucher can be used at a counter at all, on whichever bill and day. */
export function isTakenAt(terms: Terms, counter: Counter): boolean {
  return place(terms, counter) === null
}

function discountOf(terms: Terms, eligibleFen: number): number {
  if (terms.discount === 'threshold') return Math.min(terms.face_fen, eligibleFen)
  if (terms.discount === 'percentage') return percentOf(eligibleFen, terms.percent_bp)
  return Math.max(0, eligibleFen - terms.fixed_price_fen)
}

/** In two parts, since the product of a large amount and its basis points is more than a number holds exactly. */
function percentOf(amountFen: number, basisPoints: number): number {
  const rest = amountFen % 10_000
  return ((amountFen - rest) / 10_000) * basisPoints + Math.floor((rest * basisPoints) / 10_000)
}

function standing({ state, paused = false }: VoucherFacts, counter: Counter): Refusal | null {
  if (paused) return 'paused'
  if ((counter.standing ?? 'admitted') !== 'admitted') return 'merchant-suspended'
  if (state === 'redeemed') return 'already-used'
  return state === 'issued' ? null : state
}

function timing({ use_from, expires_at }: VoucherFacts, at: number): Refusal | null {
  if (at < use_from) return 'not-yet-valid'
  return at >= expires_at ? 'expired' : null
}

function place(terms: Terms, { merchant_id, trade, town, lists: on = [] }: Counter): Refusal | null {
  const { merchants, trades, towns, lists = [] } = terms
  if (merchants.length > 0 && !merchants.includes(merchant_id)) return 'wrong-merchant'
  if (lists.length > 0 && !lists.some((list) => on.includes(list))) return 'wrong-merchant'
  if (trades.length > 0 && !trades.includes(trade)) return 'wrong-trade'
  return towns.length > 0 && !towns.includes(town) ? 'wrong-town' : null
}

function withinHours({ weekdays, hours }: Terms, at: number): boolean {
  const local = at + ZONE_MS
  // 1970-01-01 was a Thursday, the county's weekday 3.
  const weekday = (Math.floor(local / DAY_MS) + 3) % 7
  if (weekdays.length > 0 && !weekdays.includes(weekday)) return false
  const clock = new Date(local).toISOString().slice(11, 23)
  return hours.length === 0 || hours.some(({ from_, until }) => full(from_) <= clock && clock < full(until))
}

function full(clock: string): string {
  return clock + '00:00:00.000'.slice(clock.length)
}
