/**
 * Can the county be reached right now? What the phone believes, corrected by what really came through.
 *
 * A phone that shows full bars behind a mountain is not connected; only an answer proves a connection.
 */

import { ref } from 'vue'

export type Connection = 'online' | 'offline' | 'unreachable'

const FIRST_TRY_MS = 4_000
const LONGEST_PAUSE_MS = 60_000

export const connection = ref<Connection>('online')

let pause = FIRST_TRY_MS
let trying: ReturnType<typeof setTimeout> | undefined

/** Follows the phone's own belief from now on. */
export function watchConnection(): void {
  addEventListener('offline', lost)
  // The phone found a network; whether the county stands behind it is asked at once.
  addEventListener('online', () => void probe())
  if (!navigator.onLine) lost()
}

/** An answer arrived, whatever it said. */
export function answered(): void {
  stopTrying()
  pause = FIRST_TRY_MS
  connection.value = 'online'
}

/**
 * A request found nobody. From now on the county is asked again by itself, with pauses that grow with each try, and not
 * with each of the requests of a page that were lost together.
 */
export function unreached(): void {
  if (!navigator.onLine) {
    lost()
    return
  }
  connection.value = 'unreachable'
  if (trying !== undefined) return
  trying = setTimeout(() => void probe(), pause)
  pause = Math.min(pause * 2, LONGEST_PAUSE_MS)
}

function stopTrying(): void {
  clearTimeout(trying)
  trying = undefined
}

function lost(): void {
  stopTrying()
  connection.value = 'offline'
}

async function probe(): Promise<void> {
  stopTrying()
  try {
    await fetch('/healthz', { cache: 'no-store' })
    answered()
  } catch {
    unreached()
  }
}
