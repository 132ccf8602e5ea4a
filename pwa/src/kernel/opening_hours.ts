/**
 * Is a shop open now, until when, and else when does it open next?
 *
 * Pure. Hours are those of every day on the county's clock, as `backend/places/premises.py` keeps them: a closing before
 * the opening means after midnight.
 */

/** `HH:MM`, at most 24:00. */
export interface Hours {
  readonly opens: string
  readonly closes: string
}

/** `clock` is when it next closes or opens, in minutes after midnight; `tomorrow` says on which day that is. */
export type Opening =
  | { readonly kind: 'always' }
  | { readonly kind: 'open'; readonly clock: number; readonly tomorrow: boolean; readonly left: number }
  | { readonly kind: 'closed'; readonly clock: number; readonly tomorrow: boolean; readonly left: number }

const MINUTE_MS = 60_000
const ZONE_MINUTES = 8 * 60
const DAY = 24 * 60

/** How hours stand at an instant, given in milliseconds since 1970. */
export function openingAt({ opens, closes }: Hours, at: number): Opening {
  const minute = (Math.floor(at / MINUTE_MS) + ZONE_MINUTES) % DAY
  const from = minutesOf(opens) % DAY
  // Whoever closes at midnight closes at the end of the day that began.
  const until = minutesOf(closes) || DAY
  if (from === until % DAY) return { kind: 'always' }
  if (from < until) {
    if (minute < from) return closed(from, minute)
    return minute < until ? open(until, until - minute) : closed(from, minute)
  }
  if (minute < until) return open(until, until - minute)
  return minute < from ? closed(from, minute) : { ...open(until, until + DAY - minute), tomorrow: true }
}

export const isOpen = (opening: Opening): boolean => opening.kind !== 'closed'

/** 9:00, 21:30, 24:00 */
export function clockWords(clock: number): string {
  return `${Math.floor(clock / 60)}:${String(clock % 60).padStart(2, '0')}`
}

function open(clock: number, left: number): Opening & { kind: 'open' } {
  return { kind: 'open', clock, tomorrow: false, left }
}

function closed(from: number, minute: number): Opening {
  const tomorrow = minute >= from
  return { kind: 'closed', clock: from, tomorrow, left: from - minute + (tomorrow ? DAY : 0) }
}

function minutesOf(clock: string): number {
  const [hours = '0', minutes = '0'] = clock.split(':')
  return Number(hours) * 60 + Number(minutes)
}
