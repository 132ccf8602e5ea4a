/**
 * The journal of what this device accepted, in order, until the county has it and a backup has it too.
 *
 * Only what the offline protocol asks of the device's storage is here: append in one strict transaction together with
 * whatever else the act changes, never change or renumber, send again what the county lost, forget late. What an event
 * says and who signs it is the caller's.
 */

import type { StoreNames } from 'idb'
import { toHex } from '@/kernel/bytes'
import {
  changeStrictly,
  openDatabase,
  type Change,
  type JournalEntry,
  type JournalHead,
  type Stores,
} from './database'
import { BEGINNING } from './event'

/** What a caller gives for the number and the hash it was drawn for. */
export type DrawnEvent = Pick<JournalEntry, 'kind' | 'at' | 'bytes' | 'hash'>

/** What the county answers to a push. */
export interface Acknowledged {
  readonly epoch: number
  readonly ack_seq: number
  readonly durable_seq: number
  /** In the order of their numbers. */
  readonly results: readonly { readonly seq: number; readonly code: string; readonly reason?: string | null }[]
}

const KEPT_MS = 30 * 24 * 3600 * 1000
const MOST_TRIES = 20
/** Somebody has to look at these; they are never forgotten by themselves. */
const UNSETTLED = new Set(['held_gap', 'needs_review'])
/** It tells only that the county has the event already: what was told of it before stands. */
const KNOWN_ALREADY = 'duplicate'

/** Where the journal of a device stands; a new one begins before its first event. */
export async function headOf(device: string): Promise<JournalHead> {
  return (await (await openDatabase()).get('heads', device)) ?? beginning(device)
}

/**
 * Accepts one event. `draw` makes and signs it for the next number; `alongside` writes what else the act changes into
 * the same transaction. Resolves when all of it is on the disk; if it rejects, nothing of it is stored.
 */
export async function append<Names extends Exclude<StoreNames<Stores>, 'outbox' | 'heads'> = never>(
  device: string,
  draw: (seq: number, previous: string) => Promise<DrawnEvent>,
  also: Names[] = [],
  alongside: (change: Change<Names | 'outbox' | 'heads'>) => Promise<unknown> = async () => undefined,
): Promise<JournalEntry> {
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const before = await headOf(device)
    const seq = before.seq + 1
    // Signing takes the time of others, and a transaction does not wait: the number is drawn first and checked after.
    const entry: JournalEntry = { ...(await draw(seq, before.hash)), device, seq, result: null }
    const stored = await store(entry, before, also, alongside)
    if (stored) return entry
  }
  throw new Error('another tab kept taking the next number')
}

async function store<Names extends Exclude<StoreNames<Stores>, 'outbox' | 'heads'>>(
  entry: JournalEntry,
  before: JournalHead,
  also: Names[],
  alongside: (change: Change<Names | 'outbox' | 'heads'>) => Promise<unknown>,
): Promise<boolean> {
  const stores = ['outbox', 'heads', ...also] as (Names | 'outbox' | 'heads')[]
  return changeStrictly(await openDatabase(), stores, async (change) => {
    const own = change as unknown as Change<'outbox' | 'heads'>
    const now = (await own.objectStore('heads').get(entry.device)) ?? beginning(entry.device)
    if (now.seq !== before.seq || now.hash !== before.hash) return false
    await own.objectStore('outbox').add(entry)
    await own.objectStore('heads').put({ ...now, seq: entry.seq, hash: entry.hash })
    await alongside(change)
    return true
  })
}

/** What the county has not acknowledged, in order, or all from the number it asks for; at most so many at once. */
export async function unacknowledged(device: string, most = 200, from = Infinity): Promise<JournalEntry[]> {
  const { ack_seq } = await headOf(device)
  return (await openDatabase()).getAll('outbox', after(device, Math.min(ack_seq, from - 1)), most)
}

/** How many events of this device the county has not acknowledged. */
export async function countUnacknowledged(device: string): Promise<number> {
  const { ack_seq } = await headOf(device)
  return (await openDatabase()).count('outbox', after(device, ack_seq))
}

/** What the county classified as somebody's to look at. */
export async function toReview(device: string): Promise<JournalEntry[]> {
  const all = await (await openDatabase()).getAll('outbox', after(device, 0))
  return all.filter(({ result }) => result === 'needs_review')
}

/**
 * Takes the county's answer. Numbers only grow within an epoch; a new epoch, or an acknowledgement behind our own,
 * means that the county was restored from a backup: what it lost is then sent again. `alongside` writes what else the
 * answer changes into the same transaction.
 */
export async function acknowledge<Names extends Exclude<StoreNames<Stores>, 'outbox' | 'heads'> = never>(
  device: string,
  told: Acknowledged,
  also: Names[] = [],
  alongside: (change: Change<Names | 'outbox' | 'heads'>) => Promise<unknown> = async () => undefined,
): Promise<JournalHead> {
  const stores = ['outbox', 'heads', ...also] as (Names | 'outbox' | 'heads')[]
  return changeStrictly(await openDatabase(), stores, async (change) => {
    const own = change as unknown as Change<'outbox' | 'heads'>
    const head = (await own.objectStore('heads').get(device)) ?? beginning(device)
    await classify(own, device, told.results)
    const restored = told.epoch > head.epoch || told.ack_seq < head.ack_seq
    const ack_seq = Math.min(told.ack_seq, head.seq)
    const durable = Math.min(told.durable_seq, ack_seq)
    const durable_seq = restored ? durable : Math.max(head.durable_seq, durable)
    const next = { ...head, epoch: Math.max(head.epoch, told.epoch), ack_seq, durable_seq }
    await own.objectStore('heads').put(next)
    await alongside(change)
    return next
  })
}

async function classify(change: Change<'outbox' | 'heads'>, device: string, results: Acknowledged['results']): Promise<void> {
  const [first, last] = [results[0], results.at(-1)]
  if (!first || !last) return
  const outbox = change.objectStore('outbox')
  const told = new Map(results.map((result) => [result.seq, result]))
  const entries = await outbox.getAll(IDBKeyRange.bound([device, first.seq], [device, last.seq]))
  const writing = entries.map(async (entry) => {
    const result = told.get(entry.seq)
    if (!result || (result.code === KNOWN_ALREADY && isFinal(entry.result))) return
    await outbox.put({ ...entry, result: result.code, reason: result.reason ?? null })
  })
  await Promise.all(writing)
}

/** Forgets what is in a backup, settled and thirty days old, and nothing else; answers how many. */
export async function forgetSettled(device: string, now: number): Promise<number> {
  return changeStrictly(await openDatabase(), ['outbox', 'heads'], async (change) => {
    const head = (await change.objectStore('heads').get(device)) ?? beginning(device)
    const safe = await change.objectStore('outbox').getAll(IDBKeyRange.bound([device, 0], [device, head.durable_seq]))
    const old = safe.filter(({ result, at }) => result !== null && !UNSETTLED.has(result) && now - at >= KEPT_MS)
    for (const { seq } of old) await change.objectStore('outbox').delete([device, seq])
    return old.length
  })
}

function isFinal(result: string | null): boolean {
  return result !== null && result !== 'held_gap'
}

function after(device: string, seq: number): IDBKeyRange {
  return IDBKeyRange.bound([device, seq], [device, Number.MAX_SAFE_INTEGER], true)
}

function beginning(device: string): JournalHead {
  return { device, seq: 0, hash: toHex(BEGINNING), epoch: 0, ack_seq: 0, durable_seq: 0 }
}
