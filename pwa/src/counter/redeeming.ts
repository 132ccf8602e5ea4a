/**
 * One press, one redemption at most, whatever the line does.
 *
 * The id of the redemption and the bill are on the disk before anything is sent. Until the county has said yes or no the
 * same id is sent again, also after the page was closed; a code that grew stale meanwhile still finds its answer.
 */

import { shallowRef, type ShallowRef } from 'vue'
import { api, ask } from '@/api/client'
import { mayPass, type Problem } from '@/api/problem'
import type { ProofKind, RedemptionAnswer } from '@/api/wire'
import { newId } from '@/kernel/ids'
import { countyNow } from '@/offline/county_clock'
import { pauseAfter, useInsisting } from '@/offline/insisting'
import { forget, keep, recallAll } from '@/offline/kept'
import { cellNow, lookAround } from './counter_place'

/** What an operator adds: the shift, and what was seen of the person served. */
export interface Assisted {
  readonly shift_id: string
  readonly proof: ProofKind
}

export interface Attempt {
  readonly redemption_id: string
  readonly merchant_id: string
  readonly code: string
  readonly bill_fen: number
  readonly eligible_fen: number
  readonly assisted?: Assisted
  /** Where the counter stood, if its device was allowed to say so; sent again as it was. */
  readonly counter_cell?: string
}

export type RedeemState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'sending'; readonly attempt: Attempt }
  | { readonly kind: 'waiting'; readonly attempt: Attempt; readonly tries: number }
  | { readonly kind: 'yes'; readonly answer: RedemptionAnswer }
  | { readonly kind: 'no'; readonly problem: Problem; readonly attempt: Attempt }
  | { readonly kind: 'signed-out' }

export interface Redeeming {
  state: ShallowRef<RedeemState>
  redeem: (order: Omit<Attempt, 'redemption_id'>) => Promise<void>
  /** Goes on with an attempt that an earlier visit left without an answer. */
  resume: (attempt: Attempt) => Promise<void>
  /** Ready for the next one; an attempt that was waited for stays among those without an answer. */
  reset: () => void
}

type Outcome = Extract<RedeemState, { kind: 'yes' | 'no' | 'signed-out' }>

/** Attempts of this merchant that the county has not answered yet. */
export async function openAttempts(merchantId: string): Promise<Attempt[]> {
  return (await recallAll<Attempt>('redemptions')).filter(({ merchant_id }) => merchant_id === merchantId)
}

export function useRedeeming(): Redeeming {
  const state = shallowRef<RedeemState>({ kind: 'idle' })
  const insisting = useInsisting()

  async function redeem(order: Omit<Attempt, 'redemption_id'>): Promise<void> {
    const cell = order.assisted ? null : cellNow()
    const attempt = { ...order, redemption_id: newId(countyNow()), ...(cell ? { counter_cell: cell } : {}) }
    state.value = { kind: 'sending', attempt }
    await keep('redemptions', attempt.redemption_id, attempt)
    await resume(attempt)
    lookAround()
  }

  async function resume(attempt: Attempt): Promise<void> {
    state.value = { kind: 'sending', attempt }
    const outcome = await insisting.until(
      () => settle(attempt),
      (told, tries) => {
        const pause = told.kind === 'no' ? pauseAfter(told.problem, tries) : null
        if (pause !== null) state.value = { kind: 'waiting', attempt, tries }
        return pause
      },
    )
    if (outcome) state.value = outcome
  }

  function reset(): void {
    insisting.stop()
    state.value = { kind: 'idle' }
  }

  return { state, redeem, resume, reset }
}

/** Sends it once; a yes or a no is an end of it, also when nobody waits for it any more. */
async function settle(attempt: Attempt): Promise<Outcome> {
  const outcome = await send(attempt)
  const isOver = outcome.kind === 'yes' || (outcome.kind === 'no' && !mayPass(outcome.problem))
  if (isOver) await forget('redemptions', attempt.redemption_id)
  return outcome
}

async function send(attempt: Attempt): Promise<Outcome> {
  const { redemption_id, code, bill_fen, eligible_fen, merchant_id, assisted, counter_cell } = attempt
  const bill = { redemption_id, code, bill_fen, eligible_fen, lines: [] }
  // A merchant's own session says whose counter it is; a station names it.
  const own = counter_cell ? { ...bill, counter_cell } : bill
  const body = assisted ? { ...bill, ...assisted, merchant_id } : own
  const answer = await ask(api.POST('/api/v1/redemptions', { body }))
  if (answer.ok) return { kind: 'yes', answer: answer.value }
  return answer.problem.status === 401 ? { kind: 'signed-out' } : { kind: 'no', problem: answer.problem, attempt }
}
