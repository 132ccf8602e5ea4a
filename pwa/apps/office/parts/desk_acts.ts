/** What somebody of the office may do with applications, bank accounts, papers and objections, and what each act needs. */

import { api, ask, type Answer } from '@/api/client'
import type { ApplicationState, Me } from '@/api/wire'
import { tm } from '@/merchants/texts'
import { t } from '../texts'
import { deputyFor, type Signer } from './steps'

export interface DeskAct {
  readonly key: string
  readonly text: string
  /** Never the first thing to do, even where nothing else is offered. */
  readonly aside?: boolean
  /** What follows from it, told before it is done. */
  readonly about?: string
  readonly note?: boolean
  /** What the note is called where it is neither reason nor answer. */
  readonly noteName?: string
  /** The most characters of the note. */
  readonly noteMost?: number
  readonly document?: boolean
  /** What an amount is called that it needs. */
  readonly amountName?: string
}

export interface Given {
  /** The act's own id: pressed again after a lost answer, the same act. */
  readonly id: string
  readonly note: string
  readonly document: string
  /** Null where the act needs none. */
  readonly amountFen: number | null
}

type OfficeStep = 'return' | 'refuse' | 'review' | 'publicise' | 'list' | 'decline'

const STEPS: Partial<Record<ApplicationState, { signer: Signer; steps: readonly OfficeStep[] }>> = {
  submitted: { signer: 'reviewer', steps: ['review', 'return', 'refuse'] },
  reviewed: { signer: 'office', steps: ['publicise'] },
  publicised: { signer: 'approver', steps: ['list', 'decline'] },
}
const REASONED = new Set<OfficeStep>(['return', 'refuse', 'decline'])
const DOCUMENTED = new Set<OfficeStep>(['publicise', 'list'])

/** Whose step an application waits for; null once it is settled, or back with the applicant. */
export const signerOf = (state: ApplicationState): Signer | null => STEPS[state]?.signer ?? null

export function stepsOf(state: ApplicationState): DeskAct[] {
  return (STEPS[state]?.steps ?? []).map((step) => ({
    key: step,
    text: tm(`step.${step}`),
    note: REASONED.has(step),
    document: DOCUMENTED.has(step),
  }))
}

export function takeApplicationStep(
  applicationId: string,
  step: string,
  signer: Signer,
  me: Me | null,
  { id, note, document }: Given,
): Promise<Answer<unknown>> {
  const body = {
    decision_id: id,
    step,
    note: note || null,
    document_no: document || null,
    deputy_for: deputyFor(me, signer),
  }
  const path = { application_id: applicationId }
  return ask(api.POST('/api/v1/office/merchant-applications/{application_id}/steps', { params: { path }, body }))
}

export const objectionActs = (): DeskAct[] => [
  { key: 'dismiss', text: t('desk.dismiss'), note: true },
  { key: 'uphold', text: t('desk.uphold'), note: true },
]

export function answerObjection(
  objectionId: string,
  act: string,
  me: Me | null,
  { id, note }: Given,
): Promise<Answer<unknown>> {
  const body = { decision_id: id, upheld: act === 'uphold', answer: note, deputy_for: deputyFor(me, 'approver') }
  const path = { objection_id: objectionId }
  return ask(api.POST('/api/v1/office/merchant-objections/{objection_id}/decision', { params: { path }, body }))
}

export const accountActs = (): DeskAct[] => [
  { key: 'approve', text: t('desk.approve') },
  { key: 'refuse', text: t('desk.refuse'), note: true },
]

export function decideAccount(accountId: string, act: string, me: Me | null, { id, note }: Given): Promise<Answer<unknown>> {
  const path = { account_id: accountId }
  if (act === 'refuse') {
    const body = { change_id: id, reason: note }
    return ask(api.POST('/api/v1/office/bank-accounts/{account_id}/withdraw', { params: { path }, body }))
  }
  const signer = me?.acts_for.some(({ role }) => role === 'approver') ? 'approver' : 'reviewer'
  const body = { decision_id: id, deputy_for: deputyFor(me, signer) }
  return ask(api.POST('/api/v1/office/bank-accounts/{account_id}/approve', { params: { path }, body }))
}

export const paperActs = (): DeskAct[] => [
  { key: 'verify', text: t('desk.verify') },
  { key: 'send-back', text: t('desk.send-back'), note: true },
]

export function decidePapers(renewalId: string, act: string, me: Me | null, { id, note }: Given): Promise<Answer<unknown>> {
  const body = { decision_id: id, good: act === 'verify', note: note || null, deputy_for: deputyFor(me, 'reviewer') }
  const path = { renewal_id: renewalId }
  return ask(api.POST('/api/v1/office/merchant-papers/{renewal_id}/decision', { params: { path }, body }))
}
