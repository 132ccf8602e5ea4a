/** When did the county last answer this device, also on an earlier visit? By the device's own clock. */

import { shallowRef } from 'vue'
import { read, remember } from '@/kernel/remembered'

const KEY = 'yizhan.answered'
const NOTED_EVERY_MS = 30_000

/** Milliseconds since 1970; null where it never has. */
export const lastAnswer = shallowRef<number | null>(Number(read(KEY)) || null)

export function noteAnswer(at: number): void {
  if (lastAnswer.value !== null && at - lastAnswer.value < NOTED_EVERY_MS) return
  lastAnswer.value = at
  remember(KEY, String(at))
}
