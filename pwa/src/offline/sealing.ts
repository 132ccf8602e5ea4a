/**
 * Sealed to the county: a fresh key pair agrees with the county's key on a secret (ECDH P-256), HKDF makes an AES-256-GCM
 * key of it. Whoever has the device later cannot open it either.
 */

import type { Bytes } from '@/kernel/bytes'
import { publicHalf, type PublicKey } from '@/kernel/keys'

const AGREEMENT = { name: 'ECDH', namedCurve: 'P-256' } as const
const NONCE_BYTES = 12

/** Good for one seal. */
export interface Sealing {
  /** The fresh key's public half, compressed. */
  readonly fresh: Bytes
  readonly nonce: Bytes
  /** `covered` travels beside it in the open, and cannot be changed. */
  seal: (inside: Bytes, covered: Bytes) => Promise<Bytes>
}

/** `kind` is the form's name: a key of one form opens no other. */
export async function sealingTo(recipient: PublicKey, kind: string): Promise<Sealing> {
  const pair = await crypto.subtle.generateKey(AGREEMENT, false, ['deriveBits'])
  const fresh = (await publicHalf(pair)).compressed
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES))
  const theirs = await crypto.subtle.importKey('raw', recipient.uncompressed, AGREEMENT, false, [])
  const secret = await crypto.subtle.deriveBits({ name: 'ECDH', public: theirs }, pair.privateKey, 256)
  const material = await crypto.subtle.importKey('raw', secret, 'HKDF', false, ['deriveKey'])
  const salt = new Uint8Array([...fresh, ...recipient.compressed])
  const made = { name: 'HKDF', hash: 'SHA-256', salt, info: new TextEncoder().encode(kind) }
  const key = await crypto.subtle.deriveKey(made, material, { name: 'AES-GCM', length: 256 }, false, ['encrypt'])
  return {
    fresh,
    nonce,
    seal: async (inside, covered) =>
      new Uint8Array(await crypto.subtle.encrypt({ name: 'AES-GCM', iv: nonce, additionalData: covered }, key, inside)),
  }
}
