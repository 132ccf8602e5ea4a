/**
 * A second way home for a journal: a file that only the county can open, to be carried there on anything.
 *
 * A fresh key pair for each file agrees with the county's key on a secret (ECDH P-256), HKDF makes an AES-256-GCM key of
 * it, and the head of the file is covered by the seal. Inside are the events as they were signed, so the county takes them in
 * like any push. Form: CBOR `["XO1", county, device, first, last, county's key, fresh key, nonce, sealed]`, keys as compressed points;
 * sealed is CBOR `[[seq, event] …]`.
 */

import { fromHex, type Bytes } from '@/kernel/bytes'
import { encodeCbor, type CborValue } from '@/kernel/cbor'
import { publicKeyOfPoint, type PublicKey } from '@/kernel/keys'
import { openDatabase } from './database'
import type { Writer } from './journal'

const AGREEMENT = { name: 'ECDH', namedCurve: 'P-256' } as const
const NONCE_BYTES = 12
const MADE_FOR = new TextEncoder().encode('XO1')

export interface JournalFile {
  readonly name: string
  readonly data: Bytes
  /** How many events are inside. */
  readonly events: number
}

/** The events from a number on (those of one shift, or all that are here), sealed to the county; null where there are none. */
export async function exportJournal(
  { county, identity: { device } }: Writer,
  { recipient, from = 1 }: { recipient: PublicKey; from?: number },
): Promise<JournalFile | null> {
  const range = IDBKeyRange.bound([device, from], [device, Number.MAX_SAFE_INTEGER])
  const entries = await (await openDatabase()).getAll('outbox', range)
  const [first, last] = [entries[0]?.seq, entries.at(-1)?.seq]
  if (first === undefined || last === undefined) return null
  const fresh = await crypto.subtle.generateKey(AGREEMENT, false, ['deriveBits'])
  const point = await publicKeyOfPoint(new Uint8Array(await crypto.subtle.exportKey('raw', fresh.publicKey)))
  if (point === null) throw new Error('WebCrypto exported a point that is not on P-256')
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES))
  const id = fromHex(device.replaceAll('-', ''))
  const head: CborValue[] = ['XO1', Number(county), id, first, last, recipient.compressed, point.compressed, nonce]
  const inside = encodeCbor(entries.map(({ seq, bytes }) => [seq, Uint8Array.from(bytes)]))
  const key = await sealingKey(fresh.privateKey, recipient, point)
  const seal = { name: 'AES-GCM', iv: nonce, additionalData: encodeCbor(head) }
  const sealed = new Uint8Array(await crypto.subtle.encrypt(seal, key, inside))
  return { name: `yizhan-${county}-${device}-${first}-${last}.journal`, data: encodeCbor([...head, sealed]), events: entries.length }
}

async function sealingKey(own: CryptoKey, recipient: PublicKey, fresh: PublicKey): Promise<CryptoKey> {
  const theirs = await crypto.subtle.importKey('raw', recipient.uncompressed, AGREEMENT, false, [])
  const secret = await crypto.subtle.deriveBits({ name: 'ECDH', public: theirs }, own, 256)
  const material = await crypto.subtle.importKey('raw', secret, 'HKDF', false, ['deriveKey'])
  const salt = new Uint8Array([...fresh.compressed, ...recipient.compressed])
  const made = { name: 'HKDF', hash: 'SHA-256', salt, info: MADE_FOR }
  return crypto.subtle.deriveKey(made, material, { name: 'AES-GCM', length: 256 }, false, ['encrypt'])
}
