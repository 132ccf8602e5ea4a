/**
 * The operator's shift as this tablet knows it without the county: what its journal tells, and what the county said last.
 *
 * A shift that was opened online is gone on with; one that was opened here is the county's once the journal arrives. One
 * is open at a time: a shift event names the one that it follows, so two tabs never open two.
 */

import { countyCode } from '@/county/county'
import { toldBy } from '@/counter/away/claims'
import { ownWriter } from '@/counter/away/taking'
import { newId } from '@/kernel/ids'
import { read, remember } from '@/kernel/remembered'
import { openDatabase } from '@/offline/database'
import { currentIdentity } from '@/offline/device_key'
import { settleTime } from '@/offline/device_time'
import type { Shift } from '@/offline/event_body'
import { record, ShiftMoved } from '@/offline/journal'
import { headOf } from '@/offline/outbox'
import { look } from '@/offline/replica'
import { shiftName } from '@/offline/tallies'

const OPENED = 'yizhan.shift.opened'

/** A shift event of this tablet. */
interface Written {
  readonly seq: number
  /** Milliseconds since 1970. */
  readonly at: number
  readonly told: Shift
}

/** What the journal of this tablet tells of shifts. */
export interface ShiftsHere {
  readonly device: string
  /** The number of the newest shift event; 0 before the first. */
  readonly place: number
  /** The one that was opened here and not closed here. */
  readonly open: Written | null
  /** Those that were closed here. */
  readonly closed: ReadonlySet<string>
  /** The first number of what belongs to the shift that is open, or to the one after the last that was closed. */
  readonly from: number
  readonly ack_seq: number
}

/** Why no shift is opened or closed here. */
export type NoShift = 'not-ready' | 'not-operator' | 'clock' | 'moved' | 'not-stored'

interface Operator {
  readonly name: string
  readonly since: string
  readonly until: string | null
}

/** Null where this browser is no device. */
export async function shiftsHere(): Promise<ShiftsHere | null> {
  const identity = await currentIdentity().catch(() => undefined)
  if (!identity) return null
  const { device } = identity
  const database = await openDatabase()
  const all = IDBKeyRange.bound([device, 0], [device, Number.MAX_SAFE_INTEGER])
  const entries = (await database.getAll('outbox', all)).filter(({ kind }) => kind === 'SHIFT')
  const written: Written[] = []
  for (const entry of entries) {
    const told = await toldBy(entry)
    if (told?.kind === 'SHIFT') written.push({ seq: entry.seq, at: entry.at, told: told.body })
  }
  const last = written.at(-1)
  const open = last?.told.act === 'open' ? last : null
  return {
    device,
    place: (await database.get('tallies', shiftName(device))) ?? 0,
    open,
    closed: new Set(written.filter(({ told }) => told.act === 'close').map(({ told }) => told.shift)),
    from: open ? open.seq : (last?.seq ?? 0) + 1,
    ack_seq: (await headOf(device)).ack_seq,
  }
}

/** The county opened a shift at this tablet: what is written from now on belongs to it. */
export async function noteOpened(shift: string): Promise<void> {
  const identity = await currentIdentity().catch(() => undefined)
  if (!identity) return
  const { device } = identity
  remember(OPENED, JSON.stringify({ shift, device, from: (await headOf(device)).seq + 1 }))
}

/**
 * The first number that this tablet wrote in a shift, also in one that the county opened; null where it wrote nothing.
 * Of a shift that was opened at another tablet only the time tells what was written since.
 */
export async function firstIn({ shift_id, opened_at }: { shift_id: string; opened_at: string }): Promise<number | null> {
  const here = await shiftsHere()
  if (!here) return null
  const { device, open } = here
  const noted = notedOpening()
  const from = open?.told.shift === shift_id ? open.seq : noted?.shift === shift_id && noted.device === device ? noted.from : null
  const range = IDBKeyRange.bound([device, from ?? 0], [device, Number.MAX_SAFE_INTEGER])
  const entries = await (await openDatabase()).getAll('outbox', range)
  const since = Math.floor(Date.parse(opened_at) / 1000) * 1000
  return entries.find(({ at }) => from !== null || at >= since)?.seq ?? null
}

function notedOpening(): { shift: string; device: string; from: number } | null {
  try {
    return JSON.parse(read(OPENED) ?? 'null') as { shift: string; device: string; from: number } | null
  } catch {
    return null
  }
}

/** Whether this tablet may keep shifts by itself: the county let it in and told it who works here. */
export async function mayKeepShifts(): Promise<boolean> {
  return (await ownWriter().catch(() => null)) !== null
}

/** The name of somebody who works here, as the county told it. */
export async function operatorName(device: string, operator: string): Promise<string> {
  return (await look<Operator>(device, 'operators', operator))?.name ?? ''
}

/** Opens a shift without the county; its id, or why not. */
export async function openHere(operator: string, cash_fen: number): Promise<{ shift: string } | NoShift> {
  return write(operator, (here) => {
    if (here.open) return 'moved'
    return { act: 'open', shift: newId(), operator, cash_fen, reason: null }
  })
}

/** Closes it, whoever knows of it. */
export async function closeHere(
  shift: string,
  operator: string,
  { cash_fen, reason }: Pick<Shift, 'cash_fen' | 'reason'>,
): Promise<{ shift: string } | NoShift> {
  return write(operator, (here) => {
    if (here.closed.has(shift)) return 'moved'
    return { act: 'close', shift, operator, cash_fen, reason }
  })
}

async function write(operator: string, drawn: (here: ShiftsHere) => Shift | NoShift): Promise<{ shift: string } | NoShift> {
  try {
    const [writer, here] = [await ownWriter(), await shiftsHere()]
    if (!writer || !here || !(await countyCode())) return 'not-ready'
    const { at, step } = await settleTime(writer)
    if (step === 'forward') return 'clock'
    const told = drawn(here)
    if (typeof told === 'string') return told
    if (told.act === 'open' && !(await worksHere(here.device, operator, at))) return 'not-operator'
    await record(writer, { kind: 'SHIFT', body: told }, at, { after: here.place })
    return { shift: told.shift }
  } catch (fault) {
    if (fault instanceof ShiftMoved) return 'moved'
    reportError(fault)
    return 'not-stored'
  }
}

async function worksHere(device: string, operator: string, at: number): Promise<boolean> {
  const known = await look<Operator>(device, 'operators', operator)
  return known !== undefined && Date.parse(known.since) <= at && (known.until === null || at < Date.parse(known.until))
}
