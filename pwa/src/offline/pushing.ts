/**
 * One push: what is sent, what is taken from the answer, and what everything else means.
 *
 * Only a well-formed answer to this device moves anything. No network, a page in between, a county that is away or that
 * says no: the journal stays as it is, and the next push is smaller, since some lines let only little through. Where
 * nobody answered, a push without events asks first what came through: that costs little, and events go once.
 */

import { problemOf } from '@/api/problem'
import { fromHex, joined, type Bytes } from '@/kernel/bytes'
import { version } from '@/kernel/version'
import { parsed } from './asking'
import { markAfterWord, readClock } from './clock'
import { answered, unreached } from './connection'
import { countyNow, syncClock } from './county_clock'
import type { JournalEntry, JournalHead } from './database'
import { clockJump, lookAtTime } from './device_time'
import { record, type Writer } from './journal'
import { acknowledge, headOf, unacknowledged } from './outbox'
import { isPersisted } from './persistence'
import { LONGEST_PUSH, MOST_EVENTS, readAnswer, signPush, type Answer, type Push } from './push'
import { readSentinel, sentinelTold } from './sentinel'
import { standingIn, standingOf } from './standing'
import { clockMemory, rememberClock } from './tallies'

/** What became of one push. */
export type Pushed =
  | { readonly kind: 'answered'; readonly head: JournalHead; readonly answer: Answer }
  /** Nobody answered, or half an answer came; it was not an attempt. */
  | { readonly kind: 'away' }
  /** Somebody answered something else; the operator is told, and it is tried again. */
  | { readonly kind: 'refused'; readonly status: number; readonly reason: string; readonly waitMs: number }

/** What is known of the line; changes with every push. */
export interface Line {
  /** How many events are sent at once. */
  most: number
  /** Whether pushes are packed; until a county could not read one. */
  packed: boolean
  /** The newest event that went out without an answer, or 0: perhaps the county has it, so it is asked before it goes again. */
  unsure: number
  /** How much got through since a flush began: pushes of events that the county took. */
  heard: number
}

const PATH = '/api/v1/sync/push'
const PATIENCE_MS = 60_000
const CANNOT_UNPACK = new Set([400, 415])
/** What a push has besides its events, and what each event has besides its bytes; both with room. */
const FRAME_BYTES = 512
const EVENT_FRAME_BYTES = 16
/** A county's clock is told in whole seconds; a difference beyond this and the way is a wrong clock of ours. */
const CLOCK_SLACK_MS = 3000

export function newLine(): Line {
  return { most: MOST_EVENTS, packed: typeof CompressionStream === 'function', unsure: 0, heard: 0 }
}

const lines = new Map<string, Line>()

/** What this page has learned of a device's way to the county, whoever pushes next. */
export function lineOf(device: string): Line {
  const known = lines.get(device) ?? newLine()
  lines.set(device, known)
  return known
}

/** Sends what is not acknowledged, or what the county asked for again; with nothing to send it is a question. */
export async function pushOnce(writer: Writer, line: Line, from = Infinity): Promise<Pushed> {
  const { county, identity } = writer
  const head = await headOf(identity.device)
  const asked = line.unsure
  const events = asked > 0 ? [] : fitting(await unacknowledged(identity.device, line.most, from))
  const place = { seq: head.seq, hash: fromHex(head.hash) }
  const { allowance, dealt_in } = await standingOf(identity.device)
  // What another life of the county dealt says nothing of the present one.
  const episode = allowance !== null && dealt_in === head.epoch ? allowance.episode : 0
  const push = { county, device: identity.device, head: place, events, sentinel: readSentinel(), episode }
  const data = await signPush(push, identity.pair.privateKey)
  const sentAt = performance.now()
  const came = await send(data, line.packed)
  if (came === null) {
    unheard(line, events)
    return { kind: 'away' }
  }
  const { response, body } = came
  if (line.packed && CANNOT_UNPACK.has(response.status)) {
    // A county of before, or something in between, does not unpack; the same is sent again as it is.
    line.packed = false
    return pushOnce(writer, line, from)
  }
  if (response.status !== 200) {
    const { reason, retryAfterS } = problemOf(response, parsed(body))
    return refusal(line, response.status, reason, retryAfterS)
  }
  const answer = readAnswer(body, { county, device: identity.device })
  if (typeof answer === 'string') {
    unheard(line, events)
    return { kind: 'refused', status: 200, reason: answer, waitMs: 0 }
  }
  // A question that finds what was sent before says that so much gets through.
  if (events.length > 0 || (asked > 0 && answer.ack_seq >= asked)) {
    ;[line.most, line.heard] = [Math.min(line.most * 2, MOST_EVENTS), line.heard + 1]
  }
  line.unsure = 0
  return { kind: 'answered', head: await takeAnswer(writer, answer, performance.now() - sentAt), answer }
}

async function send(data: Bytes, packed: boolean): Promise<{ response: Response; body: Bytes } | null> {
  const impatience = new AbortController()
  const timer = setTimeout(() => impatience.abort(), PATIENCE_MS)
  try {
    const headers = { 'Content-Type': 'application/cbor', ...(packed ? { 'Content-Encoding': 'gzip' } : {}), ...(await aboutUs()) }
    const body = packed ? await gzipped(data) : data
    const response = await fetch(PATH, { method: 'POST', headers, body, signal: impatience.signal, cache: 'no-store' })
    // Half an answer is none: a line may break at any byte.
    const told = new Uint8Array(await response.arrayBuffer())
    answered()
    return { response, body: told }
  } catch {
    unreached()
    return null
  } finally {
    clearTimeout(timer)
  }
}

/** What the office is shown of this device besides its journal: it decides nothing. */
async function aboutUs(): Promise<Record<string, string>> {
  const persistent = await isPersisted()
  return { 'X-Yizhan-Version': version(), ...(persistent === null ? {} : { 'X-Yizhan-Persistent': String(persistent) }) }
}

/** Takes the answer, and with it the county's checkpoint and time; all of it or nothing. */
async function takeAnswer(writer: Writer, answer: Answer, tookMs: number): Promise<JournalHead> {
  const { device, retired } = writer.identity
  const toldMs = answer.server_time * 1000
  const wrong: { at: number; mark: number }[] = []
  const head = await acknowledge(device, answer, ['standings', 'tallies'], async (change) => {
    const standing = await standingIn(change.objectStore('standings'), device)
    const { checkpoint } = answer
    await change.objectStore('standings').put({ ...standing, checkpoint, word: standing.word + 1 })
    const tallies = change.objectStore('tallies')
    const memory = await clockMemory(tallies)
    const { mark, lowered } = markAfterWord(memory.mark, toldMs)
    if (lowered) wrong.push({ at: readClock(countyNow(), memory).at, mark: memory.mark ?? mark })
    await rememberClock(tallies, { mark, add: lowered ? 0 : memory.add })
  })
  if (!retired) sentinelTold({ device, seq: head.seq })
  if (Math.abs(countyNow() - toldMs) > CLOCK_SLACK_MS + tookMs) await syncClock()
  // A mark that a wrong clock had carried into the future was put right: a jump back too, and told as one.
  for (const { at, mark } of retired ? [] : wrong) await record(writer, clockJump(toldMs, at, mark), toldMs)
  if (!retired) await lookAtTime()
  return head
}

/** As many of these as one push holds. */
function fitting(entries: readonly JournalEntry[]): { seq: number; data: Bytes }[] {
  let left = LONGEST_PUSH - FRAME_BYTES
  const events: { seq: number; data: Bytes }[] = []
  for (const { seq, bytes } of entries) {
    left -= bytes.length + EVENT_FRAME_BYTES
    if (left < 0) break
    events.push({ seq, data: Uint8Array.from(bytes) })
  }
  return events
}

/** Perhaps these came through, perhaps not. */
function unheard(line: Line, events: Push['events']): void {
  const last = events.at(-1)
  // A question that was lost says nothing of how much the line lets through.
  if (last) [line.most, line.unsure] = [smaller(line.most), last.seq]
}

function refusal(line: Line, status: number, reason: string, retryAfterS: number | null = null): Pushed {
  line.most = smaller(line.most)
  return { kind: 'refused', status, reason, waitMs: (retryAfterS ?? 0) * 1000 }
}

function smaller(most: number): number {
  return Math.max(1, Math.floor(most / 2))
}

async function gzipped(data: Bytes): Promise<Bytes> {
  const packing = new CompressionStream('gzip')
  const writer = packing.writable.getWriter()
  const written = writer.write(data).then(() => writer.close())
  const [packed] = await Promise.all([drained(packing.readable), written])
  return packed
}

/** All bytes of a stream. */
async function drained(stream: ReadableStream<Bytes>): Promise<Bytes> {
  const [reader, parts] = [stream.getReader(), [] as Bytes[]]
  for (let part = await reader.read(); !part.done; part = await reader.read()) parts.push(part.value)
  return joined(...parts)
}
