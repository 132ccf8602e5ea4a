/** What a clerk or the security administrator does with a resident's account, found by its exact phone. */

import { api, ask, type Answer } from '@/api/client'
import type { Me, ResidentAnswer } from '@/api/wire'
import { has } from '@/staff/roles'
import { t as td } from '../texts'
import { t } from '../texts/people'
import type { DeskAct, Given } from './desk_acts'

export const RESIDENT_TONES = { open: 'good', frozen: 'warn', closed: 'plain' } as const
const LONGEST = 60

/** A clerk looks, for a purpose, and stops the account's claims or lets it claim again; sessions end elsewhere. */
export function residentActs({ state }: ResidentAnswer, me: Me | null): DeskAct[] {
  const end = { key: 'end', text: t('resident.end'), about: t('resident.end.about'), aside: true }
  const ends = has(me, 'security_admin') && state !== 'closed' ? [end] : []
  return has(me, 'office') ? [...clerkActs(state), ...ends] : ends
}

function clerkActs(state: ResidentAnswer['state']): DeskAct[] {
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
  if (act === 'end') {
    const ended = await ask(api.POST('/api/v1/office/residents/{resident_id}/sessions/end', { params }))
    return ended.ok ? { ...ended, value: one } : ended
  }
  const freezing = act === 'freeze'
  const answer = freezing
    ? await ask(api.POST('/api/v1/office/residents/{resident_id}/freeze', { params, body: { why: note } }))
    : await ask(api.POST('/api/v1/office/residents/{resident_id}/unfreeze', { params, body: { why: note } }))
  if (!answer.ok) return answer
  return { ...answer, value: { ...one, state: answer.value.state, frozen_why: freezing ? note : null } }
}
