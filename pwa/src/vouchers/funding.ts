/**
 * Who pays which fen of a discount? Pure; twin of `split_discount` in `backend/vouchers/funding_rules.py`, kept the same by
 * the vectors of `fixtures/protocols/redemption`. Pages show worked examples with it; the county decides.
 */

import type { Funder } from '@/api/wire'

export interface Share {
  readonly funder: Funder
  readonly share_bp: number
}

/** In this order ties are decided. */
export const FUNDERS = ['government', 'platform', 'merchant'] as const satisfies readonly Funder[]

/** The parts of a discount on a voucher that was never used, in the order of `FUNDERS`; together the discount. */
export function paidBy(funding: readonly Share[], faceFen: number, discountFen: number): Map<Funder, number> {
  const ordered = [...funding].sort((one, other) => FUNDERS.indexOf(one.funder) - FUNDERS.indexOf(other.funder))
  const weights = ordered.map(({ share_bp }) => share_bp)
  const most = byLargestRemainder(faceFen, weights)
  const paid = byLargestRemainder(discountFen, weights).map((part, nth) => Math.min(part, most[nth] ?? 0))
  let missing = discountFen - paid.reduce((sum, part) => sum + part, 0)
  for (const [nth, part] of paid.entries()) {
    const extra = Math.min(missing, (most[nth] ?? 0) - part)
    paid[nth] = part + extra
    missing -= extra
  }
  return new Map(ordered.map(({ funder }, nth) => [funder, paid[nth] ?? 0]))
}

/** Left-over fen go to the largest remainders, on a tie to the earlier part. */
function byLargestRemainder(total: number, weights: readonly number[]): number[] {
  const whole = weights.reduce((sum, weight) => sum + weight, 0)
  const [parts, rests] = [[] as number[], [] as number[]]
  for (const weight of weights) {
    // In two steps, since the product of a large amount and its basis points is more than a number holds exactly.
    const rest = total % whole
    parts.push(((total - rest) / whole) * weight + Math.floor((rest * weight) / whole))
    rests.push((rest * weight) % whole)
  }
  const first = rests.map((_, nth) => nth).sort((one, other) => (rests[other] ?? 0) - (rests[one] ?? 0) || one - other)
  const left = total - parts.reduce((sum, part) => sum + part, 0)
  for (const nth of first.slice(0, left)) parts[nth] = (parts[nth] ?? 0) + 1
  return parts
}
