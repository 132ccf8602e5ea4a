/**
 * One press, one redemption at most, whatever the line does.
 *
 * The id of the redemption and the bill are on the disk before anything is sent. Until the county has said yes or no the
 * same id is sent again, also after the page was closed; a code that grew stale meanwhile still finds its answer.
 *
 * A counter that may take vouchers without a network asks the county for three seconds at most and then decides itself. If
 * the county had taken the voucher all the same, the two are one payment to this merchant (decision 0068).
 */

import { onScopeDispose, shallowRef, type ShallowRef } from 'vue'
import { api, ask } from '@/api/client'
import { mayPass, type Problem } from '@/api/problem'
import type { ProofKind, RedemptionAnswer } from '@/api/wire'
import type { CounterChallenge } from '@/kernel/challenge'
import { newId } from '@/kernel/ids'
import { isPresentation } from '@/kernel/xv1'
import { connection } from '@/offline/connection'
import { countyNow } from '@/offline/county_clock'
import { pauseAfter, useInsisting } from '@/offline/insisting'
import { forget, keep, recallAll, type Lying } from '@/offline/kept'
import type { AwayOutcome, AwayRefusal, Taken } from './away/taking'
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
  /** Taken without the county, and on the disk. */
  | { readonly kind: 'accepted'; readonly taken: Taken }
  /** The code does not suffice without the county: the holder's phone is asked to sign what it would give. */
  | AskState
  /** Neither the county nor this counter took it; `sent` is whether the county may have, all the same. */
  | { readonly kind: 'not-away'; readonly attempt: Attempt; readonly reason: AwayRefusal; readonly sent: boolean }

export interface AskState extends Readonly<Extract<AwayOutcome, { kind: 'ask' }>> {
  readonly attempt: Attempt
  /** Whether the county may have taken it all the same. */
  readonly sent: boolean
  /** Why the code that was shown last is no answer. */
  readonly wrong: AwayRefusal | null
}

/** A counter that may take vouchers by itself. */
export interface AwayCounter {
  readonly standsReady: (order: Attempt) => Promise<{ ready: boolean; askFirst: boolean }>
  /** It took this voucher already, and the county does not know yet. */
  readonly waitsHere: (code: string) => Promise<boolean>
  /** With `asked` the code is the answer to what this counter shows. */
  readonly takeAway: (order: Attempt, asked?: CounterChallenge) => Promise<AwayOutcome>
}

export interface Redeeming {
  state: ShallowRef<RedeemState>
  /** `draft` is what the bill was typed into: it is gone once the attempt is kept. */
  redeem: (order: Omit<Attempt, 'redemption_id'>, draft?: Lying) => Promise<void>
  /** Goes on with an attempt that an earlier visit left without an answer. */
  resume: (attempt: Attempt) => Promise<void>
  /** Takes the code with which the holder's phone answers what this counter asks. */
  answer: (code: string) => Promise<void>
  /** Ready for the next one; an attempt that was waited for stays among those without an answer. */
  reset: () => void
}

type Outcome = Extract<RedeemState, { kind: 'yes' | 'no' | 'signed-out' }>

/** So long the county is asked before this counter decides. */
const ASKED_FOR_MS = 3000
/** Between the page and the county somebody says that it cannot be reached. */
const NOBODY_THERE = new Set([0, 502, 503, 504])
/** What was scanned is no answer to what is asked, and the right one may still be shown. */
const NO_ANSWER = new Set<AwayRefusal>([
  'holder-forged',
  'code-replayed',
  'code-unreadable',
  'code-malformed',
  'code-version-unsupported',
  'not-a-voucher-code',
  'offline-digits',
])

/** Attempts of this merchant that the county has not answered yet. */
export async function openAttempts(merchantId: string): Promise<Attempt[]> {
  return (await recallAll<Attempt>('redemptions')).filter(({ merchant_id }) => merchant_id === merchantId)
}

/** The same of a station, whose operators serve for many shops. */
export async function openAssistedAttempts(): Promise<Attempt[]> {
  return (await recallAll<Attempt>('redemptions')).filter(({ assisted }) => assisted !== undefined)
}

/** `away` is loaded and asked only where the county does not answer. */
export function useRedeeming(away?: () => Promise<AwayCounter>): Redeeming {
  const state = shallowRef<RedeemState>({ kind: 'idle' })
  const insisting = useInsisting()
  /** The page was left: nobody would see that this counter took anything, so it is put aside. */
  let gone = false
  const isGone = (): boolean => gone
  onScopeDispose(() => {
    gone = true
  })

  async function redeem(order: Omit<Attempt, 'redemption_id'>, draft?: Lying): Promise<void> {
    const cell = order.assisted ? null : cellNow()
    const attempt = { ...order, redemption_id: newId(countyNow()), ...(cell ? { counter_cell: cell } : {}) }
    // At once, so that a second press finds nothing to press.
    state.value = { kind: 'sending', attempt }
    await keep('redemptions', attempt.redemption_id, attempt, draft)
    const decided = await decideHere(attempt, await away?.().catch(() => undefined), isGone).catch(undecided)
    if (decided) state.value = decided
    else await insist(attempt)
    lookAround()
  }

  async function resume(attempt: Attempt): Promise<void> {
    state.value = { kind: 'sending', attempt }
    await keep('redemptions', attempt.redemption_id, attempt)
    await insist(attempt)
  }

  async function insist(attempt: Attempt): Promise<void> {
    if (gone) return
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

  async function answer(code: string): Promise<void> {
    const asking = state.value
    if (asking.kind !== 'ask') return
    // One answer is looked at, and meanwhile nothing is asked.
    state.value = { kind: 'sending', attempt: asking.attempt }
    const counter = await away?.().catch(() => undefined)
    if (gone) return
    state.value = counter ? await answeredHere(counter, asking, code) : asking
  }

  function reset(): void {
    insisting.stop()
    state.value = { kind: 'idle' }
  }

  return { state, redeem, resume, answer, reset }
}

/** What went wrong at this counter is no answer: the county is insisted on. */
function undecided(fault: unknown): null {
  reportError(fault)
  return null
}

/** How it ended without insisting: the county answered in time, or this counter decided; null where it is insisted on. */
async function decideHere(attempt: Attempt, counter: AwayCounter | undefined, isGone: () => boolean): Promise<RedeemState | null> {
  const { ready, askFirst } = counter ? await counter.standsReady(attempt) : { ready: false, askFirst: true }
  // Digits say nothing without the county, so it is insisted on as long as there is a line.
  if (!counter || !ready || (!isPresentation(attempt.code) && connection.value === 'online')) return null
  if (await counter.waitsHere(attempt.code)) {
    // The county would take it a second time, and pay this merchant once.
    await forget('redemptions', attempt.redemption_id)
    return { kind: 'not-away', attempt, reason: 'offline-taken-here', sent: false }
  }
  const asked = askFirst || connection.value === 'online'
  const told = asked ? await settleInTime(attempt) : null
  if (!told || (told.kind === 'no' && NOBODY_THERE.has(told.problem.status))) {
    return isGone() ? null : takeHere(counter, attempt, asked)
  }
  // A county that asks for patience is insisted on as ever.
  return told.kind === 'no' && mayPass(told.problem) ? null : told
}

/** What this counter says by itself. What was never sent, or is in the journal now, is not waited for any more. */
async function takeHere(counter: AwayCounter, attempt: Attempt, sent: boolean): Promise<RedeemState> {
  const outcome = await counter.takeAway(attempt)
  if (!sent || outcome.kind === 'taken') await forget('redemptions', attempt.redemption_id)
  if (outcome.kind === 'taken') return { kind: 'accepted', taken: outcome.taken }
  if (outcome.kind === 'ask') return { ...outcome, attempt, sent, wrong: null }
  return { kind: 'not-away', attempt, reason: outcome.reason, sent }
}

/** What became of an answer: taken, asked anew where the amount is another by now, or no answer to this question. */
async function answeredHere(counter: AwayCounter, asking: AskState, code: string): Promise<RedeemState> {
  const { attempt, challenge, sent } = asking
  const outcome = await counter.takeAway({ ...attempt, code }, challenge)
  if (outcome.kind === 'ask') return { ...outcome, attempt, sent, wrong: null }
  if (outcome.kind === 'refused') {
    const { reason } = outcome
    return NO_ANSWER.has(reason) ? { ...asking, wrong: reason } : { kind: 'not-away', attempt, reason, sent }
  }
  await forget('redemptions', attempt.redemption_id)
  return { kind: 'accepted', taken: outcome.taken }
}

async function settleInTime(attempt: Attempt): Promise<Outcome> {
  const impatience = new AbortController()
  const timer = setTimeout(() => impatience.abort(), ASKED_FOR_MS)
  try {
    return await settle(attempt, impatience.signal)
  } finally {
    clearTimeout(timer)
  }
}

/** Sends it once; a yes or a no is an end of it, also when nobody waits for it any more. */
async function settle(attempt: Attempt, signal?: AbortSignal): Promise<Outcome> {
  const outcome = await send(attempt, signal)
  const isOver = outcome.kind === 'yes' || (outcome.kind === 'no' && !mayPass(outcome.problem))
  if (isOver) await forget('redemptions', attempt.redemption_id)
  return outcome
}

async function send(attempt: Attempt, signal?: AbortSignal): Promise<Outcome> {
  const { redemption_id, code, bill_fen, eligible_fen, merchant_id, assisted, counter_cell } = attempt
  const bill = { redemption_id, code, bill_fen, eligible_fen, lines: [] }
  // A merchant's own session says whose counter it is; a station names it.
  const own = counter_cell ? { ...bill, counter_cell } : bill
  const body = assisted ? { ...bill, ...assisted, merchant_id } : own
  const answer = await ask(api.POST('/api/v1/redemptions', { body, ...(signal ? { signal } : {}) }))
  if (answer.ok) return { kind: 'yes', answer: answer.value }
  return answer.problem.status === 401 ? { kind: 'signed-out' } : { kind: 'no', problem: answer.problem, attempt }
}
