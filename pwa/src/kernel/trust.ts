/**
 * Which keys may issue vouchers for this county, and who says so? The trust list `XK1`.
 *
 * Twin of `backend/kernel/trust.py`; `fixtures/protocols/keys-and-trust/SPEC.md`, cases K7 to K9.
 */

import { compare, equal, type Bytes } from './bytes'
import type { CborValue } from './cbor'
import { isFrom, openSigned } from './cose'
import { COMPRESSED_BYTES, publicKeyOfPoint, type PublicKey } from './keys'

/** A key that issues vouchers, from `notBefore` to just before `notAfter`, in seconds since 1970. */
export interface IssuerKey {
  readonly kid: Bytes
  readonly publicKey: PublicKey
  readonly notBefore: number
  readonly notAfter: number
}

export interface TrustList {
  readonly county: string
  readonly serial: number
  readonly issuedAt: number
  readonly keys: readonly IssuerKey[]
}

export type TrustReason =
  | 'trust-list-malformed'
  | 'trust-list-wrong-county'
  | 'trust-list-forged'
  | 'trust-list-older'

/** Seconds on the wire stay below this, so that every language reads them exactly. */
const LATEST_SECOND = 2 ** 33
const LIMIT = 2 ** 32

/** The list in these bytes, if this root signed it for this county and no newer one is known. */
export async function readTrustList(
  data: Bytes,
  { root, county, knownSerial = 0 }: { root: PublicKey; county: string; knownSerial?: number },
): Promise<TrustList | TrustReason> {
  const object = openSigned(data)
  if (typeof object === 'string') return 'trust-list-malformed'
  const list = await listOf(object.items)
  if (list === null) return 'trust-list-malformed'
  if (list.county !== county) return 'trust-list-wrong-county'
  if (!(await isFrom(object, root))) return 'trust-list-forged'
  return list.serial < knownSerial ? 'trust-list-older' : list
}

export function issuerOf({ keys }: TrustList, kid: Bytes): IssuerKey | undefined {
  return keys.find((key) => equal(key.kid, kid))
}

/** The division code of the integer on the wire, or null. */
export function countyOf(value: CborValue | undefined): string | null {
  return isUint(value, 1_000_000) && value >= 100_000 ? String(value) : null
}

export function isInstant(value: CborValue | undefined): value is number {
  return isUint(value, LATEST_SECOND)
}

export function isUint(value: CborValue | undefined, limit: number = LIMIT): value is number {
  return typeof value === 'number' && value >= 0 && value < limit
}

async function listOf(items: readonly CborValue[]): Promise<TrustList | null> {
  const [kind, number, serial, issuedAt, listed] = items
  const county = countyOf(number)
  if (items.length !== 5 || kind !== 'XK1' || county === null || !Array.isArray(listed)) return null
  if (!isUint(serial) || !isInstant(issuedAt)) return null
  const keys: IssuerKey[] = []
  for (const item of listed) {
    const key = await keyOf(item)
    const before = keys[keys.length - 1]
    if (key === null || (before !== undefined && !follows(key, before))) return null
    keys.push(key)
  }
  return { county, serial, issuedAt, keys }
}

/** Ids are in order, each once. */
function follows(key: IssuerKey, before: IssuerKey): boolean {
  return compare(key.kid, before.kid) > 0
}

async function keyOf(item: CborValue): Promise<IssuerKey | null> {
  if (!Array.isArray(item) || item.length !== 4) return null
  const [kid, point, notBefore, notAfter] = item
  if (!(kid instanceof Uint8Array) || kid.length === 0 || kid.length > 8) return null
  if (!(point instanceof Uint8Array) || point.length !== COMPRESSED_BYTES) return null
  if (!isInstant(notBefore) || !isInstant(notAfter) || notBefore >= notAfter) return null
  const publicKey = await publicKeyOfPoint(point)
  return publicKey === null ? null : { kid, publicKey, notBefore, notAfter }
}
