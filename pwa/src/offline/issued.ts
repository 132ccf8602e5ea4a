/**
 * Did the county sign this for its devices, with a key that served when it did?
 *
 * Certificate, policy and allowance are opened alike and each refuses in its own words. Twin of
 * `backend/sync/issued_rules.py`; `fixtures/protocols/{certificate,policy,allowance}/SPEC.md`.
 */

import type { Bytes } from '@/kernel/bytes'
import type { CborValue } from '@/kernel/cbor'
import { isFrom, openSigned } from '@/kernel/cose'
import { issuerOf, type TrustList } from '@/kernel/trust'

/** Why a paper of this name is not believed, before its own rules are asked; the specifications have a line for each. */
export type IssuedReason<Name extends string> =
  | `${Name}-malformed`
  | `${Name}-version-unsupported`
  | 'algorithm-unsupported'
  | `${Name}-wrong-county`
  | 'issuer-unknown'
  | 'issuer-not-serving'
  | `${Name}-forged`

/** How papers of one kind are read. */
export interface IssuedForm<Name extends string, Paper extends { readonly county: string }> {
  readonly name: Name
  readonly kind: string
  /** Bytes of the whole object. */
  readonly longest: number
  /** The paper in these items, or null. */
  readonly paperOf: (items: readonly CborValue[]) => Paper | null | Promise<Paper | null>
  /** When its issuer must have served, in seconds since 1970. */
  readonly issuedAt: (paper: Paper) => number
}

/** What an issuer of this county signed, or the first reason why nobody did. */
export async function openIssued<Name extends string, Paper extends { readonly county: string }>(
  data: Bytes,
  { name, kind, longest, paperOf, issuedAt }: IssuedForm<Name, Paper>,
  { trust, county }: { trust: TrustList; county: string },
): Promise<Paper | IssuedReason<Name>> {
  if (data.length > longest) return `${name}-malformed`
  const object = openSigned(data)
  if (object === 'algorithm') return 'algorithm-unsupported'
  if (object === 'malformed') return `${name}-malformed`
  const first = object.items[0]
  if (typeof first === 'string' && first !== kind) return `${name}-version-unsupported`
  const paper = await paperOf(object.items)
  if (paper === null) return `${name}-malformed`
  if (paper.county !== county) return `${name}-wrong-county`
  const issuer = issuerOf(trust, object.kid)
  if (issuer === undefined) return 'issuer-unknown'
  const at = issuedAt(paper)
  if (at < issuer.notBefore || at >= issuer.notAfter) return 'issuer-not-serving'
  return (await isFrom(object, issuer.publicKey)) ? paper : `${name}-forged`
}
