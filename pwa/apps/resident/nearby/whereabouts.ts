/**
 * Where is the person? Their town, chosen once and remembered on this phone; or, after a press, the phone's position.
 *
 * The position is held by the page while it is open and nowhere else: distances are worked out here, nothing is sent or kept.
 */

import { shallowRef, watch } from 'vue'
import type { Point } from '@/kernel/distance'
import { read, remember } from '@/kernel/remembered'

const KEY = 'yizhan.town'
const FRESH_MS = 60_000
const WAIT_MS = 20_000

/** The code of the own town; empty until one is chosen, and for the whole county. */
export const ownTown = shallowRef(read(KEY) ?? '')
watch(ownTown, (code) => remember(KEY, code))

/** A town that the county does not have, or has no more, is none. */
export function dropUnknownTown(codes: readonly string[]): void {
  if (!codes.includes(ownTown.value)) ownTown.value = ''
}

/** Where the phone is, and how well it knows; null unless the person asked for it. */
export const here = shallowRef<(Point & { readonly accuracy: number }) | null>(null)
export const looking = shallowRef(false)
/** Why there is no position: the person or the browser said no, or the phone does not know. */
export const noPosition = shallowRef<'refused' | 'unknown' | null>(null)

export const canLocate = (): boolean => 'geolocation' in navigator

export function locate(): void {
  if (looking.value) return
  looking.value = true
  noPosition.value = null
  navigator.geolocation.getCurrentPosition(see, miss, { maximumAge: FRESH_MS, timeout: WAIT_MS })
}

export function forgetPosition(): void {
  here.value = null
  noPosition.value = null
}

function see({ coords: { latitude, longitude, accuracy } }: GeolocationPosition): void {
  looking.value = false
  here.value = { latitude, longitude, accuracy: Math.round(accuracy) }
}

function miss({ code, PERMISSION_DENIED }: GeolocationPositionError): void {
  looking.value = false
  here.value = null
  noPosition.value = code === PERMISSION_DENIED ? 'refused' : 'unknown'
}
