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
import type { PublicKey } from '@/kernel/keys'
import { openDatabase } from './database'
import type { Writer } from './journal'
import { sealingTo } from './sealing'


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
  const sealing = await sealingTo(recipient, 'XO1')
  const id = fromHex(device.replaceAll('-', ''))
  const head: CborValue[] = ['XO1', Number(county), id, first, last, recipient.compressed, sealing.fresh, sealing.nonce]
  const inside = encodeCbor(entries.map(({ seq, bytes }) => [seq, Uint8Array.from(bytes)]))
  const sealed = await sealing.seal(inside, encodeCbor(head))
  return { name: `yizhan-${county}-${device}-${first}-${last}.journal`, data: encodeCbor([...head, sealed]), events: entries.length }
}
