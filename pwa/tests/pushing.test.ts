/** What a push says besides its events, and that a page whose database went away goes on pushing. */

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { AT, COUNTY, openBrowser, openPushCounty, type PushedCounty } from './offline_world'

async function newPage() {
  vi.resetModules()
  const [database, outbox, journal, key, flusher, pushing, connection] = await Promise.all([
    import('@/offline/database'),
    import('@/offline/outbox'),
    import('@/offline/journal'),
    import('@/offline/device_key'),
    import('@/offline/flusher'),
    import('@/offline/pushing'),
    import('@/offline/connection'),
  ])
  return { ...database, ...outbox, ...journal, ...key, ...flusher, ...pushing, ...connection }
}

let county: PushedCounty
let page: Awaited<ReturnType<typeof newPage>>
let identity: Awaited<ReturnType<typeof page.ensureIdentity>>

const write = (): Promise<unknown> => page.record({ county: COUNTY, identity }, { kind: 'VOID', body: { seq: 1, reason: '扫错了' } }, AT)
const head = () => page.headOf(identity.device)
const soon = (sees: () => unknown): Promise<unknown> => vi.waitFor(sees, { timeout: 30_000 })

async function pushedWhere(storage: unknown): Promise<string | null> {
  vi.stubGlobal('navigator', { ...navigator, onLine: true, locks: null, storage })
  await page.flush(COUNTY, identity, page.newLine())
  return county.requests.at(-1)!.persistent
}

beforeEach(async () => {
  openBrowser()
  vi.useFakeTimers({ toFake: ['Date'], now: AT })
  county = openPushCounty()
  page = await newPage()
  identity = await page.ensureIdentity()
  await county.admit(identity.device, identity.key)
})
afterEach(() => {
  page.answered()
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

describe('what a push tells of its device', () => {
  it('is which build it runs, and what the browser has promised by then', async () => {
    let promised = false
    const storage = { persist: async () => false, persisted: async () => promised }
    expect(await pushedWhere(storage)).toBe('false')
    promised = true
    expect(await pushedWhere(storage)).toBe('true')
    const { version } = await import('@/kernel/version')
    expect(county.requests.map((request) => request.version)).toEqual([version(), version()])
  })

  it('says nothing of a promise where the browser has none to give, and is sent all the same', async () => {
    await write()
    expect(await pushedWhere(undefined)).toBe(null)
    expect(await head()).toMatchObject({ ack_seq: 1 })
    expect(await pushedWhere({ persisted: () => Promise.reject(new DOMException('no', 'SecurityError')) })).toBe(null)
  })
})

it('a push opens the database again that was closed under the page, and goes on', async () => {
  await write()
  const stop = page.startFlushing(COUNTY)
  await soon(async () => expect(await head()).toMatchObject({ ack_seq: 1 }))
  await soon(() => expect(page.flushing.value).toEqual({ kind: 'idle' }))
  await write()
  ;(await page.openDatabase()).close()
  await soon(async () => expect((await page.headOf(identity.device).catch(() => null))?.ack_seq).toBe(2))
  stop()
})
