/**
 * Sends one thing until it is answered: after a pause that grows, and at once when the line is back.
 *
 * What is sent carries its own id, so that sending it twice does it once. Pauses have a share of chance in them: a
 * thousand phones that lost the line in the same moment do not come back in the same moment.
 */

import { onScopeDispose, watch } from 'vue'
import { mayPass, type Problem } from '@/api/problem'
import { connection } from './connection'

export interface Insisting {
  /**
   * Sends until `pauseFor` says `null`: no more pauses, this is the answer. Resolves to null if it was stopped before.
   */
  until: <Outcome>(
    send: (tries: number) => Promise<Outcome>,
    pauseFor: (outcome: Outcome, tries: number) => number | null,
  ) => Promise<Outcome | null>
  stop: () => void
}

const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 8_000

/** Stops when the caller's scope ends. */
export function useInsisting(): Insisting {
  let run = 0
  let wake = nothing

  function stop(): void {
    run += 1
    wake()
  }

  onScopeDispose(stop)
  watch(connection, (now) => {
    if (now === 'online') wake()
  })

  return {
    stop,
    async until(send, pauseFor) {
      stop()
      const mine = run
      const stopped = (): boolean => mine !== run
      for (let tries = 1; !stopped(); tries += 1) {
        const outcome = await send(tries)
        if (stopped()) return null
        const pause = pauseFor(outcome, tries)
        if (pause === null) return outcome
        await new Promise<void>((done) => {
          const timer = setTimeout(done, pause)
          wake = () => {
            clearTimeout(timer)
            done()
          }
        })
      }
      return null
    },
  }
}

/** How long to wait after a problem that may pass by itself, or null for one that does not. */
export function pauseAfter(problem: Problem, tries: number, chance: number = Math.random()): number | null {
  if (!mayPass(problem)) return null
  const doubled = Math.min(FIRST_PAUSE_MS * 2 ** (tries - 1), LONGEST_PAUSE_MS)
  const asked = Math.min((problem.retryAfterS ?? 0) * 1000, LONGEST_PAUSE_MS)
  return Math.max(doubled, asked) * (0.75 + chance / 2)
}

function nothing(): void {
  // Nobody waits.
}
