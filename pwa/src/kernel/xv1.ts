/**
 * Is this code on a resident's screen a voucher's right, shown by its holder, just now? And how does the phone draw it?
 *
 * `XV1:` and Base45 of `[token, time, counter, holder's signature]`. Pure but for WebCrypto: no clock, no storage. That
 * the counter grows and the voucher is unspent is decided by whoever keeps those. Twin of
 * `backend/kernel/presentations.py`; `fixtures/protocols/presentation/SPEC.md`.
 */

import { decodeBase45, encodeBase45 } from './base45'
import { eightBytes, equal, joined, sha256, toHex, type Bytes } from './bytes'
import { CborProblem, decodeCbor, encodeCbor, type CborValue } from './cbor'
import { isFrom } from './cose'
import { SIGNATURE_BYTES, signed, verifies, type PublicKey } from './keys'
import { LONGEST_LIFE, readToken, type ReadToken, type Token, type TokenReason } from './token'
import { isInstant, isUint, issuerOf, type TrustList } from './trust'

/** A phone draws its code again this often. */
export const REDRAWN_EVERY_MS = 30_000
/** The code's time and the verifier's clock differ by this at most, in either direction, inclusive, where nobody says else. */
const FRESH_FOR_MS = 60_000
const PREFIX = 'XV1:'
const ANY_VERSION = /^XV[0-9]:/
const AROUND = /^[ \t\r\n]+|[ \t\r\n]+$/g
const LONGEST_TEXT = 512
const CHALLENGE_BYTES = 32
const NOTHING = new Uint8Array(0)

/** Why a code is not accepted; `presentation/SPEC.md` has a line for each. */
export type PresentationReason =
  | TokenReason
  | 'not-a-voucher-code'
  | 'code-version-unsupported'
  | 'code-unreadable'
  | 'code-malformed'
  | 'wrong-county'
  | 'issuer-unknown'
  | 'issuer-not-serving'
  | 'token-forged'
  | 'token-lives-too-long'
  | 'token-not-yet-valid'
  | 'token-expired'
  | 'holder-forged'
  | 'code-stale'
  | 'code-early'

/** A code that proved what a code can prove. */
export interface Presented {
  readonly token: Token
  readonly tokenHash: Bytes
  /** The phone's own time of drawing, in seconds since 1970. */
  readonly time: number
  readonly counter: number
  /** What the holder signed with; an offline counter hands it on to the county. */
  readonly signature: Bytes
}

/** Tokens whose issuer's signature was checked lately, by the hex of their hash. */
export type RecentTokens = Map<string, { read: ReadToken; issuer: PublicKey }>

export interface Circumstances {
  readonly trust: TrustList
  readonly county: string
  /** Milliseconds since 1970. */
  readonly at: number
  /** SHA-256 of the `XM1` challenge that the holder was asked to sign. */
  readonly challenge?: Bytes
  readonly recent?: RecentTokens
  /** How far the code's time and `at` may stand apart, in milliseconds; a policy for counters without a network has its own. */
  readonly freshForMs?: number
}

interface Body {
  readonly token: Bytes
  readonly time: number
  readonly counter: number
  readonly signature: Bytes
}

/** What the code proves at this instant, or the first reason why it proves nothing. */
export async function verifyPresentation(
  text: string,
  { trust, county, at, challenge = NOTHING, recent, freshForMs = FRESH_FOR_MS }: Circumstances,
): Promise<Presented | PresentationReason> {
  const body = bodyOf(text.replaceAll(AROUND, ''))
  if (typeof body === 'string') return body
  const read = await believed(body.token, trust, county, recent)
  if (typeof read === 'string') return read
  const { token, hash } = read
  if (token.expiresAt - token.notBefore > LONGEST_LIFE) return 'token-lives-too-long'
  if (at < token.notBefore * 1000) return 'token-not-yet-valid'
  if (at >= token.expiresAt * 1000) return 'token-expired'
  const message = holderMessage(hash, body.time, body.counter, challenge)
  if (!(await verifies(token.holder, body.signature, message))) return 'holder-forged'
  // An answer to a challenge is fresh by the nonce that was never used before, whatever the phone's clock shows.
  const asked = challenge.length > 0
  if (!asked && at - body.time * 1000 > freshForMs) return 'code-stale'
  if (!asked && body.time * 1000 - at > freshForMs) return 'code-early'
  return { token, tokenHash: hash, time: body.time, counter: body.counter, signature: body.signature }
}

/** The code that a phone draws at this instant; `counter` is greater than at every drawing before. */
export async function drawPresentation(
  token: Bytes,
  { holder, at, counter, challenge = NOTHING }: { holder: CryptoKey; at: number; counter: number; challenge?: Bytes },
): Promise<string> {
  const time = Math.floor(at / 1000)
  const signature = await signed(holder, holderMessage(await sha256(token), time, counter, challenge))
  return PREFIX + encodeBase45(encodeCbor([token, time, counter, signature]))
}

/** What the holder signs. */
export function holderMessage(tokenHash: Bytes, time: number, counter: number, challenge: Bytes = NOTHING): Bytes {
  if (challenge.length !== 0 && challenge.length !== CHALLENGE_BYTES) throw new Error('a challenge has 32 bytes')
  return joined(new TextEncoder().encode('XV1'), tokenHash, eightBytes(time), eightBytes(counter), challenge)
}

/** Whether the text claims to be a voucher code of any version, so that no other reading of it is tried. */
export function isPresentation(text: string): boolean {
  return ANY_VERSION.test(text.replaceAll(AROUND, ''))
}

function bodyOf(text: string): Body | PresentationReason {
  if (!text.startsWith(PREFIX)) return ANY_VERSION.test(text) ? 'code-version-unsupported' : 'not-a-voucher-code'
  const data = text.length > LONGEST_TEXT ? null : decodeBase45(text.slice(PREFIX.length))
  if (data === null) return 'code-unreadable'
  try {
    return partsOf(decodeCbor(data)) ?? 'code-malformed'
  } catch (problem) {
    if (problem instanceof CborProblem) return 'code-unreadable'
    throw problem
  }
}

function partsOf(value: CborValue): Body | null {
  if (!Array.isArray(value) || value.length !== 4) return null
  const [token, time, counter, signature] = value
  if (!(token instanceof Uint8Array) || !isInstant(time) || !isUint(counter)) return null
  if (!(signature instanceof Uint8Array) || signature.length !== SIGNATURE_BYTES) return null
  return { token, time, counter, signature }
}

async function believed(
  data: Bytes,
  trust: TrustList,
  county: string,
  recent: RecentTokens | undefined,
): Promise<ReadToken | PresentationReason> {
  const name = toHex(await sha256(data))
  const known = recent?.get(name)
  const read = known?.read ?? (await readToken(data))
  if (typeof read === 'string') return read
  if (read.token.county !== county) return 'wrong-county'
  const issuer = issuerOf(trust, read.signed.kid)
  if (issuer === undefined) return 'issuer-unknown'
  const { notBefore } = read.token
  if (notBefore < issuer.notBefore || notBefore >= issuer.notAfter) return 'issuer-not-serving'
  if (known !== undefined && equal(known.issuer.compressed, issuer.publicKey.compressed)) return read
  if (!(await isFrom(read.signed, issuer.publicKey))) return 'token-forged'
  recent?.set(name, { read, issuer: issuer.publicKey })
  return read
}
