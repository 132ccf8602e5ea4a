/** Which of somebody's vouchers can be used, and which should be used first? Pure. */

import type { VoucherAnswer } from '@/api/wire'

const SOON_MS = 48 * 3600 * 1000

export type Holding = 'ready' | 'used' | 'over'

/** `usedHere`: this phone has a counter's receipt for it. Told by the clock too: an end that has passed is an end, whether or not the county has booked it. */
export function holdingOf({ state, expires_at }: VoucherAnswer, now: number, usedHere = false): Holding {
  if (state === 'redeemed' || (state === 'issued' && usedHere)) return 'used'
  if (state === 'expired' || state === 'voided') return 'over'
  return now >= Date.parse(expires_at) ? 'over' : 'ready'
}

export function isReady(voucher: VoucherAnswer, now: number): boolean {
  return holdingOf(voucher, now) === 'ready'
}

export function endsSoon(voucher: VoucherAnswer, now: number): boolean {
  return isReady(voucher, now) && Date.parse(voucher.expires_at) - now < SOON_MS
}

/** Those that end first come first. */
export function byEnd(one: VoucherAnswer, other: VoucherAnswer): number {
  return Date.parse(one.expires_at) - Date.parse(other.expires_at)
}
