/** What the office does with stations, their operators and their shifts. */

import { api, ask, type Answer } from '@/api/client'
import type { OperatorAnswer, OperatorPerson } from '@/api/wire'
import { countyInstant } from '@/kernel/instants'
import { t } from '../texts/stations'
import type { DeskAct, Given } from './desk_acts'

const DAY_MS = 86_400_000

export const closingStation = (): DeskAct[] => [{ key: 'close', text: t('close'), about: t('close.about'), note: true, aside: true }]
export const endingPost = (): DeskAct[] => [{ key: 'end', text: t('end'), about: t('end.about') }]

export function closeStation(stationId: string, { id, note }: Given): Promise<Answer<unknown>> {
  const params = { path: { station_id: stationId } }
  return ask(api.POST('/api/v1/office/stations/{station_id}/close', { params, body: { change_id: id, reason: note } }))
}

export function endPost({ appointment }: OperatorAnswer, { id }: Given): Promise<Answer<unknown>> {
  const path = { station_id: appointment.station_id, appointment_id: appointment.appointment_id }
  return ask(
    api.POST('/api/v1/office/stations/{station_id}/operators/{appointment_id}/end', { params: { path }, body: { change_id: id } }),
  )
}

/** More than a county's stations have; a loop must end. */
const MOST_PEOPLE = 5_000

/** Everybody who can be appointed, by name, however many pages that takes. */
export async function appointable(): Promise<Answer<readonly OperatorPerson[]>> {
  const found: OperatorPerson[] = []
  let page: Answer<{ items: OperatorPerson[]; next_cursor?: string | null }>
  let cursor: string | null | undefined
  do {
    const query = { limit: 100, ...(cursor ? { cursor } : {}) }
    // Each page is asked for by the one before it.
    page = await ask(api.GET('/api/v1/office/operators', { params: { query } }))
    if (!page.ok) return page
    found.push(...page.value.items)
    cursor = page.value.next_cursor
  } while (cursor && found.length < MOST_PEOPLE)
  return { ...page, value: found.toSorted((one, other) => one.staff_name.localeCompare(other.staff_name, 'zh')) }
}

/** Where an appointment's time stands. */
export function postStanding({ appointment }: OperatorAnswer, now: number): 'coming' | 'now' | 'over' {
  if (appointment.ends_at !== null && Date.parse(appointment.ends_at) <= now) return 'over'
  return Date.parse(appointment.begins_at) > now ? 'coming' : 'now'
}

/** From the first moment of a day to the last of another, or for good; null where they are no days, or the wrong way round. */
export function postDays(first: string, last: string, now: number): { begins_at: string | null; ends_at: string | null } | null {
  const begins = countyInstant(first, '00:00')
  const final = last ? countyInstant(last, '00:00') : null
  if (!begins || (last && (!final || final < begins))) return null
  return {
    // Of a day that has begun: from this moment on.
    begins_at: begins.getTime() <= now ? null : begins.toISOString(),
    ends_at: final ? new Date(final.getTime() + DAY_MS).toISOString() : null,
  }
}
