/**
 * One thing that a page shows: on its way, here, or not to be had; and since when it has been stale.
 *
 * What was loaded once stays on the screen when a later try fails. It is then marked with the time it was true.
 */

import { computed, shallowRef, watch, type ComputedRef, type ShallowRef } from 'vue'
import type { Answer } from '@/api/client'
import { mayPass, type Problem } from '@/api/problem'
import { connection } from './connection'

export interface Loaded<Value> {
  content: ShallowRef<Value | null>
  problem: ShallowRef<Problem | null>
  /** When `content` was true, if it is not known to be true now. */
  staleSince: ComputedRef<Date | null>
  busy: ShallowRef<boolean>
  reload: () => Promise<void>
}

/** What an earlier visit left on this phone, and when it was true. */
export interface Kept<Value> {
  value: Value
  at: Date
}

/**
 * Loads at once, and again whenever the connection comes back after a try that failed for want of it. What `recallKept`
 * finds on the phone is shown until the county has answered.
 */
export function useLoaded<Value>(
  load: () => Promise<Answer<Value>>,
  recallKept?: () => Promise<Kept<Value> | undefined>,
): Loaded<Value> {
  const content = shallowRef<Value | null>(null)
  const problem = shallowRef<Problem | null>(null)
  const at = shallowRef<Date | null>(null)
  const busy = shallowRef(false)

  let running: Promise<void> | undefined
  let again = false

  /** What is on its way may have been asked before something changed; then it is asked once more. */
  function reload(): Promise<void> {
    again = running !== undefined
    running ??= run()
    return running
  }

  async function run(): Promise<void> {
    busy.value = true
    let answer: Answer<Value>
    try {
      answer = await load()
      while (again) {
        again = false
        answer = await load()
      }
    } finally {
      busy.value = false
      running = undefined
    }
    if (answer.ok) {
      content.value = answer.value
      at.value = new Date()
      problem.value = null
    } else {
      problem.value = answer.problem
    }
  }

  async function showKept(find: () => Promise<Kept<Value> | undefined>): Promise<void> {
    const kept = await find()
    if (!kept || content.value !== null) return
    content.value = kept.value
    at.value = kept.at
  }

  watch(connection, (now) => {
    if (now === 'online' && problem.value && mayPass(problem.value)) void reload()
  })
  if (recallKept) void showKept(recallKept)
  void reload()
  const staleSince = computed(() => (problem.value && content.value !== null ? at.value : null))
  return { content, problem, staleSince, busy, reload }
}
