/**
 * Copies of what the county keeps, for a day without a network: changes come in with the place up to which they reach,
 * both or neither. A copy may be thrown away at any time; the journal may not, and is not touched here.
 */

import { sha256, toHex } from '@/kernel/bytes'
import { changeStrictly, openDatabase, type ReplicaCursor, type ReplicaRow } from './database'

/** One change as the county tells it; null means that it is gone. */
export interface ReplicaChange {
  readonly collection: string
  readonly id: string
  readonly rev: number
  readonly value: unknown
}

/** What one pull brought. */
export interface Pulled {
  readonly epoch: number
  readonly cursor: string
  readonly changes: readonly ReplicaChange[]
}

/** Up to where the copy of a scope reaches; undefined where there is none. */
export async function cursorOf(scope: string): Promise<ReplicaCursor | undefined> {
  return (await openDatabase()).get('cursors', scope)
}

/** Takes in what a pull brought. A county of a new epoch begins the copy anew, and an older change never covers a newer. */
export async function takeIn(scope: string, pulled: Pulled, at: number): Promise<void> {
  await changeStrictly(await openDatabase(), ['replica', 'cursors'], async (change) => {
    const [rows, cursors] = [change.objectStore('replica'), change.objectStore('cursors')]
    const before = await cursors.get(scope)
    if (before && before.epoch !== pulled.epoch) await rows.delete(wholeScope(scope))
    for (const { collection, id, rev, value } of pulled.changes) {
      const held = await rows.get([scope, collection, id])
      if (held && held.rev >= rev) continue
      // What is gone leaves its revision, so that an older change does not bring it back.
      await rows.put({ scope, collection, id, rev, value })
    }
    await cursors.put({ scope, epoch: pulled.epoch, cursor: pulled.cursor, at })
  })
}

export async function look<Value>(scope: string, collection: string, id: string): Promise<Value | undefined> {
  const row = await (await openDatabase()).get('replica', [scope, collection, id])
  return row && row.value !== null ? (row.value as Value) : undefined
}

export async function lookAll<Value>(scope: string, collection: string): Promise<Value[]> {
  return (await rowsOf(scope, collection)).map(({ value }) => value as Value)
}

/** How many there are and one hash over which they are, to be compared with the county's. */
export async function digestOf(scope: string, collection: string): Promise<{ count: number; hash: string }> {
  const rows = await rowsOf(scope, collection)
  const lines = rows.map(({ id, rev }) => `${id} ${rev}\n`).join('')
  return { count: rows.length, hash: toHex(await sha256(new TextEncoder().encode(lines))) }
}

/** Throws the copy of a scope away. */
export async function wipe(scope: string): Promise<void> {
  await changeStrictly(await openDatabase(), ['replica', 'cursors'], async (change) => {
    await change.objectStore('replica').delete(wholeScope(scope))
    await change.objectStore('cursors').delete(scope)
  })
}

async function rowsOf(scope: string, collection: string): Promise<ReplicaRow[]> {
  const rows = await (await openDatabase()).getAllFromIndex('replica', 'collection', [scope, collection])
  return rows.filter(({ value }) => value !== null)
}

/** An array sorts after every text. */
function wholeScope(scope: string): IDBKeyRange {
  return IDBKeyRange.bound([scope], [scope, []])
}
