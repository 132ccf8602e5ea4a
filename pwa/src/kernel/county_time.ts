/**
 * What time is it in the county, when all that is known is what it said and how long its answers took?
 *
 * Pure. The county's clock is compared with the phone's steady one (which nobody can set) at the middle of a round trip;
 * the quickest of several is the truest, and is off by at most half of its length.
 */

/** One question for the time; `sentAt` and `receivedAt` are milliseconds of the phone's steady clock. */
export interface Sample {
  readonly sentAt: number
  readonly receivedAt: number
  readonly countyMs: number
}

export interface Offset {
  /** To be added to the steady clock. */
  readonly addMs: number
  /** It is wrong by at most this. */
  readonly errorMs: number
}

/** The offset of the quickest sample. */
export function offsetOf(samples: readonly Sample[]): Offset | null {
  let best: Offset | null = null
  for (const { sentAt, receivedAt, countyMs } of samples) {
    const errorMs = (receivedAt - sentAt) / 2
    if (errorMs >= 0 && (best === null || errorMs < best.errorMs)) {
      best = { addMs: countyMs - (sentAt + errorMs), errorMs }
    }
  }
  return best
}
