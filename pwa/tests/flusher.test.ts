/** Everything that a counter wrote reaches the county once, over any line, and nothing is dropped on any answer. */

import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { fromHex, sha256, toHex } from '@/kernel/bytes'
import { encodeCbor } from '@/kernel/cbor'
import { BEGINNING } from '@/offline/event'
import type { JournalEntry } from '@/offline/database'
import type { DeviceIdentity } from '@/offline/device_key'
import { AT, CERTIFICATE, COUNTY, evict, openBrowser, openPushCounty, type Fate, type PushedCounty } from './offline_world'

async function newPage() {
  vi.resetModules()
  const [database, outbox, journal, key, standing, flusher, pushing, sentinel, time, connection] = await Promise.all([
    import('@/offline/database'),
    import('@/offline/outbox'),
    import('@/offline/journal'),
    import('@/offline/device_key'),
    import('@/offline/standing'),
    import('@/offline/flusher'),
    import('@/offline/pushing'),
    import('@/offline/sentinel'),
    import('@/offline/device_time'),
    import('@/offline/connection'),
  ])
  return { ...database, ...outbox, ...journal, ...key, ...standing, ...flusher, ...pushing, ...sentinel, ...time, ...connection }
}

type Page = Awaited<ReturnType<typeof newPage>>
/** Thousands of events and writes. */
const PATIENCE_MS = 240_000
const MISTAKE = { kind: 'VOID', body: { seq: 1, reason: '扫错了' } } as const

vi.setConfig({ testTimeout: 60_000 })

let county: PushedCounty
let page: Page
let identity: DeviceIdentity

/** So many events on the disk, one after another; a county that only keeps them does not ask who signed each. */
async function layEvents(count: number): Promise<void> {
  const { device } = identity
  const id = fromHex(device.replaceAll('-', ''))
  let prev = BEGINNING
  const entries: JournalEntry[] = []
  for (let seq = 1; seq <= count; seq += 1) {
    const content = encodeCbor(['XE1', Number(COUNTY), id, seq, prev, [0, 0], 0, 4, 1, AT / 1000, 1, 'VOID', [1, '扫错了']])
    prev = await sha256(content)
    const bytes = encodeCbor([content, new Uint8Array(64)])
    entries.push({ seq, bytes, hash: toHex(prev), device, kind: 'VOID', at: AT, result: null })
  }
  await page.changeStrictly(await page.openDatabase(), ['outbox', 'heads'], async (change) => {
    await Promise.all(entries.map((entry) => change.objectStore('outbox').put(entry)))
    await change.objectStore('heads').put({ device, seq: count, hash: toHex(prev), epoch: 0, ack_seq: 0, durable_seq: 0 })
  })
}

const write = (): Promise<unknown> => page.record({ county: COUNTY, identity }, MISTAKE, AT)
const push = async () => page.flush(COUNTY, identity, page.newLine())
/** Flushes as the timer would, until everything is acknowledged; how often it had to begin. */
async function insist(line = page.newLine()): Promise<number> {
  for (let tries = 1; ; tries += 1) {
    const pushed = await page.flush(COUNTY, identity, line)
    if (pushed !== 'held' && pushed.kind === 'answered') return tries
    if (tries > 500) throw new Error('it never arrives')
  }
}
const soon = (sees: () => unknown): Promise<unknown> => vi.waitFor(sees, { timeout: 30_000 })
const head = () => page.headOf(identity.device)

beforeEach(async () => {
  openBrowser()
  vi.useFakeTimers({ toFake: ['Date'], now: AT })
  county = openPushCounty()
  page = await newPage()
  identity = await page.ensureIdentity()
  await county.admit(identity.device, identity.key)
})
afterEach(() => {
  page?.answered()
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

describe('three thousand events', () => {
  it('over a line that drops, doubles and cuts arrive once each, two hundred at most at a time', async () => {
    await layEvents(3000)
    const fates: Fate[] = ['request-lost', 'through', 'answer-lost', 'doubled', 'through', 'answer-cut', 'through', 'request-lost', 'through', 'through']
    county.fate = (nth) => fates[nth % fates.length]!
    await insist()
    expect(await head()).toMatchObject({ seq: 3000, ack_seq: 3000, epoch: 1, durable_seq: 0 })
    expect(county.stored.size).toBe(3000)
    expect(Math.max(...county.pushes.map(({ events }) => events.length))).toBe(200)
    expect((await (await page.openDatabase()).getAll('outbox')).length).toBe(3000)
    // These repeat themselves; real claims hold some 210 bytes that nobody can pack.
    expect(county.requests.every(({ packed }) => packed)).toBe(true)
  }, PATIENCE_MS)
})

describe('a push', () => {
  it('is made smaller by a line that lets little through, and larger again', async () => {
    await layEvents(40)
    const line = page.newLine()
    line.most = 16
    county.fate = (nth) => (nth < 2 ? 'request-lost' : 'through')
    expect((await page.flush(COUNTY, identity, line)) as object).toEqual({ kind: 'away' })
    expect((await page.flush(COUNTY, identity, line)) as object).toEqual({ kind: 'away' })
    // The second one was a question, and says nothing of how much the line lets through.
    expect(line.most).toBe(8)
    await insist(line)
    expect(county.pushes.map(({ events }) => events.length)).toEqual([0, 8, 16, 16])
    expect(line.most).toBe(64)
  })

  it('never has more bytes than the county takes', async () => {
    const args = new Uint8Array(65_000)
    for (let nth = 0; nth < 18; nth += 1) {
      const body = { cmd_id: `01999999-0000-7000-8000-0000000000${10 + nth}`, type: 'case.open', args, deps: [], base_rev: null }
      await page.record({ county: COUNTY, identity }, { kind: 'CMD', body }, AT)
    }
    await insist()
    expect(county.pushes.map(({ events }) => events.length)).toEqual([16, 2])
  })

  it('goes unpacked to a county that cannot unpack, from then on', async () => {
    county.unpacks = false
    await layEvents(3)
    const line = page.newLine()
    expect(await page.flush(COUNTY, identity, line)).toMatchObject({ kind: 'answered' })
    await page.flush(COUNTY, identity, line)
    expect(county.requests.map(({ packed }) => packed)).toEqual([true, false, false])
  })
})

describe('a push without a yes', () => {
  it.each([400, 401, 403, 404, 409, 413, 415, 429, 500, 502, 503, 302])('that is answered with %i loses nothing and is told', async (status) => {
    await layEvents(5)
    county.fate = () => new Response('<html>', { status, headers: { 'retry-after': '30' } })
    const line = page.newLine()
    const told = await page.flush(COUNTY, identity, line)
    expect(told).toMatchObject({ kind: 'refused', status, waitMs: 30_000 })
    expect(line.most).toBe(100)
    expect((await page.unacknowledged(identity.device)).length).toBe(5)
    county.fate = () => 'through'
    await insist(line)
    expect(await head()).toMatchObject({ ack_seq: 5 })
  })

  it('that a page in between answers with its own yes is no answer', async () => {
    await layEvents(2)
    county.fate = () => new Response('<html>welcome to the network of the hotel</html>')
    expect(await push()).toMatchObject({ kind: 'refused', status: 200, reason: 'answer-unreadable' })
    expect(await head()).toMatchObject({ ack_seq: 0 })
  })

  it('of a device that was never admitted is told and kept', async () => {
    const stranger = await page.renewIdentity()
    await page.record({ county: COUNTY, identity: stranger }, MISTAKE, AT)
    expect(await page.flush(COUNTY, stranger, page.newLine())).toMatchObject({ kind: 'refused', status: 401, reason: 'push-device-unknown' })
    expect(await page.countUnacknowledged(stranger.device)).toBe(1)
  })
})

describe('a push without an answer', () => {
  it('is asked about, and its events go once', async () => {
    await layEvents(60)
    const line = page.newLine()
    line.most = 40
    county.fate = (nth) => (nth === 0 ? 'answer-lost' : 'through')
    expect((await page.flush(COUNTY, identity, line)) as object).toEqual({ kind: 'away' })
    expect(line).toMatchObject({ unsure: 40, most: 20 })
    await insist(line)
    expect(line).toMatchObject({ unsure: 0, most: 80 })
    expect(county.pushes.map(({ events }) => events.map(({ seq }) => seq).at(0) ?? null)).toEqual([1, null, 41])
    expect(await head()).toMatchObject({ ack_seq: 60 })
    expect((await (await page.openDatabase()).getAll('outbox')).filter(({ result }) => result !== 'applied')).toEqual([])
  })

  it('makes a line that lets something through in between be tried again soon, and one that is gone ever later', () => {
    const away = { kind: 'away' } as const
    expect([page.failsAfter(7, away, true), page.failsAfter(7, away, false)]).toEqual([1, 8])
    expect(page.failsAfter(7, { kind: 'held' }, true)).toBe(8)
    expect(page.failsAfter(7, { kind: 'idle' }, false)).toBe(0)
  })
})

describe('the county’s answer', () => {
  it('is kept with each event, and a later “known already” takes nothing back', async () => {
    await layEvents(4)
    county.code = (seq) => (seq === 2 ? ['needs_review', 'unknown-voucher'] : seq === 3 ? ['held_gap', null] : ['applied', null])
    await insist()
    await page.acknowledge(identity.device, { epoch: 2, ack_seq: 0, durable_seq: 0, results: [] })
    await insist()
    const kept = await (await page.openDatabase()).getAll('outbox')
    expect(kept.map(({ result, reason }) => [result, reason])).toEqual([
      ['applied', null],
      ['needs_review', 'unknown-voucher'],
      ['duplicate', null],
      ['applied', null],
    ])
    expect((await page.toReview(identity.device)).map(({ seq }) => seq)).toEqual([2])
  })

  it('of a county that was restored makes the device send again what was lost, also when nothing waited', async () => {
    await layEvents(6)
    county.durable = 4
    await insist()
    expect(await head()).toMatchObject({ ack_seq: 6, durable_seq: 4 })
    for (const seq of [5, 6]) county.stored.delete(seq)
    county.epoch = 2
    county.pushes.length = 0
    await insist()
    expect(county.pushes.map(({ events }) => events.map(({ seq }) => seq))).toEqual([[], [5, 6]])
    expect(await head()).toMatchObject({ epoch: 2, ack_seq: 6 })
    expect(county.stored.size).toBe(6)
  })
})

describe('a county that asks', () => {
  it('may ask from a number on, once', async () => {
    await layEvents(5)
    await insist()
    county.pushes.length = 0
    await write()
    county.asks = 3
    county.stored.delete(6)
    await insist()
    expect(county.pushes.map(({ events }) => events.map(({ seq }) => seq))).toEqual([[6], [3, 4, 5, 6]])
    county.pushes.length = 0
    county.stored.delete(4)
    county.epoch = 2
    county.asks = 2
    await insist()
    expect(county.pushes.map(({ events }) => events.map(({ seq }) => seq))).toEqual([[], [2, 3, 4, 5, 6]])
  })

  it('may ask for numbers that it has, since another journal went out under this name', async () => {
    await layEvents(6)
    await insist()
    county.pushes.length = 0
    const asks = [5, 2, null]
    county.fate = () => ((county.asks = asks.shift() ?? null), 'through')
    expect(await push()).toMatchObject({ kind: 'answered', head: { ack_seq: 6 } })
    expect(county.pushes.map(({ events }) => events.map(({ seq }) => seq))).toEqual([[], [5, 6], [2, 3, 4, 5, 6]])
  })

  it('that asks for the same numbers for ever is answered once a round, and the round is over', async () => {
    await layEvents(3)
    await insist()
    county.pushes.length = 0
    county.asks = 2
    expect(await push()).toMatchObject({ kind: 'answered' })
    expect(county.pushes.map(({ events }) => events.map(({ seq }) => seq))).toEqual([[], [2, 3]])
    county.pushes.length = 0
    let nth = 0
    county.fate = () => ((county.asks = (nth += 1) % 2 ? 1 : 2), 'through')
    expect(await push()).toMatchObject({ kind: 'answered' })
    expect(county.pushes.length).toBeLessThan(1010)
  }, PATIENCE_MS)

  it('that acknowledges nothing new ends the round, and nothing is sent for ever', async () => {
    await layEvents(2)
    vi.spyOn(county.stored, 'has').mockReturnValue(false)
    expect(await push()).toBe('held')
    // The first answer told the epoch, which was something new.
    expect(county.pushes.length).toBe(2)
  })

})

describe('the county’s time', () => {
  it('comes with the checkpoint under which the next event is written', async () => {
    await write()
    await insist()
    expect(await page.standingOf(identity.device)).toMatchObject({ checkpoint: { no: 1, time: AT / 1000 } })
    await write()
    const { readEvent } = await import('@/offline/event')
    const [entry] = await page.unacknowledged(identity.device)
    expect(await readEvent(Uint8Array.from(entry!.bytes))).toMatchObject({ head: { seq: 2, epoch: 1, checkpoint: { no: 1, time: AT / 1000 } } })
  })

  it('puts a mark right that a wrong clock carried ten years ahead, and tells so in the journal', async () => {
    const TEN_YEARS_MS = 3650 * 86_400_000
    await page.settleTime({ county: COUNTY, identity })
    vi.setSystemTime(AT + TEN_YEARS_MS)
    expect((await page.settleTime({ county: COUNTY, identity })).step).toBe('forward')
    expect(page.clockUnsure.value).toBe(true)
    await page.confirmTime()
    expect(page.clockUnsure.value).toBe(false)
    county.now = () => AT + 5000
    await insist()
    expect(await head()).toMatchObject({ seq: 1, ack_seq: 1 })
    const [entry] = await (await page.openDatabase()).getAll('outbox')
    const { readEvent } = await import('@/offline/event')
    const read = await readEvent(Uint8Array.from(entry!.bytes))
    const far = (AT + TEN_YEARS_MS) / 1000
    expect(read).toMatchObject({ kind: 'CLOCK', body: [AT / 1000 + 5, far, far], head: { t_dev: AT / 1000 + 5 } })
    vi.setSystemTime(AT + 6000)
    expect(await page.settleTime({ county: COUNTY, identity })).toEqual({ at: AT + 6000, add: 0, step: 'steady' })
  })
})

describe('the note of a lost journal', () => {
  it('goes with each push, and is replaced once one arrived', async () => {
    const lost = { device: '01999999-0000-7000-8000-000000000003', seq: 12 }
    localStorage.setItem('yizhan.journal', JSON.stringify(lost))
    await write()
    county.fate = (nth) => (nth === 0 ? 'request-lost' : 'through')
    await push()
    expect(page.readSentinel()).toEqual(lost)
    await push()
    expect(county.pushes.map(({ sentinel }) => sentinel)).toEqual([lost])
    expect(page.readSentinel()).toEqual({ device: identity.device, seq: 1 })
  })
})

describe('a line of any kind', () => {
  const fate = fc.constantFrom<Fate>('through', 'through', 'request-lost', 'answer-lost', 'answer-cut', 'doubled')

  it('brings every event home once, in its order, whatever it does and whenever the page is closed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fate, { minLength: 1, maxLength: 12 }), fc.array(fc.nat(6), { maxLength: 4 }), async (fates, writes) => {
        evict()
        county = openPushCounty()
        page = await newPage()
        identity = await page.ensureIdentity()
        await county.admit(identity.device, identity.key)
        county.fate = (nth) => (nth < fates.length ? fates[nth]! : 'through')
        let written = 0
        for (const count of writes) {
          for (let nth = 0; nth < count; nth += 1) await write()
          written += count
          await push()
        }
        await insist()
        const entries = await (await page.openDatabase()).getAll('outbox')
        expect([...county.stored].map(([seq, hash]) => [seq, toHex(hash)])).toEqual(entries.map(({ seq, hash }) => [seq, hash]))
        expect([county.stored.size, (await head()).ack_seq]).toEqual([written, written])
        expect(fromHex((await head()).hash).length).toBe(32)
      }),
      { numRuns: 5 },
    )
  }, PATIENCE_MS)
})

describe('flushing by itself', () => {
  it('begins at once, goes on with each commit and when the line is back, and says how it stands', async () => {
    await page.takeWord(identity.device, { certificate: CERTIFICATE })
    await write()
    const stop = page.startFlushing(COUNTY)
    await soon(async () => expect(await head()).toMatchObject({ ack_seq: 1 }))
    await soon(() => expect(page.flushing.value).toEqual({ kind: 'idle' }))
    await write()
    await soon(async () => expect(await head()).toMatchObject({ ack_seq: 2 }))
    county.fate = () => 'request-lost'
    await write()
    await soon(() => expect(page.flushing.value).toEqual({ kind: 'away' }))
    county.fate = () => 'through'
    dispatchEvent(new Event('online'))
    await soon(async () => expect(await head()).toMatchObject({ ack_seq: 3 }))
    await soon(() => expect(page.flushing.value).toEqual({ kind: 'idle' }))
    stop()
    await write()
    expect(county.pushes.flatMap(({ events }) => events.map(({ seq }) => seq))).toEqual([1, 2, 3])
  })

  it('of an identity that the county refuses does not hold up another', async () => {
    await write()
    const renewed = await page.renewIdentity()
    await page.record({ county: COUNTY, identity: renewed }, MISTAKE, AT)
    const stop = page.startFlushing(COUNTY)
    await soon(() => expect(page.flushing.value).toEqual({ kind: 'refused', status: 401, reason: 'push-device-unknown', waitMs: 0 }))
    expect(await head()).toMatchObject({ ack_seq: 1 })
    stop()
  })

  it('is done by one tab at a time', async () => {
    let [inside, most] = [0, 0]
    let last: Promise<unknown> = Promise.resolve()
    const request = (_: string, act: () => Promise<unknown>): Promise<unknown> => {
      last = last.then(async () => {
        most = Math.max(most, (inside += 1))
        const value = await act()
        inside -= 1
        return value
      })
      return last
    }
    vi.stubGlobal('navigator', { ...navigator, onLine: true, locks: { request } })
    await layEvents(3)
    const other = await newPage()
    await Promise.all([push(), other.flush(COUNTY, identity, other.newLine())])
    expect([most, county.pushes.map(({ events }) => events.length)]).toEqual([1, [3, 0]])
  })

  it('pauses from a second to a minute, never the same for all', () => {
    expect([1, 2, 3, 6, 7, 30].map((fails) => page.pauseAfter(fails, 1))).toEqual([1000, 2000, 4000, 32_000, 60_000, 60_000])
    expect([page.pauseAfter(1, 0), page.pauseAfter(7, 0)]).toEqual([750, 45_000])
  })
})
