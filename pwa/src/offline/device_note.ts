/**
 * How did this device stand when the county last said so? A note outside of the database, by which a device that was ended
 * takes nothing more: its claims would be the merchant's loss.
 */

import type { DeviceState } from '@/api/wire'
import { read, remember } from '@/kernel/remembered'
import { NOTED } from './lock/mark'

const ENDED: Readonly<Record<string, DeviceState>> = {
  'device-refused': 'refused',
  'device-suspended': 'suspended',
  'device-revoked': 'revoked',
}

export function noteState(device: string, state: DeviceState): void {
  remember(NOTED, JSON.stringify({ device, state }))
}

/** What the county means by refusing this device its word; any other reason says nothing of how it stands. */
export function noteRefusal(device: string, reason: string): void {
  const state = Object.hasOwn(ENDED, reason) ? ENDED[reason] : undefined
  if (state) noteState(device, state)
}

/** The state that was last told of this device, or null. */
export function notedState(device: string): DeviceState | null {
  try {
    const kept = JSON.parse(read(NOTED) ?? 'null') as { device: string; state: DeviceState } | null
    return kept?.device === device ? kept.state : null
  } catch {
    return null
  }
}

/** Whether the county ended this device, as far as it is known here. */
export function isEnded(device: string): boolean {
  const state = notedState(device)
  return state !== null && Object.values(ENDED).includes(state)
}
