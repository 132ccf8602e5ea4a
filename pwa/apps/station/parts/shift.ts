/** The operator's shift: as the county says, and without a network as it said last and as this tablet kept it since. */

import { getCurrentScope, watch, type EffectScope } from 'vue'
import { api, ask } from '@/api/client'
import type { ShiftAnswer } from '@/api/wire'
import { read, remember } from '@/kernel/remembered'
import { useLoaded, type Kept, type Loaded } from '@/offline/loaded'
import { useSession } from '@/session/session'
import type { ShiftsHere } from '../away/shift_here'

/** A shift as the pages show it; of one that was opened here nothing is known that the county has not told. */
export interface ShownShift {
  readonly shift_id: string
  readonly opened_at: string
  readonly opening_cash_fen: number
  readonly station: Pick<ShiftAnswer, 'station_zh' | 'station_en'> | null
  readonly device_label: string
  /** Only this tablet knows of it yet. */
  readonly pending: boolean
}

export interface Current {
  readonly shift: ShownShift | null
  /** Who has a shift open at this tablet, where that is somebody else. */
  readonly busy: string
}

interface Remembered {
  readonly shift: ShiftAnswer | null
  readonly operator: string
  readonly at: number
  /** Up to which number the county had this tablet's journal when it said so. */
  readonly heard?: { readonly device: string; readonly ack_seq: number }
}

const KEY = 'yizhan.shift'

export function useShift(): Loaded<Current> {
  const operator = useSession().me?.id ?? ''
  const loaded = useLoaded<Current>(
    async () => {
      const before = await here()
      const answer = await ask(api.GET('/api/v1/shifts/current'))
      if (!answer.ok) return answer
      const heard = before ? { heard: { device: before.device, ack_seq: before.ack_seq } } : {}
      const told: Remembered = { shift: answer.value.shift, operator, at: Date.now(), ...heard }
      remember(KEY, JSON.stringify(told))
      return { ...answer, value: await shownTo(operator, told) }
    },
    async () => kept(operator),
  )
  /** What this tablet wrote meanwhile is shown, also where the county cannot be asked. */
  async function reload(): Promise<void> {
    await loaded.reload()
    const known = loaded.problem.value ? await kept(operator) : undefined
    if (known) loaded.content.value = known.value
  }
  void followJournal(getCurrentScope(), () => {
    if (loaded.content.value?.shift?.pending) void reload()
  })
  return { ...loaded, reload }
}

/** Tells whenever something became of this tablet's journal; loaded after the page. */
async function followJournal(scope: EffectScope | undefined, changed: () => void): Promise<void> {
  const { book } = await import('@/counter/away/running')
  scope?.run(() => watch(book, changed))
}

/** Only what was said to this operator, and what this tablet kept. */
async function kept(operator: string): Promise<Kept<Current> | undefined> {
  const told = recalled(operator)
  const tablet = told ?? (await here())
  if (!tablet) return undefined
  return { value: await shownTo(operator, told), at: new Date(told?.at ?? Date.now()) }
}

function recalled(operator: string): Remembered | null {
  try {
    const told = JSON.parse(read(KEY) ?? 'null') as Remembered | null
    return told?.operator === operator ? told : null
  } catch {
    return null
  }
}

/** Loaded when it is needed: a browser that is no tablet of the county reads no journal. */
async function here(): Promise<ShiftsHere | null> {
  const { shiftsHere } = await import('../away/shift_here')
  return shiftsHere().catch(() => null)
}

async function shownTo(operator: string, told: Remembered | null): Promise<Current> {
  const tablet = await here()
  const open = tablet?.open ?? null
  const heard = told?.heard?.device === tablet?.device ? (told?.heard?.ack_seq ?? 0) : 0
  // The county had heard of it and named another one, or none: it was closed there since.
  const over = open !== null && heard >= open.seq && told?.shift?.shift_id !== open.told.shift
  if (tablet && open && !over && open.told.operator !== operator) {
    const { operatorName } = await import('../away/shift_here')
    return { shift: null, busy: (await operatorName(tablet.device, open.told.operator)) || '…' }
  }
  const named = told?.shift && !tablet?.closed.has(told.shift.shift_id) ? told.shift : null
  if (named) return { shift: { ...named, station: named, pending: false }, busy: '' }
  if (!tablet || !open || over) return { shift: null, busy: '' }
  const { shift: shift_id, cash_fen: opening_cash_fen } = open.told
  const shown = { shift_id, opening_cash_fen, opened_at: new Date(open.at).toISOString(), station: null, device_label: '' }
  return { shift: { ...shown, pending: tablet.ack_seq < open.seq }, busy: '' }
}
