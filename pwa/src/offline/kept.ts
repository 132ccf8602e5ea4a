/**
 * What this phone must not lose: ids of acts on their way, the holder's key and its counters, the wallet for a day
 * without a network. IndexedDB, written strictly: once `keep` resolves, a power cut does not take it back.
 *
 * Some browsers refuse storage (private windows, full disks). Everything then lives as long as the page does, and
 * `isKept` says so.
 */

import { shallowRef } from 'vue'
import { changeStrictly, forgetOpened, openDatabase, type Database, type Shelf } from './database'
import { isMarked } from './lock/mark'
import { askToPersist } from './persistence'

export type { Shelf } from './database'

/** What was pressed here and may not have reached the county yet. */
const UNSENT = ['claims', 'redemptions'] as const

/** How many such things are on this device; everybody who uses it sees that something waits. */
export const unsent = shallowRef(0)

/** On a device with a passphrase these live as long as the page: forms name people, and a wallet is somebody's. */
const PERSONAL = new Set<Shelf>(['drafts', 'wallet'])
const inMemory = new Map<Shelf, Map<string, unknown>>()
let refused = false

/** Whether what is kept survives the page. */
export function isKept(): boolean {
  return !refused
}

/** Puts a value on a shelf; resolves when it is on the disk. */
export async function keep(shelf: Shelf, key: string, value: unknown): Promise<void> {
  await onDisk(
    shelf,
    (database) => changeStrictly(database, [shelf], (change) => change.objectStore(shelf).put(value, key)),
    () => void memory(shelf).set(key, value),
  )
  // Nobody waits for these: what is kept is about to be sent. A list that was only looked at asks nobody for room.
  if (shelf !== 'seen') void askToPersist()
  void countUnsent(shelf)
}

export async function recall<Value>(shelf: Shelf, key: string): Promise<Value | undefined> {
  return onDisk(
    shelf,
    async (database) => (await database.get(shelf, key)) as Value | undefined,
    () => memory(shelf).get(key) as Value | undefined,
  )
}

export async function recallAll<Value>(shelf: Shelf): Promise<Value[]> {
  return onDisk(
    shelf,
    async (database) => (await database.getAll(shelf)) as Value[],
    () => [...memory(shelf).values()] as Value[],
  )
}

/** The same with the keys under which they were put. */
export async function recallEntries<Value>(shelf: Shelf): Promise<[key: string, value: Value][]> {
  return onDisk(
    shelf,
    async (database) => {
      const store = database.transaction(shelf).store
      const [keys, values] = await Promise.all([store.getAllKeys(), store.getAll()])
      return keys.map((key, at) => [key, values[at] as Value])
    },
    () => [...memory(shelf).entries()] as [string, Value][],
  )
}

export async function forget(shelf: Shelf, key: string): Promise<void> {
  await onDisk(
    shelf,
    (database) => changeStrictly(database, [shelf], (change) => change.objectStore(shelf).delete(key)),
    () => void memory(shelf).delete(key),
  )
  void countUnsent(shelf)
}

/** Takes everything from a shelf. */
export async function clear(shelf: Shelf): Promise<void> {
  await onDisk(
    shelf,
    (database) => changeStrictly(database, [shelf], (change) => change.objectStore(shelf).clear()),
    () => memory(shelf).clear(),
  )
  void countUnsent(shelf)
}

/** Counts again; without a shelf also at the start. */
export async function countUnsent(changed?: Shelf): Promise<void> {
  if (changed && !UNSENT.some((shelf) => shelf === changed)) return
  const counts = await Promise.all(
    UNSENT.map((shelf) => onDisk(shelf, (database) => database.count(shelf), () => memory(shelf).size)),
  )
  unsent.value = counts.reduce((all, one) => all + one, 0)
}

/** Reads a value and writes what follows from it, so that two tabs never draw from the same one. */
export async function advance(shelf: Shelf, key: string, next: (before: number) => number): Promise<number> {
  return onDisk(
    shelf,
    (database) =>
      changeStrictly(database, [shelf], async (change) => {
        const value = next(((await change.objectStore(shelf).get(key)) as number | undefined) ?? 0)
        await change.objectStore(shelf).put(value, key)
        return value
      }),
    () => {
      const value = next((memory(shelf).get(key) as number | undefined) ?? 0)
      memory(shelf).set(key, value)
      return value
    },
  )
}

async function onDisk<Value>(
  shelf: Shelf,
  act: (database: Database) => Promise<Value>,
  otherwise: () => NoInfer<Value> | undefined,
): Promise<Value> {
  if (refused || (PERSONAL.has(shelf) && isMarked())) return otherwise() as Value
  try {
    return await act(await openDatabase())
  } catch {
    // iOS closes databases of pages that slept; opening again mends that. A second failure is a refusal.
    forgetOpened()
  }
  try {
    return await act(await openDatabase())
  } catch {
    refused = true
    return otherwise() as Value
  }
}

function memory(shelf: Shelf): Map<string, unknown> {
  const found = inMemory.get(shelf) ?? new Map<string, unknown>()
  inMemory.set(shelf, found)
  return found
}
