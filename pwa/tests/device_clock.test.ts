// @vitest-environment node
/** The device's time never passes an expiry backwards, and a clock that is put right is believed again. */

import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { markAfterWord, readClock, type ClockMemory } from '@/offline/clock'
import { AT, DAY_MS, HOUR_MS } from './offline_world'

const at = (mark: number | null, add = 0): ClockMemory => ({ mark, add })

describe('a clock', () => {
  it('is believed while it runs on, and before anybody told the time', () => {
    expect(readClock(AT, at(null, 5))).toEqual({ at: AT, add: 0, step: 'steady' })
    expect(readClock(AT + 1000, at(AT))).toEqual({ at: AT + 1000, add: 0, step: 'steady' })
  })

  it('that jumps back by over a minute is told once, and time runs on from the mark', () => {
    expect(readClock(AT - 60_000, at(AT))).toEqual({ at: AT, add: 60_000, step: 'steady' })
    const back = readClock(AT - 3 * HOUR_MS, at(AT))
    expect(back).toEqual({ at: AT, add: 3 * HOUR_MS, step: 'back' })
    const later = readClock(AT - 2 * HOUR_MS, at(AT, back.add))
    expect(later).toEqual({ at: AT + HOUR_MS, add: 3 * HOUR_MS, step: 'steady' })
    // It jumps again: told again.
    expect(readClock(AT - 4 * HOUR_MS, at(later.at, later.add))).toMatchObject({ at: AT + HOUR_MS, step: 'back' })
  })

  it('that somebody put right needs no help any more', () => {
    expect(readClock(AT + 1, at(AT, 3 * HOUR_MS))).toEqual({ at: AT + 1, add: 0, step: 'steady' })
  })

  it('that is over a day ahead is asked about', () => {
    expect(readClock(AT + DAY_MS, at(AT)).step).toBe('steady')
    expect(readClock(AT + DAY_MS + 1, at(AT)).step).toBe('forward')
    expect(readClock(AT - HOUR_MS, at(AT, 2 * DAY_MS)).step).toBe('forward')
  })

  it('that the county puts right moves the mark back only when it was ahead by over a minute', () => {
    expect(markAfterWord(null, AT)).toEqual({ mark: AT, lowered: false })
    expect(markAfterWord(AT + 60_000, AT)).toEqual({ mark: AT + 60_000, lowered: false })
    expect(markAfterWord(AT + 60_001, AT)).toEqual({ mark: AT, lowered: true })
    expect(markAfterWord(AT - 5, AT)).toEqual({ mark: AT, lowered: false })
  })

  it('of any history, ten years off in either direction, never shows less than it showed before', () => {
    const TEN_YEARS_MS = 3650 * DAY_MS
    const shows = fc.oneof(fc.integer({ min: -TEN_YEARS_MS, max: TEN_YEARS_MS }), fc.integer({ min: -5 * 60_000, max: 5 * 60_000 }))
    fc.assert(
      fc.property(fc.array(shows, { minLength: 1, maxLength: 30 }), (steps) => {
        let memory = at(AT)
        for (const off of steps) {
          const mark = memory.mark!
          const reading = readClock(AT + off, memory)
          expect(reading.at).toBeGreaterThanOrEqual(mark)
          expect(reading.add).toBeGreaterThanOrEqual(0)
          expect(reading.step === 'forward').toBe(reading.at - mark > DAY_MS)
          // What the operator was not asked about is remembered.
          if (reading.step !== 'forward') memory = at(reading.at, reading.add)
        }
      }),
    )
  })
})
