/** What this tablet's journal tells beside vouchers: shifts and registrations, as people read them; the newest first. */

import { toldBy } from '@/counter/away/claims'
import { openDatabase, type JournalEntry } from '@/offline/database'
import { allIdentities } from '@/offline/device_key'
import { headOf } from '@/offline/outbox'
import { look } from '@/offline/replica'
import { CLAIM, readPlainClaim } from '@/offline/station_claim'
import { operatorName } from './shift_here'

/** `waiting` until the county has it. */
export type EntryState = 'waiting' | 'applied' | 'held' | 'task'

export interface StationEntry {
  readonly key: string
  readonly seq: number
  readonly at: number
  readonly what: 'open' | 'close' | 'claim' | 'other'
  readonly state: EntryState
  /** Why a task is one. */
  readonly reason: string
  readonly cash_fen: number
  /** Whose it is to look after. */
  readonly operator: string
  /** Of a registration: what it is for, and the short number that was written down for the person. */
  readonly round: { readonly zh: string; readonly en: string } | null
  readonly proof: string
  readonly slip: string
}

interface Round {
  readonly title_zh: string
  readonly title_en: string
  readonly name_zh: string
  readonly name_en: string
}

const SLIP_SIGNS = 6

/** What a person can write down and read out; the tablet keeps nobody's name. */
export function slipOf(id: string): string {
  return id.replaceAll('-', '').slice(-SLIP_SIGNS).toUpperCase()
}

export async function readEntries(): Promise<StationEntry[]> {
  const found: StationEntry[] = []
  for (const { device } of await allIdentities()) {
    const range = IDBKeyRange.bound([device, 0], [device, Number.MAX_SAFE_INTEGER])
    const entries = (await (await openDatabase()).getAll('outbox', range)).filter(({ kind }) => kind === 'SHIFT' || kind === 'CMD')
    const { ack_seq } = await headOf(device)
    for (const entry of entries) found.push(await shown(entry, ack_seq))
  }
  return found.toSorted((one, other) => other.at - one.at)
}

async function shown(entry: JournalEntry, ack_seq: number): Promise<StationEntry> {
  const { device, seq, at } = entry
  const told = await toldBy(entry)
  const common = { key: `${device} ${seq}`, seq, at, state: stateOf(entry, ack_seq), reason: entry.reason ?? '', slip: '' }
  const nothing = { cash_fen: 0, operator: '', round: null, proof: '' }
  if (told?.kind === 'SHIFT') {
    const { act, cash_fen, operator } = told.body
    return { ...common, ...nothing, what: act, cash_fen, operator: await operatorName(device, operator) }
  }
  const plain = told?.kind === 'CMD' && told.body.type === CLAIM ? readPlainClaim(told.body.args) : null
  if (told?.kind !== 'CMD' || plain === null) return { ...common, ...nothing, what: 'other' }
  const about = await look<Round>(device, 'rounds', plain.round)
  const round = about ? { zh: `${about.title_zh} · ${about.name_zh}`, en: `${about.title_en} · ${about.name_en}` } : null
  const operator = await operatorName(device, plain.operator)
  return { ...common, ...nothing, what: 'claim', operator, round, proof: plain.proof, slip: slipOf(told.body.cmd_id) }
}

function stateOf({ seq, result }: JournalEntry, ack_seq: number): EntryState {
  if (result === 'applied') return 'applied'
  if (result === 'needs_review' || result === 'noncompliant') return 'task'
  return result === 'held_gap' || seq <= ack_seq ? 'held' : 'waiting'
}
