/** The way to the county beside the protocol: what is learned of a line, a clock that was put right, files, what fails. */

import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { toHex } from '@/kernel/bytes'
import { newDeviceKey, publicHalf } from '@/kernel/keys'
import type { Json } from '@/offline/digest'
import { AT, COUNTY, DAY_MS, openBrowser, openPushCounty, type PushedCounty } from './offline_world'

async function newPage() {
  vi.resetModules()
  const [database, journal, key, flusher, pushing, time, briefing, replica, exporting, outbox] = await Promise.all([
    import('@/offline/database'),
    import('@/offline/journal'),
    import('@/offline/device_key'),
    import('@/offline/flusher'),
    import('@/offline/pushing'),
    import('@/offline/device_time'),
    import('@/offline/briefing'),
    import('@/offline/replica'),
    import('@/counter/away/exporting'),
    import('@/offline/outbox'),
  ])
  return { ...database, ...journal, ...key, ...flusher, ...pushing, ...time, ...briefing, ...replica, ...exporting, ...outbox }
}

const MISTAKE = { kind: 'VOID', body: { seq: 1, reason: '扫错了' } } as const

let county: PushedCounty
let page: Awaited<ReturnType<typeof newPage>>

beforeEach(async () => {
  openBrowser()
  localStorage.setItem('yizhan.county', JSON.stringify({ code: COUNTY, demonstration: true }))
  vi.useFakeTimers({ toFake: ['Date'], now: AT })
  county = openPushCounty()
  county.now = () => AT
  page = await newPage()
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

async function admitted() {
  const identity = await page.ensureIdentity()
  await county.admit(identity.device, identity.key)
  return { county: COUNTY, identity }
}

it('what one push learned of a bad line, the next knows, whoever pushes', async () => {
  const writer = await admitted()
  for (let nth = 0; nth < 4; nth += 1) await page.record(writer, MISTAKE, AT)
  county.fate = () => 'request-lost'
  const stop = page.startFlushing(COUNTY, () => 1)
  await vi.waitFor(() => expect(county.requests).toHaveLength(1))
  await vi.waitFor(() => expect(page.flushing.value.kind).toBe('away'))
  stop()
  county.fate = () => 'through'
  await page.askWord(COUNTY, writer.identity)
  // It asks first what came through, and then sends fewer than it would over a good line.
  expect(county.pushes.map(({ events }) => events.length)).toEqual([0, 4])
  expect(page.lineOf(writer.identity.device).unsure).toBe(0)
})

it('a clock that the county has confirmed is asked about no more', async () => {
  const writer = await admitted()
  await page.settleTime(writer)
  vi.setSystemTime(AT + 2 * DAY_MS)
  expect((await page.settleTime(writer)).step).toBe('forward')
  expect(page.clockUnsure.value).toBe(true)
  county.now = () => AT + 2 * DAY_MS
  await page.flush(COUNTY, writer.identity, page.newLine())
  expect(page.clockUnsure.value).toBe(false)
})

it('goes on sending where what is old cannot be forgotten', async () => {
  const writer = await admitted()
  await page.record(writer, MISTAKE, AT)
  const full = vi.spyOn(IDBObjectStore.prototype, 'delete').mockImplementation(() => {
    throw new DOMException('full', 'QuotaExceededError')
  })
  const faults: unknown[] = []
  const heed = (fault: unknown): void => void faults.push(fault)
  process.on('unhandledRejection', heed)
  const stop = page.startFlushing(COUNTY, () => 1)
  await vi.waitFor(() => expect(page.flushing.value.kind).toBe('idle'))
  await vi.waitFor(() => expect(full).toHaveBeenCalled())
  await page.record(writer, MISTAKE, AT)
  await vi.waitFor(async () => expect(await page.countUnacknowledged(writer.identity.device)).toBe(0))
  stop()
  await new Promise((done) => setTimeout(done, 50))
  process.off('unhandledRejection', heed)
  expect(faults).toEqual([])
})

it('the file of a journal is one for each id that this browser wrote under, and all of them are told', async () => {
  const first = await admitted()
  await page.record(first, MISTAKE, AT)
  await page.record(first, MISTAKE, AT)
  const own = { journal_key: toHex((await publicHalf(await newDeviceKey())).compressed) }
  await page.changeStrictly(await page.openDatabase(), ['replica', 'cursors'], async (change) => {
    const told = { epoch: 1, cursor: 'c', collections: new Map([['county', new Map<string, Json>([['own', own]])]]) }
    await page.takeIn(change, first.identity.device, told, AT)
  })
  const second = await page.renewIdentity()
  expect((await page.journalFiles()).map(({ events }) => events)).toEqual([2])
  await page.record({ county: COUNTY, identity: second }, MISTAKE, AT)
  const files = await page.journalFiles()
  expect(files.map(({ name, events }) => [name.includes(second.device), name.includes(first.identity.device), events])).toEqual([
    [true, false, 1],
    [false, true, 2],
  ])
})
