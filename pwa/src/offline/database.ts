/**
 * The one database of this device: its versions, and how it is opened, written strictly and opened again.
 *
 * All four apps of an origin share it, and a tab of an earlier build may still be open beside a newer one. So versions
 * only ever add stores; what an earlier build wrote stays readable.
 */

import {
  openDB,
  type DBSchema,
  type IDBPDatabase,
  type IDBPTransaction,
  type OpenDBCallbacks,
  type StoreNames,
} from 'idb'
import { shallowRef } from 'vue'
import { read, remember } from '@/kernel/remembered'
import type { DeviceIdentity } from './device_key'
import type { Standing } from './standing'

/** One shelf a kind of thing; keys are given from outside. */
const FIRST_SHELVES = ['claims', 'keys', 'counters', 'wallet', 'redemptions', 'drafts'] as const
/** Public lists as they were last seen; may be thrown away. */
const SEEN = 'seen'
export const SHELVES = [...FIRST_SHELVES, SEEN] as const
export type Shelf = (typeof SHELVES)[number]

/** One signed event of this device, never changed once it is written; what the county said of it stands beside it. */
export interface JournalEntry {
  readonly device: string
  readonly seq: number
  /** What kind of act, for the person who looks at what waits. */
  readonly kind: string
  /** When it was accepted here, in milliseconds since 1970 by the county's clock as this device knew it. */
  readonly at: number
  /** The event as it is sent: canonical CBOR and its signature. */
  readonly bytes: Uint8Array
  /** SHA-256 in hexadecimal figures; the next event names it. */
  readonly hash: string
  /** How the county classified it; null until it has. */
  readonly result: string | null
  /** Why it did so, where it gave a reason. */
  readonly reason?: string | null
}

/** Where the journal of one device stands. */
export interface JournalHead {
  readonly device: string
  readonly seq: number
  readonly hash: string
  readonly epoch: number
  /** Up to here the county has everything. */
  readonly ack_seq: number
  /** Up to here also a verified backup has it. */
  readonly durable_seq: number
}

/** A voucher that was taken at this browser, by whichever device it was at the time. */
export interface TakenVoucher {
  readonly voucher: string
  readonly device: string
  /** The number of the event that says so. */
  readonly seq: number
  /** The campaign's number in its county. */
  readonly campaign: number
  readonly amount_fen: number
}

/** A copy of something that the county keeps. */
export interface ReplicaRow {
  readonly scope: string
  readonly collection: string
  readonly id: string
  readonly value: unknown
}

/** How far the copy of one scope reaches, and when it was made. */
export interface ReplicaCursor {
  readonly scope: string
  readonly epoch: number
  readonly cursor: string
  readonly at: number
}

export interface Stores extends DBSchema, Record<Shelf, { key: string; value: unknown }> {
  outbox: { key: [device: string, seq: number]; value: JournalEntry }
  heads: { key: string; value: JournalHead }
  replica: {
    key: [scope: string, collection: string, id: string]
    value: ReplicaRow
    indexes: { collection: [scope: string, collection: string] }
  }
  cursors: { key: string; value: ReplicaCursor }
  identities: { key: string; value: DeviceIdentity }
  standings: { key: string; value: Standing }
  taken: { key: string; value: TakenVoucher; indexes: { place: [device: string, seq: number] } }
  /** Counters by name; `tallies.ts` has the names. */
  tallies: { key: string; value: number }
}

export type Database = IDBPDatabase<Stores>
export type Change<Names extends StoreNames<Stores>> = IDBPTransaction<Stores, Names[], 'readwrite'>

const NAME = 'yizhan'
const VERSION = 4
const SENTINEL = 'yizhan.stored'
/** What a connection answers that was closed or lost. */
const LOST = new Set(['InvalidStateError', 'UnknownError'])

/** Somebody stored here before, and it is all gone: the browser made room for itself. */
export const evicted = shallowRef(false)

let opened: Promise<Database> | null = null

/** Opens it once a page; whoever finds that it went away, or could not be opened, gets another one with the next call. */
export function openDatabase(): Promise<Database> {
  if (opened) return opened
  const opening = openNewest().then((database) => {
    remember(SENTINEL, '1')
    return noticing(database)
  })
  opened = opening
  opening.catch(() => {
    if (opened === opening) forgetOpened()
  })
  return opening
}

/** iOS drops connections of pages that slept, and tells nobody: only the next use fails. */
function noticing(database: Database): Database {
  return new Proxy(database, {
    get(target, name) {
      const part: unknown = Reflect.get(target, name)
      if (typeof part !== 'function') return part
      return (...given: unknown[]) => {
        try {
          const told: unknown = Reflect.apply(part, target, given)
          if (told instanceof Promise) told.catch(forgetIfLost)
          return told
        } catch (fault) {
          forgetIfLost(fault)
          throw fault
        }
      }
    },
  })
}

function forgetIfLost(fault: unknown): void {
  if (fault instanceof DOMException && LOST.has(fault.name)) forgetOpened()
}

async function openNewest(): Promise<Database> {
  const callbacks: OpenDBCallbacks<Stores> = {
    // A newer build wants to open it: this page lets go, and opens again when it next needs to.
    blocking: (_from, _to, event) => {
      forgetOpened()
      ;(event.target as IDBDatabase).close()
    },
    terminated: forgetOpened,
  }
  try {
    return await openDB<Stores>(NAME, VERSION, { ...callbacks, upgrade })
  } catch (fault) {
    // A tab with a newer build was here first. It only added to what this one knows.
    if (fault instanceof DOMException && fault.name === 'VersionError') return openDB<Stores>(NAME, undefined, callbacks)
    throw fault
  }
}

function upgrade(database: Database, from: number): void {
  if (from < 1) {
    evicted.value = read(SENTINEL) !== null
    for (const shelf of FIRST_SHELVES) database.createObjectStore(shelf)
  }
  if (from < 2) layJournal(database)
  if (from < 3) database.createObjectStore(SEEN)
  if (from < 4) layCounter(database)
}

let forgotten = 0

/** How often the database went away under this page. */
export const timesForgotten = (): number => forgotten

/** iOS closes databases of pages that slept. */
export function forgetOpened(): void {
  opened = null
  forgotten += 1
}

/** Everything or nothing, and on the disk when it resolves. Nothing but requests to these stores may be awaited inside. */
export async function changeStrictly<Value, Names extends StoreNames<Stores>>(
  database: Database,
  stores: Names[],
  act: (change: Change<Names>) => Promise<Value>,
): Promise<Value> {
  const change = database.transaction(stores, 'readwrite', { durability: 'strict' })
  try {
    const value = await act(change)
    await change.done
    return value
  } catch (fault) {
    forgetIfLost(fault)
    try {
      change.abort()
    } catch {
      // It is over already.
    }
    await change.done.catch(() => undefined)
    throw fault
  }
}

function layJournal(database: Database): void {
  database.createObjectStore('outbox', { keyPath: ['device', 'seq'] })
  database.createObjectStore('heads', { keyPath: 'device' })
  const replica = database.createObjectStore('replica', { keyPath: ['scope', 'collection', 'id'] })
  replica.createIndex('collection', ['scope', 'collection'])
  database.createObjectStore('cursors', { keyPath: 'scope' })
}

function layCounter(database: Database): void {
  database.createObjectStore('identities', { keyPath: 'device' })
  database.createObjectStore('standings', { keyPath: 'device' })
  database.createObjectStore('taken', { keyPath: 'voucher' }).createIndex('place', ['device', 'seq'])
  database.createObjectStore('tallies')
}
