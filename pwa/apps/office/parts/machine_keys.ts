/** What the security administrator does with machines' keys. */

import { api, ask, type Answer } from '@/api/client'
import type { MachineKeyAnswer, MadeKeyAnswer } from '@/api/wire'
import { t } from '../texts/people'
import type { DeskAct } from './desk_acts'

export const MACHINES = ['pos', 'capture', 'query', 'admin', 'open311'] as const
export type Machine = (typeof MACHINES)[number]
export type KeyStanding = 'live' | 'replaced' | 'over' | 'revoked'
export const KEY_TONES = { live: 'good', replaced: 'warn', over: 'plain', revoked: 'bad' } as const

export function machineName(role: string): string {
  const known = MACHINES.find((one) => one === role)
  return t(known ? `key.role.${known}` : 'key.role.other')
}

export function keyStanding(key: MachineKeyAnswer, now: number): KeyStanding {
  if (key.revoked_at !== null) return 'revoked'
  if (key.expires_at !== null && Date.parse(key.expires_at) <= now) return 'over'
  return key.replaced_by !== null ? 'replaced' : 'live'
}

/** A key that was replaced can still be revoked before its day is over. */
export function keyActs(key: MachineKeyAnswer, now: number): DeskAct[] {
  const standing = keyStanding(key, now)
  const revoke = { key: 'revoke', text: t('key.revoke'), about: t('key.revoke.about') }
  if (standing === 'live') return [{ key: 'rotate', text: t('key.rotate'), about: t('key.rotate.about') }, revoke]
  return standing === 'replaced' ? [revoke] : []
}

export function rotateKey(id: string): Promise<Answer<MadeKeyAnswer>> {
  return ask(api.POST('/api/v1/office/machine-keys/{key_id}/rotate', { params: { path: { key_id: id } } }))
}

export function revokeKey(id: string): Promise<Answer<unknown>> {
  return ask(api.POST('/api/v1/office/machine-keys/{key_id}/revoke', { params: { path: { key_id: id } } }))
}
