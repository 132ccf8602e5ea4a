/**
 * Copies of what the county keeps, for a day without a network: whole collections come in with the place up to which they
 * reach, both or neither. A copy may be thrown away at any time; the journal may not, and is not touched here.
 */

import { toHex } from '@/kernel/bytes'
import { changeStrictly, openDatabase, type Change, type ReplicaCursor, type ReplicaRow } from './database'
import { digestOf, type Json } from './digest'
import { Locked, open, placeOf, sealRows } from './lock/sealing'
import type { Rows, Word } from './word'

/** What one pull brought: each collection that it names, whole. */
export type Pulled = Pick<Word, 'epoch' | 'cursor' | 'collections'>

/** Up to where the copy of a scope reaches; undefined where there is none. */
export async function cursorOf(scope: string): Promise<ReplicaCursor | undefined> {
  return (await openDatabase()).get('cursors', scope)
}

/** The same as it is written down here: on a device with a passphrase what names people is sealed. */
export async function sealedFor(scope: string, pulled: Pulled): Promise<Pulled> {
  const sealed = await Promise.all(
    [...pulled.collections].map(async ([name, rows]) => [name, await sealRows(scope, name, rows)] as const),
  )
  return { epoch: pulled.epoch, cursor: pulled.cursor, collections: new Map(sealed) }
}

/**
 * Takes in what a pull brought, as part of a transaction. A county of a new epoch begins the copy anew, and so does a word
 * that was asked for without a place: it tells of everything.
 */
export async function takeIn(change: Change<'replica' | 'cursors'>, scope: string, pulled: Pulled, at: number): Promise<void> {
  const [rows, cursors] = [change.objectStore('replica'), change.objectStore('cursors')]
  const before = await cursors.get(scope)
  if (before?.epoch !== pulled.epoch) await rows.delete(wholeScope(scope))
  for (const [collection, told] of pulled.collections) {
    await rows.delete(wholeCollection(scope, collection))
    for (const [id, value] of told) await rows.put({ scope, collection, id, value })
  }
  await cursors.put({ scope, epoch: pulled.epoch, cursor: pulled.cursor, at })
}

export async function look<Value>(scope: string, collection: string, id: string): Promise<Value | undefined> {
  const row = await (await openDatabase()).get('replica', [scope, collection, id])
  return row && ((await opened(row)).value as Value)
}

export async function lookAll<Value>(scope: string, collection: string): Promise<Value[]> {
  return (await rowsOf(scope, collection)).map(({ value }) => value as Value)
}

/**
 * How many rows each of these collections has and one hash over them, to be compared with the county's; none for one
 * that cannot be read. Throws `Locked` where nobody has opened the device.
 */
export async function digestsOf(scope: string, collections: readonly string[]): Promise<Map<string, { count: number; sha256: string }>> {
  const digests = await Promise.all(
    collections.map(async (collection) => {
      try {
        const held: Rows = new Map((await rowsOf(scope, collection)).map(({ id, value }) => [id, value as Json]))
        const { count, sha256 } = await digestOf(held)
        return [[collection, { count, sha256: toHex(sha256) }] as const]
      } catch (fault) {
        if (fault instanceof Locked) throw fault
        // A row that was changed on the disk fits its seal no more.
        return []
      }
    }),
  )
  return new Map(digests.flat())
}

/** The next pull brings all of it again; until it has come the device goes on with what it has. */
export async function askAllAgain(scope: string): Promise<void> {
  await changeStrictly(await openDatabase(), ['cursors'], (change) => change.objectStore('cursors').delete(scope))
}

async function rowsOf(scope: string, collection: string): Promise<ReplicaRow[]> {
  const rows = await (await openDatabase()).getAllFromIndex('replica', 'collection', [scope, collection])
  return Promise.all(rows.map(opened))
}

/** On a device with a passphrase rows that name people lie sealed; throws `Locked` where nobody has opened it. */
async function opened(row: ReplicaRow): Promise<ReplicaRow> {
  return { ...row, value: await open(row.value, placeOf(row.scope, row.collection, row.id)) }
}

/** An array sorts after every text. */
function wholeScope(scope: string): IDBKeyRange {
  return IDBKeyRange.bound([scope], [scope, []])
}

function wholeCollection(scope: string, collection: string): IDBKeyRange {
  return IDBKeyRange.bound([scope, collection], [scope, collection, []])
}
