/**
 * How does this device prove that it holds its key and was invited? Proof of possession `XD1`.
 *
 * Twin of `backend/sync/possession_rules.py`; `fixtures/protocols/device-enrolment/SPEC.md`.
 */

import { fromBase64url, fromHex, sha256, type Bytes } from '@/kernel/bytes'
import { encodeCbor } from '@/kernel/cbor'
import { publicHalf, signed } from '@/kernel/keys'

const CODE_BYTES = 16

/** Who asks to be enrolled, with the code that the office gave out. */
export interface Invited {
  readonly county: string
  readonly device: string
  readonly code: Bytes
}

/** The code in what was typed or scanned, or null. */
export function codeOfText(text: string): Bytes | null {
  const code = fromBase64url(text.trim())
  return code?.length === CODE_BYTES ? code : null
}

/** What the device signs. Throws for a code of another length. */
export async function possessionMessage({ county, device, code }: Invited, compressedKey: Bytes): Promise<Bytes> {
  if (code.length !== CODE_BYTES) throw new Error('a code has 16 bytes')
  const id = fromHex(device.replaceAll('-', ''))
  return encodeCbor(['XD1', Number(county), id, await sha256(code), compressedKey])
}

/** What the device sends beside its id and the code: its public key as a compressed point, and the raw signature. */
export async function provePossession(
  invited: Invited,
  pair: CryptoKeyPair,
): Promise<{ publicKey: Bytes; signature: Bytes }> {
  const { compressed } = await publicHalf(pair)
  return { publicKey: compressed, signature: await signed(pair.privateKey, await possessionMessage(invited, compressed)) }
}
