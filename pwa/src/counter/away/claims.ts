/**
 * What this browser took without the county, as people read it: since when, how much, and what became of it. And the way
 * to take one back, which is an event of its own: nothing that was written is ever changed.
 */

import { countyCode } from '@/county/county'
import { openDatabase, type JournalEntry } from '@/offline/database'
import { allIdentities, currentIdentity } from '@/offline/device_key'
import { settleTime } from '@/offline/device_time'
import { readEvent } from '@/offline/event'
import { readBody, type Told } from '@/offline/event_body'
import { record } from '@/offline/journal'
import { headOf } from '@/offline/outbox'

/** How a claim stands: `waiting` until the county has it, then as the county told. */
export type ClaimState = 'waiting' | 'applied' | 'conflict_paid' | 'conflict_unpaid' | 'noncompliant' | 'held_gap' | 'needs_review'

export interface AwayClaim {
  readonly device: string
  readonly seq: number
  /** Milliseconds since 1970. */
  readonly at: number
  readonly amount_fen: number
  readonly bill_fen: number
  readonly operator: string
  readonly state: ClaimState
  readonly reason: string | null
  /** It was taken back here, whatever the county has heard of that. */
  readonly taken_back: boolean
  /** Whether it can be taken back here: by the device that made it. */
  readonly mine: boolean
}

/** All claims of this browser and how much of its journals the county has not acknowledged. */
export interface AwayBook {
  readonly claims: readonly AwayClaim[]
  /** Events of every kind that are not acknowledged. */
  readonly unsent: number
  readonly unsentFen: number
  /** When the longest waiting of them was written; null where nothing waits. */
  readonly since: number | null
}

const STATES = new Set<string>(['applied', 'conflict_paid', 'conflict_unpaid', 'noncompliant', 'held_gap', 'needs_review'])

/** The newest claim first. */
export async function readBook(): Promise<AwayBook> {
  const [identities, current] = await Promise.all([allIdentities(), currentIdentity()])
  const claims: AwayClaim[] = []
  const open: JournalEntry[] = []
  for (const { device } of identities) {
    const range = IDBKeyRange.bound([device, 0], [device, Number.MAX_SAFE_INTEGER])
    const [entries, { ack_seq }] = await Promise.all([(await openDatabase()).getAll('outbox', range), headOf(device)])
    open.push(...entries.filter(({ seq }) => seq > ack_seq))
    claims.push(...(await claimsOf(entries, ack_seq, device === current?.device)))
  }
  const waiting = claims.filter(({ state, taken_back }) => state === 'waiting' && !taken_back)
  return {
    claims: claims.toSorted((one, other) => other.at - one.at || other.seq - one.seq),
    unsent: open.length,
    unsentFen: waiting.reduce((all, { amount_fen }) => all + amount_fen, 0),
    since: open.length > 0 ? Math.min(...open.map(({ at }) => at)) : null,
  }
}

/** One claim as it stands now; undefined once it is forgotten. */
export async function findClaim(device: string, seq: number): Promise<AwayClaim | undefined> {
  return (await readBook()).claims.find((one) => one.device === device && one.seq === seq)
}

/** `over` where this device did so before, or never took it; `clock` where somebody has to look at its time first. */
export type TakenBack = 'done' | 'over' | 'clock'

/** Takes a claim back, for as long as this device has not done so. */
export async function takeBack({ device, seq }: Pick<AwayClaim, 'device' | 'seq'>, reason: string): Promise<TakenBack> {
  const [county, identity, claim] = await Promise.all([countyCode(), currentIdentity(), findClaim(device, seq)])
  if (!county || !identity || identity.device !== device || !claim || claim.taken_back) return 'over'
  const writer = { county, identity }
  const { at, step } = await settleTime(writer)
  // What is written at such a time makes the device believe it, and nobody would be asked any more.
  if (step === 'forward') return 'clock'
  await record(writer, { kind: 'VOID', body: { seq, reason } }, at)
  return 'done'
}

async function claimsOf(entries: readonly JournalEntry[], ack_seq: number, mine: boolean): Promise<AwayClaim[]> {
  const read = await Promise.all(entries.map(async (entry) => ({ entry, told: await toldBy(entry) })))
  const back = new Set(read.flatMap(({ told }) => (told?.kind === 'VOID' ? [told.body.seq] : [])))
  return read.flatMap(({ entry, told }) => {
    if (told?.kind !== 'REDEEM') return []
    const { device, seq, at, result, reason = null } = entry
    const { amount_fen, bill_fen, operator } = told.body
    const state = result !== null && STATES.has(result) ? (result as ClaimState) : seq > ack_seq ? 'waiting' : 'held_gap'
    return [{ device, seq, at, amount_fen, bill_fen, operator, state, reason, taken_back: back.has(seq), mine }]
  })
}

/** What an entry of a journal says; null where nobody here knows. */
export async function toldBy({ bytes }: JournalEntry): Promise<Told | null> {
  const event = await readEvent(Uint8Array.from(bytes))
  const told = typeof event === 'string' ? event : readBody(event.kind, event.body)
  return typeof told === 'string' ? null : told
}
