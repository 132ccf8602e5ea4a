/**
 * What does this device keep of its county, for a day without a network? The word `XW1`.
 *
 * What is signed inside is not looked at here. Names are those of the wire, instants seconds since 1970. Twin of
 * `backend/sync/word_rules.py`; `fixtures/protocols/word/SPEC.md`.
 */

import { compare, type Bytes } from '@/kernel/bytes'
import type { CborValue } from '@/kernel/cbor'
import { isBytes, valueOf } from '@/kernel/code_text'
import { COMPRESSED_BYTES, publicKeyOfPoint, type PublicKey } from '@/kernel/keys'
import { uuidOf } from '@/kernel/token'
import { LONGEST_HANDOVER, MOST_HANDOVERS } from '@/kernel/root_handover'
import { countyOf, isInstant, isUint } from '@/kernel/trust'
import type { Json } from './digest'

const LONGEST_WORD = 4_194_304
const LONGEST_PAPER = 65_536
const MOST_COLLECTIONS = 16
const LONGEST_KEY = 200
const NAME = /^[a-z]{1,32}$/
const CURSOR = /^[A-Za-z0-9_-]{1,512}$/

/** Rows of one collection by their keys. */
export type Rows = ReadonlyMap<string, Json>

export interface Word {
  readonly county: string
  readonly device: string
  readonly epoch: number
  /** To be sent with the next question. */
  readonly cursor: string
  readonly server_time: number
  /** The trust list as its root signed it, and how whoever pinned an earlier root comes to this one. */
  readonly trust: { readonly root: PublicKey; readonly list: Bytes; readonly handovers: readonly Bytes[] } | null
  readonly certificate: Bytes | null
  readonly policy: Bytes | null
  readonly allowance: Bytes | null
  readonly status_version: number
  /** Those that changed since the question's cursor, whole. */
  readonly collections: ReadonlyMap<string, Rows>
}

/** Why this device keeps what it has; `word/SPEC.md` has a line for each. */
export type WordReason =
  | 'word-unreadable'
  | 'word-version-unsupported'
  | 'word-malformed'
  | 'word-wrong-county'
  | 'word-wrong-device'

/** The word to this device, or the first reason why it is none. */
export async function readWord(data: Bytes, { county, device }: { county: string; device: string }): Promise<Word | WordReason> {
  const items = data.length > LONGEST_WORD ? undefined : valueOf(data)
  if (items === undefined) return 'word-unreadable'
  if (!Array.isArray(items)) return 'word-malformed'
  if (typeof items[0] === 'string' && items[0] !== 'XW1') return 'word-version-unsupported'
  const word = await wordOf(items)
  if (word === null) return 'word-malformed'
  if (word.county !== county) return 'word-wrong-county'
  return word.device === device ? word : 'word-wrong-device'
}

async function wordOf(items: readonly CborValue[]): Promise<Word | null> {
  const [kind, number, id, epoch, cursor, server_time, given] = items
  const [certificate, policy, allowance, status_version, listed] = items.slice(7)
  const county = countyOf(number)
  if (items.length !== 12 || kind !== 'XW1' || county === null || !isBytes(id, 16)) return null
  if (!isUint(epoch) || typeof cursor !== 'string' || !CURSOR.test(cursor) || !isInstant(server_time)) return null
  if (!isPaper(certificate) || !isPaper(policy) || !isPaper(allowance) || !isUint(status_version)) return null
  const [trust, collections] = [await trustOf(given), collectionsOf(listed)]
  if (trust === undefined || collections === null) return null
  const papers = { certificate, policy, allowance }
  return { county, device: uuidOf(id), epoch, cursor, server_time, trust, ...papers, status_version, collections }
}

async function trustOf(value: CborValue | undefined): Promise<Word['trust'] | undefined> {
  if (value === null) return null
  if (!Array.isArray(value) || value.length < 2 || value.length > 3) return undefined
  const [point, list, told] = value
  if (!isBytes(point, COMPRESSED_BYTES) || !isPaper(list) || list === null) return undefined
  const handovers = value.length === 2 ? [] : handoversOf(told)
  const root = await publicKeyOfPoint(point)
  return root === null || handovers === null ? undefined : { root, list, handovers }
}

function handoversOf(told: CborValue | undefined): Bytes[] | null {
  if (!Array.isArray(told) || told.length === 0 || told.length > MOST_HANDOVERS) return null
  const handovers = told.filter((one) => one instanceof Uint8Array && one.length <= LONGEST_HANDOVER)
  return handovers.length === told.length ? (handovers as Bytes[]) : null
}

function isPaper(value: CborValue | undefined): value is Bytes | null {
  return value === null || (value instanceof Uint8Array && value.length <= LONGEST_PAPER)
}

function collectionsOf(listed: CborValue | undefined): Map<string, Rows> | null {
  if (!Array.isArray(listed) || listed.length > MOST_COLLECTIONS) return null
  const collections = new Map<string, Rows>()
  let before = ''
  for (const item of listed) {
    if (!Array.isArray(item) || item.length !== 2) return null
    const [name, data] = item
    if (typeof name !== 'string' || !NAME.test(name) || name <= before || !(data instanceof Uint8Array)) return null
    const rows = rowsOf(valueOf(data))
    if (rows === null) return null
    collections.set(name, rows)
    before = name
  }
  return collections
}

/** Keys stand in the order of their UTF-8, each once. */
function rowsOf(listed: CborValue | undefined): Rows | null {
  if (!Array.isArray(listed)) return null
  const [rows, encoder] = [new Map<string, Json>(), new TextEncoder()]
  let before: Bytes | null = null
  for (const item of listed) {
    if (!Array.isArray(item) || item.length !== 2) return null
    const [key, value] = item
    // Signs are counted, not the halves of which the larger ones consist.
    if (typeof key !== 'string' || key === '' || Array.from(key).length > LONGEST_KEY || !(value instanceof Map)) return null
    const bytes = Uint8Array.from(encoder.encode(key))
    const row = jsonOf(value)
    if (row === undefined || (before !== null && compare(bytes, before) <= 0)) return null
    rows.set(key, row)
    before = bytes
  }
  return rows
}

function jsonOf(value: CborValue): Json | undefined {
  if (Array.isArray(value)) return whole(value.map(jsonOf))
  if (value instanceof Map) {
    const names = [...value.keys()]
    if (!names.every((name) => typeof name === 'string')) return undefined
    const items = whole([...value.values()].map(jsonOf))
    return items && Object.fromEntries(names.map((name, nth) => [name, items[nth]!]))
  }
  // What is larger is read as a bigint, and has no form in JSON.
  return typeof value === 'bigint' || value instanceof Uint8Array ? undefined : value
}

function whole(items: (Json | undefined)[]): Json[] | undefined {
  return items.every((item) => item !== undefined) ? items : undefined
}
