/** What the office records of a campaign's money, and corrections by two people. */

import { api, ask, type Answer } from '@/api/client'
import type { ClearingAnswer, IncidentAnswer, Me, OverviewAnswer, StatementAnswer } from '@/api/wire'
import { has } from '@/staff/roles'
import { t } from '../texts/settlement'
import type { DeskAct, Given } from './desk_acts'

/** A document behind money that moved: its number, the bank's voucher number, the receipt's fingerprint. */
export interface Proof {
  document: string
  bank: string
  file: string
}

export const noProof = (): Proof => ({ document: '', bank: '', file: '' })
export const isProven = ({ document, bank, file }: Proof): boolean =>
  document.trim() !== '' && bank.trim() !== '' && file !== ''

const wired = ({ document, bank, file }: Proof) => ({
  document_no: document.trim(),
  bank_voucher_no: bank.trim(),
  file_sha256: file,
})

/** As a batch goes on its way. */
export const BATCH_STATES = ['pending', 'under_review', 'sent', 'accepted', 'rejected'] as const
export const BATCH_TONES = {
  pending: 'plain',
  under_review: 'warn',
  sent: 'warn',
  accepted: 'good',
  rejected: 'bad',
} as const

export const BANK_KINDS = ['pay-in', 'pay-back', 'reimburse', 'repay'] as const
export type BankKind = (typeof BANK_KINDS)[number]

/** The most that can be recorded of each kind now, in fen; the county decides again. */
export function dueOf(overview: OverviewAnswer, kind: BankKind): number {
  if (kind === 'pay-in') return Math.max(overview.platform_due_fen, 0)
  if (kind === 'pay-back') return Math.min(Math.max(-overview.platform_due_fen, 0), overview.platform_bank_fen)
  if (kind === 'reimburse') return overview.platform_advance_fen
  return overview.owing.reduce((sum, { amount_fen }) => sum + amount_fen, 0)
}

export interface Moved {
  id: string
  kind: BankKind
  campaignId: string
  amountFen: number
  merchantId: string | null
  payer: string
  proof: Proof
}

export function recordBankAct({ id, kind, campaignId, amountFen, merchantId, payer, proof }: Moved): Promise<Answer<unknown>> {
  const body = {
    act_id: id,
    kind,
    campaign_id: campaignId,
    merchant_id: merchantId,
    payer,
    amount_fen: amountFen,
    ...wired(proof),
  }
  return ask(api.POST('/api/v1/office/bank-acts', { body }))
}

export function settleCampaign(campaignId: string, id: string): Promise<Answer<unknown>> {
  const path = { campaign_id: campaignId }
  return ask(api.POST('/api/v1/office/campaigns/{campaign_id}/settlement', { params: { path }, body: { settling_id: id } }))
}

export function returnToTreasury(campaignId: string, id: string, amountFen: number, proof: Proof): Promise<Answer<unknown>> {
  const path = { campaign_id: campaignId }
  const body = { return_id: id, amount_fen: amountFen, ...wired(proof) }
  return ask(api.POST('/api/v1/office/campaigns/{campaign_id}/treasury-return', { params: { path }, body }))
}

/** Whether somebody may propose and decide corrections. */
export const corrects = (me: Me | null): boolean =>
  (['office', 'reviewer', 'approver'] as const).some((role) => has(me, role))

export const proposalActs = (): DeskAct[] => [
  { key: 'propose', text: t('statement.correct'), note: true, document: true },
]

export function proposeIncident(redemptionId: string, { id, note, document }: Given): Promise<Answer<unknown>> {
  const body = { incident_id: id, redemption_id: redemptionId, reason: note, document_no: document }
  return ask(api.POST('/api/v1/office/incidents', { body }))
}

/** Whoever proposed a correction may only take it back. */
export const incidentActs = ({ proposed_by }: IncidentAnswer, me: Me | null): DeskAct[] => [
  ...(proposed_by === me?.id ? [] : [{ key: 'confirm', text: t('incident.confirm') }]),
  { key: 'withdraw', text: t('incident.withdraw') },
]

export function decideIncident(incidentId: string, act: string, { id }: Given): Promise<Answer<unknown>> {
  const path = { incident_id: incidentId }
  const body = { decision_id: id, confirm: act === 'confirm' }
  return ask(api.POST('/api/v1/office/incidents/{incident_id}/decisions', { params: { path }, body }))
}

/** A clearing day in sums; its file is fetched by a link. */
export function clearingOf(day: string): Promise<Answer<ClearingAnswer>> {
  const params = { path: { day }, query: { format: 'json' as const } }
  return ask(api.GET('/api/v1/office/clearing/{day}', { params })) as Promise<Answer<ClearingAnswer>>
}

/** A merchant's statement of a day; as a paper it is fetched by a link. */
export function statementOf(merchantId: string, day: string): Promise<Answer<StatementAnswer>> {
  const params = { path: { merchant_id: merchantId, day }, query: { format: 'json' as const } }
  const call = api.GET('/api/v1/office/merchants/{merchant_id}/statements/{day}', { params })
  return ask(call) as Promise<Answer<StatementAnswer>>
}
