/**
 * What runs beside every page of a counter's app: what was taken goes to the county, and the county's word comes here.
 *
 * Loaded after the page has drawn. A browser that was never enrolled runs nothing.
 */

import { shallowRef, watch } from 'vue'
import { countyCode } from '@/county/county'
import { askWord } from '@/offline/briefing'
import { connection } from '@/offline/connection'
import { forgetOpened } from '@/offline/database'
import { allIdentities, currentIdentity } from '@/offline/device_key'
import { flushing, flushNow, pauseAfter, startFlushing } from '@/offline/flusher'
import { whenCommitted } from '@/offline/journal'
import { readBook, type AwayBook } from './claims'
import { standingNow } from './enrolling'

/** What this browser took, as it stood a moment ago; null until it was read. */
export const book = shallowRef<AwayBook | null>(null)

const ASKED_EVERY_MS = 600_000

let running = false
let unread = 0
let retry: ReturnType<typeof setTimeout> | undefined
let askedAt = -Infinity
let asking: Promise<void> | null = null
let askingAgain: Promise<void> | null = null

/** Reads the book again; a browser that keeps nothing has none. */
export async function countAgain(): Promise<void> {
  try {
    book.value = await readBook()
  } catch {
    book.value = null
  }
}

/** Begins once, where this browser has ever been a device; whoever enrols one calls it again. */
export async function startAway(): Promise<void> {
  if (running) return
  const [county, kept] = await Promise.all([countyCode(), allIdentities().catch(() => null)])
  if (running) return
  clearTimeout(retry)
  if (kept === null) {
    // Whether it ever was a device cannot be read just now, which is not to say that it was none.
    forgetOpened()
    unread += 1
    retry = setTimeout(() => void startAway(), pauseAfter(unread, Math.random()))
    return
  }
  unread = 0
  if (!county || kept.length === 0) return
  running = true
  whenCommitted(() => void countAgain())
  watch(flushing, ({ kind }) => void flushed(kind === 'idle'))
  watch(connection, (now) => {
    if (now === 'online') void hearCounty()
  })
  startFlushing(county)
  await countAgain()
}

/** When the last of what waited is acknowledged the county has dealt anew: the device counts by that at once. */
async function flushed(idle: boolean): Promise<void> {
  const before = book.value?.unsent ?? 0
  await countAgain()
  if (idle) await hearCounty(before > 0 && book.value?.unsent === 0)
}

/** Asks for the county's word, at most every ten minutes or `atOnce`; a device that was not let in is told nothing. */
export function hearCounty(atOnce = false): Promise<void> {
  if (!atOnce && performance.now() < askedAt + ASKED_EVERY_MS) return Promise.resolve()
  askedAt = performance.now()
  if (asking) {
    // What is under way may have been told before that happened which somebody asks about now.
    const ended = asking.catch(() => undefined)
    askingAgain ??= ended.then(() => {
      askingAgain = null
      return hearCounty(true)
    })
    return askingAgain
  }
  asking = hear().catch(unheard).finally(() => {
    asking = null
  })
  return asking
}

/** Asked again when the line comes back, or at the next flush. */
function unheard(fault: unknown): void {
  askedAt = -Infinity
  reportError(fault)
}

/** Sends at once and hears what follows: an allowance is dealt by a push, and told by the word after it. */
export function syncNow(): void {
  askedAt = -Infinity
  flushNow()
}

async function hear(): Promise<void> {
  const [county, identity] = await Promise.all([countyCode(), currentIdentity()])
  if (!county || !identity) return
  // One that waits for the office, or that was ended, is told nothing else.
  const { standing } = await standingNow()
  const heard = standing === 'active' && (await askWord(county, identity))
  // What failed is asked again when the line comes back.
  if (!heard) askedAt = -Infinity
}
