/**
 * How much may this device still take without a network?
 *
 * Pure. The county recomputes the same from the journal, so a claim that is taken here within the limits is compliant
 * there. Amounts are what vouchers give, in fen; names are those of the wire. Figures: `backend/sync/limits_rules.py`.
 */

import type { Checkpoint } from './event'
import type { Mode } from './event_body'

/** What one device may take from one full acknowledgement by the county to the next; times in seconds. */
export interface EpisodeLimits {
  readonly soft_s: number
  readonly hard_s: number
  readonly cap_fen: number
  readonly claims: number
}

/** The limits of one policy; parts in basis points. */
export interface OfflinePolicy {
  readonly number: number
  readonly scan_fen: number
  readonly challenge_fen: number
  readonly holder_day_fen: number
  readonly skew_s: number
  readonly soft_bp: number
  readonly probe_bp: number
  readonly merchant: EpisodeLimits
  readonly station: EpisodeLimits
}

/** What of the county's certificate binds a claim; instants in seconds since 1970. */
export interface Certificate {
  readonly kind: 'merchant' | 'station' | 'till'
  /** Whose claims they are; a station without a shop takes none. */
  readonly merchant: string | null
  /** Which vouchers; none named means all. */
  readonly domains: readonly number[]
  readonly not_before: number
  readonly expires_at: number
}

/** What the pools have dealt to this device: caps by the campaign's number. */
export interface Allowance {
  readonly episode: number
  /** The newest event that the county had when it dealt: claims beyond it count in this episode. */
  readonly after: number
  readonly caps: ReadonlyMap<number, number>
}

/** What was taken in this episode, as far as the county has not begun a new one. */
export interface Spent {
  readonly fen: number
  readonly claims: number
  readonly campaigns: ReadonlyMap<number, number>
}

/** Where this device stands by the county's latest word. */
export interface Limits {
  readonly checkpoint: Checkpoint
  readonly policy: OfflinePolicy | null
  readonly certificate: Certificate | null
  readonly allowance: Allowance | null
  readonly spent: Spent
}

/** A claim as far as limits look at it. */
export interface Measured {
  readonly mode: Mode
  readonly campaign: number
  readonly domain: number
  readonly amount_fen: number
  /** What this holder's vouchers gave here on this business day already. */
  readonly holder_day_fen: number
}

export type LimitRefusal =
  | 'offline-not-allowed'
  | 'offline-certificate-ended'
  | 'offline-no-merchant'
  | 'offline-other-domain'
  | 'offline-too-long'
  | 'offline-amount'
  | 'offline-holder-day'
  | 'offline-cap'
  | 'offline-claims'
  | 'offline-pool'

export const NOTHING_SPENT: Spent = { fen: 0, claims: 0, campaigns: new Map() }
const WHOLE_BP = 10_000
/** The most that paper gives in a day, whatever the policy allows: anybody copies it. */
const CARD_DAY_FEN = 100_00

/** Why this device takes nothing at all now (`at` in milliseconds since 1970), or null. */
export function standingRefusal({ policy, certificate, checkpoint }: Limits, at: number): LimitRefusal | null {
  if (policy === null || certificate === null) return 'offline-not-allowed'
  if (at < certificate.not_before * 1000 || at >= certificate.expires_at * 1000) return 'offline-certificate-ended'
  if (certificate.merchant === null) return 'offline-no-merchant'
  const { hard_s } = episodeLimits(policy, certificate)
  // Compared in whole seconds, as the event will say it.
  return Math.floor(at / 1000) > checkpoint.time + hard_s ? 'offline-too-long' : null
}

/** The first limit that this claim would break, or null. */
export function limitRefusal(limits: Limits, claim: Measured, at: number): LimitRefusal | null {
  const { policy, certificate, allowance, spent } = limits
  const refused = standingRefusal(limits, at)
  if (refused !== null || policy === null || certificate === null) return refused
  const { domains } = certificate
  if (domains.length > 0 && !domains.includes(claim.domain)) return 'offline-other-domain'
  const { mode, amount_fen, holder_day_fen, campaign } = claim
  if (amount_fen > (mode === 'rotating' ? policy.scan_fen : policy.challenge_fen)) return 'offline-amount'
  const day_fen = mode === 'paper' ? Math.min(policy.holder_day_fen, CARD_DAY_FEN) : policy.holder_day_fen
  if (holder_day_fen + amount_fen > day_fen) return 'offline-holder-day'
  const { cap_fen, claims } = episodeLimits(policy, certificate)
  if (spent.fen + amount_fen > cap_fen) return 'offline-cap'
  if (spent.claims + 1 > claims) return 'offline-claims'
  const dealt = allowance?.caps.get(campaign) ?? 0
  return (spent.campaigns.get(campaign) ?? 0) + amount_fen > dealt ? 'offline-pool' : null
}

/** Whether the network is tried first: late, with much of the caps used, and by `chance` (0 to 1) in a part of all cases. */
export function shouldAskFirst(limits: Limits, at: number, chance: number): boolean {
  const { policy, certificate, checkpoint, spent } = limits
  if (policy === null || certificate === null) return true
  const { soft_s, cap_fen, claims } = episodeLimits(policy, certificate)
  if (at >= (checkpoint.time + soft_s) * 1000) return true
  if (spent.fen * WHOLE_BP >= cap_fen * policy.soft_bp) return true
  if (spent.claims * WHOLE_BP >= claims * policy.soft_bp) return true
  return chance * WHOLE_BP < policy.probe_bp
}

/** What was taken, with this claim too. */
export function spentWith(spent: Spent, { campaign, amount_fen }: Pick<Measured, 'campaign' | 'amount_fen'>): Spent {
  const campaigns = new Map(spent.campaigns)
  campaigns.set(campaign, (campaigns.get(campaign) ?? 0) + amount_fen)
  return { fen: spent.fen + amount_fen, claims: spent.claims + 1, campaigns }
}

/** A till counts as its merchant's. */
export function episodeLimits(policy: OfflinePolicy, { kind }: Certificate): EpisodeLimits {
  return kind === 'station' ? policy.station : policy.merchant
}
