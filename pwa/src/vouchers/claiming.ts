/**
 * One press of the button, one voucher at most, whatever the line does.
 *
 * The id of the claim is on the disk before it is sent. Until the county has said yes or no, the same id is sent again:
 * after a failure, after a fault, after the page was closed and opened, after signing in anew.
 */

import { shallowRef, type ShallowRef } from 'vue'
import { api, ask } from '@/api/client'
import type { Problem } from '@/api/problem'
import type { ClaimAnswer, ProofKind } from '@/api/wire'
import { newId } from '@/kernel/ids'
import { countyNow } from '@/offline/county_clock'
import { pauseAfter, useInsisting } from '@/offline/insisting'
import { forget, keep, recallAll } from '@/offline/kept'

export type ClaimState =
  | { readonly kind: 'ready' }
  /** On its way; `tries` counts from 1. */
  | { readonly kind: 'asking'; readonly tries: number }
  /** The line failed; it is sent again by itself. */
  | { readonly kind: 'waiting'; readonly tries: number }
  | { readonly kind: 'got'; readonly claim: ClaimAnswer }
  | { readonly kind: 'refused'; readonly problem: Problem }
  /** The session ended meanwhile; the id is kept and goes on after signing in. */
  | { readonly kind: 'signed-out' }

type Outcome = Extract<ClaimState, { kind: 'got' | 'refused' | 'signed-out' }>

/** What an operator adds who claims for somebody: the shift, and what was seen of the person. */
export interface Assisted {
  readonly shift_id: string
  readonly proof: ProofKind
  /** Of the document that was seen; it counts only with its number. */
  readonly proof_number?: string
}

interface OpenClaim {
  readonly claim_id: string
  readonly round_id: string
  readonly resident_id: string
  readonly assisted?: Assisted
}

export interface Claiming {
  state: ShallowRef<ClaimState>
  /** Claims, or goes on with the claim that is still open. */
  press: () => Promise<void>
  /** Goes on with a claim that an earlier visit left open, if there is one. */
  resume: () => Promise<void>
}

/** The county may be this much behind what this phone believes of its clock. */
const EARLY_MS = 3_000
const EARLY_PAUSE_MS = 250

/** Claiming in one round, as long as the caller lives. */
export function useClaiming(
  roundId: string,
  residentId: () => string | undefined,
  opensAt: () => number,
  assisted?: () => Assisted,
): Claiming {
  const state = shallowRef<ClaimState>({ kind: 'ready' })
  const insisting = useInsisting()

  async function press(): Promise<void> {
    const resident = residentId()
    if (!resident || state.value.kind === 'asking' || state.value.kind === 'waiting') return
    state.value = { kind: 'asking', tries: 1 }
    const open = await openClaim(roundId, resident, assisted !== undefined)
    const claim = open ?? {
      claim_id: newId(countyNow()),
      round_id: roundId,
      resident_id: resident,
      ...(assisted ? { assisted: assisted() } : {}),
    }
    if (!open) await keep('claims', claim.claim_id, claim)
    const outcome = await insisting.until((tries) => {
      state.value = { kind: 'asking', tries }
      return send(claim)
    }, pauseFor)
    if (!outcome) return
    if (outcome.kind !== 'signed-out') await forget('claims', claim.claim_id)
    state.value = outcome
  }

  function pauseFor(outcome: Outcome, tries: number): number | null {
    if (outcome.kind !== 'refused') return null
    if (isEarly(outcome.problem, countyNow() - opensAt())) return EARLY_PAUSE_MS
    const pause = pauseAfter(outcome.problem, tries)
    if (pause !== null) state.value = { kind: 'waiting', tries }
    return pause
  }

  async function resume(): Promise<void> {
    const resident = residentId()
    if (resident && (await openClaim(roundId, resident, assisted !== undefined))) await press()
  }

  return { state, press, resume }
}

/** Refused as not open although it should just have opened: the clocks differ by a blink. Such a no binds no id. */
function isEarly({ reason }: Problem, sinceOpeningMs: number): boolean {
  return reason === 'not-open' && Math.abs(sinceOpeningMs) < EARLY_MS
}

async function send({ claim_id, round_id, resident_id, assisted }: OpenClaim): Promise<Outcome> {
  const path = { round_id }
  const body = assisted ? { claim_id, resident_id, ...assisted } : { claim_id }
  const answer = await ask(api.POST('/api/v1/rounds/{round_id}/claims', { params: { path }, body }))
  if (answer.ok) return { kind: 'got', claim: answer.value }
  return answer.problem.status === 401 ? { kind: 'signed-out' } : { kind: 'refused', problem: answer.problem }
}

async function openClaim(roundId: string, residentId: string, helped: boolean): Promise<OpenClaim | undefined> {
  const claims = await recallAll<OpenClaim>('claims')
  return claims.find(
    ({ round_id, resident_id, assisted }) =>
      round_id === roundId && resident_id === residentId && (assisted !== undefined) === helped,
  )
}
