/** What the county hands out is on this device as a whole or not at all, and suffices to take a voucher. */

import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { fromHex } from '@/kernel/bytes'
import { newId } from '@/kernel/ids'
import { newDeviceKey, publicHalf } from '@/kernel/keys'
import { drawPresentation } from '@/kernel/xv1'
import type { Writer } from '@/offline/journal'
import { AT, BILL, CAMPAIGN, COUNTY, crashing, DAY_MS, MERCHANT, openBrowser, openPushCounty, OPERATOR, REQUESTS } from './offline_world'
import { handedOver, listOf, openHandingCounty, signedBy, TERMS_ROW, type HandingCounty } from './pulled_county'

vi.setConfig({ testTimeout: 60_000 })

/** The modules as a page that was opened just now has them: nothing in memory, only what is on the disk. */
async function newPage() {
  vi.resetModules()
  const [database, outbox, journal, key, standing, accepting, book, pull, replica] = await Promise.all([
    import('@/offline/database'),
    import('@/offline/outbox'),
    import('@/offline/journal'),
    import('@/offline/device_key'),
    import('@/offline/standing'),
    import('@/offline/accepting'),
    import('@/offline/book'),
    import('@/offline/pull'),
    import('@/offline/replica'),
  ])
  return { ...database, ...outbox, ...journal, ...key, ...standing, ...accepting, ...book, ...pull, cursorOf: replica.cursorOf }
}

type Page = Awaited<ReturnType<typeof newPage>>
const STORES = ['replica', 'cursors', 'keys', 'standings', 'heads', 'taken'] as const
let county: HandingCounty

beforeEach(async () => {
  openBrowser()
  county = await openHandingCounty()
})
afterEach(() => vi.unstubAllGlobals())

async function enrolled(page: Page): Promise<Writer> {
  const identity = await page.ensureIdentity()
  await county.admit(identity.device, identity.key)
  return { county: COUNTY, identity }
}

async function wholeState(page: Page): Promise<unknown> {
  const database = await page.openDatabase()
  return Promise.all(STORES.map(async (name) => [name, await database.getAllKeys(name), await database.getAll(name)]))
}

async function shownAt(place: number): Promise<string> {
  const pair = await newDeviceKey()
  const { compressed } = await publicHalf(pair)
  const [id, start] = [fromHex(newId(AT).replaceAll('-', '')), AT / 1000 - 86_400]
  const token = await signedBy(county, ['XT1', Number(COUNTY), id, CAMPAIGN, 2, 20_00, start, start + 6 * 86_400, compressed, place, 2, 1])
  return drawPresentation(token, { holder: pair.privateKey, at: AT, counter: 1 })
}

it('takes vouchers without a network by what it was handed out, and by nothing else', async () => {
  const page = await newPage()
  const writer = await enrolled(page)
  const { device } = writer.identity
  expect((await page.pullOnce(writer)).kind).toBe('taken')
  expect(county.addresses).toEqual(['/api/v1/sync/pull', '/api/v1/sync/status'])
  const later = await newPage()
  await later.acknowledge(device, { epoch: 1, ack_seq: 0, durable_seq: 0, results: [] }, ['standings'], async (change) => {
    const standing = await later.standingIn(change.objectStore('standings'), device)
    await change.objectStore('standings').put({ ...standing, checkpoint: { no: 1, time: AT / 1000 - 60 }, word: standing.word + 1 })
  })
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('no network')))
  const trust = (await later.trustOf(device, COUNTY))!
  const outcomes: string[] = []
  for (const place of [0, 1, 2, 99]) {
    const shown = await later.readShown(await shownAt(place), { trust, county: COUNTY, at: AT })
    if (typeof shown === 'string') throw new Error(shown)
    const circumstances = (await later.circumstancesOf(device, shown, true))!
    const outcome = await later.accept(writer, { ...BILL, shown }, circumstances, { at: AT, add: 0, step: 'steady' })
    outcomes.push(outcome.kind === 'refused' ? outcome.reason : outcome.kind)
    // What is asked of the county alone has no terms here, nor has what it never told of.
    const others = [{ campaign: 9 }, { terms_version: 3 }, { domain: 2 }].map((other) => ({ ...shown, ...other }))
    for (const other of others) expect((await later.circumstancesOf(device, other, true))?.terms).toBeUndefined()
  }
  expect(outcomes).toEqual(['taken', 'already-used', 'offline-stopped', 'taken'])
  const [entry] = await later.unacknowledged(device)
  const { readEvent } = await import('@/offline/event')
  expect(await readEvent(Uint8Array.from(entry!.bytes))).toMatchObject({ head: { policy: 4, snapshot: 7 } })
})

it('asks with the cursor of what it took, and keeps what is not told again', async () => {
  const page = await newPage()
  const writer = await enrolled(page)
  const { device } = writer.identity
  await page.pullOnce(writer)
  county.unchanged = ['terms']
  county.collections['counter'] = {}
  expect((await page.pullOnce(writer)).kind).toBe('taken')
  expect(county.addresses.slice(2)).toEqual(['/api/v1/sync/pull?cursor=c1'])
  expect(await page.counterOf(device)).toBeUndefined()
  county.status = { version: 8, states: [1, 1] }
  await page.pullOnce(writer)
  expect(county.addresses.slice(3)).toEqual(['/api/v1/sync/pull?cursor=c1', '/api/v1/sync/status?since=7&epoch=1'])
  expect([(await page.standingOf(device)).snapshot, (await page.heldList(device))?.version]).toEqual([8, 8])
})

it('is told by the digests what is not the same as in the county, and gets it again', async () => {
  const page = await newPage()
  const writer = await enrolled(page)
  await page.pullOnce(writer)
  expect(await page.differing(writer)).toEqual([])
  county.collections['terms'] = { '9.1.1': TERMS_ROW }
  expect(await page.differing(writer)).toEqual(['terms'])
  county.addresses.length = 0
  await page.pullOnce(writer)
  expect(county.addresses[0]).toBe('/api/v1/sync/pull')
  expect(await page.differing(writer)).toEqual([])
  for (const told of [() => Response.json({}, { status: 503 }), () => new Response('<html>the hotel'), () => Response.json({ epoch: 2, collections: [] })]) {
    county.instead['digest'] = told
    expect(await page.differing(writer)).toBe(null)
  }
  expect((await page.cursorOf(writer.identity.device))?.cursor).toBe('c1')
})

it('believes nothing of a word in which one thing is not believed', async () => {
  const page = await newPage()
  const writer = await enrolled(page)
  await page.pullOnce(writer)
  const before = await wholeState(page)
  const [root, issuer] = [county.root, county.issuer]
  county.collections['counter'] = {}
  const reasons: string[] = []
  const spoil = async (how: () => void | Promise<void>): Promise<void> => {
    await how()
    const pulled = await page.pullOnce(writer)
    reasons.push(pulled.kind === 'refused' ? pulled.reason : pulled.kind)
    Object.assign(county, { root, issuer, listed: issuer, serial: 1, certified: null, at: AT / 1000, instead: {}, status: { version: 7, states: [0] } })
  }
  // Another root, however good its own list is: the first one is pinned.
  await spoil(async () => void (county.root = await newDeviceKey()))
  await spoil(async () => void (county.issuer = await newDeviceKey()))
  await spoil(() => void (county.serial = 0))
  await spoil(async () => void (county.certified = await publicHalf(await newDeviceKey())))
  await spoil(() => void (county.at = AT / 1000 - 31 * 86_400))
  await spoil(() => void (county.instead['pull'] = () => new Response('no word')))
  await spoil(() => void (county.instead['pull'] = () => Response.json({ reason: 'device-suspended' }, { status: 403 })))
  await spoil(() => {
    county.status.version = 8
    county.instead['status'] = () => new Response('no list')
  })
  await spoil(() => {
    county.status.version = 8
    county.instead['status'] = () => Promise.reject(new TypeError('no network')) as unknown as Response
  })
  // The county was restored between the two answers.
  await spoil(() => {
    const status = { version: 8, states: [0] }
    county.status = status
    county.instead['status'] = () => new Response(listOf({ epoch: 2, status }))
  })
  expect(reasons).toEqual([
    'trust-list-forged',
    'certificate-forged',
    'trust-list-older',
    'certificate-wrong-device',
    'issuer-not-serving',
    'word-unreadable',
    'device-suspended',
    'status-list-unreadable',
    'away',
    'away',
  ])
  expect(await wholeState(page)).toEqual(before)
})

it('is written as a whole or not at all, wherever the power goes', async () => {
  const page = await newPage()
  const writer = await enrolled(page)
  await page.pullOnce(writer)
  county.episode = 2
  county.status = { version: 8, states: [1] }
  county.collections['counter'] = {}
  const before = await wholeState(page)
  const begun = vi.spyOn(IDBDatabase.prototype, 'transaction')
  for (let nth = 0, crashed = true; crashed; nth += 1) {
    crashed = await crashing(nth, () => page.pullOnce(writer), REQUESTS)
    if (crashed) expect(await wholeState(page)).toEqual(before)
    else expect(nth).toBeGreaterThan(7)
  }
  expect(begun.mock.calls.filter(([, mode]) => mode === 'readwrite').every(([, , options]) => options?.durability === 'strict')).toBe(true)
  const { allowance, snapshot } = await page.standingOf(writer.identity.device)
  expect([allowance?.episode, snapshot]).toEqual([2, 8])
})

it('begins anew with a county that was restored, whose numbers may be smaller', async () => {
  const page = await newPage()
  const writer = await enrolled(page)
  const { device } = writer.identity
  county.episode = 5
  await page.pullOnce(writer)
  Object.assign(county, { policy: 3, episode: 4 })
  await page.pullOnce(writer)
  const older = await page.standingOf(device)
  expect([older.policy?.number, older.allowance?.episode]).toEqual([4, 5])
  Object.assign(county, { epoch: 2, unchanged: ['terms', 'counter'] })
  expect((await page.pullOnce(writer)).kind).toBe('taken')
  const newer = await page.standingOf(device)
  expect([newer.policy?.number, newer.allowance?.episode]).toEqual([3, 4])
  // The county knew the cursor of another life and told nothing of these: they are not the ones of before.
  expect(await page.counterOf(device)).toBeUndefined()
  expect((await page.heldList(device))?.epoch).toBe(2)
})

it('tells with its pushes by which episode it counts, unless another life of the county dealt it', async () => {
  const page = await newPage()
  const writer = await enrolled(page)
  await page.pullOnce(writer)
  const { newLine, pushOnce } = await import('@/offline/pushing')
  const pushing = openPushCounty()
  await pushing.admit(writer.identity.device, writer.identity.key)
  for (const epoch of [1, 1, 2, 2]) {
    pushing.epoch = epoch
    await pushOnce(writer, newLine())
  }
  // Before its first answer a device knows no epoch; at the fourth push it knows that the county lives anew.
  expect(pushing.pushes.map(({ episode }) => episode)).toEqual([0, 1, 1, 0])
})

it('names whose counter it is', async () => {
  const page = await newPage()
  const writer = await enrolled(page)
  expect(await page.trustOf(writer.identity.device, COUNTY)).toBe(null)
  await page.pullOnce(writer)
  expect((await page.counterOf(writer.identity.device))?.merchant_id).toBe(MERCHANT)
  const { certificate } = await page.standingOf(writer.identity.device)
  expect([certificate?.kind, certificate?.merchant]).toEqual(['merchant', MERCHANT])
  expect(certificate!.expires_at * 1000).toBeGreaterThan(AT + 29 * DAY_MS)
})

it('takes nothing of a word that names people before somebody set a passphrase, its papers neither', async () => {
  const page = await newPage()
  const writer = await enrolled(page)
  const { asksPassphrase } = await import('@/offline/lock/wanted')
  for (const [name, rows] of [
    ['operators', { [OPERATOR]: { name: '店员' } }],
    ['cards', {}],
    ['something', {}],
  ] as const) {
    county.collections[name] = rows
    expect(await page.pullOnce(writer)).toEqual({ kind: 'unsealed' })
    expect(asksPassphrase.value, name).toBe(true)
    expect(await (await page.openDatabase()).count('replica')).toBe(0)
    expect(await page.standingOf(writer.identity.device)).toMatchObject({ policy: null, certificate: null, allowance: null })
    delete county.collections[name]
  }
  county.collections['operators'] = { [OPERATOR]: { name: '店员' } }
  const lock = await import('@/offline/lock/lock')
  await lock.setPassphrase('山里的驿站 2026', null, 1000)
  expect(asksPassphrase.value).toBe(false)
  expect((await page.pullOnce(writer)).kind).toBe('taken')
  const { look } = await import('@/offline/replica')
  expect(await look(writer.identity.device, 'operators', OPERATOR)).toEqual({ name: '店员' })
})

it('follows a root that the pinned one handed over to, and pins it; no other, and never back', async () => {
  const page = await newPage()
  const writer = await enrolled(page)
  await page.pullOnce(writer)
  const [old, fresh, stranger] = [county.root, await newDeviceKey(), await newDeviceKey()]
  const refused = { kind: 'refused', reason: 'trust-list-forged' }
  for (const handovers of [[], [await handedOver(stranger, fresh)], [await handedOver(old, stranger)], [Uint8Array.of(1)]]) {
    Object.assign(county, { root: fresh, handovers })
    expect(await page.pullOnce(writer)).toMatchObject(refused)
  }
  county.handovers = [await handedOver(old, fresh)]
  expect((await page.pullOnce(writer)).kind).toBe('taken')
  // A list of the new root alone is enough from now on; the old root is believed no more.
  county.handovers = []
  expect((await page.pullOnce(writer)).kind).toBe('taken')
  Object.assign(county, { root: old, serial: 9 })
  expect(await page.pullOnce(writer)).toMatchObject(refused)
  county.handovers = [await handedOver(old, fresh)]
  expect(await page.pullOnce(writer)).toMatchObject(refused)
})
