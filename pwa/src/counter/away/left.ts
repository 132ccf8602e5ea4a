/** How much may this device still take before it is online again? Pure. */

import { episodeLimits, type Limits } from '@/offline/limits'

export interface Left {
  readonly fen: number
  readonly claims: number
  /** Milliseconds since 1970. */
  readonly until: number
}

/** Null for a device that may take nothing: without a policy, a certificate or anything in an allowance. */
export function leftOf({ policy, certificate, allowance, spent, checkpoint }: Limits): Left | null {
  if (!policy || !certificate || !certificate.merchant || !allowance) return null
  const { cap_fen, claims, hard_s } = episodeLimits(policy, certificate)
  const dealt = [...allowance.caps].reduce((all, [campaign, cap]) => {
    return all + Math.max(0, cap - (spent.campaigns.get(campaign) ?? 0))
  }, 0)
  const fen = Math.min(dealt, Math.max(0, cap_fen - spent.fen))
  const until = Math.min(checkpoint.time + hard_s, certificate.expires_at) * 1000
  return dealt > 0 ? { fen, claims: Math.max(0, claims - spent.claims), until } : null
}
