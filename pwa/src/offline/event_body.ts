/**
 * What does an event of this device say happened? The bodies of the five kinds, and what is none.
 *
 * Only the form is settled here; whether a claim was right is compliance. Names are those of the wire. Twin of
 * `backend/sync/body_rules.py`; `fixtures/protocols/event/SPEC.md`, V12 to V16.
 */

import { fromHex, toHex, type Bytes } from '@/kernel/bytes'
import type { CborValue } from '@/kernel/cbor'
import { isBytes } from '@/kernel/code_text'
import { SIGNATURE_BYTES } from '@/kernel/keys'
import { uuidOf } from '@/kernel/token'
import { isInstant, isUint } from '@/kernel/trust'

export type Mode = 'online' | 'rotating' | 'challenge' | 'paper'

/** The county's own redemption that this event tells of. */
export interface OnlineProof {
  readonly redemption: string
}
/** What the holder signed; a nonce only with a challenge. */
export interface HolderProof {
  readonly token_hash: Bytes
  readonly time: number
  readonly counter: number
  readonly signature: Bytes
  readonly nonce: Bytes | null
}
/** The paper card that was shown and what was looked at beside it. */
export interface CardProof {
  readonly card: string
  readonly card_hash: Bytes
  readonly check: 'photo' | 'digits'
}
export interface Redeem {
  readonly voucher: string
  readonly terms_version: number
  readonly bill_fen: number
  readonly eligible_fen: number
  readonly lines: readonly { readonly code: string; readonly fen: number }[] | null
  readonly amount_fen: number
  readonly mode: Mode
  readonly proof: OnlineProof | HolderProof | CardProof
  readonly operator: string
}
export interface Void {
  readonly seq: number
  readonly reason: string
}
/** Seconds since 1970: what the clock should have shown, what it shows, the latest instant ever seen. */
export interface ClockJump {
  readonly was: number
  readonly shows: number
  readonly mark: number
}
export interface Shift {
  readonly act: 'open' | 'close'
  readonly shift: string
  readonly operator: string
  /** The cash that was counted. */
  readonly cash_fen: number
  /** Why it differs from what should be there; only at the end. */
  readonly reason: string | null
}
export interface Cmd {
  readonly cmd_id: string
  readonly type: string
  readonly args: Bytes
  readonly deps: readonly string[]
  readonly base_rev: number | null
}

/** A kind with its body. */
export type Told =
  | { readonly kind: 'REDEEM'; readonly body: Redeem }
  | { readonly kind: 'VOID'; readonly body: Void }
  | { readonly kind: 'CLOCK'; readonly body: ClockJump }
  | { readonly kind: 'SHIFT'; readonly body: Shift }
  | { readonly kind: 'CMD'; readonly body: Cmd }

const LONGEST_ARGS = 65_535
const LONGEST_REASON = 1000
const LONGEST_CODE = 64
const MOST_LINES = 100
const MOST_DEPS = 16
const TYPE = /^[a-z][a-z0-9_.-]{0,63}$/

const READERS = {
  REDEEM: redeemOf,
  VOID: voidOf,
  CLOCK: clockOf,
  SHIFT: shiftOf,
  CMD: cmdOf,
} as const satisfies Record<Told['kind'], (items: readonly CborValue[]) => Told['body'] | null>

/** What an event of this kind says, or why that is not known here. */
export function readBody(kind: string, value: CborValue): Told | 'event-kind-unknown' | 'event-body-malformed' {
  if (!Object.hasOwn(READERS, kind)) return 'event-kind-unknown'
  const body = Array.isArray(value) ? READERS[kind as Told['kind']](value) : null
  return body === null ? 'event-body-malformed' : ({ kind, body } as Told)
}

/** The items of a body. Throws for a body that nobody would read. */
export function writeBody(told: Told): CborValue[] {
  const items = itemsOf(told)
  if (typeof readBody(told.kind, items) === 'string') throw new Error(`nobody would read this ${told.kind}`)
  return items
}

function itemsOf({ kind, body }: Told): CborValue[] {
  switch (kind) {
    case 'REDEEM': {
      const lines = body.lines?.map(({ code, fen }) => [code, fen]) ?? null
      const { terms_version, bill_fen, eligible_fen, amount_fen, mode } = body
      const before = [idBytes(body.voucher), terms_version, bill_fen, eligible_fen, lines]
      return [...before, amount_fen, mode, proofItems(body.proof), idBytes(body.operator)]
    }
    case 'VOID':
      return [body.seq, body.reason]
    case 'CLOCK':
      return [body.was, body.shows, body.mark]
    case 'SHIFT':
      return [body.act, idBytes(body.shift), idBytes(body.operator), body.cash_fen, body.reason]
    case 'CMD':
      return [idBytes(body.cmd_id), body.type, body.args, body.deps.map(idBytes), body.base_rev]
  }
}

function redeemOf(items: readonly CborValue[]): Redeem | null {
  const [voucher, terms, bill, eligible, listed, amount, mode, proven, operator] = items
  if (items.length !== 9 || !isBytes(voucher, 16) || !isBytes(operator, 16)) return null
  if (!isUint(terms) || !isUint(bill) || !isUint(eligible) || !isUint(amount)) return null
  const lines = linesOf(listed)
  const proof = proofOf(mode, proven)
  if (lines === undefined || proof === null) return null
  return {
    voucher: uuidOf(voucher),
    terms_version: terms,
    bill_fen: bill,
    eligible_fen: eligible,
    lines,
    amount_fen: amount,
    mode: mode as Mode,
    proof,
    operator: uuidOf(operator),
  }
}

function linesOf(value: CborValue | undefined): Redeem['lines'] | undefined {
  if (value === null) return null
  if (!Array.isArray(value) || value.length === 0 || value.length > MOST_LINES) return undefined
  const lines: { code: string; fen: number }[] = []
  for (const line of value) {
    if (!Array.isArray(line) || line.length !== 2) return undefined
    const [code, fen] = line
    if (!isText(code, LONGEST_CODE) || !isUint(fen)) return undefined
    lines.push({ code, fen })
  }
  return lines
}

function proofOf(mode: CborValue | undefined, items: CborValue | undefined): Redeem['proof'] | null {
  if (!Array.isArray(items)) return null
  const [first, second, third, , nonce] = items
  if (mode === 'online') return items.length === 1 && isBytes(first, 16) ? { redemption: uuidOf(first) } : null
  if (mode === 'rotating') return items.length === 4 ? holderProof(items, null) : null
  if (mode === 'challenge') return items.length === 5 && isBytes(nonce, 16) ? holderProof(items, nonce) : null
  if (mode !== 'paper' || items.length !== 3 || !isBytes(first, 16) || !isBytes(second, 32)) return null
  return third === 'photo' || third === 'digits' ? { card: uuidOf(first), card_hash: second, check: third } : null
}

function holderProof([token, time, counter, signature]: readonly CborValue[], nonce: Bytes | null): HolderProof | null {
  if (!isBytes(token, 32) || !isInstant(time) || !isUint(counter) || !isBytes(signature, SIGNATURE_BYTES)) return null
  return { token_hash: token, time, counter, signature, nonce }
}

function proofItems(proof: Redeem['proof']): CborValue[] {
  if ('redemption' in proof) return [idBytes(proof.redemption)]
  if ('card' in proof) return [idBytes(proof.card), proof.card_hash, proof.check]
  const items = [proof.token_hash, proof.time, proof.counter, proof.signature]
  return proof.nonce === null ? items : [...items, proof.nonce]
}

function voidOf(items: readonly CborValue[]): Void | null {
  const [seq, reason] = items
  return items.length === 2 && isUint(seq) && seq > 0 && isText(reason, LONGEST_REASON) ? { seq, reason } : null
}

function clockOf(items: readonly CborValue[]): ClockJump | null {
  const [was, shows, mark] = items
  return items.length === 3 && isInstant(was) && isInstant(shows) && isInstant(mark) ? { was, shows, mark } : null
}

function shiftOf(items: readonly CborValue[]): Shift | null {
  const [act, shift, operator, cash_fen, reason] = items
  if (items.length !== 5 || (act !== 'open' && act !== 'close')) return null
  if (!isBytes(shift, 16) || !isBytes(operator, 16) || !isUint(cash_fen)) return null
  if (reason !== null && (act === 'open' || !isText(reason, LONGEST_REASON))) return null
  return { act, shift: uuidOf(shift), operator: uuidOf(operator), cash_fen, reason }
}

function cmdOf(items: readonly CborValue[]): Cmd | null {
  const [id, type, args, listed, rev] = items
  if (items.length !== 5 || !isBytes(id, 16) || typeof type !== 'string' || !TYPE.test(type)) return null
  if (!(args instanceof Uint8Array) || args.length > LONGEST_ARGS || (rev !== null && !isUint(rev))) return null
  if (!Array.isArray(listed) || listed.length > MOST_DEPS) return null
  const deps = listed.filter((dep): dep is Bytes => isBytes(dep, 16))
  if (deps.length !== listed.length || new Set(deps.map(toHex)).size !== deps.length) return null
  return { cmd_id: uuidOf(id), type, args, deps: deps.map(uuidOf), base_rev: rev }
}

/** A text of 1 to so many bytes of UTF-8. */
function isText(value: CborValue | undefined, longest: number): value is string {
  if (typeof value !== 'string') return false
  const { length } = new TextEncoder().encode(value)
  return length > 0 && length <= longest
}

function idBytes(id: string): Bytes {
  return fromHex(id.replaceAll('-', ''))
}
