/** A passphrase opens the names on a device; ten wrong ones throw them away, and never the journal. */

import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { Me } from '@/api/wire'
import { newId } from '@/kernel/ids'
import { AT, COUNTY, openBrowser, openPushCounty } from './offline_world'
import { openHandingCounty, type HandingCounty } from './pulled_county'

vi.setConfig({ testTimeout: 120_000 })

const PASSPHRASE = '山里的驿站 2026'
const WRONG = '山里的驿站 2027'
/** Few, so that forty tries are quick; one test has the real number. */
const ROUNDS = 1000
const ME = { id: newId(AT), display_name: '王小翠', phone: '139****0001', session_expires_at: '2026-12-01T00:00:00Z' } as unknown as Me
const NAMES = ['王小翠', '139****0001', '李店员', '老街小面馆', '张三']

async function newPage() {
  vi.resetModules()
  const [database, lock, sealing, keeping, kept, replica, key, journal, outbox, pull, pushing, owed, remembered] = await Promise.all([
    import('@/offline/database'),
    import('@/offline/lock/lock'),
    import('@/offline/lock/sealing'),
    import('@/session/keeping'),
    import('@/offline/kept'),
    import('@/offline/replica'),
    import('@/offline/device_key'),
    import('@/offline/journal'),
    import('@/offline/outbox'),
    import('@/offline/pull'),
    import('@/offline/flusher'),
    import('@/session/owed'),
    import('@/kernel/remembered'),
  ])
  return { ...database, lock, sealing, ...keeping, ...kept, replica, ...key, ...journal, ...outbox, ...pull, ...pushing, ...owed, ...remembered }
}
type Page = Awaited<ReturnType<typeof newPage>>

beforeEach(openBrowser)
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

const plain = (_key: string, value: unknown): unknown =>
  value instanceof Uint8Array ? new TextDecoder('utf-8').decode(value) : value

/** Everything that lies in this browser, as text. */
async function dump(page: Page): Promise<string> {
  const database = await page.openDatabase()
  const stores = await Promise.all(
    [...database.objectStoreNames].map(async (name) => [name, await database.getAllKeys(name), await database.getAll(name)]),
  )
  return JSON.stringify([stores, { ...localStorage }], plain)
}

async function withRows(page: Page): Promise<string> {
  const { device } = await page.ensureIdentity()
  const collections = new Map<string, Map<string, object>>([
    ['operators', new Map([[newId(AT), { name: '李店员' }]])],
    ['counter', new Map([[newId(AT), { name_zh: '老街小面馆' }]])],
    ['terms', new Map([['3.2.1', { paused: false }]])],
    ['cards', new Map([[newId(AT), { holder: '张三' }]])],
  ])
  const told = { epoch: 1, cursor: 'c', collections } as never
  await page.changeStrictly(await page.openDatabase(), ['replica', 'cursors'], async (change) =>
    page.replica.takeIn(change as never, device, told, AT),
  )
  await page.keep('drafts', 'apply', { contactName: '张三' })
  page.remember(page.ME_KEY, JSON.stringify(ME))
  return device
}

async function journalOf(page: Page): Promise<unknown> {
  const database = await page.openDatabase()
  const names = ['outbox', 'heads', 'identities', 'standings', 'taken', 'tallies'] as const
  return Promise.all(names.map((name) => database.getAllKeys(name)))
}

async function withEvent(page: Page): Promise<void> {
  const identity = await page.ensureIdentity()
  const body = { was: AT / 1000, shows: AT / 1000, mark: AT / 1000 }
  await page.record({ county: COUNTY, identity }, { kind: 'CLOCK', body }, AT)
}

it('writes down no name once a passphrase is set, and opens them with it without a network', async () => {
  let page = await newPage()
  const device = await withRows(page)
  for (const name of NAMES) expect(await dump(page)).toContain(name)
  await page.lock.setPassphrase(PASSPHRASE, ME, ROUNDS)
  await vi.waitFor(async () => expect(await page.recall('keys', 'locked me')).toBeDefined())
  for (const name of NAMES) expect(await dump(page), name).not.toContain(name)
  expect(await dump(page)).not.toContain(PASSPHRASE)
  // On the page that set it all is there.
  expect(await page.replica.lookAll(device, 'operators')).toEqual([{ name: '李店员' }])

  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('no network')))
  page = await newPage()
  expect(await page.lock.lookAtLock()).toBe('locked')
  await expect(page.replica.lookAll(device, 'operators')).rejects.toBeInstanceOf(page.sealing.Locked)
  expect(page.keeping.me).toBeNull()
  // What is needed while it is locked says nothing of anybody.
  expect(await page.replica.lookAll(device, 'terms')).toEqual([{ paused: false }])
  expect(await page.lock.tryPassphrase(WRONG)).toEqual({ kind: 'wrong', left: 9, waitMs: 0 })
  expect(await page.lock.tryPassphrase(PASSPHRASE)).toEqual({ kind: 'open' })
  expect(await page.replica.lookAll(device, 'cards')).toEqual([{ holder: '张三' }])
  expect(page.keeping.me).toEqual(ME)
  expect(await page.recall('keys', 'lock')).toMatchObject({ wrong: 0 })
})

it('counts wrong tries on the disk, waits longer each time, and wipes everything but the journal at the tenth', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: AT })
  let page = await newPage()
  await withRows(page)
  await withEvent(page)
  const before = await journalOf(page)
  await page.lock.setPassphrase(PASSPHRASE, ME, ROUNDS)
  const waits: number[] = []
  for (let nth = 1; nth < 10; nth += 1) {
    // Each in a page of its own: a reload gives nobody another try.
    page = await newPage()
    await page.lock.lookAtLock()
    const tried = await page.lock.tryPassphrase(WRONG)
    expect(tried).toMatchObject({ kind: 'wrong', left: 10 - nth })
    const waitMs = tried.kind === 'wrong' ? tried.waitMs : NaN
    waits.push(waitMs / 1000)
    if (waitMs > 0) {
      page = await newPage()
      expect(await page.lock.tryPassphrase(PASSPHRASE), 'the right one waits too').toEqual({ kind: 'wait', waitMs })
    }
    vi.setSystemTime(Date.now() + waitMs)
  }
  expect(waits).toEqual([0, 0, 5, 15, 30, 60, 300, 900, 900])
  page = await newPage()
  expect(await page.lock.tryPassphrase(WRONG)).toEqual({ kind: 'wiped' })
  const database = await page.openDatabase()
  for (const name of ['replica', 'cursors', 'drafts', 'wallet', 'seen'] as const) expect(await database.count(name)).toBe(0)
  expect(await page.recall('keys', 'locked me')).toBeUndefined()
  expect(await journalOf(page)).toEqual(before)
  expect(await page.lock.tryPassphrase(PASSPHRASE)).toEqual({ kind: 'wiped' })
  // Whoever was signed in is signed out before anything else, once the county can be asked.
  expect(page.read('yizhan.sign-out')).toBe(page.stampOf(ME))
  page = await newPage()
  expect(await page.lock.lookAtLock()).toBe('wiped')
})

it('counts a try whose page was closed before its answer', async () => {
  let page = await newPage()
  await withRows(page)
  await page.lock.setPassphrase(PASSPHRASE, ME, ROUNDS)
  page = await newPage()
  const real = crypto.subtle.deriveKey.bind(crypto.subtle)
  vi.spyOn(crypto.subtle, 'deriveKey').mockImplementation(() => new Promise(() => undefined))
  for (let nth = 0; nth < 2; nth += 1) void page.lock.tryPassphrase(WRONG)
  await vi.waitFor(async () => expect(await page.recall('keys', 'lock')).toMatchObject({ wrong: 2 }))
  vi.restoreAllMocks()
  expect(crypto.subtle.deriveKey).not.toBe(real)
  page = await newPage()
  expect(await page.lock.tryPassphrase(WRONG)).toMatchObject({ kind: 'wrong', left: 7 })
})

it('takes the tenth try, broken off, for a wrong one', async () => {
  let page = await newPage()
  await withRows(page)
  await page.lock.setPassphrase(PASSPHRASE, ME, ROUNDS)
  const lock = await page.recall<object>('keys', 'lock')
  await page.keep('keys', 'lock', { ...lock, wrong: 10, notBefore: 0 })
  page = await newPage()
  expect(await page.lock.tryPassphrase(PASSPHRASE)).toEqual({ kind: 'wiped' })
  expect(await (await page.openDatabase()).count('replica')).toBe(0)
})

it('makes nobody wait longer for a clock that was put back', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: AT })
  const page = await newPage()
  await page.lock.setPassphrase(PASSPHRASE, null, ROUNDS)
  for (let nth = 0; nth < 3; nth += 1) await page.lock.tryPassphrase(WRONG)
  vi.setSystemTime(AT - 365 * 86_400_000)
  expect(await page.lock.tryPassphrase(WRONG)).toEqual({ kind: 'wait', waitMs: 5000 })
})

it('changes the passphrase of the same key, for whoever knows the old one', async () => {
  let page = await newPage()
  const device = await withRows(page)
  await page.lock.setPassphrase(PASSPHRASE, ME, ROUNDS)
  expect(await page.lock.changePassphrase(WRONG, 'another one', ROUNDS)).toEqual({ kind: 'wrong', left: 9, waitMs: 0 })
  expect(await page.lock.changePassphrase(PASSPHRASE, 'another one', ROUNDS)).toEqual({ kind: 'open' })
  page = await newPage()
  expect(await page.lock.tryPassphrase(PASSPHRASE)).toMatchObject({ kind: 'wrong' })
  expect(await page.lock.tryPassphrase('another one')).toEqual({ kind: 'open' })
  expect(await page.replica.lookAll(device, 'operators')).toEqual([{ name: '李店员' }])
})

it('sends what was accepted while it is locked, and after it was wiped', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: AT })
  const county = openPushCounty()
  let page = await newPage()
  const { device, key } = await page.ensureIdentity()
  await county.admit(device, key)
  await page.lock.setPassphrase(PASSPHRASE, ME, ROUNDS)
  await withEvent(page)
  page = await newPage()
  await page.lock.lookAtLock()
  const { newLine } = await import('@/offline/pushing')
  expect(await page.flush(COUNTY, await page.ensureIdentity(), newLine())).toMatchObject({ kind: 'answered' })
  expect(county.stored.size).toBe(1)
  await withEvent(page)
  await page.lock.wipeCopy()
  expect(await page.flush(COUNTY, await page.ensureIdentity(), newLine())).toMatchObject({ kind: 'answered' })
  expect(county.stored.size).toBe(2)
})

it('takes nothing from the county while it is locked or wiped, and seals what it takes when it is open', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: AT })
  const county: HandingCounty = await openHandingCounty()
  county.collections['operators'] = { [newId(AT)]: { name: '李店员' } }
  county.collections['county'] = { own: { journal_key: '02', lock_idle_s: 120 } }
  let page = await newPage()
  const identity = await page.ensureIdentity()
  await county.admit(identity.device, identity.key)
  const writer = { county: COUNTY, identity }
  await page.lock.setPassphrase(PASSPHRASE, ME, ROUNDS)
  page = await newPage()
  expect(await page.pullOnce(writer)).toEqual({ kind: 'unsealed' })
  expect(await (await page.openDatabase()).count('replica')).toBe(0)
  await page.lock.tryPassphrase(PASSPHRASE)
  expect(await page.pullOnce(writer)).toMatchObject({ kind: 'taken' })
  const rows = await (await page.openDatabase()).getAll('replica')
  expect(rows.length).toBeGreaterThan(0)
  for (const row of rows) expect(page.sealing.isSealed(row.value), row.collection).toBe(page.sealing.isSealedKind(row.collection))
  expect(await page.differing(writer)).toEqual([])
  // A row that was changed on the disk fits its seal no more: it is not the county's, and nothing stops for it.
  const row = rows.find(({ collection }) => collection === 'operators')!
  const { nonce, sealed } = row.value as { nonce: Uint8Array; sealed: Uint8Array }
  await (await page.openDatabase()).put('replica', { ...row, value: { nonce, sealed: sealed.map((byte, at) => (at === 3 ? byte ^ 1 : byte)) } })
  expect(await page.differing(writer)).toEqual(['operators'])
  expect(await page.pullOnce(writer)).toMatchObject({ kind: 'taken' })
  expect(await page.differing(writer)).toEqual([])
  await page.lock.wipeCopy()
  expect(await page.pullOnce(writer)).toEqual({ kind: 'unsealed' })
  // The key of the county's journal names nobody: a wiped device can still write its journal's file.
  const left = await (await page.openDatabase()).getAll('replica')
  expect(left.map(({ collection }) => collection)).toEqual(['county'])
})

it('refuses a passphrase of seven signs', async () => {
  const page = await newPage()
  await expect(page.lock.setPassphrase('1234567', ME, ROUNDS)).rejects.toThrow()
  expect(await page.lock.lookAtLock()).toBe('none')
  await page.lock.setPassphrase('山里的驿站十分', ME, ROUNDS).catch(() => undefined)
  expect(await page.lock.lookAtLock()).toBe('none')
  await page.lock.setPassphrase('12345678', ME, ROUNDS)
  await expect(page.lock.changePassphrase('12345678', '1234567', ROUNDS)).rejects.toThrow()
})

it('opens a value at its own place only', async () => {
  const page = await newPage()
  const device = await withRows(page)
  await page.lock.setPassphrase(PASSPHRASE, ME, ROUNDS)
  const database = await page.openDatabase()
  const [row] = await database.getAllFromIndex('replica', 'collection', [device, 'operators'])
  await database.put('replica', { ...row!, id: 'another' })
  await expect(page.replica.look(device, 'operators', 'another')).rejects.toThrow()
})

it('draws the key slowly, keeps it where nobody reads it out, and takes any keyboard for the same', async () => {
  let page = await newPage()
  expect(page.lock.ROUNDS).toBeGreaterThanOrEqual(600_000)
  const derive = vi.spyOn(crypto.subtle, 'deriveKey')
  await page.lock.setPassphrase('ｃａｆé 123', null)
  expect(derive.mock.calls[0]![0]).toMatchObject({ name: 'PBKDF2', iterations: page.lock.ROUNDS })
  const unwrap = vi.spyOn(crypto.subtle, 'unwrapKey')
  page = await newPage()
  expect(await page.lock.tryPassphrase('cafe\u0301 123')).toEqual({ kind: 'open' })
  expect(unwrap.mock.calls[0]![5]).toBe(false)
})

it('remembers nobody in the clear in any app of a browser with a passphrase', async () => {
  let page = await newPage()
  await page.lock.setPassphrase(PASSPHRASE, ME, ROUNDS)
  page = await newPage()
  // An app without a gate: it knows the mark alone.
  await page.keep('drafts', 'apply', { contactName: '张三' })
  await page.keep('wallet', 'me', { vouchers: ['张三'] })
  expect(await page.recall('drafts', 'apply')).toEqual({ contactName: '张三' })
  for (const name of NAMES) expect(await dump(page), name).not.toContain(name)
})

it('lets in nobody where the browser threw the lock away', async () => {
  let page = await newPage()
  await page.lock.setPassphrase(PASSPHRASE, ME, ROUNDS)
  const kept = { ...localStorage }
  openBrowser()
  for (const [name, value] of Object.entries(kept)) localStorage.setItem(name, String(value))
  page = await newPage()
  expect(await page.lock.lookAtLock()).toBe('wiped')
})

it('is locked where its database does not open, and not wiped; the next try opens it', async () => {
  vi.stubGlobal('reportError', () => undefined)
  let page = await newPage()
  await withRows(page)
  await page.lock.setPassphrase(PASSPHRASE, ME, ROUNDS)
  page = await newPage()
  const opens = vi.spyOn(indexedDB, 'open').mockImplementation(() => {
    throw new DOMException('asleep', 'UnknownError')
  })
  expect(await page.lock.lookAtLock()).toBe('locked')
  expect(await page.lock.tryPassphrase(PASSPHRASE)).toEqual({ kind: 'unread' })
  opens.mockRestore()
  expect(await page.lock.tryPassphrase(PASSPHRASE)).toEqual({ kind: 'open' })
  expect(page.keeping.me).toEqual(ME)
})

it('never takes the place of a passphrase that still opens what lies here', async () => {
  let page = await newPage()
  const device = await withRows(page)
  expect(await page.lock.setPassphrase(PASSPHRASE, ME, ROUNDS)).toBe(true)
  page = await newPage()
  expect(await page.lock.setPassphrase('another one', ME, ROUNDS)).toBe(false)
  expect(await page.lock.tryPassphrase('another one')).toMatchObject({ kind: 'wrong' })
  expect(await page.lock.tryPassphrase(PASSPHRASE)).toEqual({ kind: 'open' })
  expect(await page.replica.lookAll(device, 'operators')).toEqual([{ name: '李店员' }])
  await page.lock.wipeCopy()
  expect(await page.lock.setPassphrase('another one', ME, ROUNDS)).toBe(true)
})

it('writes down no document of somebody served, and with a passphrase seals it until the act is answered', async () => {
  const seen = { shift_id: newId(AT), proof: 'identity-card', proof_number: '511527194903020016' }
  const claim = { claim_id: newId(AT), assisted: seen }
  let page = await newPage()
  // A browser that is no device has it on the page alone.
  await page.keep('claims', claim.claim_id, claim)
  await page.keep('redemptions', 'plain', { bill_fen: 1 })
  expect(await page.recallAll('claims')).toEqual([claim])
  expect(await dump(page)).not.toContain('511527194903020016')
  expect(await dump(page)).toContain('bill_fen')
  await page.lock.setPassphrase(PASSPHRASE, ME, ROUNDS)
  await page.keep('claims', claim.claim_id, claim)
  for (const secret of ['511527194903020016', 'bill_fen']) expect(await dump(page)).not.toContain(secret)
  page = await newPage()
  expect(await page.recallAll('claims'), 'locked').toEqual([])
  await page.lock.lookAtLock()
  await page.lock.tryPassphrase(PASSPHRASE)
  expect(await page.recallAll('claims')).toEqual([claim])
  expect(await page.recallAll('redemptions')).toEqual([{ bill_fen: 1 }])
  await page.forget('claims', claim.claim_id)
  expect(await page.recallAll('claims')).toEqual([])
  await page.keep('claims', claim.claim_id, claim)
  await page.lock.wipeCopy()
  expect(await (await page.openDatabase()).count('claims')).toBe(0)
})

it('remembers who works at a device, and not what they are called', async () => {
  const page = await newPage()
  const { isDevice } = await import('@/offline/lock/mark')
  page.remember(page.ME_KEY, JSON.stringify(ME))
  expect(isDevice()).toBe(false)
  page.remember('yizhan.device', JSON.stringify({ device: newId(AT), state: 'active' }))
  expect(isDevice()).toBe(true)
  page.forgetNames()
  expect(JSON.parse(page.read(page.ME_KEY)!)).toMatchObject({ id: ME.id, display_name: '', phone: null, login: null })
  for (const name of NAMES.slice(0, 2)) expect(await dump(page), name).not.toContain(name)
})

it.each([
  [{ lock_idle_s: 120 }, 120_000],
  [{ lock_idle_s: 0 }, 300_000],
  [{ lock_idle_s: 1e9 }, 300_000],
  [undefined, 300_000],
])('closes after as long as the county says: %j', async (own, longest) => {
  const page = await newPage()
  const { device } = await page.ensureIdentity()
  const collections = new Map([['county', new Map(own ? [['own', own]] : [])]])
  await page.changeStrictly(await page.openDatabase(), ['replica', 'cursors'], async (change) =>
    page.replica.takeIn(change as never, device, { epoch: 1, cursor: 'c', collections } as never, AT),
  )
  const { idleMs } = await import('@/offline/lock/gate')
  expect(await idleMs()).toBe(longest)
})
