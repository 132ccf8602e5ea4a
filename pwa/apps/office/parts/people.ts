/** Who may do what with people's accounts and rights, and how the county is asked. Pure but for the asking. */

import { api, ask, type Answer } from '@/api/client'
import type { Problem } from '@/api/problem'
import type { DeputyAnswer, InvitedAnswer, Me, Role, StaffAnswer } from '@/api/wire'
import { countyInstant } from '@/kernel/instants'
import { has } from '@/staff/roles'
import { t } from '../texts/people'
import type { DeskAct } from './desk_acts'

export const OFFICE_ROLES = ['office', 'reviewer', 'approver', 'system_admin', 'security_admin', 'auditor'] as const
export const ADMINISTRATORS = ['system_admin', 'security_admin', 'auditor'] as const
export const STAFF_TONES = { invited: 'warn', active: 'good', ended: 'plain' } as const
const DAY_MS = 86_400_000
/** More accounts than a county's office, shops and stations have; a loop must end. */
const MOST_PEOPLE = 5_000

/** The administrator's post somebody holds; null for everybody else. */
export const administrator = (me: Me | null): (typeof ADMINISTRATORS)[number] | null =>
  ADMINISTRATORS.find((role) => has(me, role)) ?? null

/** The roles that may be given where somebody works; which of them go together the county says. */
export function rolesFor(one: Pick<StaffAnswer, 'merchant_id' | 'station_id'>): readonly Role[] {
  if (one.merchant_id) return ['merchant']
  return one.station_id ? ['operator'] : OFFICE_ROLES
}

/** What this administrator may do with an account besides its roles: never with their own. */
export function staffActs(one: StaffAnswer, me: Me | null): DeskAct[] {
  if (one.state === 'ended' || one.id === me?.id) return []
  if (has(me, 'system_admin')) {
    return [
      { key: 'again', text: t('act.again'), about: t('act.again.about') },
      { key: 'end', text: t('act.end'), about: t('act.end.about') },
    ]
  }
  if (has(me, 'security_admin') && one.state === 'active') {
    return [{ key: 'sessions', text: t('act.sessions'), about: t('act.sessions.about') }]
  }
  return []
}

/** Whether this administrator may say what somebody may be. */
export const givesRoles = (one: StaffAnswer, me: Me | null): boolean =>
  has(me, 'security_admin') && one.state !== 'ended' && one.id !== me?.id

export function inviteAgain(staffId: string): Promise<Answer<InvitedAnswer>> {
  return ask(api.POST('/api/v1/office/staff/{staff_id}/invitation', { params: { path: { staff_id: staffId } } }))
}

export function takeStaffAct(staffId: string, act: string): Promise<Answer<unknown>> {
  const params = { path: { staff_id: staffId } }
  if (act === 'end') return ask(api.POST('/api/v1/office/staff/{staff_id}/end', { params }))
  return ask(api.POST('/api/v1/office/staff/{staff_id}/sessions/end', { params }))
}

export function setRoles(staffId: string, roles: Role[]): Promise<Answer<unknown>> {
  return ask(api.PUT('/api/v1/office/staff/{staff_id}/roles', { params: { path: { staff_id: staffId } }, body: { roles } }))
}

/** Everybody of the office who can sign in, each once, by name. */
export async function officePeople(): Promise<{ ok: true; value: StaffAnswer[] } | { ok: false; problem: Problem }> {
  const found = new Map<string, StaffAnswer>()
  for (const people of await Promise.all(OFFICE_ROLES.map((role) => everybody(role)))) {
    if (!people.ok) return people
    for (const one of people.value) found.set(one.id, one)
  }
  return { ok: true, value: [...found.values()].toSorted((one, other) => one.name.localeCompare(other.name, 'zh')) }
}

/** Every account, or all that have a role, however many pages that takes. */
export async function everybody(role?: Role): Promise<{ ok: true; value: StaffAnswer[] } | { ok: false; problem: Problem }> {
  const found: StaffAnswer[] = []
  let cursor: string | null | undefined
  do {
    const query = { limit: 100, ...(role ? { role } : {}), ...(cursor ? { cursor } : {}) }
    // Each page is asked for by the one before it.
    const page = await ask(api.GET('/api/v1/office/staff', { params: { query } }))
    if (!page.ok) return page
    found.push(...page.value.items)
    cursor = page.value.next_cursor
  } while (cursor && found.length < MOST_PEOPLE)
  return { ok: true, value: found }
}

/** Where a deputy's time stands. */
export function standingOf({ begins_at, ends_at }: DeputyAnswer, now: number): 'coming' | 'now' | 'over' {
  if (new Date(ends_at).getTime() <= now) return 'over'
  return new Date(begins_at).getTime() > now ? 'coming' : 'now'
}

/** From the first moment of one day to the last of another; null where they are no days, or the wrong way round. */
export function daysBetween(first: string, last: string): { begins_at: string; ends_at: string } | null {
  const begins = countyInstant(first, '00:00')
  const final = countyInstant(last, '00:00')
  if (!begins || !final || final < begins) return null
  return { begins_at: begins.toISOString(), ends_at: new Date(final.getTime() + DAY_MS).toISOString() }
}

export const deputyActs = (): DeskAct[] => [{ key: 'end', text: t('deputy.end'), about: t('deputy.end.about') }]

export function endDeputy(grantId: string): Promise<Answer<unknown>> {
  return ask(api.POST('/api/v1/office/deputies/{grant_id}/end', { params: { path: { grant_id: grantId } } }))
}
