/** Reads the vectors that every language runs: `fixtures/protocols/<name>/vectors.json`. */

import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { fromHex, type Bytes } from '@/kernel/bytes'
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
