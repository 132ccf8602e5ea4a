/** What the office does with the devices of offline counters: inviting one, letting it in, ending it. */

import { api, ask, type Answer } from '@/api/client'
import type { DeviceAnswer, DeviceInvited, DeviceKind } from '@/api/wire'
import { tv } from '../texts/devices'
import type { DeskAct, Given } from './desk_acts'

export const DEVICE_KINDS = ['merchant', 'station', 'till'] as const satisfies readonly DeviceKind[]
export const DEVICE_TONES = { waiting: 'warn', refused: 'plain', active: 'good', suspended: 'bad', revoked: 'bad' } as const

const revoking = (): DeskAct => ({
  key: 'revoke',
  text: tv('act.revoke'),
  about: tv('act.revoke.about'),
  note: true,
  noteName: tv('act.why'),
  aside: true,
})

/** What may become of a device that stands so; nothing of one that is done with. */
export function deviceActs({ state }: Pick<DeviceAnswer, 'state'>): DeskAct[] {
  if (state === 'waiting') {
    return [
      { key: 'approve', text: tv('act.approve'), about: tv('act.approve.about') },
      { key: 'refuse', text: tv('act.refuse'), about: tv('act.refuse.about'), note: true, noteName: tv('act.why') },
    ]
  }
  if (state === 'active') {
    const suspend = { key: 'suspend', text: tv('act.suspend'), about: tv('act.suspend.about'), aside: true }
    return [{ ...suspend, note: true, noteName: tv('act.why') }, revoking()]
  }
  return state === 'suspended' ? [revoking()] : []
}

export function changeDevice(deviceId: string, act: string, { id, note }: Given): Promise<Answer<unknown>> {
  const params = { path: { device_id: deviceId } }
  if (act === 'approve') {
    return ask(api.POST('/api/v1/office/devices/{device_id}/approval', { params, body: { decision_id: id } }))
  }
  if (act === 'refuse') {
    const body = { decision_id: id, reason: note }
    return ask(api.POST('/api/v1/office/devices/{device_id}/refusal', { params, body }))
  }
  const body = { change_id: id, reason: note }
  if (act === 'suspend') return ask(api.POST('/api/v1/office/devices/{device_id}/suspension', { params, body }))
  return ask(api.POST('/api/v1/office/devices/{device_id}/revocation', { params, body }))
}

/** Whose a device will be: a merchant's or a station's id, by its kind. */
export function inviteDevice(
  invitationId: string,
  kind: DeviceKind,
  label: string,
  owner: string,
): Promise<Answer<DeviceInvited>> {
  const whose = kind === 'station' ? { station_id: owner } : { merchant_id: owner }
  const body = { invitation_id: invitationId, kind, label, ...whose }
  return ask(api.POST('/api/v1/office/devices/invitations', { body }))
}
