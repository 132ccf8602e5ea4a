/**
 * Nothing of the app is there before somebody has opened this device; what was taken goes to the county all the same.
 *
 * And once it is open: after so long without a touch as the county says it closes again. A device that was wiped says at
 * each opening what is left on it and what to do, until somebody sets another passphrase.
 */

import { createApp, h } from 'vue'
import { countyCode } from '@/county/county'
import { textsReady } from '@/i18n/texts'
import { currentIdentity } from '../device_key'
import { startFlushing } from '../flusher'
import { look } from '../replica'
import { heedOthers, lockNow, lockState, lookAtLock } from './lock'
import LockGate from './LockGate.vue'

/** Where the county has not said how long. */
const IDLE_MS = 5 * 60_000
const LONGEST_IDLE_MS = 60 * 60_000
const LOOKED_EVERY_MS = 10_000

/** Resolves when the device is open, or has nothing left that a passphrase would open. */
export async function passGate(): Promise<void> {
  heedOthers()
  const state = await lookAtLock()
  if (state !== 'locked' && state !== 'wiped') return
  const stop = await sendMeanwhile()
  await textsReady()
  const place = document.getElementById('app')
  if (!place) throw new Error('the page has no place for the app')
  const before = [...place.childNodes]
  await new Promise<void>((done) => {
    const program = createApp({ render: () => h(LockGate, { onDone: () => (program.unmount(), done()) }) })
    program.mount(place)
  })
  place.replaceChildren(...before)
  stop()
  watchIdle()
}

/** How long nobody may touch an open device, in milliseconds: what the county told it last. */
export async function idleMs(): Promise<number> {
  const identity = await currentIdentity().catch(() => undefined)
  const own = identity && (await look<{ lock_idle_s?: number }>(identity.device, 'county', 'own').catch(() => undefined))
  const told = (own?.lock_idle_s ?? 0) * 1000
  return told > 0 && told <= LONGEST_IDLE_MS ? told : IDLE_MS
}

/** Closes the device when nobody has touched it for a while; a page that slept is closed when it wakes. */
export function watchIdle(): void {
  let touchedAt = Date.now()
  let longest = IDLE_MS
  const learn = async (): Promise<void> => {
    longest = await idleMs()
  }
  const touch = (): void => {
    if (Date.now() - touchedAt > longest) lockNow()
    touchedAt = Date.now()
  }
  void learn()
  for (const name of ['pointerdown', 'keydown', 'scroll'] as const) addEventListener(name, touch, { passive: true, capture: true })
  setInterval(() => {
    if (lockState.value === 'open' && Date.now() - touchedAt > longest) lockNow()
    void learn()
  }, LOOKED_EVERY_MS)
}

async function sendMeanwhile(): Promise<() => void> {
  const county = await countyCode()
  return county ? startFlushing(county) : () => undefined
}
