/** What the office does about what a holder owes: one asks that it be forgiven, another agrees. */

import { api, ask, type Answer } from '@/api/client'
import type { DebtAnswer, WaiverAnswer } from '@/api/wire'
import { momentOf, named } from '@/i18n/when'
import { t } from '../texts/why'
import type { DeskAct, Given } from './desk_acts'

export const DEBT_TONES = { open: 'warn', set_off: 'good', forgiven: 'good' } as const

export const askActs = (): DeskAct[] => [
  { key: 'ask', text: t('debt.ask'), about: t('debt.ask.about'), note: true, noteName: t('debt.why'), aside: true },
]

export const waiverActs = (): DeskAct[] => [
  { key: 'confirm', text: t('waiver.confirm'), about: t('waiver.confirm.about') },
  { key: 'withdraw', text: t('waiver.withdraw'), about: t('waiver.withdraw.about') },
]

export function useWords({ first_at, first_zh, first_en, merchant_zh, merchant_en, used_at }: DebtAnswer): string {
  const where = { shop: named(merchant_zh, merchant_en), at: momentOf(used_at) }
  if (first_at === null) return t('debt.use', where)
  return t('debt.uses', { ...where, first: named(first_zh, first_en), firstAt: momentOf(first_at) })
}

export function proposeWaiver({ claim_id }: DebtAnswer, { id, note }: Given): Promise<Answer<unknown>> {
  const params = { path: { claim_id } }
  return ask(api.POST('/api/v1/office/offline-debts/{claim_id}/waivers', { params, body: { waiver_id: id, reason: note } }))
}

export function decideWaiver({ waiver_id }: WaiverAnswer, act: string, { id }: Given): Promise<Answer<unknown>> {
  const params = { path: { waiver_id } }
  const body = { decision_id: id, confirm: act === 'confirm' }
  return ask(api.POST('/api/v1/office/debt-waivers/{waiver_id}/decision', { params, body }))
}
