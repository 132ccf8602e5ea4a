/**
 * Nothing of the app is there before somebody has opened this device; what was taken goes to the county all the same.
 *
 * And once it is open: after five minutes without a touch it closes again.
 */

import { createApp, h } from 'vue'
import { countyCode } from '@/county/county'
import { textsReady } from '@/i18n/texts'
import { startFlushing } from '../flusher'
import { heedOthers, lockNow, lockState, lookAtLock } from './lock'
import LockGate from './LockGate.vue'

const IDLE_MS = 5 * 60_000
const LOOKED_EVERY_MS = 10_000

/** Resolves when the device is open, or has nothing left that a passphrase would open. */
export async function passGate(): Promise<void> {
  heedOthers()
  if ((await lookAtLock()) !== 'locked') return
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

/** Closes the device when nobody has touched it for a while; a page that slept is closed when it wakes. */
export function watchIdle(): void {
  let touchedAt = Date.now()
  const touch = (): void => {
    if (Date.now() - touchedAt > IDLE_MS) lockNow()
    touchedAt = Date.now()
  }
  for (const name of ['pointerdown', 'keydown', 'scroll'] as const) addEventListener(name, touch, { passive: true, capture: true })
  setInterval(() => {
    if (lockState.value === 'open' && Date.now() - touchedAt > IDLE_MS) lockNow()
  }, LOOKED_EVERY_MS)
}

async function sendMeanwhile(): Promise<() => void> {
  const county = await countyCode()
  return county ? startFlushing(county) : () => undefined
}
