/**
 * Of several claims on one voucher, which came first?
 *
 * Read from the claims' own content, so that nothing depends on what arrived when; it decides only which account pays.
 * Twin of `backend/sync/order_rules.py`; `fixtures/protocols/canonical-order/SPEC.md`.
 */

import { compare, toHex, type Bytes } from '@/kernel/bytes'
import type { Mode } from './event_body'

/** What the order looks at: seconds since 1970, `maximum` in seconds, the event's name. */
export interface RankedClaim {
  readonly mode: Mode
  readonly t_dev: number
  readonly checkpoint_time: number
  readonly maximum: number
  readonly hash: Bytes
}

/** The device's time as far as the county's own checkpoint lets it be believed. */
export function effectiveTime({ t_dev, checkpoint_time, maximum }: RankedClaim): number {
  return Math.min(Math.max(t_dev, checkpoint_time), checkpoint_time + maximum)
}

/** Every claim once, the first one first: online before offline, then by effective time, then by hash. */
export function canonicalOrder(claims: readonly RankedClaim[]): RankedClaim[] {
  const once = new Map(claims.map((claim) => [toHex(claim.hash), claim]))
  return [...once.values()].sort(
    (one, other) =>
      Number(one.mode !== 'online') - Number(other.mode !== 'online') ||
      effectiveTime(one) - effectiveTime(other) ||
      compare(one.hash, other.hash),
  )
}
