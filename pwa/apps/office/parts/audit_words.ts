/** What a line of the trail tells beyond its act, for people: states in words, and what somebody wrote. */

import { tv } from '@/vouchers/texts'

const CAMPAIGNS = ['draft', 'in_review', 'approved', 'funded', 'running', 'paused', 'ended', 'settled', 'archived'] as const
const VOUCHERS = ['issued', 'held', 'redeemed', 'expired', 'voided'] as const
const ROUNDS = ['planned', 'open', 'closed'] as const

/** A state in words; empty for those that only machines tell apart. */
export function stateWords(state: string | null): string {
  const campaign = CAMPAIGNS.find((one) => one === state)
  if (campaign) return tv(`campaign.${campaign}`)
  const voucher = VOUCHERS.find((one) => one === state)
  if (voucher) return tv(`voucher.${voucher}`)
  const round = ROUNDS.find((one) => one === state)
  return round ? tv(`round.${round}`) : ''
}

/** What a person wrote: reasons, document numbers. What only programs write (ids, sums in English) is left out. */
export function particulars({ reason, detail }: { reason: string | null; detail: string }): string {
  const written = detail.replace(/^version \d+\s*/, '').trim()
  return [reason ?? '', written].filter((text) => /\p{Script=Han}/u.test(text)).join(' · ')
}
