/**
 * A claim that a station registers for somebody when it cannot ask the county: the arguments `XJ1` of the act `claim`.
 *
 * Which round, in whose shift and on which proof are plain; the person's phone and the number of what was seen are sealed
 * to the county, so that this tablet cannot tell them to anybody either. `fixtures/protocols/station-claim/SPEC.md`.
 */

import { fromHex, type Bytes } from '@/kernel/bytes'
import { decodeCbor, encodeCbor, type CborValue } from '@/kernel/cbor'
import { isBytes } from '@/kernel/code_text'
import type { PublicKey } from '@/kernel/keys'
import { uuidOf } from '@/kernel/token'
import { sealingTo, type Sealing } from './sealing'

export const KIND = 'XJ1'
/** The act's name in the journal. */
export const CLAIM = 'claim'

/** What stands in the open. */
export interface PlainClaim {
  readonly round: string
  readonly shift: string
  readonly operator: string
  readonly proof: string
}

/** Who it is for. */
export interface Person {
  readonly phone: string
  /** Of the document that was seen. */
  readonly number: string | null
}

/** Whose act it is; the seal covers all three. */
export interface ClaimPlace {
  readonly county: string
  readonly device: string
  readonly cmd_id: string
}

/** The arguments as they are written; `sealing` in place of a fresh one only in tests. */
export async function sealClaim(
  { round, shift, operator, proof }: PlainClaim,
  { phone, number }: Person,
  { county, device, cmd_id }: ClaimPlace,
  recipient: PublicKey,
  sealing?: Sealing,
): Promise<Bytes> {
  const { fresh, nonce, seal } = sealing ?? (await sealingTo(recipient, KIND))
  const about = [round, shift, operator].map(idBytes)
  const head: CborValue[] = [KIND, ...about, proof, recipient.compressed, fresh, nonce]
  const covered = encodeCbor([Number(county), idBytes(device), idBytes(cmd_id), ...head])
  return encodeCbor([...head, await seal(encodeCbor([phone, number]), covered)])
}

/** What stands in the open of such arguments; null for any others. */
export function readPlainClaim(args: Bytes): PlainClaim | null {
  let items: CborValue
  try {
    items = decodeCbor(args)
  } catch {
    return null
  }
  if (!Array.isArray(items) || items.length !== 9) return null
  const [kind, round, shift, operator, proof] = items
  if (kind !== KIND || !isBytes(round, 16) || !isBytes(shift, 16) || !isBytes(operator, 16)) return null
  if (typeof proof !== 'string') return null
  return { round: uuidOf(round), shift: uuidOf(shift), operator: uuidOf(operator), proof }
}

function idBytes(id: string): Bytes {
  return fromHex(id.replaceAll('-', ''))
}
