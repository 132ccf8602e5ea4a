/**
 * What this phone must not lose: ids of acts on their way, the holder's key and its counters, the wallet for a day
 * without a network. IndexedDB, written strictly: once `keep` resolves, a power cut does not take it back.
 *
 * Some browsers refuse storage (private windows, full disks). Everything then lives as long as the page does, and
 * `isKept` says so.
 */

import { openDB, type IDBPDatabase } from 'idb'

/** One shelf a kind of thing; keys are given from outside. */
export const SHELVES = ['claims', 'keys', 'counters', 'wallet', 'redemptions', 'drafts'] as const
export type Shelf = (typeof SHELVES)[number]

const NAME = 'yizhan'
const VERSION = 1

const inMemory = new Map<Shelf, Map<string, unknown>>()
let opened: Promise<IDBPDatabase> | null = null
let refused = false

/** Whether what is kept survives the page. */
export function isKept(): boolean {
  return !refused
}

/** Puts a value on a shelf; resolves when it is on the disk. */
export async function keep(shelf: Shelf, key: string, value: unknown): Promise<void> {
  await onDisk(
    async (database) => {
      const change = database.transaction(shelf, 'readwrite', { durability: 'strict' })
      await Promise.all([change.store.put(value, key), change.done])
    },
    () => void memory(shelf).set(key, value),
  )
}

export async function recall<Value>(shelf: Shelf, key: string): Promise<Value | undefined> {
  return onDisk(
    async (database) => (await database.get(shelf, key)) as Value | undefined,
    () => memory(shelf).get(key) as Value | undefined,
  )
}

export async function recallAll<Value>(shelf: Shelf): Promise<Value[]> {
  return onDisk(
    async (database) => (await database.getAll(shelf)) as Value[],
    () => [...memory(shelf).values()] as Value[],
  )
}

export async function forget(shelf: Shelf, key: string): Promise<void> {
  await onDisk(
    async (database) => {
      const change = database.transaction(shelf, 'readwrite', { durability: 'strict' })
      await Promise.all([change.store.delete(key), change.done])
    },
    () => void memory(shelf).delete(key),
  )
}

/** Reads a value and writes what follows from it, so that two tabs never draw from the same one. */
export async function advance(shelf: Shelf, key: string, next: (before: number) => number): Promise<number> {
  return onDisk(
    async (database) => {
      const change = database.transaction(shelf, 'readwrite', { durability: 'strict' })
      const value = next(((await change.store.get(key)) as number | undefined) ?? 0)
      await Promise.all([change.store.put(value, key), change.done])
      return value
    },
    () => {
      const value = next((memory(shelf).get(key) as number | undefined) ?? 0)
      memory(shelf).set(key, value)
      return value
    },
  )
}

async function onDisk<Value>(act: (database: IDBPDatabase) => Promise<Value>, otherwise: () => Value): Promise<Value> {
  if (refused) return otherwise()
  try {
    return await act(await open())
  } catch {
    // iOS closes databases of pages that slept; opening again mends that. A second failure is a refusal.
    opened = null
  }
  try {
    return await act(await open())
  } catch {
    refused = true
    return otherwise()
  }
}

function open(): Promise<IDBPDatabase> {
  opened ??= openDB(NAME, VERSION, {
    upgrade(database) {
      for (const shelf of SHELVES) {
        if (!database.objectStoreNames.contains(shelf)) database.createObjectStore(shelf)
      }
    },
    terminated: () => (opened = null),
  })
  return opened
}

function memory(shelf: Shelf): Map<string, unknown> {
  const found = inMemory.get(shelf) ?? new Map<string, unknown>()
  inMemory.set(shelf, found)
  return found
}
