/** What a device lost of its copy without anybody's doing comes back, by the way on which the app hears its county. */

import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { AT, COUNTY, DAY_MS, HOUR_MS, openBrowser, openPushCounty } from './offline_world'
import { openHandingCounty, type HandingCounty } from './pulled_county'

vi.setConfig({ testTimeout: 60_000 })

let county: HandingCounty
let device: string

/** The app as it was opened just now, on a device that the county let in. */
async function openApp() {
  vi.resetModules()
  const [running, key, database, replica] = await Promise.all([
    import('@/counter/away/running'),
    import('@/offline/device_key'),
    import('@/offline/database'),
    import('@/offline/replica'),
  ])
  const identity = await key.ensureIdentity()
  device = identity.device
  return { ...running, ...database, ...replica, identity }
}

type App = Awaited<ReturnType<typeof openApp>>

/** One county that takes pushes, hands out words, and says that it let the device in. */
async function openWholeCounty({ identity }: App): Promise<void> {
  county = await openHandingCounty()
  await county.admit(identity.device, identity.key)
  const handing = fetch
  const pushed = openPushCounty()
  await pushed.admit(identity.device, identity.key)
  const pushing = fetch
  vi.stubGlobal('fetch', async (asked: Request | string, init?: RequestInit) => {
    if (typeof asked !== 'string') return asked.url.includes('/enrolments/') ? Response.json({ state: 'active' }) : Response.json({}, { status: 404 })
    if (asked.endsWith('/sync/push')) return pushing(asked, init)
    // Whoever names a place is told what changed since, and that is nothing.
    if (asked.includes('/sync/pull')) county.unchanged = asked.includes('cursor=') ? ['terms', 'counter'] : []
    return handing(asked, init)
  })
}

const TERMS = ['3.2.1', '9.1.1']
const held = async (app: App): Promise<unknown[]> => {
  const rows = await (await app.openDatabase()).getAllFromIndex('replica', 'collection', [device, 'terms'])
  return rows.map(({ id }) => id)
}
const lose = async (app: App): Promise<void> => (await app.openDatabase()).delete('replica', [device, 'terms', '3.2.1'])
const compared = (): number => county.addresses.filter((address) => address.includes('digest')).length
const pulls = (): string[] => county.addresses.filter((address) => address.includes('/pull'))

beforeEach(() => {
  openBrowser()
  localStorage.setItem('yizhan.county', JSON.stringify({ code: COUNTY, demonstration: true }))
  vi.useFakeTimers({ now: AT, toFake: ['Date'] })
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

it('is compared once a day, and a row that was lost is back', async () => {
  const app = await openApp()
  await openWholeCounty(app)
  await app.hearCounty(true)
  expect([await held(app), compared(), pulls()]).toEqual([TERMS, 1, ['/api/v1/sync/pull']])
  await lose(app)
  vi.setSystemTime(AT + 23 * HOUR_MS)
  await app.hearCounty(true)
  expect([await held(app), compared()]).toEqual([['9.1.1'], 1])
  vi.setSystemTime(AT + DAY_MS)
  await app.hearCounty(true)
  expect([await held(app), compared()]).toEqual([TERMS, 2])
  const later = await openApp()
  await later.hearCounty(true)
  expect(compared()).toBe(2)
})

it('is compared at once where the database went away under the page', async () => {
  const app = await openApp()
  await openWholeCounty(app)
  await app.hearCounty(true)
  await lose(app)
  app.forgetOpened()
  await app.hearCounty(true)
  expect([await held(app), compared()]).toEqual([TERMS, 2])
  await app.hearCounty(true)
  expect(compared()).toBe(2)
})

it('is compared with the next word where nobody answered, and goes on with what it has until all has come', async () => {
  const app = await openApp()
  await openWholeCounty(app)
  county.instead['digest'] = () => new Response('', { status: 503 })
  await app.hearCounty(true)
  await lose(app)
  expect(compared()).toBe(1)
  county.instead = {}
  // The word that should bring it is lost half way.
  let words = 0
  const breaks = fetch
  vi.stubGlobal('fetch', async (asked: Request | string, init?: RequestInit) => {
    const whole = typeof asked === 'string' && asked.endsWith('/sync/pull')
    return whole && (words += 1) === 1 ? new Response('half a word') : breaks(asked, init)
  })
  await app.hearCounty(true)
  expect([await held(app), compared(), words]).toEqual([['9.1.1'], 2, 1])
  await app.hearCounty(true)
  expect([await held(app), words]).toEqual([TERMS, 2])
})
