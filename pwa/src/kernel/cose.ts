/**
 * How does a signed object travel? As COSE_Sign1 (RFC 9052), untagged, in one deterministic form.
 *
 * Twin of `backend/kernel/cose.py`; `fixtures/protocols/keys-and-trust/SPEC.md`, signed objects.
 */

import type { Bytes } from './bytes'
import { CborProblem, decodeCbor, encodeCbor, type CborValue } from './cbor'
import { SIGNATURE_BYTES, signed, verifies, type PublicKey } from './keys'

const ES256 = -7
const ALG = 1
const KID = 4
const LONGEST_KID = 8

/** A signed object taken apart, not yet verified: believe nothing in it before `isFrom`. */
export interface Signed {
  readonly kid: Bytes
  readonly items: readonly CborValue[]
  readonly toBeSigned: Bytes
  readonly signature: Bytes
}

/** Why these bytes are no signed object of ours. */
export type CoseRefusal = 'malformed' | 'algorithm'

/** Takes a signed object apart. */
export function openSigned(data: Bytes): Signed | CoseRefusal {
  try {
    return opened(decodeCbor(data))
  } catch (problem) {
    if (problem instanceof CborProblem) return 'malformed'
    throw problem
  }
}

/** Whether this key made the signature. */
export function isFrom(object: Signed, key: PublicKey): Promise<boolean> {
  return verifies(key, object.signature, object.toBeSigned)
}

/** A signed object with these items; devices sign their own objects, the county signs tokens. */
export async function sign1(items: CborValue[], { key, kid }: { key: CryptoKey; kid: Bytes }): Promise<Bytes> {
  const header: CborValue = new Map<number, number | Bytes>([
    [ALG, ES256],
    [KID, kid],
  ])
  const protectedHeader = encodeCbor(header)
  const payload = encodeCbor(items)
  return encodeCbor([protectedHeader, new Map(), payload, await signed(key, structure(protectedHeader, payload))])
}

function opened(parts: CborValue): Signed | CoseRefusal {
  if (!Array.isArray(parts) || parts.length !== 4) return 'malformed'
  const [protectedHeader, unprotected, payload, signature] = parts
  if (!(protectedHeader instanceof Uint8Array) || !(payload instanceof Uint8Array)) return 'malformed'
  if (!(unprotected instanceof Map) || unprotected.size > 0 || !(signature instanceof Uint8Array)) return 'malformed'
  const header = decodeCbor(protectedHeader)
  const items = decodeCbor(payload)
  if (!(header instanceof Map) || header.size !== 2 || !header.has(ALG)) return 'malformed'
  const kid = header.get(KID)
  if (!(kid instanceof Uint8Array) || kid.length === 0 || kid.length > LONGEST_KID) return 'malformed'
  if (header.get(ALG) !== ES256) return 'algorithm'
  if (!Array.isArray(items) || signature.length !== SIGNATURE_BYTES) return 'malformed'
  return { kid, items, toBeSigned: structure(protectedHeader, payload), signature }
}

/** Sig_structure of RFC 9052, 4.4, without external data. */
function structure(protectedHeader: Bytes, payload: Bytes): Bytes {
  return encodeCbor(['Signature1', protectedHeader, new Uint8Array(0), payload])
}
