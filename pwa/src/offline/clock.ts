/**
 * What time is it for this device, when its clock may have been set by anybody and nobody can be asked?
 *
 * Pure. The device's time never runs back behind the latest instant that it ever knew (the mark), so no expiry is
 * passed by setting a clock. After a jump back it runs on from the mark; a jump forward over a day is believed only when
 * the operator says so, since a clock set ahead by mistake would end every voucher. All instants in milliseconds since
 * 1970. Specification: the clock's paragraph of the offline counter; decision 0069.
 */

/** What is remembered between two readings. */
export interface ClockMemory {
  /** The latest instant ever known; null before the county told any. */
  readonly mark: number | null
  /** What a clock that jumped back is behind by, as far as is known. */
  readonly add: number
}

export type ClockStep =
  | 'steady'
  /** It jumped back by over a minute: written into the journal, and the mark decides. */
  | 'back'
  /** It is over a day ahead of the mark: after a holiday, or wrong. The operator is asked. */
  | 'forward'

export interface ClockReading {
  /** The device's time, never before the mark. */
  readonly at: number
  /** To be added from now on. */
  readonly add: number
  readonly step: ClockStep
}

export const JUMP_BACK_MS = 60_000
export const JUMP_FORWARD_MS = 24 * 3600_000

/** The device's time when its clock, set by the county when last heard, shows this. */
export function readClock(shows: number, { mark, add }: ClockMemory): ClockReading {
  if (mark === null) return { at: shows, add: 0, step: 'steady' }
  // A clock that somebody put right needs no help any more.
  if (shows >= mark) return ahead(shows, 0, mark)
  if (shows + add >= mark) return ahead(shows + add, add, mark)
  const step = mark - (shows + add) > JUMP_BACK_MS ? 'back' : 'steady'
  return { at: mark, add: mark - shows, step }
}

/** The county's own time puts right a mark that a wrong clock carried into the future. */
export function markAfterWord(mark: number | null, countyMs: number): { mark: number; lowered: boolean } {
  const lowered = mark !== null && mark - countyMs > JUMP_BACK_MS
  return { mark: mark === null || lowered ? countyMs : Math.max(mark, countyMs), lowered }
}

function ahead(at: number, add: number, mark: number): ClockReading {
  return { at, add, step: at - mark > JUMP_FORWARD_MS ? 'forward' : 'steady' }
}
