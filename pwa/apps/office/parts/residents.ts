/** What a clerk does with a resident's account, found by its exact phone. */

import { api, ask, type Answer } from '@/api/client'
import type { ResidentAnswer } from '@/api/wire'
import { t as td } from '../texts'
import { t } from '../texts/people'
import type { DeskAct, Given } from './desk_acts'

export const RESIDENT_TONES = { open: 'good', frozen: 'warn', closed: 'plain' } as const
const LONGEST = 60

/** Look, for a purpose; and stop the account's claims, or let it claim again. */
export function residentActs({ state }: ResidentAnswer): DeskAct[] {
  const why = { note: true, noteName: t('resident.why'), noteMost: LONGEST, aside: true }
  const look = { key: 'look', text: t('resident.look'), about: t('resident.look.about'), ...why, noteName: td('desk.purpose') }
  if (state === 'open') return [look, { key: 'freeze', text: t('resident.freeze'), about: t('resident.freeze.about'), ...why }]
  if (state === 'closed') return [look]
  return [look, { key: 'unfreeze', text: t('resident.unfreeze'), about: t('resident.unfreeze.about'), ...why }]
}

export function findResident(phone: string): Promise<Answer<ResidentAnswer>> {
  return ask(api.POST('/api/v1/office/residents/find', { body: { phone } }))
}

/** Takes the act; what is shown afterwards is the answer. */
export async function takeResidentAct(one: ResidentAnswer, act: string, { note }: Given): Promise<Answer<ResidentAnswer>> {
  const params = { path: { resident_id: one.id } }
  if (act === 'look') return await ask(api.POST('/api/v1/office/residents/{resident_id}/look', { params, body: { purpose: note } }))
  const freezing = act === 'freeze'
  const answer = freezing
    ? await ask(api.POST('/api/v1/office/residents/{resident_id}/freeze', { params, body: { why: note } }))
    : await ask(api.POST('/api/v1/office/residents/{resident_id}/unfreeze', { params, body: { why: note } }))
  if (!answer.ok) return answer
  return { ...answer, value: { ...one, state: answer.value.state, frozen_why: freezing ? note : null } }
}
