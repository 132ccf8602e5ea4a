/**
 * What a person reads when a counter decides by itself: why it takes nothing, and what became of what it took.
 *
 * The verdict's and the county's own reasons are for programs; many of them mean the same to whoever stands at a counter.
 */

import type { ChallengeCause } from '@/offline/accepting'
import { refusalWords } from '@/offline/texts'
import type { AwayClaim } from './claims'
import type { AwayRefusal } from './taking'
import { ta } from './texts'

/** What happened, and what can be done about it. */
export interface Words {
  readonly what: string
  readonly todo: string
}

/** What only this counter knows. */
const OWN = {
  'offline-digits': 'why.digits',
  'offline-not-stored': 'why.stored',
  'offline-not-briefed': 'why.briefed',
  'offline-other-shop': 'why.shop',
} as const

/** Reasons that the customer's phone mends by drawing the code again. */
const REDRAWN = new Set<string>(['code-stale', 'code-early', 'code-replayed', 'code-unreadable', 'code-malformed', 'offline-digits'])
/** What the county found, in groups that a person can tell apart; whatever is not here is told as `rules`. */
const FOUND: Readonly<Record<string, 'expired' | 'used' | 'limits' | 'bill' | 'device'>> = {
  'token-expired': 'expired',
  'token-not-yet-valid': 'expired',
  'already-used': 'used',
  'voucher-unusable': 'used',
  'voucher-twice': 'used',
  'counter-replayed': 'used',
  'over-scan-limit': 'limits',
  'over-holder-day': 'limits',
  'over-cap': 'limits',
  'over-count': 'limits',
  'over-allowance': 'limits',
  'beyond-allowance': 'limits',
  'offline-too-long': 'limits',
  'snapshot-too-old': 'limits',
  'terms-not-met': 'bill',
  'amount-differs': 'bill',
  'eligible-beyond-bill': 'bill',
  'device-not-active': 'device',
  'certificate-expired': 'device',
}

/** Why nothing was taken. */
export function wordsOf(reason: AwayRefusal): string {
  return isOwn(reason) ? ta(OWN[reason]) : refusalWords(reason)
}

function isOwn(reason: AwayRefusal): reason is keyof typeof OWN {
  return Object.hasOwn(OWN, reason)
}

export function canRedraw(reason: AwayRefusal | ChallengeCause): boolean {
  return REDRAWN.has(reason)
}

/** Another bill may get another answer. */
export function isOfTheBill(reason: AwayRefusal): boolean {
  return reason === 'bill-too-small' || reason === 'no-discount'
}

/** The state of a claim in a word. */
export function stateWord({ state, taken_back }: Pick<AwayClaim, 'state' | 'taken_back'>): string {
  return ta(taken_back ? 'state.back' : `state.${state}`)
}

/** What became of a claim, and what to do. */
export function claimWords({ state, reason, taken_back }: Pick<AwayClaim, 'state' | 'reason' | 'taken_back'>): Words {
  if (taken_back) return { what: ta('became.back'), todo: '' }
  if (state !== 'noncompliant') return { what: ta(`became.${state}`), todo: state === 'needs_review' ? ta('became.review.todo') : '' }
  return { what: ta(`found.${FOUND[reason ?? ''] ?? 'rules'}`), todo: ta('found.todo') }
}
