/**
 * Is this printed card one that the county issued, and may this counter take it without a network? The card `XP1`.
 *
 * Anybody can copy paper: a card counts offline at its home device only, beside a photo or the last four digits. Twin of
 * `backend/kernel/cards.py`; `fixtures/protocols/card/SPEC.md`.
 */

import { sha256, type Bytes } from './bytes'
import type { CborValue } from './cbor'
import { bytesOfCode, isBytes } from './code_text'
import { isFrom, openSigned } from './cose'
import { uuidOf } from './token'
import { countyOf, isInstant, isUint, issuerOf, type TrustList } from './trust'

/** 366 days in seconds. */
const LONGEST_LIFE = 31_622_400
const LONGEST_TEXT = 256
const DEMONSTRATION = 2

/** What a card says; instants are seconds since 1970, valid from `notBefore` to just before `expiresAt`. */
export interface Card {
  readonly county: string
  readonly card: string
  readonly notBefore: number
  readonly expiresAt: number
  readonly statusIndex: number
  /** The one device that may take it offline. */
  readonly home: string
  readonly flags: number
}

/** A card that the county issued and that is valid now; its hash is no identity. */
export interface ShownCard {
  readonly card: Card
  readonly hash: Bytes
}

/** Why a card is not taken; `card/SPEC.md` has a line for each. */
export type CardReason =
  | 'not-a-card'
  | 'card-version-unsupported'
  | 'card-unreadable'
  | 'card-malformed'
  | 'algorithm-unsupported'
  | 'card-wrong-county'
  | 'issuer-unknown'
  | 'issuer-not-serving'
  | 'card-forged'
  | 'card-lives-too-long'
  | 'card-not-yet-valid'
  | 'card-expired'

const FAULTS = {
  'another-kind': 'not-a-card',
  'another-version': 'card-version-unsupported',
  unreadable: 'card-unreadable',
} as const

/** What a card proves at this instant (milliseconds since 1970), or the first reason why it proves nothing. */
export async function verifyCard(
  text: string,
  { trust, county, at }: { trust: TrustList; county: string; at: number },
): Promise<ShownCard | CardReason> {
  const data = bytesOfCode(text, 'XP1', LONGEST_TEXT)
  if (typeof data === 'string') return FAULTS[data]
  const object = openSigned(data)
  if (typeof object === 'string') return object === 'algorithm' ? 'algorithm-unsupported' : 'card-malformed'
  const card = cardOf(object.items)
  if (card === null) return 'card-malformed'
  if (card.county !== county) return 'card-wrong-county'
  const issuer = issuerOf(trust, object.kid)
  if (issuer === undefined) return 'issuer-unknown'
  if (card.notBefore < issuer.notBefore || card.notBefore >= issuer.notAfter) return 'issuer-not-serving'
  if (!(await isFrom(object, issuer.publicKey))) return 'card-forged'
  if (card.expiresAt - card.notBefore > LONGEST_LIFE) return 'card-lives-too-long'
  if (at < card.notBefore * 1000) return 'card-not-yet-valid'
  if (at >= card.expiresAt * 1000) return 'card-expired'
  return { card, hash: await sha256(data) }
}

function cardOf(items: readonly CborValue[]): Card | null {
  const [kind, number, card, notBefore, expiresAt, statusIndex, home, flags] = items
  const county = countyOf(number)
  if (items.length !== 8 || kind !== 'XP1' || county === null || !isBytes(card, 16) || !isBytes(home, 16)) return null
  if (!isInstant(notBefore) || !isInstant(expiresAt) || !isUint(statusIndex)) return null
  if (flags !== 0 && flags !== DEMONSTRATION) return null
  return { county, card: uuidOf(card), notBefore, expiresAt, statusIndex, home: uuidOf(home), flags }
}
