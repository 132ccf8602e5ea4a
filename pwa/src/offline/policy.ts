/**
 * Which limits has the county set for taking vouchers without a network? The policy `XL1`.
 *
 * The newest that a device believes holds. Names are those of the wire: amounts in fen, times in seconds, parts in basis
 * points. Twin of `backend/sync/policy_rules.py`; `fixtures/protocols/policy/SPEC.md`.
 */

import type { Bytes } from '@/kernel/bytes'
import type { CborValue } from '@/kernel/cbor'
import { countyOf, isInstant, isUint, type TrustList } from '@/kernel/trust'
import { openIssued, type IssuedForm, type IssuedReason } from './issued'

const WHOLE_BP = 10_000

/** What one device may accept from one full acknowledgement by the county to the next. */
export interface EpisodeLimits {
  /** After so long the device tries the network before each claim. */
  readonly soft_s: number
  /** After so long it accepts nothing more. */
  readonly hard_s: number
  readonly cap_fen: number
  readonly claims: number
}

export interface Policy {
  readonly county: string
  /** From 1; events name the policy that was applied by it. */
  readonly number: number
  readonly enforced_at: number
  /** The most that a code on a screen alone is believed for. */
  readonly scan_fen: number
  /** The most that the answer to a challenge is believed for; more is for the county alone. */
  readonly challenge_fen: number
  /** The most that one device takes from one holder on one business day. */
  readonly holder_day_fen: number
  readonly skew_s: number
  /** From this part of a cap on the device tries the network before each claim. */
  readonly soft_bp: number
  /** In this part of all claims it tries the network anyway. */
  readonly probe_bp: number
  readonly close_extra_s: number
  readonly merchant: EpisodeLimits
  readonly station: EpisodeLimits
}

/** Why a policy is not applied; `policy/SPEC.md` has a line for each. */
export type PolicyReason = IssuedReason<'policy'> | 'policy-older'

const FORM: IssuedForm<'policy', Policy> = {
  name: 'policy',
  kind: 'XL1',
  longest: 512,
  paperOf: policyOf,
  issuedAt: ({ enforced_at }) => enforced_at,
}

/** The policy, if the county signed it and no newer one is known; a new epoch makes a device forget what it knew. */
export async function verifyPolicy(
  data: Bytes,
  { trust, county, known = 0 }: { trust: TrustList; county: string; known?: number },
): Promise<Policy | PolicyReason> {
  const policy = await openIssued(data, FORM, { trust, county })
  if (typeof policy === 'string') return policy
  return policy.number < known ? 'policy-older' : policy
}

function policyOf(items: readonly CborValue[]): Policy | null {
  const [kind, code, number, enforced_at, scan_fen, challenge_fen, holder_day_fen] = items
  const [skew_s, soft_bp, probe_bp, close_extra_s, atMerchants, atStations] = items.slice(7)
  const county = countyOf(code)
  const [merchant, station] = [episodeOf(atMerchants), episodeOf(atStations)]
  if (items.length !== 13 || kind !== 'XL1' || county === null || merchant === null || station === null) return null
  if (!isUint(number) || number === 0 || !isInstant(enforced_at)) return null
  if (!isUint(scan_fen) || !isUint(challenge_fen) || scan_fen > challenge_fen || !isUint(holder_day_fen)) return null
  if (!isUint(skew_s) || !isUint(soft_bp, WHOLE_BP + 1) || !isUint(probe_bp, WHOLE_BP + 1)) return null
  if (!isUint(close_extra_s)) return null
  const amounts = { scan_fen, challenge_fen, holder_day_fen }
  const rest = { skew_s, soft_bp, probe_bp, close_extra_s, merchant, station }
  return { county, number, enforced_at, ...amounts, ...rest }
}

function episodeOf(value: CborValue | undefined): EpisodeLimits | null {
  if (!Array.isArray(value) || value.length !== 4) return null
  const [soft_s, hard_s, cap_fen, claims] = value
  if (!isUint(soft_s) || !isUint(hard_s) || soft_s > hard_s || !isUint(cap_fen) || !isUint(claims)) return null
  return { soft_s, hard_s, cap_fen, claims }
}
