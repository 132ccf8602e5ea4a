/**
 * Is what this device keeps of a collection the same as what the county has?
 *
 * One hash over all rows in the order of their keys, each hashed as the deterministic CBOR of its JSON form.
 * Twin of `backend/sync/digest_rules.py`.
 */

import { compare, joined, sha256, type Bytes } from '@/kernel/bytes'
import { encodeCbor, type CborValue } from '@/kernel/cbor'

/** A row as it came over the wire; numbers are whole. */
export type Json = string | number | boolean | null | Json[] | { readonly [name: string]: Json }

export interface Digest {
  readonly count: number
  readonly sha256: Bytes
}

/** The digest of rows by key. Throws for a number that is not whole. */
export async function digestOf(rows: ReadonlyMap<string, Json>): Promise<Digest> {
  const encoder = new TextEncoder()
  const ordered = [...rows].sort(([one], [other]) =>
    compare(Uint8Array.from(encoder.encode(one)), Uint8Array.from(encoder.encode(other))),
  )
  const hashes = await Promise.all(ordered.map(([key, row]) => sha256(encodeCbor([key, valueOfJson(row)]))))
  return { count: rows.size, sha256: await sha256(joined(...hashes)) }
}

function valueOfJson(json: Json): CborValue {
  if (json === null || typeof json !== 'object') return json
  if (Array.isArray(json)) return json.map(valueOfJson)
  return new Map(Object.entries(json).map(([name, item]) => [name, valueOfJson(item)]))
}
