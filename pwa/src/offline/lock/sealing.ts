/**
 * What names people lies sealed on a device with a passphrase; the key is in memory while the device is open.
 *
 * Every collection of the county's is sealed but those that say nothing of anybody and are needed while it is locked. A
 * collection that comes later is sealed by itself.
 */

import type { Json } from '../digest'
import type { Rows } from '../word'

/** Sealed under the replica's key; the place of a value is part of its seal. */
export interface Sealed {
  readonly nonce: Uint8Array
  readonly sealed: Uint8Array
}

/** The device is locked: nobody has opened it since this page was loaded. */
export class Locked extends Error {}

/** Terms of vouchers, and to which key a journal's file is sealed. */
const OPEN = new Set(['terms', 'county', 'status'])
/** What a merchant's phone is told besides: its own shop, which the county publishes. */
const PUBLISHED = new Set(['counter', 'rounds'])
const NONCE_BYTES = 12

let key: CryptoKey | null = null

/** Opens or closes this page; other pages are on their own. */
export function useKey(now: CryptoKey | null): void {
  key = now
}

export const isOpen = (): boolean => key !== null

export const isSealedKind = (collection: string): boolean => !OPEN.has(collection)

/** Whether a collection may name people. One that comes later does, until somebody says here that it does not. */
export const namesPeople = (collection: string): boolean => isSealedKind(collection) && !PUBLISHED.has(collection)

export function isSealed(value: unknown): value is Sealed {
  return typeof value === 'object' && value !== null && (value as Sealed).sealed instanceof Uint8Array
}

export async function seal(value: unknown, place: string, under: CryptoKey | null = key): Promise<Sealed> {
  if (under === null) throw new Locked()
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES))
  const plain = new TextEncoder().encode(JSON.stringify(value))
  return { nonce, sealed: new Uint8Array(await crypto.subtle.encrypt(how(nonce, place), under, plain)) }
}

/** What is sealed at this place, or the value itself where it never was; throws `Locked`, and where it was moved or changed. */
export async function open(value: unknown, place: string): Promise<unknown> {
  if (!isSealed(value)) return value
  if (key === null) throw new Locked()
  const plain = await crypto.subtle.decrypt(how(value.nonce, place), key, Uint8Array.from(value.sealed))
  return JSON.parse(new TextDecoder().decode(plain)) as unknown
}

/** The rows as they are written down while this page is open; unchanged on a device without a passphrase. */
export async function sealRows(scope: string, collection: string, rows: Rows, under: CryptoKey | null = key): Promise<Rows> {
  if (under === null || !isSealedKind(collection)) return rows
  const sealed = await Promise.all(
    [...rows].map(async ([id, value]) => [id, (await seal(value, placeOf(scope, collection, id), under)) as unknown as Json] as const),
  )
  return new Map(sealed)
}

export const placeOf = (scope: string, collection: string, id: string): string => `${scope} ${collection} ${id}`

function how(nonce: Uint8Array, place: string): AesGcmParams {
  return { name: 'AES-GCM', iv: Uint8Array.from(nonce), additionalData: new TextEncoder().encode(place) }
}
