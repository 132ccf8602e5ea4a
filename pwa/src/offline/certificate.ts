/**
 * Who says that this device may sign claims, for whom, and until when? The device certificate `XI1`.
 *
 * Names are those of the wire, instants seconds since 1970. Twin of `backend/sync/certificate_rules.py`;
 * `fixtures/protocols/certificate/SPEC.md`.
 */

import type { Bytes } from '@/kernel/bytes'
import type { CborValue } from '@/kernel/cbor'
import { isBytes } from '@/kernel/code_text'
import { COMPRESSED_BYTES, publicKeyOfPoint, type PublicKey } from '@/kernel/keys'
import { uuidOf } from '@/kernel/token'
import { countyOf, isInstant, isUint, type TrustList } from '@/kernel/trust'
import { openIssued, type IssuedForm, type IssuedReason } from './issued'

/** 30 days in seconds. */
const LONGEST_LIFE = 2_592_000
const MOST_DOMAINS = 64
const DEMONSTRATION = 2
const STATION = 2
const TILL = 3

/** What a certificate says; it is valid from `not_before` to just before `expires_at`. */
export interface Certificate {
  readonly county: string
  readonly device: string
  readonly key: PublicKey
  /** 1: a merchant's phone or tablet; 2: a station's tablet; 3: a merchant's own till. */
  readonly kind: 1 | 2 | 3
  /** Whose claims the device makes; a station without a shop makes none. */
  readonly merchant: string | null
  readonly station: string | null
  /** Number of the policy that was in force; 0: none, so nothing is taken offline. */
  readonly policy: number
  /** Which tokens' domains it may take offline; none named means all. */
  readonly domains: readonly number[]
  readonly not_before: number
  readonly expires_at: number
  readonly flags: number
}

/** Why a certificate proves nothing about a device; `certificate/SPEC.md` has a line for each. */
export type CertificateReason =
  | IssuedReason<'certificate'>
  | 'certificate-wrong-device'
  | 'certificate-lives-too-long'
  | 'certificate-not-yet-valid'
  | 'certificate-expired'

const FORM: IssuedForm<'certificate', Certificate> = {
  name: 'certificate',
  kind: 'XI1',
  longest: 1_024,
  paperOf: certificateOf,
  issuedAt: ({ not_before }) => not_before,
}

/** What the county says about this device at this instant (milliseconds since 1970), or why it says nothing. */
export async function verifyCertificate(
  data: Bytes,
  { trust, county, device, at }: { trust: TrustList; county: string; device: string; at: number },
): Promise<Certificate | CertificateReason> {
  const certificate = await openIssued(data, FORM, { trust, county })
  if (typeof certificate === 'string') return certificate
  if (certificate.device !== device) return 'certificate-wrong-device'
  if (certificate.expires_at - certificate.not_before > LONGEST_LIFE) return 'certificate-lives-too-long'
  if (at < certificate.not_before * 1000) return 'certificate-not-yet-valid'
  return at >= certificate.expires_at * 1000 ? 'certificate-expired' : certificate
}

/** Whether the device may take tokens of this domain offline; domain 0 is asked of the county by everybody. */
export function mayTake({ domains }: Certificate, domain: number): boolean {
  return domain > 0 && (domains.length === 0 || domains.includes(domain))
}

async function certificateOf(items: readonly CborValue[]): Promise<Certificate | null> {
  const [first, number, device, point, kind, owner, place, policy, listed, not_before, expires_at, flags] = items
  const county = countyOf(number)
  if (items.length !== 12 || first !== 'XI1' || county === null || !isBytes(device, 16)) return null
  if (!isBytes(point, COMPRESSED_BYTES) || !isKind(kind) || !isUint(policy) || !areDomains(listed)) return null
  if (!isInstant(not_before) || !isInstant(expires_at) || (flags !== 0 && flags !== DEMONSTRATION)) return null
  const [merchant, station] = [perhaps(owner), perhaps(place)]
  if (merchant === undefined || station === undefined) return null
  if ((kind === STATION ? station : merchant) === null) return null
  const key = await publicKeyOfPoint(point)
  if (key === null) return null
  const ids = { county, device: uuidOf(device), key, kind, merchant, station }
  return { ...ids, policy, domains: listed, not_before, expires_at, flags }
}

function isKind(value: CborValue | undefined): value is Certificate['kind'] {
  return isUint(value, TILL + 1) && value > 0
}

function perhaps(value: CborValue | undefined): string | null | undefined {
  if (value === null) return null
  return isBytes(value, 16) ? uuidOf(value) : undefined
}

/** Integers from 1 on, ascending, each once. */
function areDomains(value: CborValue | undefined): value is number[] {
  if (!Array.isArray(value) || value.length > MOST_DOMAINS) return false
  return value.every((domain, i) => isUint(domain) && domain > (i === 0 ? 0 : Number(value[i - 1])))
}
