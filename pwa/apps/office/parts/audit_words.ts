/** What a line of the trail tells beyond its act, for people: states in words, and what somebody wrote. */

import { tv } from '@/vouchers/texts'
import { t } from '../texts'

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

/** Acts whose detail is the number of a document. */
const DOCUMENTED = new Set(['campaign.approve', 'campaign.fund'])
/** What programs write for programs: the version, ids, fingerprints of files. */
const FOR_PROGRAMS = /^version \d+,?|\b(?:decision )?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|\b[0-9a-f]{64}\b/g

/** What a person wrote: reasons, document numbers. What only programs write (ids, sums in English) is left out. */
export function particulars({ act, reason, detail }: { act: string; reason: string | null; detail: string }): string {
  const written = detail.replace(FOR_PROGRAMS, '').replaceAll(/\s+/g, ' ').trim()
  if (DOCUMENTED.has(act) && written) {
    return [reason ?? '', t('campaign.signature.document', { no: written })].filter(Boolean).join(' · ')
  }
  return [reason ?? '', written].filter((text) => /\p{Script=Han}/u.test(text)).join(' · ')
}
