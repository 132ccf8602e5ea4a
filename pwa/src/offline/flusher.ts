/**
 * Brings the journals of this browser to the county, until it has acknowledged everything; nothing is ever dropped.
 *
 * At the start, on each commit, when the line or the page comes back, and by a timer; one tab at a time. Pauses after a
 * failure grow from one second to a minute with a share of chance, and a line without a network is no attempt.
 */

import { shallowRef } from 'vue'
import { countyNow } from './county_clock'
import { changeStrictly, forgetOpened, openDatabase } from './database'
import { allIdentities, type DeviceIdentity } from './device_key'
import { settleTime } from './device_time'
import { whenCommitted } from './journal'
import { forgetSettled, headOf } from './outbox'
import { lineOf, pushOnce, type Line, type Pushed } from './pushing'
import { standingOf } from './standing'
import { daysBefore } from './tallies'

/** What an operator is shown of the way to the county. */
export type Flushing =
  | { readonly kind: 'idle' }
  | { readonly kind: 'sending' }
  /** Nobody answers; it goes on by itself. */
  | { readonly kind: 'away' }
  /** The county took the push and acknowledged nothing new; it goes on by itself. */
  | { readonly kind: 'held' }
  /** Somebody has to know: a county that refuses pushes, or a page in between. It goes on by itself too. */
  | { readonly kind: 'refused'; readonly status: number; readonly reason: string }

export const flushing = shallowRef<Flushing>({ kind: 'idle' })

const FIRST_PAUSE_MS = 1000
const LONGEST_PAUSE_MS = 60_000
/** A county that asks for patience gets up to so much. */
const LONGEST_WAIT_MS = 600_000
/** A county that was restored from a backup is noticed by asking, also when nothing waits. */
const ASKED_EVERY_MS = 900_000
const TIDIED_EVERY_MS = 3600_000
/** So often in a row the county may ask for other numbers without acknowledging more. */
const MOST_ASKS = 1000

/** Sends until everything is acknowledged or something stands in the way; answers the last push. */
export async function flush(county: string, identity: DeviceIdentity, line: Line): Promise<Pushed | 'held'> {
  return alone(identity.device, async () => {
    let from = Infinity
    let left = MOST_ASKS
    for (let before = await headOf(identity.device); ; ) {
      const isQuestion = line.unsure > 0
      const pushed = await pushOnce({ county, identity }, line, from)
      if (pushed.kind !== 'answered') return pushed
      const head = await headOf(identity.device)
      const asked = pushed.answer.need_from ?? Infinity
      const isWhole = head.ack_seq >= head.seq
      // The county may ask for numbers that it has: another journal went out under this device's name.
      // What was asked for in vain, or is not here any more, waits for the next time.
      if (isWhole && (asked > head.seq || asked === from)) return pushed
      const moved = head.ack_seq !== before.ack_seq || head.epoch !== before.epoch
      if (!moved && !isQuestion && (asked === from || (left -= 1) < 0)) return isWhole ? pushed : 'held'
      before = head
      from = asked
    }
  })
}

const wakers = new Set<() => void>()

/** Sends at once, or asks where nothing waits: somebody wants to know. */
export function flushNow(): void {
  for (const wake of wakers) wake()
}

/** Begins to bring home what this browser holds, until what it answers is called. */
export function startFlushing(county: string, chance: () => number = Math.random): () => void {
  let [stopped, running, again] = [false, false, false]
  let [fails, notBefore, tidyAfter] = [0, 0, 0]
  let timer: ReturnType<typeof setTimeout> | undefined

  async function run(): Promise<void> {
    if (running || performance.now() < notBefore) {
      again = running
      return
    }
    clearTimeout(timer)
    running = true
    again = false
    try {
      await round()
    } finally {
      running = false
    }
    // Something was committed meanwhile, perhaps after the last look at the journal.
    if (again && !stopped) await run()
  }

  async function round(): Promise<void> {
    flushing.value = { kind: 'sending' }
    const { state, waitMs, heard } = await flushAll(county)
    if (stopped) return
    flushing.value = state
    if (state.kind === 'idle' && performance.now() > tidyAfter) {
      tidyAfter = performance.now() + TIDIED_EVERY_MS
      // What is not forgotten now is forgotten in an hour; what waits is sent all the same.
      await tidy().catch(forgetOpened)
    }
    fails = failsAfter(fails, state, heard)
    if (waitMs > 0) notBefore = performance.now() + Math.min(waitMs, LONGEST_WAIT_MS)
    const pause = fails === 0 ? ASKED_EVERY_MS : Math.max(pauseAfter(fails, chance()), Math.min(waitMs, LONGEST_WAIT_MS))
    timer = setTimeout(wake, pause)
  }

  const wake = (): void => void run()
  const comeBack = (): void => {
    fails = 0
    wake()
  }
  const seen = (): void => {
    if (document.visibilityState === 'visible') comeBack()
  }
  const deaf = whenCommitted(wake)
  wakers.add(comeBack)
  addEventListener('online', comeBack)
  document.addEventListener('visibilitychange', seen)
  wake()
  return () => {
    stopped = true
    clearTimeout(timer)
    deaf()
    wakers.delete(comeBack)
    removeEventListener('online', comeBack)
    document.removeEventListener('visibilitychange', seen)
  }
}

/** Failures in a row. A line that breaks and lets something through in between is tried again soon, not ever later. */
export function failsAfter(fails: number, state: Flushing, gotThrough: boolean): number {
  if (state.kind === 'idle') return 0
  return state.kind === 'away' && gotThrough ? 1 : fails + 1
}

/** How long to wait after so many failures in a row; `chance` from 0 to 1. */
export function pauseAfter(fails: number, chance: number): number {
  return Math.min(FIRST_PAUSE_MS * 2 ** (fails - 1), LONGEST_PAUSE_MS) * (0.75 + chance / 4)
}

interface Round {
  readonly state: Flushing
  readonly waitMs: number
  /** Whether anything got through. */
  readonly heard: boolean
}

/** Every identity that has something to bring home or to ask; none of them waits for another. */
async function flushAll(county: string): Promise<Round> {
  let told: Omit<Round, 'heard'> = { state: { kind: 'idle' }, waitMs: 0 }
  let heard = false
  try {
    for (const identity of await allIdentities()) {
      if (!(await hasToAsk(identity))) continue
      // The mark moves on while the device is in use, so that a clock that jumps is noticed.
      if (!identity.retired) await settleTime({ county, identity })
      const line = lineOf(identity.device)
      line.heard = 0
      const pushed = await flush(county, identity, line)
      heard ||= line.heard > 0
      if (pushed === 'held') told = { state: { kind: 'held' }, waitMs: 0 }
      else if (pushed.kind === 'away') return { state: pushed, waitMs: 0, heard }
      else if (pushed.kind === 'refused') told = { state: pushed, waitMs: pushed.waitMs }
    }
    return { ...told, heard }
  } catch {
    // iOS closes databases of pages that slept; the next round opens it again.
    forgetOpened()
    return { state: { kind: 'away' }, waitMs: 0, heard }
  }
}

/** A retired identity asks until all is in a backup, one that the county never admitted only when it has something. */
async function hasToAsk({ device, retired }: DeviceIdentity): Promise<boolean> {
  const [head, { certificate }] = await Promise.all([headOf(device), standingOf(device)])
  if (retired) return head.durable_seq < head.seq
  return head.seq > 0 || certificate !== null
}

/** Forgets what need not be kept any more: settled events that a backup has, and what holders took on earlier days. */
async function tidy(): Promise<void> {
  const now = countyNow()
  for (const { device } of await allIdentities()) await forgetSettled(device, now)
  await changeStrictly(await openDatabase(), ['tallies'], (change) => change.objectStore('tallies').delete(daysBefore(now)))
}

/** One tab at a time, where the browser can see to it; where it cannot, the county knows what it has. */
async function alone<Value>(device: string, act: () => Promise<Value>): Promise<Value> {
  const { locks } = navigator as { readonly locks?: LockManager | null }
  return locks ? locks.request(`yizhan push ${device}`, act) : act()
}
