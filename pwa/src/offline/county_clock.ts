/**
 * The county's clock on this phone. A round opens by it, and a code is drawn by it, whatever the phone's own clock says.
 *
 * Between two questions the phone's steady clock counts on. It stops while some phones sleep, so the time is asked again
 * whenever the page comes back to the front. Without an answer the offset of an earlier day holds, else the phone's own
 * time: `clockKnown` tells which.
 */

import { onScopeDispose, shallowRef, type ShallowRef } from 'vue'
import { api, ask } from '@/api/client'
import { offsetOf, type Sample } from '@/kernel/county_time'
import { read, remember } from '@/kernel/remembered'

const KEY = 'yizhan.clock'
const SAMPLES = 3
/** The steady clock stood still if it counted this much less than the phone's own. */
const SLEPT_MS = 1000

/** Whether the county itself has told the time since this page was opened. */
export const clockKnown = shallowRef(false)

let addMs: number | null = null
let wallAtSync = 0
let steadyAtSync = 0

/** Milliseconds since 1970 by the county's clock. */
export function countyNow(): number {
  if (addMs !== null && !slept()) return performance.now() + addMs
  return Date.now() + Number(read(KEY) ?? 0)
}

/** Asks the county for the time, a few times in a row; keeps the answer of the quickest. */
export async function syncClock(): Promise<boolean> {
  const samples: Sample[] = []
  for (let i = 0; i < SAMPLES; i += 1) {
    const sentAt = performance.now()
    const told = await ask(api.GET('/api/v1/time'))
    if (!told.ok) break
    samples.push({ sentAt, receivedAt: performance.now(), countyMs: told.value.unix_ms })
  }
  const offset = offsetOf(samples)
  if (!offset) return false
  addMs = offset.addMs
  wallAtSync = Date.now()
  steadyAtSync = performance.now()
  remember(KEY, String(Math.round(steadyAtSync + addMs - wallAtSync)))
  clockKnown.value = true
  return true
}

/** The county's time as long as the caller lives; it steps at the county's full seconds, and is asked on return. */
export function useCountyNow(): ShallowRef<number> {
  const now = shallowRef(countyNow())
  let timer: ReturnType<typeof setTimeout>
  const step = (): void => {
    now.value = countyNow()
    timer = setTimeout(step, 1000 - (now.value % 1000))
  }
  const comeBack = async (): Promise<void> => {
    if (document.visibilityState !== 'visible') return
    await syncClock()
    clearTimeout(timer)
    step()
  }
  step()
  document.addEventListener('visibilitychange', comeBack)
  onScopeDispose(() => {
    clearTimeout(timer)
    document.removeEventListener('visibilitychange', comeBack)
  })
  return now
}

function slept(): boolean {
  return Date.now() - wallAtSync - (performance.now() - steadyAtSync) > SLEPT_MS
}
