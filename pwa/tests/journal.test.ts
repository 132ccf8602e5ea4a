/** The journal and the replica on this device's disk: nothing accepted is lost, nothing acknowledged is sent for ever. */

import fc from 'fast-check'
import { IDBFactory } from 'fake-indexeddb'
import { beforeEach, describe, expect, it, vi } from 'vitest'

/** The modules as a page that was opened just now has them: nothing in memory, only what is on the disk. */
async function newPage() {
  vi.resetModules()
  const [database, outbox, replica, kept] = await Promise.all([
    import('@/offline/database'),
    import('@/offline/outbox'),
    import('@/offline/replica'),
    import('@/offline/kept'),
  ])
  return { ...database, ...outbox, ...replica, ...kept }
}

const DAY_MS = 24 * 3600 * 1000
const event = (name: string, at = 0) => async (seq: number, previous: string) => ({
  kind: 'REDEEM',
  at,
  bytes: new TextEncoder().encode(`${seq} after ${previous}: ${name}`),
  hash: `${name}#${seq}`,
})
const numbers = (entries: { seq: number }[]): number[] => entries.map(({ seq }) => seq)

beforeEach(() => {
  vi.stubGlobal('indexedDB', new IDBFactory())
  localStorage.clear()
})

describe('the journal', () => {
  it('numbers without a gap, each event naming the one before, also after the page was closed', async () => {
    await (await newPage()).append('dev', event('a'))
    await (await newPage()).append('dev', event('b'))
    const later = await newPage()
    const waiting = await later.unacknowledged('dev')
    expect(numbers(waiting)).toEqual([1, 2])
    expect(new TextDecoder().decode(waiting[1]?.bytes)).toBe('2 after a#1: b')
    expect(await later.headOf('dev')).toEqual({ device: 'dev', seq: 2, hash: 'b#2', epoch: 0, ack_seq: 0, durable_seq: 0 })
    expect(await later.unacknowledged('another')).toEqual([])
  })

  it('never gives two tabs the same number', async () => {
    const [one, other] = [await newPage(), await newPage()]
    const made = await Promise.all(
      Array.from({ length: 12 }, (_, nth) => (nth % 2 ? one : other).append('dev', event(`n${nth}`))),
    )
    expect(numbers(made).toSorted((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, nth) => nth + 1))
    const entries = await one.unacknowledged('dev')
    const chain = entries.map(({ bytes }) => /after (\S*):/.exec(new TextDecoder().decode(bytes))?.[1])
    expect(chain).toEqual(['0'.repeat(64), ...entries.slice(0, -1).map(({ hash }) => hash)])
  })

  it('is written strictly, together with what else the act changes, or not at all', async () => {
    const begun = vi.spyOn(IDBDatabase.prototype, 'transaction')
    const page = await newPage()
    await page.append('dev', event('a'), ['counters'], (change) => change.objectStore('counters').put(7, 'voucher'))
    expect(begun.mock.calls.filter(([, mode]) => mode === 'readwrite').map(([stores, , options]) => [stores, options])).toEqual([
      [['outbox', 'heads', 'counters'], { durability: 'strict' }],
    ])
    begun.mockRestore()
    expect(await page.recall('counters', 'voucher')).toBe(7)
    const failing = page.append('dev', event('b'), ['counters'], async (change) => {
      await change.objectStore('counters').put(8, 'voucher')
      throw new Error('over the cap')
    })
    await expect(failing).rejects.toThrow('over the cap')
    const later = await newPage()
    expect(await later.recall('counters', 'voucher')).toBe(7)
    expect(numbers(await later.unacknowledged('dev'))).toEqual([1])
    expect((await later.append('dev', event('c'))).seq).toBe(2)
  })

})

describe('what the county says', () => {
  it('sends again what a restored county lost, and only that', async () => {
    const page = await newPage()
    for (const name of ['a', 'b', 'c', 'd']) await page.append('dev', event(name))
    const told = { epoch: 1, ack_seq: 3, durable_seq: 2, results: [{ seq: 1, code: 'applied' }] }
    expect(await page.acknowledge('dev', told)).toMatchObject({ epoch: 1, ack_seq: 3, durable_seq: 2 })
    expect(numbers(await page.unacknowledged('dev'))).toEqual([4])
    expect(await page.countUnacknowledged('dev')).toBe(1)
    await page.acknowledge('dev', { epoch: 2, ack_seq: 1, durable_seq: 1, results: [] })
    expect(numbers(await page.unacknowledged('dev'))).toEqual([2, 3, 4])
    // A county that claims more than there is has not got it.
    expect(await page.acknowledge('dev', { epoch: 2, ack_seq: 9, durable_seq: 9, results: [] })).toMatchObject({ ack_seq: 4 })
  })

  it('takes a later word for a number that it knows, whatever was told of it before', async () => {
    const page = await newPage()
    await page.append('dev', event('a'))
    const told = async (code: string, reason: string | null) => {
      await page.acknowledge('dev', { epoch: 1, ack_seq: 1, durable_seq: 1, results: [{ seq: 1, code, reason }] })
      const [kept] = await (await page.openDatabase()).getAll('outbox')
      return [kept?.result, kept?.reason]
    }
    expect(await told('noncompliant', 'over-cap')).toEqual(['noncompliant', 'over-cap'])
    expect(await told('duplicate', null)).toEqual(['noncompliant', 'over-cap'])
    expect(await told('applied', null)).toEqual(['applied', null])
    expect(await told('conflict_paid', null)).toEqual(['conflict_paid', null])
  })

  it('forgets only what is in a backup, settled and thirty days old', async () => {
    const page = await newPage()
    const codes = ['applied', 'needs_review', 'applied', 'applied', 'conflict_unpaid', 'applied']
    for (const [nth] of codes.entries()) await page.append('dev', event(`e${nth}`, nth === 2 ? 5 * DAY_MS : 0))
    const results = codes.map((code, nth) => ({ seq: nth + 1, code }))
    await page.acknowledge('dev', { epoch: 1, ack_seq: 6, durable_seq: 5, results: results.filter(({ seq }) => seq !== 4) })
    expect(await page.forgetSettled('dev', 30 * DAY_MS - 1)).toBe(0)
    // 2 waits for somebody, 3 is young, 4 has no result yet, 6 is in no backup.
    expect(await page.forgetSettled('dev', 30 * DAY_MS)).toBe(2)
    expect(numbers(await page.toReview('dev'))).toEqual([2])
    const left = await (await page.openDatabase()).getAll('outbox')
    expect(numbers(left)).toEqual([2, 3, 4, 6])
    expect((await page.append('dev', event('next'))).seq).toBe(7)
  })
})

const word = (epoch: number, cursor: string, people?: Record<string, { value: string }>) => ({
  epoch,
  cursor,
  collections: new Map(people ? [['people', new Map(Object.entries(people))]] : []),
})
const taken = async (page: Awaited<ReturnType<typeof newPage>>, scope: string, told: ReturnType<typeof word>, at = 1) =>
  page.changeStrictly(await page.openDatabase(), ['replica', 'cursors'], (change) => page.takeIn(change, scope, told, at))

describe('the replica', () => {
  const row = fc.record({ value: fc.constantFrom('x', 'y') })
  const rows = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), row)

  it('has of a collection what the newest word told of it, whatever was there before', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(rows, { minLength: 1, maxLength: 4 }), fc.uuid(), async (words, scope) => {
        const page = await newPage()
        for (const people of words) await taken(page, scope, word(1, 'c', people))
        const newest = words.at(-1)!
        const held = await page.lookAll<{ value: string }>(scope, 'people')
        const told = Object.entries(newest).toSorted(([one], [other]) => (one < other ? -1 : 1))
        expect(held).toEqual(told.map(([, value]) => value))
        for (const id of ['a', 'b', 'c', 'd']) expect(await page.look(scope, 'people', id)).toEqual(newest[id])
        await taken(page, `${scope}.other`, word(1, 'c', newest))
        expect(await page.digestsOf(`${scope}.other`, ['people'])).toEqual(await page.digestsOf(scope, ['people']))
      }),
      { numRuns: 15 },
    )
  })

  it('moves its cursor together with what it brought, and begins anew with a restored county', async () => {
    const page = await newPage()
    const one = { '1': { value: '王' } }
    await taken(page, 'station', word(1, 'p1', one), 10)
    await taken(page, 'other', word(1, 'o1', one), 10)
    await taken(page, 'station', word(1, 'p2'), 20)
    const later = await newPage()
    expect(await later.cursorOf('station')).toEqual({ scope: 'station', epoch: 1, cursor: 'p2', at: 20 })
    expect(await later.lookAll('station', 'people')).toEqual([{ value: '王' }])
    await taken(later, 'station', word(2, 'p3'), 30)
    expect(await later.lookAll('station', 'people')).toEqual([])
    expect(await later.lookAll('other', 'people')).toEqual([{ value: '王' }])
    await later.append('dev', event('a'))
    await later.askAllAgain('other')
    // What is here stays until all of it has come, and then nothing stays that did not come.
    expect([await later.lookAll('other', 'people'), await later.cursorOf('other')]).toEqual([[{ value: '王' }], undefined])
    await taken(later, 'other', word(1, 'o2'), 40)
    expect(await later.lookAll('other', 'people')).toEqual([])
    expect((await later.unacknowledged('dev')).length).toBe(1)
  })
})

describe('the database', () => {
  it('keeps what an earlier build wrote', async () => {
    await new Promise<void>((done) => {
      const opening = indexedDB.open('yizhan', 1)
      opening.onupgradeneeded = () => {
        for (const shelf of ['claims', 'keys', 'counters', 'wallet', 'redemptions', 'drafts'])
          opening.result.createObjectStore(shelf)
      }
      opening.onsuccess = () => {
        const write = opening.result.transaction('claims', 'readwrite')
        write.objectStore('claims').put({ claim_id: 'a' }, 'a')
        write.oncomplete = () => {
          opening.result.close()
          done()
        }
      }
    })
    const page = await newPage()
    expect(await page.recallAll('claims')).toEqual([{ claim_id: 'a' }])
    expect((await page.append('dev', event('a'))).seq).toBe(1)
    expect(page.evicted.value).toBe(false)
  })

  it('lets a newer build in, and goes on beside it', async () => {
    const page = await newPage()
    await page.keep('drafts', 'plan', { title: 'half' })
    await new Promise<void>((done, fail) => {
      const opening = indexedDB.open('yizhan', 99)
      opening.onupgradeneeded = () => opening.result.createObjectStore('of tomorrow')
      opening.addEventListener('error', () => fail(new Error('refused')))
      opening.addEventListener('success', () => {
        opening.result.close()
        done()
      })
    })
    await page.keep('drafts', 'other', { title: 'more' })
    expect(page.isKept()).toBe(true)
    expect(await (await newPage()).recallAll('drafts')).toEqual([{ title: 'more' }, { title: 'half' }])
  })

  it('notices that the browser threw everything away', async () => {
    const before = await newPage()
    await before.keep('claims', 'a', 1)
    expect(before.evicted.value).toBe(false)
    vi.stubGlobal('indexedDB', new IDBFactory())
    const after = await newPage()
    expect(await after.recallAll('claims')).toEqual([])
    expect(after.evicted.value).toBe(true)
  })
})
