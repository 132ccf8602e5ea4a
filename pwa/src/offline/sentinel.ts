/**
 * Did the browser throw this device's journal away? A note outside of the database tells: which device, and how far.
 *
 * It is written after each commit, so it is never ahead of its own journal. A note of another device, or one that is
 * ahead, means that a journal was lost; it goes to the county with each push and is replaced only after one arrived.
 */

import { read, remember } from '@/kernel/remembered'
import type { Push } from './push'

const KEY = 'yizhan.journal'
const DEVICE = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

export type Sentinel = NonNullable<Push['sentinel']>

/** What is remembered, or null; a note that nobody can read is none. */
export function readSentinel(): Sentinel | null {
  try {
    const { device, seq } = JSON.parse(read(KEY) ?? 'null') as Sentinel
    return DEVICE.test(device) && Number.isSafeInteger(seq) && seq >= 0 && seq < 2 ** 32 ? { device, seq } : null
  } catch {
    return null
  }
}

/** Notes how far a journal goes now, unless the note still has to tell of a lost one; `kept` are the devices of this browser. */
export function noteHead(head: Sentinel, kept: readonly string[]): void {
  const noted = readSentinel()
  if (noted && (!kept.includes(noted.device) || isBehind(head, noted))) return
  write(head)
}

/** The county was told of what was noted before. */
export function sentinelTold(head: Sentinel): void {
  const noted = readSentinel()
  // The note of this device that is ahead stays: a journal that fell back must not number anew.
  if (noted && isBehind(head, noted)) return
  write(head)
}

/** Whether the journal of this device is shorter than it once was: numbers would be given out twice. */
export function isBehind(head: Sentinel, noted: Sentinel | null = readSentinel()): boolean {
  return noted !== null && noted.device === head.device && noted.seq > head.seq
}

function write({ device, seq }: Sentinel): void {
  remember(KEY, JSON.stringify({ device, seq }))
}
