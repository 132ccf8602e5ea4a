/**
 * May this voucher be taken here and now, without asking the county?
 *
 * Pure once the code is read: the same facts give the same verdict, before anything is signed and again inside the
 * transaction that stores it. What the county would recompute (terms, limits, freshness, counters) is asked here in
 * the order of the offline counter's draft. Amounts in fen, instants in milliseconds unless a token has them in seconds.
 */

import { toHex } from '@/kernel/bytes'
import type { ShownCard } from '@/kernel/card'
import { challengeDigest, type CounterChallenge } from '@/kernel/challenge'
import { DEMONSTRATION, ONLINE_ONLY } from '@/kernel/token'
import type { TrustList } from '@/kernel/trust'
import { verifyPresentation, type PresentationReason, type RecentTokens } from '@/kernel/xv1'
import { decideRedemption, type Bill, type Counter, type Refusal, type Terms } from '@/vouchers/rules'
import type { CardProof, HolderProof } from './event_body'
import { limitRefusal, type LimitRefusal, type Limits } from './limits'

/** What the status list says of a voucher; one that is newer than the list is usable. */
export type ListedStatus = 'usable' | 'used' | 'stopped'

/** The terms of a kind as a device keeps them; found by the campaign's number, their version and the domain. */
export interface OfflineTerms {
  readonly terms: Terms
  readonly use_from: number
  readonly paused: boolean
}

/** A voucher that was shown, whichever way; what was proven about it is proven. */
export interface Shown {
  readonly voucher: string
  readonly campaign: number
  readonly terms_version: number
  readonly domain: number
  readonly face_fen: number
  /** Seconds since 1970; the voucher's own end is never earlier. */
  readonly expires_at: number
  readonly flags: number
  /** Null for a voucher of a card: the county leaves those that are used out of the card's row. */
  readonly status_index: number | null
  /** Seconds since 1970, where the voucher itself begins later than its kind. */
  readonly use_from?: number
  /** The holder's key in hexadecimal figures, or the card's owner: of whom the day's limit speaks. */
  readonly holder: string
  /** What the holder agreed to with the answer to a challenge; null without one. */
  readonly agreed_fen: number | null
  readonly proof: ShownProof
}

export type ShownProof = ({ readonly mode: 'rotating' | 'challenge' } & HolderProof) | ({ readonly mode: 'paper' } & CardProof)

/** What this device knows besides. */
export interface Known {
  readonly at: number
  readonly limits: Limits
  readonly counter: Counter
  readonly terms: OfflineTerms | undefined
  readonly status: ListedStatus
  /** Whether this county only shows how it would be. */
  readonly demonstration: boolean
  /** It was taken here before, by whatever event. */
  readonly taken: boolean
  /** The last counter taken from this holder for this voucher. */
  readonly last_counter: number | null
  readonly holder_day_fen: number
}

export type OfflineRefusal =
  | PresentationReason
  | Refusal
  | LimitRefusal
  | 'offline-online-only'
  | 'offline-demonstration'
  | 'offline-terms-unknown'
  | 'offline-stopped'
  | 'offline-taken-here'
  | 'code-replayed'
  | 'offline-clock-unsure'
  | 'offline-journal-lost'

/** Why a code on a screen does not suffice; the answer to a challenge would. */
export type ChallengeCause = 'code-stale' | 'code-early' | 'offline-amount'

export type Verdict =
  | { readonly kind: 'take'; readonly amount_fen: number }
  /** The holder's phone signs the amount with a fresh number of this counter. */
  | { readonly kind: 'ask'; readonly why: ChallengeCause; readonly amount_fen: number }
  | { readonly kind: 'refused'; readonly reason: OfflineRefusal }

/** What the code on a phone proves, freshness apart, which `decideOffline` asks; or why it proves nothing. */
export async function readShown(
  text: string,
  given: { trust: TrustList; county: string; at: number; asked?: CounterChallenge; recent?: RecentTokens },
): Promise<Shown | PresentationReason> {
  const { trust, county, at, asked, recent } = given
  const challenge = asked && (await challengeDigest(asked))
  const circumstances = { trust, county, at, freshForMs: Infinity }
  const presented = await verifyPresentation(text, {
    ...circumstances,
    ...(challenge ? { challenge } : {}),
    ...(recent ? { recent } : {}),
  })
  if (typeof presented === 'string') return presented
  const { token, tokenHash: token_hash, time, counter, signature } = presented
  const mode = asked ? 'challenge' : 'rotating'
  return {
    voucher: token.voucher,
    campaign: token.campaign,
    terms_version: token.termsVersion,
    domain: token.domain,
    face_fen: token.faceFen,
    expires_at: token.expiresAt,
    flags: token.flags,
    status_index: token.statusIndex,
    holder: toHex(token.holder.compressed),
    agreed_fen: asked?.amountFen ?? null,
    proof: { mode, token_hash, time, counter, signature, nonce: asked?.nonce ?? null },
  }
}

/** The proof of a paper card at its home device, beside which somebody looked at the person. */
export function cardProof({ card, hash }: ShownCard, check: CardProof['check']): ShownProof {
  return { mode: 'paper', card: card.card, card_hash: hash, check }
}

/** The first thing that speaks against it, in the order of the draft, or how much it gives. */
export function decideOffline(shown: Shown, bill: Bill, known: Known): Verdict {
  const { at, limits, holder_day_fen } = known
  const refused = tokenRefusal(shown, known) ?? statusRefusal(known)
  if (refused) return { kind: 'refused', reason: refused }
  const gives = giving(shown, bill, known)
  if ('refused' in gives) return { kind: 'refused', reason: gives.refused }
  const amount_fen = gives.discount_fen
  const { proof, campaign, domain } = shown
  if (isReplayed(proof, known)) return { kind: 'refused', reason: 'code-replayed' }
  const asks = proof.mode === 'paper' ? null : causeToAsk(shown, proof, amount_fen, known)
  // What no challenge would mend is said before one is asked for.
  const limit = limitRefusal(limits, { mode: asks ? 'challenge' : proof.mode, campaign, domain, amount_fen, holder_day_fen }, at)
  if (limit) return { kind: 'refused', reason: limit }
  return asks ? { kind: 'ask', why: asks, amount_fen } : { kind: 'take', amount_fen }
}

function tokenRefusal(shown: Shown, { at, demonstration }: Known): OfflineRefusal | null {
  const { flags, domain, expires_at } = shown
  if (at >= expires_at * 1000) return 'token-expired'
  if (flags & ONLINE_ONLY) return 'offline-online-only'
  if (flags & DEMONSTRATION && !demonstration) return 'offline-demonstration'
  // Tokens of before do not say of which kind the voucher is.
  return domain === 0 ? 'offline-online-only' : null
}

function statusRefusal({ status, taken }: Known): OfflineRefusal | null {
  if (status === 'used') return 'already-used'
  if (status === 'stopped') return 'offline-stopped'
  return taken ? 'offline-taken-here' : null
}

function giving(shown: Shown, bill: Bill, { terms: found, counter, at }: Known): ReturnType<typeof decideRedemption> | { refused: OfflineRefusal } {
  if (found === undefined) return { refused: 'offline-terms-unknown' }
  const { terms, use_from, paused } = found
  const { face_fen, expires_at } = shown
  const begins = Math.max(use_from, (shown.use_from ?? 0) * 1000)
  const facts = { state: 'issued', terms, face_fen, use_from: begins, expires_at: expires_at * 1000, paused } as const
  return decideRedemption(facts, bill, counter, at)
}

function isReplayed(proof: ShownProof, { last_counter }: Known): boolean {
  return proof.mode !== 'paper' && last_counter !== null && proof.counter <= last_counter
}

function causeToAsk(
  { agreed_fen }: Shown,
  proof: HolderProof & { readonly mode: 'rotating' | 'challenge' },
  amount_fen: number,
  { at, limits: { policy } }: Known,
): ChallengeCause | null {
  // The holder agreed to an amount, and the county works the challenge out from the amount that is claimed.
  if (proof.mode === 'challenge') return agreed_fen === amount_fen ? null : 'offline-amount'
  if (policy === null) return null
  // Compared in whole seconds, as the event will say it.
  const ahead_s = proof.time - Math.floor(at / 1000)
  if (ahead_s > policy.skew_s) return 'code-early'
  if (-ahead_s > policy.skew_s) return 'code-stale'
  return amount_fen > policy.scan_fen ? 'offline-amount' : null
}
