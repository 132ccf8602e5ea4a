/**
 * Who made these bytes? ES256 keys and signatures through WebCrypto.
 *
 * Signatures are raw `r || s`. High and low s are both accepted, so signature bytes are never an identity. A compressed
 * point is expanded here, since WebCrypto imports the uncompressed form only. Twin of `backend/kernel/signing.py`;
 * `fixtures/protocols/keys-and-trust/SPEC.md`, cases K1 to K5.
 */

import { fromBase64url, joined, type Bytes } from './bytes'

export const SIGNATURE_BYTES = 64
export const COMPRESSED_BYTES = 33
const UNCOMPRESSED_BYTES = 65

const CURVE = { name: 'ECDSA', namedCurve: 'P-256' } as const
const ES256 = { name: 'ECDSA', hash: 'SHA-256' } as const

const P = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n
const B = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn

/** A point of P-256, checked to lie on the curve. */
export interface PublicKey {
  readonly compressed: Bytes
  readonly uncompressed: Bytes
  readonly key: CryptoKey
}

/** Reads a compressed (33 bytes) or uncompressed (65 bytes) point; null for anything that is no point of P-256. */
export async function publicKeyOfPoint(point: Bytes): Promise<PublicKey | null> {
  const uncompressed = expanded(point)
  if (uncompressed === null) return null
  const key = await crypto.subtle.importKey('raw', uncompressed, CURVE, true, ['verify'])
  const y = uncompressed[UNCOMPRESSED_BYTES - 1]!
  const compressed = joined(Uint8Array.of(2 + (y % 2)), uncompressed.slice(1, COMPRESSED_BYTES))
  return { compressed, uncompressed, key }
}

/** Reads a JWK; null for another curve, coordinates that are no point, and for a private key. */
export async function publicKeyOfJwk(jwk: Readonly<Record<string, unknown>>): Promise<PublicKey | null> {
  if (jwk['kty'] !== 'EC' || jwk['crv'] !== 'P-256' || 'd' in jwk) return null
  const [x, y] = [jwk['x'], jwk['y']].map((text) => (typeof text === 'string' ? fromBase64url(text) : null))
  if (x?.length !== 32 || y?.length !== 32) return null
  return publicKeyOfPoint(joined(Uint8Array.of(4), x, y))
}

/** Whether this key signed the message; anything that is not 64 bytes of `r || s` is simply false. */
export async function verifies({ key }: PublicKey, signature: Bytes, message: Bytes): Promise<boolean> {
  if (signature.length !== SIGNATURE_BYTES) return false
  return crypto.subtle.verify(ES256, key, signature, message)
}

/** A fresh key that never leaves this device: keep the pair in IndexedDB, which stores it without showing it. */
export async function newDeviceKey(): Promise<CryptoKeyPair> {
  return crypto.subtle.generateKey(CURVE, false, ['sign', 'verify'])
}

/** The public half of a pair as a point. */
export async function publicHalf(pair: CryptoKeyPair): Promise<PublicKey> {
  const point = new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey))
  const key = await publicKeyOfPoint(point)
  if (key === null) throw new Error('WebCrypto exported a point that is not on P-256')
  return key
}

/** Raw `r || s` over the message. */
export async function signed(key: CryptoKey, message: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.sign(ES256, key, message))
}

function expanded(point: Bytes): Bytes | null {
  const first = point[0]
  const x = numberOf(point.slice(1, COMPRESSED_BYTES))
  if (x >= P) return null
  const square = modP(x * x * x - 3n * x + B)
  if (point.length === UNCOMPRESSED_BYTES && first === 4) {
    const y = numberOf(point.slice(COMPRESSED_BYTES))
    return y < P && modP(y * y) === square ? point : null
  }
  if (point.length !== COMPRESSED_BYTES || (first !== 2 && first !== 3)) return null
  // P is 3 modulo 4, so a root is the power (P + 1) / 4, if there is one.
  const root = power(square, (P + 1n) / 4n)
  if (modP(root * root) !== square) return null
  const y = Number(root & 1n) === first - 2 ? root : P - root
  return joined(Uint8Array.of(4), point.slice(1), bytesOf(y))
}

function modP(value: bigint): bigint {
  const rest = value % P
  return rest < 0n ? rest + P : rest
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n
  for (let factor = base, rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = modP(result * factor)
    factor = modP(factor * factor)
  }
  return result
}

function numberOf(bytes: Bytes): bigint {
  return bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n)
}

function bytesOf(value: bigint): Bytes {
  return Uint8Array.from({ length: 32 }, (_, i) => Number((value >> BigInt(8 * (31 - i))) & 0xffn))
}
