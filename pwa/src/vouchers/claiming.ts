/**
 * One press of the button, one voucher at most, whatever the line does.
 *
 * The id of the claim is on the disk before it is sent. Until the county has said yes or no, the same id is sent again:
 * after a failure, after a fault, after the page was closed and opened, after signing in anew.
 */

import { shallowRef, type ShallowRef } from 'vue'
import { api, ask, type Answer } from '@/api/client'
import type { Problem } from '@/api/problem'
import type { ClaimAnswer, EntryAnswer, ProofKind } from '@/api/wire'
import { newId } from '@/kernel/ids'
import { countyNow } from '@/offline/county_clock'
import { pauseAfter, useInsisting } from '@/offline/insisting'
import { forget, keep, recallAll } from '@/offline/kept'

export type ClaimState<T = ClaimAnswer> =
  | { readonly kind: 'ready' }
  /** On its way; `tries` counts from 1. */
  | { readonly kind: 'asking'; readonly tries: number }
  /** The line failed; it is sent again by itself. */
  | { readonly kind: 'waiting'; readonly tries: number }
  | { readonly kind: 'got'; readonly claim: T }
  | { readonly kind: 'refused'; readonly problem: Problem }
  /** The session ended meanwhile; the id is kept and goes on after signing in. */
  | { readonly kind: 'signed-out' }

type Outcome<T> = Extract<ClaimState<T>, { kind: 'got' | 'refused' | 'signed-out' }>

/** Where a press goes: a rush takes claims, a draw entries, a list gives what it sets aside. */
type Door = 'claims' | 'entries' | 'entitlements'

/** What an operator adds who claims for somebody: the shift, and what was seen of the person. */
export interface Assisted {
  readonly shift_id: string
  readonly proof: ProofKind
  /** Of the document that was seen; it counts only with its number. */
  readonly proof_number?: string
}

/** A claim on its way, as it lies on the disk. */
export interface OpenClaim {
  readonly claim_id: string
  readonly round_id: string
  readonly resident_id: string
  readonly assisted?: Assisted
  readonly door?: Door
}

export interface Claiming<T = ClaimAnswer> {
  state: ShallowRef<ClaimState<T>>
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
  return useAsking(roundId, residentId, opensAt, 'claims', sendClaim, assisted)
}

/** Entering a draw: the same press, the same one id. */
export function useEntering(
  roundId: string,
  residentId: () => string | undefined,
  opensAt: () => number,
  assisted?: () => Assisted,
): Claiming<EntryAnswer> {
  return useAsking(roundId, residentId, opensAt, 'entries', sendEntry, assisted)
}

/** Taking what a list sets aside. */
export function useTaking(
  roundId: string,
  residentId: () => string | undefined,
  opensAt: () => number,
  assisted?: () => Assisted,
): Claiming {
  return useAsking(roundId, residentId, opensAt, 'entitlements', sendTaking, assisted)
}

function sendEntry({ claim_id, round_id, resident_id, assisted }: OpenClaim): Promise<Answer<EntryAnswer>> {
  const path = { round_id }
  const body = assisted ? { entry_id: claim_id, resident_id, ...assisted } : { entry_id: claim_id }
  return ask(api.POST('/api/v1/rounds/{round_id}/entries', { params: { path }, body }))
}

function sendTaking({ claim_id, round_id, resident_id, assisted }: OpenClaim): Promise<Answer<ClaimAnswer>> {
  const path = { round_id }
  const body = assisted ? { claim_id, resident_id, ...assisted } : { claim_id }
  return ask(api.POST('/api/v1/rounds/{round_id}/entitlements', { params: { path }, body }))
}

function sendClaim({ claim_id, round_id, resident_id, assisted }: OpenClaim): Promise<Answer<ClaimAnswer>> {
  const path = { round_id }
  const body = assisted ? { claim_id, resident_id, ...assisted } : { claim_id }
  return ask(api.POST('/api/v1/rounds/{round_id}/claims', { params: { path }, body }))
}

function useAsking<T>(
  roundId: string,
  residentId: () => string | undefined,
  opensAt: () => number,
  door: Door,
  send: (open: OpenClaim) => Promise<Answer<T>>,
  assisted?: () => Assisted,
): Claiming<T> {
  const state: ShallowRef<ClaimState<T>> = shallowRef<ClaimState<T>>({ kind: 'ready' })
  const insisting = useInsisting()

  async function press(): Promise<void> {
    const resident = residentId()
    if (!resident || state.value.kind === 'asking' || state.value.kind === 'waiting') return
    state.value = { kind: 'asking', tries: 1 }
    const open = await openClaim(roundId, resident, assisted !== undefined, door)
    const claim: OpenClaim = open ?? {
      claim_id: newId(countyNow()),
      round_id: roundId,
      resident_id: resident,
      ...(assisted ? { assisted: assisted() } : {}),
      ...(door === 'claims' ? {} : { door }),
    }
    if (!open) await keep('claims', claim.claim_id, claim)
    const outcome = await insisting.until((tries) => {
      state.value = { kind: 'asking', tries }
      return outcomeOf(claim)
    }, pauseFor)
    if (!outcome) return
    if (outcome.kind !== 'signed-out') await forget('claims', claim.claim_id)
    state.value = outcome
  }

  async function outcomeOf(claim: OpenClaim): Promise<Outcome<T>> {
    const answer = await send(claim)
    if (answer.ok) return { kind: 'got', claim: answer.value }
    return answer.problem.status === 401 ? { kind: 'signed-out' } : { kind: 'refused', problem: answer.problem }
  }

  function pauseFor(outcome: Outcome<T>, tries: number): number | null {
    if (outcome.kind !== 'refused') return null
    if (isEarly(outcome.problem, countyNow() - opensAt())) return EARLY_PAUSE_MS
    const pause = pauseAfter(outcome.problem, tries)
    if (pause !== null) state.value = { kind: 'waiting', tries }
    return pause
  }

  async function resume(): Promise<void> {
    const resident = residentId()
    if (resident && (await openClaim(roundId, resident, assisted !== undefined, door))) await press()
  }

  return { state, press, resume }
}

/** Refused as not open although it should just have opened: the clocks differ by a blink. Such a no binds no id. */
function isEarly({ reason }: Problem, sinceOpeningMs: number): boolean {
  return reason === 'not-open' && Math.abs(sinceOpeningMs) < EARLY_MS
}

async function openClaim(
  roundId: string,
  residentId: string,
  helped: boolean,
  wanted: Door,
): Promise<OpenClaim | undefined> {
  const claims = await recallAll<OpenClaim>('claims')
  return claims.find(
    ({ round_id, resident_id, assisted, door = 'claims' }) =>
      round_id === roundId && resident_id === residentId && (assisted !== undefined) === helped && door === wanted,
  )
}
