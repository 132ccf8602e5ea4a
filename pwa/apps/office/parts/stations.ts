/** What the office does with stations, their operators and their shifts. */

import { api, ask, type Answer } from '@/api/client'
import type { OperatorAnswer } from '@/api/wire'
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
