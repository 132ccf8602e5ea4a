/**
 * What does this device send to the county, and what is it told? The push `XB1` and its answer `XS1`.
 *
 * Events travel as they were signed, each beside its number, and the device signs the whole. Names are those of the wire.
 * Twin of `backend/sync/push_rules.py` and `answer_rules.py`; `fixtures/protocols/batch/SPEC.md`.
 */

import { equal, fromHex, joined, sha256, type Bytes } from '@/kernel/bytes'
import { encodeCbor, type CborValue } from '@/kernel/cbor'
import { isBytes, valueOf } from '@/kernel/code_text'
import { SIGNATURE_BYTES, signed, verifies, type PublicKey } from '@/kernel/keys'
import { uuidOf } from '@/kernel/token'
import { countyOf, isInstant, isUint } from '@/kernel/trust'
import { BEGINNING, LONGEST_EVENT, checkpointOf, type Checkpoint } from './event'

export const MOST_EVENTS = 200
/** Bytes of a whole push before any compression: 1 MiB. */
export const LONGEST_PUSH = 1_048_576
const LONGEST_WORD = 64
const WORD = /^[a-z]+(-[a-z]+)*$/
const PLAIN = ['applied', 'duplicate', 'conflict_paid', 'conflict_unpaid', 'held_gap'] as const
const REASONED = ['noncompliant', 'needs_review'] as const

export interface Push {
  readonly county: string
  readonly device: string
  /** The journal's newest event, sent now or not; number 0 and `BEGINNING` before the first. */
  readonly head: { readonly seq: number; readonly hash: Bytes }
  readonly events: readonly { readonly seq: number; readonly data: Bytes }[]
  /** What is remembered outside of the journal, so that a lost one is noticed. */
  readonly sentinel: { readonly device: string; readonly seq: number } | null
  /** Of the allowance by which this device counts, dealt in the epoch that it was told last; 0 for none. */
  readonly episode: number
}

/** What an event came to. */
export type ResultCode = (typeof PLAIN)[number] | (typeof REASONED)[number]

export interface EventResult {
  readonly seq: number
  readonly code: ResultCode
  readonly reason: string | null
}

export interface Answer {
  readonly county: string
  readonly device: string
  readonly epoch: number
  readonly ack_seq: number
  readonly durable_seq: number
  readonly results: readonly EventResult[]
  readonly need_from: number | null
  readonly server_time: number
  readonly checkpoint: Checkpoint
  readonly policy: number
  readonly status_version: number
}

/** Why a push is not taken; `batch/SPEC.md` has a line for each. */
export type PushReason =
  | 'push-too-large'
  | 'push-unreadable'
  | 'push-version-unsupported'
  | 'push-malformed'
  | 'push-wrong-county'
  | 'push-device-unknown'
  | 'push-forged'

/** Why this device does not take an answer, and sends again. */
export type AnswerReason =
  | 'answer-unreadable'
  | 'answer-version-unsupported'
  | 'answer-malformed'
  | 'answer-wrong-county'
  | 'answer-wrong-device'

/** The push as it is sent. Throws for one that no county would take. */
export async function signPush(push: Push, device: CryptoKey): Promise<Bytes> {
  const { head, events, sentinel, episode } = push
  const items: CborValue[] = ['XB1', Number(push.county), idBytes(push.device), [head.seq, head.hash]]
  items.push(await shortened(events), sentinel && [idBytes(sentinel.device), sentinel.seq], episode)
  const formed = await pushOf(items)
  const content = encodeCbor(items)
  const data = encodeCbor([content, await signed(device, content)])
  if (typeof formed === 'string') throw new Error(formed)
  if (data.length > LONGEST_PUSH) throw new Error('push-too-large')
  return data
}

/** The push, if one of these devices signed all of it. */
export async function verifyPush(
  data: Bytes,
  { county, devices }: { county: string; devices: ReadonlyMap<string, PublicKey> },
): Promise<Push | PushReason> {
  if (data.length > LONGEST_PUSH) return 'push-too-large'
  const whole = valueOf(data)
  if (!Array.isArray(whole) || whole.length !== 2) return 'push-unreadable'
  const [content, signature] = whole
  if (!(content instanceof Uint8Array) || !isBytes(signature, SIGNATURE_BYTES)) return 'push-unreadable'
  const items = valueOf(content)
  if (items === undefined) return 'push-unreadable'
  const push = await pushOf(items)
  if (typeof push === 'string') return push
  if (push.county !== county) return 'push-wrong-county'
  const key = devices.get(push.device)
  if (key === undefined) return 'push-device-unknown'
  return (await verifies(key, signature, content)) ? push : 'push-forged'
}

/** The county's answer to this device, or the first reason why it is none. */
export function readAnswer(data: Bytes, { county, device }: { county: string; device: string }): Answer | AnswerReason {
  const items = valueOf(data)
  if (items === undefined) return 'answer-unreadable'
  if (!Array.isArray(items)) return 'answer-malformed'
  if (typeof items[0] === 'string' && items[0] !== 'XS1') return 'answer-version-unsupported'
  const answer = answerOf(items)
  if (answer === null) return 'answer-malformed'
  if (answer.county !== county) return 'answer-wrong-county'
  return answer.device === device ? answer : 'answer-wrong-device'
}

async function pushOf(items: CborValue): Promise<Push | PushReason> {
  if (!Array.isArray(items)) return 'push-malformed'
  const [kind, number, device, place, listed, remembered, episode] = items
  if (typeof kind === 'string' && kind !== 'XB1') return 'push-version-unsupported'
  if (items.length !== 7 || kind !== 'XB1' || !Array.isArray(listed)) return 'push-malformed'
  if (listed.length > MOST_EVENTS) return 'push-too-large'
  const county = countyOf(number)
  const head = placeOf(place)
  const events = await lengthened(listed)
  const sentinel = sentinelOf(remembered)
  if (county === null || !isBytes(device, 16) || head === null || sentinel === undefined) return 'push-malformed'
  if (!areNumbered(events) || !ascend(events) || (events.at(-1)?.seq ?? 0) > head.seq) return 'push-malformed'
  if (!isUint(episode)) return 'push-malformed'
  return { county, device: uuidOf(device), head, events, sentinel, episode }
}

function placeOf(value: CborValue | undefined): Push['head'] | null {
  if (!Array.isArray(value) || value.length !== 2) return null
  const [seq, hash] = value
  if (!isUint(seq) || !isBytes(hash, BEGINNING.length)) return null
  return seq > 0 || equal(hash, BEGINNING) ? { seq, hash } : null
}

type Numbered = Push['events'][number]

/** An event that names the one before it here leaves that hash away: the county works it out again (B19). */
async function shortened(events: readonly Numbered[]): Promise<CborValue[]> {
  return Promise.all(
    events.map(async ({ seq, data }, i) => {
      const before = events[i - 1]
      const named = before !== undefined && before.seq + 1 === seq ? await nameOf(before.data) : null
      const at = named === null ? -1 : placeIn(data, named)
      return at < 0 ? [seq, data] : [seq, data.slice(0, at), data.slice(at + BEGINNING.length)]
    }),
  )
}

/** Every event whole; `null` stands for one that is none. */
async function lengthened(items: readonly CborValue[]): Promise<(Numbered | null)[]> {
  const found: (Numbered | null)[] = []
  for (const item of items) found.push(await numberedOf(item, found.at(-1) ?? null))
  return found
}

async function numberedOf(value: CborValue, before: Numbered | null): Promise<Numbered | null> {
  if (!Array.isArray(value) || value.length < 2 || value.length > 3) return null
  const [seq, left, right] = value
  if (!isUint(seq) || seq === 0 || !(left instanceof Uint8Array)) return null
  if (value.length === 2) return sized({ seq, data: left })
  if (before === null || before.seq + 1 !== seq || !(right instanceof Uint8Array)) return null
  const named = await nameOf(before.data)
  return named && sized({ seq, data: joined(left, named, right) })
}

function sized(event: Numbered): Numbered | null {
  return event.data.length > 0 && event.data.length <= LONGEST_EVENT ? event : null
}

/** The hash by which the next event names this one; `null` for bytes that are no event's. */
async function nameOf(data: Bytes): Promise<Bytes | null> {
  const value = valueOf(data)
  if (!Array.isArray(value) || value.length !== 2) return null
  const [content, signature] = value
  return content instanceof Uint8Array && signature instanceof Uint8Array ? sha256(content) : null
}

/** Where these bytes stand in others; -1 where they do not. */
function placeIn(data: Bytes, part: Bytes): number {
  for (let at = 0; at + part.length <= data.length; at += 1) {
    if (data[at] === part[0] && equal(data.subarray(at, at + part.length), part)) return at
  }
  return -1
}

function areNumbered<Item>(items: (Item | null)[]): items is Item[] {
  return !items.includes(null)
}

/** Numbers grow, each once. */
function ascend(items: readonly { readonly seq: number }[]): boolean {
  return items.every(({ seq }, i) => i === 0 || items[i - 1]!.seq < seq)
}

function sentinelOf(value: CborValue | undefined): Push['sentinel'] | undefined {
  if (value === null) return null
  if (!Array.isArray(value) || value.length !== 2) return undefined
  const [device, seq] = value
  return isBytes(device, 16) && isUint(seq) ? { device: uuidOf(device), seq } : undefined
}

function answerOf(items: readonly CborValue[]): Answer | null {
  const [kind, number, device, epoch, ack_seq, durable_seq, listed, need_from, server_time, checked, policy, status] = items
  const county = countyOf(number)
  if (items.length !== 12 || kind !== 'XS1' || county === null || !isBytes(device, 16)) return null
  if (!isUint(epoch) || !isUint(ack_seq) || !isUint(durable_seq) || durable_seq > ack_seq) return null
  if (need_from !== null && (!isUint(need_from) || need_from === 0)) return null
  const checkpoint = checkpointOf(checked)
  if (!isInstant(server_time) || checkpoint === null || !isUint(policy) || !isUint(status)) return null
  if (!Array.isArray(listed) || listed.length > MOST_EVENTS) return null
  const results = listed.map(resultOf)
  if (!areNumbered(results) || !ascend(results)) return null
  const told = { epoch, ack_seq, durable_seq, results, need_from, server_time, checkpoint, policy }
  return { county, device: uuidOf(device), ...told, status_version: status }
}

function resultOf(value: CborValue): EventResult | null {
  if (!Array.isArray(value) || value.length !== 3) return null
  const [seq, code, reason] = value
  if (!isUint(seq) || seq === 0) return null
  const plain = PLAIN.find((known) => known === code)
  if (plain !== undefined) return reason === null ? { seq, code: plain, reason } : null
  const reasoned = REASONED.find((known) => known === code)
  if (reasoned === undefined || typeof reason !== 'string') return null
  return reason.length <= LONGEST_WORD && WORD.test(reason) ? { seq, code: reasoned, reason } : null
}

function idBytes(id: string): Bytes {
  return fromHex(id.replaceAll('-', ''))
}
