/**
 * What does this tablet keep of a card that is at home here? A row that only the card opens: without it in hand nobody
 * reads whose it is, what it is good for, or a sign of a document.
 *
 * Twin of `backend/sync/card_row_rules.py`.
 */

import { sha256, toHex, type Bytes } from '@/kernel/bytes'
import { bytesOfCode } from '@/kernel/code_text'

/** The collection's name in the replica. */
export const CARDS = 'cards'
const LONGEST_TEXT = 256
const NONCE_BYTES = 12
const PREFIX = new TextEncoder().encode('XP1 row\0')

/** A voucher of the card's owner, as a token would say it; instants in seconds since 1970. */
export interface CardVoucher {
  readonly voucher: string
  readonly campaign: number
  readonly terms_version: number
  readonly domain: number
  readonly face_fen: number
  readonly use_from: number
  readonly expires_at: number
}

export interface CardRow {
  /** The owner's account: the day's limit is theirs, also where a newer card took this one's place. */
  readonly person: string
  /** The last four signs of the owner's document, where one was seen. */
  readonly digits: string | null
  readonly vouchers: readonly CardVoucher[]
}

/** Under which name the replica has a card's row; null for a text that is no card. */
export async function rowName(code: string): Promise<string | null> {
  const data = bytesOfCode(code, 'XP1', LONGEST_TEXT)
  return typeof data === 'string' ? null : toHex(await sha256(data))
}

/** The row, or null where it is another card's or was changed. */
export async function openRow(code: string, sealed: string): Promise<CardRow | null> {
  const data = bytesOfCode(code, 'XP1', LONGEST_TEXT)
  if (typeof data === 'string') return null
  const key = await crypto.subtle.importKey('raw', await sha256(joined(PREFIX, data)), 'AES-GCM', false, ['decrypt'])
  const bytes = Uint8Array.from(atob(sealed), (sign) => sign.charCodeAt(0))
  const [iv, content] = [bytes.slice(0, NONCE_BYTES), bytes.slice(NONCE_BYTES)]
  try {
    const plain = await crypto.subtle.decrypt({ name: 'AES-GCM', iv, additionalData: PREFIX }, key, content)
    return JSON.parse(new TextDecoder().decode(plain)) as CardRow
  } catch {
    return null
  }
}

function joined(first: Bytes, second: Bytes): Bytes {
  const both = new Uint8Array(first.length + second.length)
  both.set(first)
  both.set(second, first.length)
  return both
}
