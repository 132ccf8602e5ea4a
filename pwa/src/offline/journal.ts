/**
 * What this device accepts is on its disk, signed and in order, before anybody sees "accepted".
 *
 * An event and all that follows from it (used set, counters, limits, the clock's mark) are one strict transaction, and what
 * was decided before is decided again inside it. Any error before its end stores nothing. Signing takes the time of
 * others, so the number and the county's word are drawn first and checked in the transaction, as `append` does.
 * Specification: the offline counter; decision 0069.
 */

import { fromHex, toHex } from '@/kernel/bytes'
import { decideOffline, type Known, type Shown, type Verdict } from './accepting'
import type { ClockReading } from './clock'
import { openDatabase, type Change, type Database, type JournalEntry, type TakenVoucher } from './database'
import { allIdentities, type DeviceIdentity } from './device_key'
import { signEvent, type EventHead } from './event'
import type { Redeem, Told } from './event_body'
import { spentWith } from './limits'
import { append, headOf, type DrawnEvent } from './outbox'
import { isBehind, noteHead } from './sentinel'
import { standingIn, standingOf, type Standing } from './standing'
import { clockMemory, counterName, holderDayName, rememberClock, shiftName } from './tallies'

/** A claim as the counter makes it. */
export interface Claim {
  readonly shown: Shown
  readonly bill_fen: number
  readonly eligible_fen: number
  readonly lines: Redeem['lines']
  readonly operator: string
}

/** What of the facts does not come from this device's own journal. */
export type Circumstances = Pick<Known, 'counter' | 'terms' | 'status' | 'demonstration'>

export type Accepted = { readonly kind: 'taken'; readonly entry: JournalEntry; readonly amount_fen: number }
type Refused = Exclude<Verdict, { readonly kind: 'take' }>
export type Outcome = Accepted | Refused

/** Who writes: a device of a county. */
export interface Writer {
  readonly county: string
  readonly identity: DeviceIdentity
}

type OwnFacts = Pick<Known, 'taken' | 'last_counter' | 'holder_day_fen'>

/** What the transaction found: where the device stands now, and the event's number. */
interface Place {
  readonly standing: Standing
  readonly seq: number
}

/** What an event may change besides the journal itself. */
const BESIDE = ['standings', 'taken', 'tallies'] as const
type Writing = Change<(typeof BESIDE)[number] | 'outbox' | 'heads'>
const MOST_TRIES = 20

/** The county said something while it was signed: it is drawn again under the new word. */
class Moved extends Error {}

/** The verdict inside the transaction is another than before: nothing is stored. */
class Changed extends Error {
  readonly verdict: Refused

  constructor(verdict: Refused) {
    super(verdict.kind)
    this.verdict = verdict
  }
}

type Listener = () => void
const listeners = new Set<Listener>()

/** Tells when something new is to be sent; answers how to stop listening. */
export function whenCommitted(listener: Listener): Listener {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** What would be said of this voucher at this reading of the device's clock; changes nothing. */
export async function look(
  { device }: DeviceIdentity,
  { shown, ...bill }: Pick<Claim, 'shown' | 'bill_fen' | 'eligible_fen'>,
  circumstances: Circumstances,
  { at, step }: ClockReading,
): Promise<Verdict> {
  if (step === 'forward') return { kind: 'refused', reason: 'offline-clock-unsure' }
  if (isBehind(await headOf(device))) return { kind: 'refused', reason: 'offline-journal-lost' }
  const [limits, facts] = await Promise.all([standingOf(device), ownFacts(await openDatabase(), shown, at)])
  return decideOffline(shown, bill, { ...circumstances, ...facts, limits, at })
}

/**
 * Takes a voucher without asking the county. Resolves with `taken` when the event and all that follows from it are on
 * the disk; with any other outcome, and with a rejection, nothing is stored.
 */
export async function accept(
  writer: Writer,
  claim: Claim,
  circumstances: Circumstances,
  reading: ClockReading,
): Promise<Outcome> {
  const verdict = await look(writer.identity, claim, circumstances, reading)
  if (verdict.kind !== 'take') return verdict
  const { amount_fen } = verdict
  const told = redeemOf(claim, amount_fen)
  try {
    const entry = await write(writer, reading.at, told, (change, place) =>
      takeIn(change, place, { claim, circumstances, at: reading.at }),
    )
    return { kind: 'taken', entry, amount_fen }
  } catch (fault) {
    if (fault instanceof Changed) return fault.verdict
    throw fault
  }
}

/** Somebody wrote another shift event since this one was decided: nothing is stored. */
export class ShiftMoved extends Error {}

/**
 * Writes any act that is not a claim; `add` is what the clock is behind by from now on. A `SHIFT` names in `after` the
 * number of the shift event that it follows, so that two tabs never open two shifts.
 */
export async function record(
  writer: Writer,
  told: Exclude<Told, { readonly kind: 'REDEEM' }>,
  at: number,
  { add, after }: { add?: number; after?: number } = {},
): Promise<JournalEntry> {
  return write(writer, at, told, async (change, { seq, standing }) => {
    const tallies = change.objectStore('tallies')
    if (told.kind === 'SHIFT') {
      const name = shiftName(standing.device)
      if (((await tallies.get(name)) ?? 0) !== (after ?? 0)) throw new ShiftMoved()
      await tallies.put(seq, name)
    }
    const memory = await clockMemory(tallies)
    await rememberClock(tallies, { mark: Math.max(memory.mark ?? at, at), add: add ?? memory.add })
  })
}

async function write(
  { county, identity: { device, pair, retired } }: Writer,
  at: number,
  told: Told,
  alongside: (change: Writing, place: Place) => Promise<void>,
): Promise<JournalEntry> {
  if (retired) throw new Error('a device that was enrolled anew acts under its new id')
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    // In this order: whoever changes the epoch changes the standing with it, and that is checked below.
    const standing = await standingOf(device)
    const { epoch } = await headOf(device)
    let seq = 0
    const draw = async (next: number, previous: string): Promise<DrawnEvent> => {
      seq = next
      const head = headFor(standing, { county, epoch, seq, prev: fromHex(previous), at })
      const { data, hash } = await signEvent(head, told, pair.privateKey)
      return { kind: told.kind, at, bytes: data, hash: toHex(hash) }
    }
    try {
      const entry = await append(device, draw, [...BESIDE], async (change) => {
        const now = await standingIn(change.objectStore('standings'), device)
        if (now.word !== standing.word) throw new Moved()
        await alongside(change, { standing: now, seq })
      })
      await tellCommitted(device, entry.seq)
      return entry
    } catch (fault) {
      if (!(fault instanceof Moved)) throw fault
    }
  }
  throw new Error('the county kept changing its word')
}

/** A device's clock is told in whole seconds, and never behind the mark. */
function headFor(
  { device, checkpoint, policy, snapshot }: Standing,
  { county, epoch, seq, prev, at }: { county: string; epoch: number; seq: number; prev: EventHead['prev']; at: number },
): EventHead {
  const mono = Math.floor(performance.now() / 1000)
  const t_dev = Math.floor(at / 1000)
  return { county, device, seq, prev, checkpoint, epoch, policy: policy?.number ?? 0, snapshot, t_dev, mono }
}

async function takeIn(
  change: Writing,
  { standing, seq }: Place,
  { claim, circumstances, at }: { claim: Claim; circumstances: Circumstances; at: number },
): Promise<void> {
  const { shown, bill_fen, eligible_fen } = claim
  const [taken, tallies] = [change.objectStore('taken'), change.objectStore('tallies')]
  const clock = await clockMemory(tallies)
  const latest = Math.max(at, clock.mark ?? at)
  const facts = await ownFactsIn(taken, tallies, shown, at)
  const known = { ...circumstances, ...facts, limits: standing, at: latest }
  // Another tab may have taken it, or used up a limit, since it was decided outside.
  const verdict = decideOffline(shown, { bill_fen, eligible_fen }, known)
  if (verdict.kind !== 'take') throw new Changed(verdict)
  const { amount_fen } = verdict
  const { voucher, campaign, holder, proof } = shown
  await taken.add({ voucher, device: standing.device, seq, campaign, amount_fen })
  if (proof.mode !== 'paper') await tallies.put(proof.counter, counterName(voucher, holder))
  await tallies.put(facts.holder_day_fen + amount_fen, holderDayName(holder, at))
  await change.objectStore('standings').put({ ...standing, spent: spentWith(standing.spent, { campaign, amount_fen }) })
  await rememberClock(tallies, { mark: latest, add: clock.add })
}

async function ownFacts(database: Database, shown: Shown, at: number): Promise<OwnFacts> {
  const reading = database.transaction(['taken', 'tallies'])
  return ownFactsIn(reading.objectStore('taken'), reading.objectStore('tallies'), shown, at)
}

async function ownFactsIn(
  taken: { get: (voucher: string) => Promise<TakenVoucher | undefined> },
  tallies: { get: (name: string) => Promise<number | undefined> },
  { voucher, holder }: Shown,
  at: number,
): Promise<OwnFacts> {
  return {
    taken: (await taken.get(voucher)) !== undefined,
    last_counter: (await tallies.get(counterName(voucher, holder))) ?? null,
    holder_day_fen: (await tallies.get(holderDayName(holder, at))) ?? 0,
  }
}

function redeemOf({ shown, bill_fen, eligible_fen, lines, operator }: Claim, amount_fen: number): Told {
  const { voucher, terms_version, proof } = shown
  const { mode, ...signedProof } = proof
  return {
    kind: 'REDEEM',
    body: { voucher, terms_version, bill_fen, eligible_fen, lines, amount_fen, mode, proof: signedProof, operator },
  }
}

/** It is on the disk: whatever fails from here on must not say that it is not. */
async function tellCommitted(device: string, seq: number): Promise<void> {
  const kept = await allIdentities().catch(() => [])
  noteHead({ device, seq }, kept.map((one) => one.device))
  for (const listener of listeners) listener()
}
