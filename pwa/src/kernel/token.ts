/**
 * What does the county say about a voucher, so that a counter without a network can believe it? The token `XT1`.
 *
 * Twin of `backend/kernel/tokens.py`; `fixtures/protocols/token/SPEC.md`.
 */

import { sha256, toHex, type Bytes } from './bytes'
import type { CborValue } from './cbor'
import { openSigned, type Signed } from './cose'
import { COMPRESSED_BYTES, publicKeyOfPoint, type PublicKey } from './keys'
import { countyOf, isInstant, isUint } from './trust'

/** Seven days in seconds. */
export const LONGEST_LIFE = 604_800
/** Flag: no counter may take this voucher without asking the county. */
export const ONLINE_ONLY = 1
/** Flag: 演示数据; a real county's counters refuse it. */
export const DEMONSTRATION = 2
const KNOWN_FLAGS = ONLINE_ONLY | DEMONSTRATION

/** What a token says; instants are seconds since 1970, valid from `notBefore` to just before `expiresAt`. */
export interface Token {
  readonly county: string
  readonly voucher: string
  readonly campaign: number
  readonly termsVersion: number
  readonly faceFen: number
  readonly notBefore: number
  readonly expiresAt: number
  readonly holder: PublicKey
  readonly statusIndex: number
  readonly flags: number
  readonly domain: number
}

/** A token taken apart; believe it only after its issuer's signature. */
export interface ReadToken {
  readonly token: Token
  readonly signed: Signed
  /** SHA-256 of the token's bytes, which the holder's signature covers. Not an identity. */
  readonly hash: Bytes
}

export type TokenReason = 'token-malformed' | 'token-version-unsupported' | 'algorithm-unsupported'

/** Takes a token apart. */
export async function readToken(data: Bytes): Promise<ReadToken | TokenReason> {
  const object = openSigned(data)
  if (object === 'algorithm') return 'algorithm-unsupported'
  if (object === 'malformed') return 'token-malformed'
  const kind = object.items[0]
  if (typeof kind === 'string' && kind !== 'XT1') return 'token-version-unsupported'
  const token = await tokenOf(object.items)
  return token === null ? 'token-malformed' : { token, signed: object, hash: await sha256(data) }
}

async function tokenOf(items: readonly CborValue[]): Promise<Token | null> {
  const [kind, number, voucher, campaign, termsVersion, faceFen, start, end, point, index, flags, domain] = items
  const county = countyOf(number)
  if (items.length !== 12 || kind !== 'XT1' || county === null) return null
  if (!(voucher instanceof Uint8Array) || voucher.length !== 16) return null
  if (!(point instanceof Uint8Array) || point.length !== COMPRESSED_BYTES) return null
  if (!isUint(campaign) || !isUint(termsVersion) || !isUint(faceFen) || !isInstant(start) || !isInstant(end)) return null
  if (!isUint(index) || !isUint(flags, KNOWN_FLAGS + 1) || !isUint(domain)) return null
  const holder = await publicKeyOfPoint(point)
  if (holder === null) return null
  return {
    county,
    voucher: uuidOf(voucher),
    campaign,
    termsVersion,
    faceFen,
    notBefore: start,
    expiresAt: end,
    holder,
    statusIndex: index,
    flags,
    domain,
  }
}

/** The usual text of a UUID's sixteen bytes. */
export function uuidOf(bytes: Bytes): string {
  return toHex(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
