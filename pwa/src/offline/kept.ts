/**
 * What this phone must not lose: ids of acts on their way, the holder's key and its counters, the wallet for a day
 * without a network. IndexedDB, written strictly: once `keep` resolves, a power cut does not take it back.
 *
 * Some browsers refuse storage (private windows, full disks). What they refuse lives as long as the page does, and
 * `isKept` says so; the next thing is tried on the disk again.
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

type Doing = 'writing' | 'other'
/** What the disk refused last; one that is full still lets read and throw away. */
let refused: Doing | null = null

/** Whether what is kept survives the page. */
export function isKept(): boolean {
  return refused === null
}

/** What lies on a shelf. */
export interface Lying {
  readonly shelf: Shelf
  readonly key: string
}

/** Puts a value on a shelf; resolves when it is on the disk. What it takes the place of goes with the same stroke. */
export async function keep(shelf: Shelf, key: string, value: unknown, inPlaceOf?: Lying): Promise<void> {
  const written = await asWritten(shelf, key, value)
  if (written === undefined) memory(shelf).set(key, value)
  else {
    await onDisk(
      shelf,
      'writing',
      async (database) => {
        const stores = inPlaceOf ? [shelf, inPlaceOf.shelf] : [shelf]
        await changeStrictly(database, stores, async (change) => {
          await change.objectStore(shelf).put(written, key)
          if (inPlaceOf) await change.objectStore(inPlaceOf.shelf).delete(inPlaceOf.key)
        })
        memory(shelf).delete(key)
      },
      () => void memory(shelf).set(key, value),
    )
  }
  if (inPlaceOf) memory(inPlaceOf.shelf).delete(inPlaceOf.key)
  // Nobody waits for these: what is kept is about to be sent. A list that was only looked at asks nobody for room.
  if (shelf !== 'seen') void askToPersist()
  void countUnsent(shelf)
}

export async function recall<Value>(shelf: Shelf, key: string): Promise<Value | undefined> {
  // What the disk did not take is newer than what lies there.
  if (memory(shelf).has(key)) return memory(shelf).get(key) as Value | undefined
  const value = await onDisk(
    shelf,
    'other',
    (database) => database.get(shelf, key),
    () => undefined,
  )
  return (value === undefined ? value : await asRead(shelf, key, value)) as Value | undefined
}

export async function recallAll<Value>(shelf: Shelf): Promise<Value[]> {
  return (await recallEntries<Value>(shelf)).map(([, value]) => value)
}

/** The same with the keys under which they were put. */
export async function recallEntries<Value>(shelf: Shelf): Promise<[key: string, value: Value][]> {
  const found = await onDisk(
    shelf,
    'other',
    async (database) => {
      const store = database.transaction(shelf).store
      const [keys, values] = await Promise.all([store.getAllKeys(), store.getAll()])
      return keys.map((key, at) => [key, values[at]] as [string, unknown])
    },
    () => [],
  )
  const older = found.filter(([key]) => !memory(shelf).has(key))
  const read = await Promise.all(older.map(async ([key, value]) => [key, await asRead(shelf, key, value)] as [string, unknown]))
  return [...read.filter(([, value]) => value !== undefined), ...memory(shelf).entries()] as [string, Value][]
}

export async function forget(shelf: Shelf, key: string): Promise<void> {
  memory(shelf).delete(key)
  await onDisk(
    shelf,
    'other',
    (database) => changeStrictly(database, [shelf], (change) => change.objectStore(shelf).delete(key)),
    () => undefined,
  )
  void countUnsent(shelf)
}

/** Takes everything from a shelf. */
export async function clear(shelf: Shelf): Promise<void> {
  memory(shelf).clear()
  await onDisk(
    shelf,
    'other',
    (database) => changeStrictly(database, [shelf], (change) => change.objectStore(shelf).clear()),
    () => undefined,
  )
  void countUnsent(shelf)
}

/** Counts again; without a shelf also at the start. */
export async function countUnsent(changed?: Shelf): Promise<void> {
  if (changed && !isAct(changed)) return
  const counts = await Promise.all(
    UNSENT.map(async (shelf) => {
      const keys = await onDisk(shelf, 'other', (database) => database.getAllKeys(shelf), () => [])
      return new Set([...keys, ...memory(shelf).keys()]).size
    }),
  )
  unsent.value = counts.reduce((all, one) => all + one, 0)
}

/** Reads a value and writes what follows from it, so that two tabs never draw from the same one. */
export async function advance(shelf: Shelf, key: string, next: (before: number) => number): Promise<number> {
  // What was drawn while the disk refused was drawn all the same.
  const drawn = (): number => (memory(shelf).get(key) as number | undefined) ?? 0
  return onDisk(
    shelf,
    'writing',
    async (database) => {
      const value = await changeStrictly(database, [shelf], async (change) => {
        const drawnNow = next(Math.max(((await change.objectStore(shelf).get(key)) as number | undefined) ?? 0, drawn()))
        await change.objectStore(shelf).put(drawnNow, key)
        return drawnNow
      })
      memory(shelf).delete(key)
      return value
    },
    () => {
      const value = next(drawn())
      memory(shelf).set(key, value)
      return value
    },
  )
}

async function onDisk<Value>(
  shelf: Shelf,
  doing: Doing,
  act: (database: Database) => Promise<Value>,
  otherwise: () => NoInfer<Value> | undefined,
): Promise<Value> {
  if (PERSONAL.has(shelf) && isMarked()) return otherwise() as Value
  try {
    return await tried(shelf, doing, act)
  } catch {
    // iOS closes databases of pages that slept; opening again mends that. A second failure is a refusal.
    forgetOpened()
  }
  try {
    return await tried(shelf, doing, act)
  } catch {
    // What may be thrown away at any time says nothing of what must not be lost.
    if (shelf !== 'seen') refused = refused === 'writing' ? refused : doing
    return otherwise() as Value
  }
}

async function tried<Value>(shelf: Shelf, doing: Doing, act: (database: Database) => Promise<Value>): Promise<Value> {
  const value = await act(await openDatabase())
  if (shelf !== 'seen' && (doing === 'writing' || refused === 'other')) refused = null
  return value
}

/**
 * An act that has no answer yet may name a person by a document's number. With a passphrase it is written down sealed; in
 * a browser without one it then lives as long as the page, as everything does whose seal is closed.
 */
async function asWritten(shelf: Shelf, key: string, value: unknown): Promise<unknown> {
  if (!isAct(shelf)) return value
  if (!isMarked()) return JSON.stringify(value).includes('proof_number') ? undefined : value
  try {
    const { isOpen, seal } = await import('./lock/sealing')
    return isOpen() ? await seal(value, `${shelf} ${key}`) : undefined
  } catch {
    return undefined
  }
}

/** Nothing where the seal is closed. */
async function asRead(shelf: Shelf, key: string, value: unknown): Promise<unknown> {
  if (!isAct(shelf) || !isMarked()) return value
  const { open } = await import('./lock/sealing')
  return open(value, `${shelf} ${key}`).catch(() => undefined)
}

const isAct = (shelf: Shelf): boolean => UNSENT.some((one) => one === shelf)

function memory(shelf: Shelf): Map<string, unknown> {
  const found = inMemory.get(shelf) ?? new Map<string, unknown>()
  inMemory.set(shelf, found)
  return found
}
