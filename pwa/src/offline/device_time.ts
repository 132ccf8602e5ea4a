/**
 * The time of this device, read and remembered: `clock.ts` decides, the database keeps the mark.
 *
 * A jump back is told to the journal in the same transaction that remembers it, so it is told once.
 */

import { shallowRef } from 'vue'
import { readClock, type ClockMemory, type ClockReading } from './clock'
import { countyNow } from './county_clock'
import { changeStrictly, openDatabase } from './database'
import { record, type Writer } from './journal'
import { clockMemory, rememberClock } from './tallies'

/** The operator is asked whether it is really so late: nothing is taken offline before they, or the county, said so. */
export const clockUnsure = shallowRef(false)

/** Reads the clock, raises the mark, and writes a jump back into the journal. */
export async function settleTime(writer: Writer): Promise<ClockReading> {
  const memory = await remembered()
  const shows = countyNow()
  const reading = readClock(shows, memory)
  clockUnsure.value = reading.step === 'forward'
  if (reading.step === 'steady') await raise(reading)
  if (reading.step === 'back') {
    await record(writer, clockJump(reading.at, shows, reading.at), reading.at, { add: reading.add })
  }
  return reading
}

/** The county has told the time: whether anybody has to be asked is decided anew. */
export async function lookAtTime(): Promise<void> {
  clockUnsure.value = readClock(countyNow(), await remembered()).step === 'forward'
}

/** The operator looked at a clock of their own and says that the device's is right. */
export async function confirmTime(): Promise<void> {
  const { at, add } = readClock(countyNow(), await remembered())
  await raise({ at, add })
  clockUnsure.value = false
}

/** What the journal is told of a clock; instants in milliseconds. */
export function clockJump(was: number, shows: number, mark: number) {
  const body = { was: seconds(was), shows: seconds(shows), mark: seconds(mark) }
  return { kind: 'CLOCK', body } as const
}

async function remembered(): Promise<ClockMemory> {
  const database = await openDatabase()
  return clockMemory({ get: (name) => database.get('tallies', name) })
}

async function raise({ at, add }: Pick<ClockReading, 'at' | 'add'>): Promise<void> {
  await changeStrictly(await openDatabase(), ['tallies'], async (change) => {
    const tallies = change.objectStore('tallies')
    const { mark } = await clockMemory(tallies)
    await rememberClock(tallies, { mark: Math.max(mark ?? at, at), add })
  })
}

/** A clock before 1970 or after the protocol's last second is told as the nearest that can be written. */
function seconds(ms: number): number {
  return Math.min(Math.max(Math.floor(ms / 1000), 0), 2 ** 33 - 1)
}
