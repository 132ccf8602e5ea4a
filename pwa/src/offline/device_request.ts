/**
 * Which device asks to read this, when nobody is signed in at it? The read request `XG1`.
 *
 * The header `Authorization: Device …` carries the address under the device's signature; it serves reading only. Names
 * are those of the wire. Twin of `backend/sync/request_rules.py`; `fixtures/protocols/device-request/SPEC.md`.
 */

import { fromBase64url, fromHex, toBase64url, type Bytes } from '@/kernel/bytes'
import { encodeCbor, type CborValue } from '@/kernel/cbor'
import { isBytes, valueOf } from '@/kernel/code_text'
import { SIGNATURE_BYTES, signed, verifies, type PublicKey } from '@/kernel/keys'
import { uuidOf } from '@/kernel/token'
import { countyOf, isInstant } from '@/kernel/trust'

const SCHEME = 'Device '
const LONGEST_HEADER = 3_072
const LONGEST_ADDRESS = 2_048
const ADDRESS = /^\/[!-~]*$/

export interface ReadRequest {
  readonly county: string
  readonly device: string
  /** What the device's clock showed, in seconds since 1970; it decides nothing. */
  readonly t_dev: number
  /** Path and query as they stand in the request's first line. */
  readonly address: string
}

/** Why a device may not read this; `device-request/SPEC.md` has a line for each. */
export type RequestReason =
  | 'request-unsigned'
  | 'request-unreadable'
  | 'request-version-unsupported'
  | 'request-malformed'
  | 'request-wrong-county'
  | 'request-wrong-address'
  | 'request-device-unknown'
  | 'request-forged'

/** The header's value. Throws for a request that no county would read. */
export async function signRequest(request: ReadRequest, device: CryptoKey): Promise<string> {
  const id = fromHex(request.device.replaceAll('-', ''))
  const items = ['XG1', Number(request.county), id, request.t_dev, request.address]
  const formed = requestOf(items)
  if (typeof formed === 'string') throw new Error(formed)
  const content = encodeCbor(items)
  return SCHEME + toBase64url(encodeCbor([content, await signed(device, content)]))
}

/** The request, if one of these devices signed it for this address. */
export async function verifyRequest(
  header: string | null,
  { county, address, devices }: { county: string; address: string; devices: ReadonlyMap<string, PublicKey> },
): Promise<ReadRequest | RequestReason> {
  if (header === null || !header.startsWith(SCHEME)) return 'request-unsigned'
  const parts = header.length > LONGEST_HEADER ? null : partsOf(header)
  if (parts === null) return 'request-unreadable'
  const { content, signature, value } = parts
  const request = requestOf(value)
  if (typeof request === 'string') return request
  if (request.county !== county) return 'request-wrong-county'
  if (request.address !== address) return 'request-wrong-address'
  const key = devices.get(request.device)
  if (key === undefined) return 'request-device-unknown'
  return (await verifies(key, signature, content)) ? request : 'request-forged'
}

function partsOf(header: string): { content: Bytes; signature: Bytes; value: CborValue } | null {
  const data = fromBase64url(header.slice(SCHEME.length))
  const whole = data === null ? undefined : valueOf(data)
  if (!Array.isArray(whole) || whole.length !== 2) return null
  const [content, signature] = whole
  if (!(content instanceof Uint8Array) || !isBytes(signature, SIGNATURE_BYTES)) return null
  const value = valueOf(content)
  return value === undefined ? null : { content, signature, value }
}

function requestOf(items: CborValue): ReadRequest | RequestReason {
  if (!Array.isArray(items)) return 'request-malformed'
  const [kind, number, device, t_dev, address] = items
  if (typeof kind === 'string' && kind !== 'XG1') return 'request-version-unsupported'
  const county = countyOf(number)
  if (items.length !== 5 || kind !== 'XG1' || county === null || !isBytes(device, 16)) return 'request-malformed'
  if (!isInstant(t_dev) || typeof address !== 'string') return 'request-malformed'
  if (address.length > LONGEST_ADDRESS || !ADDRESS.test(address)) return 'request-malformed'
  return { county, device: uuidOf(device), t_dev, address }
}
