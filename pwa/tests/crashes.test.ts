/** Whatever a device writes is on its disk as a whole or not at all, wherever the power goes; and then it goes on. */

import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { Told } from '@/offline/event_body'
import type { Writer } from '@/offline/journal'
import { allowance, AT, BILL, CERTIFICATE, circumstances, COUNTY, crashing, DAY_MS } from './offline_world'
import { newWorld, openBrowser, OPERATOR, POLICY, REQUESTS } from './offline_world'

vi.setConfig({ testTimeout: 60_000 })

const ID = '01999999-0000-7000-8000-0000000000d1'
const STORES = ['outbox', 'heads', 'standings', 'taken', 'tallies'] as const

/** A page that was opened just now: nothing in memory, only what is on the disk. */
async function newPage() {
  vi.resetModules()
  const [database, outbox, journal, key, standing, accepting] = await Promise.all([
    import('@/offline/database'),
    import('@/offline/outbox'),
    import('@/offline/journal'),
    import('@/offline/device_key'),
    import('@/offline/standing'),
    import('@/offline/accepting'),
  ])
  return { ...database, ...outbox, ...journal, ...key, ...standing, ...accepting }
}

type Page = Awaited<ReturnType<typeof newPage>>

let writer: Writer
let device: string

/** All that is on the disk. */
async function wholeState(): Promise<unknown> {
  const page = await newPage()
  const database = await page.openDatabase()
  const kept = await Promise.all(STORES.map(async (name) => [name, await database.getAllKeys(name), await database.getAll(name)]))
  return [...kept, (await page.allIdentities()).map((one) => [one.device, one.key, one.retired])]
}

/** The act on a fresh page each time, broken off at its first request to the disk, its second and so on; how many it makes. */
async function breakingOff(act: (page: Page) => Promise<unknown>): Promise<number> {
  const before = await wholeState()
  for (let nth = 0; ; nth += 1) {
    const page = await newPage()
    await page.openDatabase()
    const broken = await crashing(nth, () => act(page), REQUESTS)
    if (!broken) {
      expect(await wholeState()).not.toEqual(before)
      return nth
    }
    expect(await wholeState(), `at request ${nth}`).toEqual(before)
  }
}

beforeEach(async () => {
  openBrowser()
  const page = await newPage()
  writer = { county: COUNTY, identity: await page.ensureIdentity() }
  device = writer.identity.device
  await page.takeWord(device, { policy: POLICY, certificate: CERTIFICATE, allowance: allowance() })
  await page.acknowledge(device, { epoch: 1, ack_seq: 0, durable_seq: 0, results: [] }, ['standings'], async (change) => {
    const standing = await page.standingIn(change.objectStore('standings'), device)
    await change.objectStore('standings').put({ ...standing, checkpoint: { no: 7, time: AT / 1000 - 60 } })
  })
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

const cmd = { cmd_id: ID, type: 'case.open', args: Uint8Array.of(1), deps: [], base_rev: null }
const shift = { act: 'open', shift: ID, operator: OPERATOR, cash_fen: 100, reason: null } as const
const EVENTS: Exclude<Told, { kind: 'REDEEM' }>[] = [
  { kind: 'VOID', body: { seq: 1, reason: '扫错了' } },
  { kind: 'SHIFT', body: shift },
  { kind: 'CMD', body: cmd },
  { kind: 'CLOCK', body: { was: 2, shows: 1, mark: 2 } },
]

it.each(EVENTS)('an event of kind $kind', async (told) => {
  const requests = await breakingOff((page) => page.record(writer, told, AT))
  expect(requests).toBeGreaterThan(7)
  const page = await newPage()
  expect((await page.unacknowledged(device)).map(({ seq, kind }) => [seq, kind])).toEqual([[1, told.kind]])
  expect((await page.record(writer, EVENTS[0]!, AT)).seq).toBe(2)
})

it('a voucher that is taken', async () => {
  const world = await newWorld()
  const phone = await world.phone()
  const shown = await (await newPage()).readShown(await phone.draw(), { trust: world.trust, county: COUNTY, at: AT })
  if (typeof shown === 'string') throw new Error(shown)
  const steady = { at: AT, add: 0, step: 'steady' } as const
  expect(await breakingOff((page) => page.accept(writer, { ...BILL, shown }, circumstances, steady))).toBeGreaterThan(15)
  const again = await (await newPage()).accept(writer, { ...BILL, shown }, circumstances, steady)
  expect(again).toEqual({ kind: 'refused', reason: 'offline-taken-here' })
})

it('what the county acknowledged', async () => {
  const page = await newPage()
  for (let nth = 0; nth < 3; nth += 1) await page.record(writer, EVENTS[0]!, AT)
  const results = [1, 2, 3].map((seq) => ({ seq, code: 'applied' }))
  const requests = await breakingOff((opened) =>
    opened.acknowledge(device, { epoch: 1, ack_seq: 3, durable_seq: 2, results }, ['standings'], async (change) => {
      const standing = await opened.standingIn(change.objectStore('standings'), device)
      await change.objectStore('standings').put({ ...standing, word: standing.word + 1 })
    }),
  )
  expect(requests).toBeGreaterThan(6)
  expect(await (await newPage()).headOf(device)).toMatchObject({ ack_seq: 3, durable_seq: 2 })
})

it('what is forgotten', async () => {
  const page = await newPage()
  for (let nth = 0; nth < 3; nth += 1) await page.record(writer, EVENTS[0]!, AT)
  const results = [1, 2, 3].map((seq) => ({ seq, code: 'applied' }))
  await page.acknowledge(device, { epoch: 1, ack_seq: 3, durable_seq: 2, results })
  // Two reads, and a write for each of the two that a backup has.
  expect(await breakingOff((opened) => opened.forgetSettled(device, AT + 31 * DAY_MS))).toBe(4)
  expect(await (await (await newPage()).openDatabase()).count('outbox')).toBe(1)
})

it('a new identity in the place of an old one', async () => {
  expect(await breakingOff((page) => page.renewIdentity())).toBe(3)
  const kept = await (await newPage()).allIdentities()
  expect(kept.map(({ retired }) => retired)).toEqual([true, false])
  expect((await (await newPage()).currentIdentity())?.device).not.toBe(device)
})
