/** What a line of the trail tells beyond its act, for people: states in words, and what somebody wrote. */

import { yuan } from '@/kernel/money'
import { tv } from '@/vouchers/texts'
import { t } from '../texts'
import { t as ty } from '../texts/county'

const CAMPAIGNS = ['draft', 'in_review', 'approved', 'funded', 'running', 'paused', 'ended', 'settled', 'archived'] as const
const VOUCHERS = ['issued', 'held', 'redeemed', 'expired', 'voided'] as const
const ROUNDS = ['planned', 'open', 'closed'] as const

/** A state in words, as what the act is about calls it; empty for those that only machines tell apart. */
export function stateWords(act: string, state: string | null): string {
  const campaign = act.startsWith('campaign.') && CAMPAIGNS.find((one) => one === state)
  if (campaign) return tv(`campaign.${campaign}`)
  const voucher = act.startsWith('voucher.') && VOUCHERS.find((one) => one === state)
  if (voucher) return tv(`voucher.${voucher}`)
  // A shift is open and closed too, and nobody claims in it.
  const round = act.startsWith('round.') && ROUNDS.find((one) => one === state)
  return round ? tv(`round.${round}`) : ''
}

/** Acts whose detail is the number of a document. */
const DOCUMENTED = new Set(['campaign.approve', 'campaign.fund', 'draw.draw', 'roster.import', 'roster.confirm', 'roster.reject'])
/** What programs write for programs: the version, ids, fingerprints of files, sums in English. */
const FOR_PROGRAMS = /\bwords:(?:[0-9a-f]{64})?|^version \d+,?|^seed \d+, \d+ winners, \d+ reserves,|^campaign [0-9a-f-]{36}, \d+ rows,|\b(?:decision )?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|\b[0-9a-f]{64}\b/g

const FEN = /\b(\d+) fen\b/g
/** Kinds and trades, which the act or its subject say in words. */
const NAMES_FOR_PROGRAMS = /(?<![^\s])[a-z][a-z-]+:?(?=[\s,]|$)/g

const SETTINGS = {
  name_zh: 'name-zh',
  name_en: 'name-en',
  colour: 'colour',
  help_phone: 'phone',
  icp_filing: 'icp',
  police_filing: 'police',
  device_idle_minutes: 'idle',
} as const
const SETTING = new RegExp(`(^|; )(${Object.keys(SETTINGS).join('|')}): `, 'g')
/** A sign's key is for programs: that it was changed is what there is to say. */
const SIGN = /(^|; )logo: .*$/

/** Which of the county's settings were changed, and from what to what. */
function settingsInWords(detail: string): string {
  return detail
    .replace(SIGN, (_all, before: string) => `${before && ' · '}${ty('logo')}`)
    .replaceAll(SETTING, (_all, before: string, name: keyof typeof SETTINGS) => `${before && ' · '}${ty(SETTINGS[name])} `)
    .replaceAll(' > ', ' → ')
}

/** What a person wrote: reasons, document numbers. What only programs write (ids, sums in English) is left out. */
export function particulars({ act, reason, detail }: { act: string; reason: string | null; detail: string }): string {
  if (act === 'county.change-settings') return settingsInWords(detail)
  const written = detail
    .replace(FOR_PROGRAMS, '')
    .replaceAll(FEN, (_, fen: string) => yuan(Number(fen)))
    .replaceAll(/\s+/g, ' ')
    .trim()
  if (DOCUMENTED.has(act) && written) {
    return [reason ?? '', t('campaign.signature.document', { no: written })].filter(Boolean).join(' · ')
  }
  const told = written.replaceAll(NAMES_FOR_PROGRAMS, '').replace(/^[\s,]+/, '').trim()
  return [reason ?? '', told].filter((text) => /\p{Script=Han}/u.test(text)).join(' · ')
}
