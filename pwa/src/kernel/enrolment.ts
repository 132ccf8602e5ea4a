/**
 * How does this phone prove that it has the private half of the key it offers? Proof of possession `XH1`.
 *
 * Twin of `backend/kernel/enrolment.py`; `fixtures/protocols/holder-enrolment/SPEC.md`.
 */

import { fromHex, type Bytes } from './bytes'
import { encodeCbor } from './cbor'
import { publicHalf, signed } from './keys'

const NONCE_BYTES = 32

/** What the county asked of one resident. */
export interface Challenge {
  readonly county: string
  readonly resident: string
  readonly nonce: Bytes
}

/** What the phone signs. */
export function enrolmentMessage({ county, resident, nonce }: Challenge, compressedKey: Bytes): Bytes {
  if (nonce.length !== NONCE_BYTES) throw new Error('a challenge has 32 bytes')
  return encodeCbor(['XH1', Number(county), fromHex(resident.replaceAll('-', '')), nonce, compressedKey])
}

/** The phone's answer: its public key as a compressed point, and the raw signature. */
export async function provePossession(
  challenge: Challenge,
  pair: CryptoKeyPair,
): Promise<{ publicKey: Bytes; signature: Bytes }> {
  const { compressed } = await publicHalf(pair)
  return { publicKey: compressed, signature: await signed(pair.privateKey, enrolmentMessage(challenge, compressed)) }
}
