/** Reads the vectors that every language runs: `fixtures/protocols/<name>/vectors.json`. */

import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { fromHex, joined, toHex, type Bytes } from '@/kernel/bytes'
import { publicKeyOfPoint, type PublicKey } from '@/kernel/keys'

export type Vector = Record<string, unknown> & { op: string; case: string }

export function vectorsOf(protocol: string, ...ops: string[]): [string, Vector][] {
  const file = new URL(`../../../fixtures/protocols/${protocol}/vectors.json`, import.meta.url)
  const { vectors } = JSON.parse(readFileSync(fileURLToPath(file), 'utf8')) as { vectors: Vector[] }
  const chosen = vectors.filter(({ op }) => ops.includes(op))
  if (chosen.length === 0) throw new Error(`${protocol} has no vector of ${ops.join(', ')}`)
  return chosen.map((vector, i) => [`${vector.case}-${i} ${String(vector['why'] ?? '')}`, vector])
}

export function hex(vector: Vector, name: string): Bytes {
  return fromHex(String(vector[name]))
}

export async function point(vector: Vector, name: string): Promise<PublicKey> {
  const key = await publicKeyOfPoint(hex(vector, name))
  if (key === null) throw new Error(`${name} is no point`)
  return key
}

/** The bytes of a vector: `data`, or `pieces` in which a long run of one byte is written as its length. */
export function whole(vector: Vector): Bytes {
  if (typeof vector['data'] === 'string') return hex(vector, 'data')
  const pieces = vector['pieces'] as (string | { byte: string; times: number })[]
  return joined(
    ...pieces.map((piece) =>
      typeof piece === 'string' ? fromHex(piece) : new Uint8Array(piece.times).fill(Number.parseInt(piece.byte, 16)),
    ),
  )
}

/** A record as vectors write it: bytes in hex, all else as it is. */
export function asJson(value: unknown): unknown {
  if (value instanceof Uint8Array) return toHex(Uint8Array.from(value))
  if (Array.isArray(value)) return value.map(asJson)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, asJson(item)]))
}

/** The keys of the devices that a protocol's vectors know. */
export async function devicesOf(protocol: string): Promise<Map<string, PublicKey>> {
  const [, vector] = vectorsOf(protocol, 'devices')[0]!
  const keys = Object.entries(vector['keys'] as Record<string, string>)
  return new Map(await Promise.all(keys.map(async ([device, key]) => [device, await point({ ...vector, key }, 'key')] as const)))
}
