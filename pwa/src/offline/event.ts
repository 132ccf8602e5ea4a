/**
 * Which event is this, did its device really sign it, and how does it join on to the one before? The event `XE1`.
 *
 * An event is `[content, signature]`; SHA-256 of the content is its only name, since two signatures fit every content.
 * Pure but for WebCrypto: the journal (`outbox.ts`) numbers and keeps. Twin of `backend/sync/event_rules.py` and
 * `chain_rules.py`; `fixtures/protocols/event/SPEC.md`.
 */

import { equal, fromHex, sha256, type Bytes } from '@/kernel/bytes'
import { encodeCbor, type CborValue } from '@/kernel/cbor'
import { isBytes, valueOf } from '@/kernel/code_text'
import { SIGNATURE_BYTES, signed, verifies, type PublicKey } from '@/kernel/keys'
import { uuidOf } from '@/kernel/token'
import { countyOf, isInstant, isUint } from '@/kernel/trust'
import { readBody, writeBody, type Told } from './event_body'

const HASH_BYTES = 32
const LONGEST_KIND = 16
/** Bytes of an event with its signature: 65 KiB. */
export const LONGEST_EVENT = 66_560
/** What the first event of a device names as the one before it. */
export const BEGINNING: Bytes = new Uint8Array(HASH_BYTES)

/** The county's latest word that the device had: its number, and the county's time of it in seconds since 1970. */
export interface Checkpoint {
  readonly no: number
  readonly time: number
}

/** All of an event but what happened; names are those of the wire. */
export interface EventHead {
  readonly county: string
  readonly device: string
  /** From 1, without a gap. */
  readonly seq: number
  readonly prev: Bytes
  readonly checkpoint: Checkpoint
  readonly epoch: number
  readonly policy: number
  readonly snapshot: number
  readonly t_dev: number
  readonly mono: number
}

/** An event with the bytes that were signed, its body not looked at yet. */
export interface SignedEvent {
  readonly head: EventHead
  readonly kind: string
  readonly body: CborValue
  readonly hash: Bytes
  readonly content: Bytes
  readonly signature: Bytes
}

/** Why an event counts for nothing by itself; `event/SPEC.md` has a line for each. */
export type EventReason =
  | 'event-unreadable'
  | 'event-version-unsupported'
  | 'event-malformed'
  | 'event-wrong-county'
  | 'event-wrong-device'
  | 'event-forged'
  | 'event-kind-unknown'
  | 'event-body-malformed'

export type Link = 'next' | 'again' | 'fork' | 'gap' | 'broken'

/** The event as it is kept and sent, and its name. Throws for what nobody would read. */
export async function signEvent(head: EventHead, told: Told, device: CryptoKey): Promise<{ data: Bytes; hash: Bytes }> {
  const { checkpoint, seq, prev, epoch, policy, snapshot, t_dev, mono } = head
  const items: CborValue[] = ['XE1', Number(head.county), fromHex(head.device.replaceAll('-', '')), seq, prev]
  items.push([checkpoint.no, checkpoint.time], epoch, policy, snapshot, t_dev, mono, told.kind, writeBody(told))
  const content = encodeCbor(items)
  const data = encodeCbor([content, await signed(device, content)])
  const read = await readEvent(data)
  if (typeof read === 'string') throw new Error(read)
  return { data, hash: read.hash }
}

/** Takes an event apart as far as its head, or tells the first reason why it is none. */
export async function readEvent(data: Bytes): Promise<SignedEvent | EventReason> {
  const whole = data.length > LONGEST_EVENT ? undefined : valueOf(data)
  if (!Array.isArray(whole) || whole.length !== 2) return 'event-unreadable'
  const [content, signature] = whole
  if (!(content instanceof Uint8Array) || !isBytes(signature, SIGNATURE_BYTES)) return 'event-unreadable'
  const items = valueOf(content)
  if (items === undefined) return 'event-unreadable'
  if (!Array.isArray(items)) return 'event-malformed'
  if (typeof items[0] === 'string' && items[0] !== 'XE1') return 'event-version-unsupported'
  const head = headOf(items)
  const [kind, body] = items.slice(11)
  if (head === null || body === undefined || !isKind(kind)) return 'event-malformed'
  return { head, kind, body, content, signature, hash: await sha256(content) }
}

/** The event and what it says, if this device of this county signed it. */
export async function verifyEvent(
  data: Bytes,
  { county, device, key }: { county: string; device: string; key: PublicKey },
): Promise<{ event: SignedEvent; told: Told } | EventReason> {
  const event = await readEvent(data)
  if (typeof event === 'string') return event
  if (event.head.county !== county) return 'event-wrong-county'
  if (event.head.device !== device) return 'event-wrong-device'
  if (!(await verifies(key, event.signature, event.content))) return 'event-forged'
  const told = readBody(event.kind, event.body)
  return typeof told === 'string' ? told : { event, told }
}

/** What an event is to those of its device that are stored: hashes by number. */
export function linkOf({ head, hash }: SignedEvent, stored: ReadonlyMap<number, Bytes>): Link {
  const same = stored.get(head.seq)
  if (same !== undefined) return equal(same, hash) ? 'again' : 'fork'
  const before = head.seq === 1 ? BEGINNING : stored.get(head.seq - 1)
  if (before === undefined) return 'gap'
  return equal(before, head.prev) ? 'next' : 'broken'
}

/** The number up to which every event is there. */
export function contiguous(stored: ReadonlyMap<number, Bytes>): number {
  let last = 0
  while (stored.has(last + 1)) last += 1
  return last
}

function headOf(items: readonly CborValue[]): EventHead | null {
  const [kind, number, device, seq, prev, checked, epoch, policy, snapshot, t_dev, mono] = items
  const county = countyOf(number)
  if (items.length !== 13 || kind !== 'XE1' || county === null) return null
  if (!isBytes(device, 16) || !isUint(seq) || seq === 0 || !isBytes(prev, HASH_BYTES)) return null
  const checkpoint = checkpointOf(checked)
  if (checkpoint === null || !isUint(epoch) || !isUint(policy) || !isUint(snapshot)) return null
  if (!isInstant(t_dev) || !isUint(mono)) return null
  return { county, device: uuidOf(device), seq, prev, checkpoint, epoch, policy, snapshot, t_dev, mono }
}

/** A checkpoint on the wire, or null. */
export function checkpointOf(value: CborValue | undefined): Checkpoint | null {
  if (!Array.isArray(value) || value.length !== 2) return null
  const [no, time] = value
  return isUint(no) && isInstant(time) ? { no, time } : null
}

function isKind(value: CborValue | undefined): value is string {
  if (typeof value !== 'string') return false
  const { length } = new TextEncoder().encode(value)
  return length > 0 && length <= LONGEST_KIND
}
