/**
 * Where this counter stands, for whoever allowed its device to say so. Off until somebody turns it on.
 *
 * Told as a cell of about 110 m; the point itself never leaves the device. A sale waits for nothing: it takes along what
 * was known a moment ago, or nothing.
 */

import { shallowRef } from 'vue'
import { cellOf } from '@/kernel/grid_cell'
import { read, remember } from '@/kernel/remembered'

const KEY = 'yizhan.counter-place'
const FRESH_MS = 10 * 60_000
/** A place that is known less well says nothing about a shop. */
const VAGUE_M = 300

let known: { cell: string; at: number } | null = null

export const placeOn = shallowRef(read(KEY) === 'on')
/** The browser, or whoever holds it, said no. */
export const placeRefused = shallowRef(false)

export function switchPlace(on: boolean): void {
  placeOn.value = on
  placeRefused.value = false
  remember(KEY, on ? 'on' : 'off')
  known = null
  lookAround()
}

/** Asks the device where it is; whoever sells does not wait for it. */
export function lookAround(): void {
  if (!placeOn.value || !('geolocation' in navigator)) return
  navigator.geolocation.getCurrentPosition(see, refuse, { maximumAge: FRESH_MS / 2, timeout: 20_000 })
}

/** The cell to tell with a sale that is made now. */
export function cellNow(): string | null {
  return placeOn.value && known && Date.now() - known.at < FRESH_MS ? known.cell : null
}

function see({ coords }: GeolocationPosition): void {
  placeRefused.value = false
  const cell = coords.accuracy <= VAGUE_M ? cellOf(coords.latitude, coords.longitude) : null
  known = cell ? { cell, at: Date.now() } : null
}

function refuse({ code, PERMISSION_DENIED }: GeolocationPositionError): void {
  known = null
  placeRefused.value = code === PERMISSION_DENIED
}
