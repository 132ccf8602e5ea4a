/** A counter without a network takes nothing that is another shop's, that nobody sees, or at a time that nobody believes. */

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope, type EffectScope } from 'vue'
import type { Attempt, AwayCounter } from '@/counter/redeeming'
import { newId } from '@/kernel/ids'
import { letIn, MERCHANT, newPage, type Page } from './away_page'
import { AT, COUNTY, DAY_MS, newWorld, openBrowser, OPERATOR, type Phone, type World } from './offline_world'

let world: World
let page: Page
let phone: Phone
let scope: EffectScope

beforeEach(async () => {
  vi.useFakeTimers({ now: AT, toFake: ['Date'] })
  openBrowser()
  localStorage.setItem('yizhan.county', JSON.stringify({ code: COUNTY, demonstration: true }))
  vi.stubGlobal('reportError', () => undefined)
  lineIs('lost')
  world ??= await newWorld()
  page = await newPage()
  phone = await world.phone()
  scope = effectScope()
})
afterEach(() => {
  scope.stop()
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

/** Redemptions that the county was asked for. */
let asked = 0
function lineIs(line: 'lost' | 'silent'): void {
  asked = 0
  vi.stubGlobal('fetch', async (request: Request | string, { signal }: RequestInit = {}) => {
    if (typeof request === 'string' || !request.url.endsWith('/redemptions') || line === 'lost') throw new TypeError('Failed to fetch')
    asked += 1
    return new Promise<Response>((_answer, give) => {
      signal?.addEventListener('abort', () => give(new DOMException('given up', 'AbortError')))
    })
  })
}

const missing = () => Promise.reject(new TypeError('Failed to fetch dynamically imported module'))
const offline = (): void => void (page.connection.value = 'offline')
const counterOf = (away: () => Promise<AwayCounter>) => scope.run(() => page.useRedeeming(away))!
const desk = (changed: Partial<AwayCounter> = {}) =>
  counterOf(async () => ({ ...page, takeAway: (order: Attempt) => page.takeAway(order, OPERATOR), ...changed }))
const order = async (merchant_id = MERCHANT) => ({ merchant_id, code: await phone.draw(), bill_fen: 80_00, eligible_fen: 80_00 })
const kinds = async (): Promise<string[]> => (await (await page.openDatabase()).getAll('outbox')).map(({ kind }) => kind)
const waits = (redeeming: ReturnType<typeof desk>) => vi.waitFor(() => expect(redeeming.state.value.kind).toBe('waiting'))

describe('a device of another shop', () => {
  it('takes nothing for the shop whose staff signed in at it, and it is insisted on', async () => {
    await letIn(page, world)
    offline()
    const other = newId(AT)
    expect(await page.standsReady({ merchant_id: other }, 1)).toEqual({ ready: false, askFirst: true })
    const redeeming = desk()
    void redeeming.redeem(await order(other))
    await waits(redeeming)
    expect([await kinds(), await page.openAttempts(other)]).toMatchObject([[], [{ merchant_id: other }]])
    redeeming.reset()
    expect(await page.takeAway(await order(other), OPERATOR)).toEqual({ kind: 'refused', reason: 'offline-other-shop' })
    expect(page.wordsOf('offline-other-shop')).toContain('另一家店')
    expect(await kinds()).toEqual([])
  })
})

describe('a clock that is ahead', () => {
  it('is not believed because somebody took a claim back', async () => {
    const device = await letIn(page, world)
    offline()
    await desk().redeem(await order())
    vi.setSystemTime(AT + 2 * DAY_MS)
    expect(await page.takeBack({ device, seq: 1 }, '扫错了')).toBe('clock')
    expect(await kinds()).toEqual(['REDEEM'])
    // The operator is still asked.
    expect(await page.takeAway(await order(), OPERATOR)).toEqual({ kind: 'refused', reason: 'offline-clock-unsure' })
    vi.setSystemTime(AT + 60_000)
    expect(await page.takeBack({ device, seq: 1 }, '扫错了')).toBe('done')
  })
})

describe('a voucher that nobody would see taken', () => {
  it('is not taken where a panel cannot be loaded: all of it comes, or nothing is written', async () => {
    await letIn(page, world)
    offline()
    const { loadAway, PANELS } = await import('@/counter/away_parts')
    const redeeming = counterOf(() => loadAway(OPERATOR, [PANELS.accepted, missing]))
    void redeeming.redeem(await order())
    await waits(redeeming)
    expect(await kinds()).toEqual([])
    redeeming.reset()
    const whole = counterOf(() => loadAway(OPERATOR))
    await whole.redeem(await order())
    expect([whole.state.value.kind, await kinds()]).toEqual(['accepted', ['REDEEM']])
  })

  it('is put aside where the page was left while the county was asked', async () => {
    await letIn(page, world)
    page.connection.value = 'online'
    lineIs('silent')
    const redeemed = desk().redeem(await order())
    await vi.waitFor(() => expect(asked).toBe(1))
    scope.stop()
    await redeemed
    expect([await kinds(), asked]).toEqual([[], 1])
    expect(await page.openAttempts(MERCHANT)).toHaveLength(1)
  })

  it('is put aside where the page was left while the customer’s answer was looked at', async () => {
    await letIn(page, world)
    offline()
    const coming = new EventTarget()
    let loads = 0
    const redeeming = counterOf(async () => {
      if ((loads += 1) > 1) await new Promise((done) => coming.addEventListener('come', done))
      return { ...page, takeAway: (one, question) => page.takeAway(one, OPERATOR, question) }
    })
    await redeeming.redeem({ ...(await order()), code: await phone.draw({ at: AT - 10 * 60_000 }) })
    const asking = redeeming.state.value
    if (asking.kind !== 'ask') throw new Error(asking.kind)
    const answered = redeeming.answer(await phone.draw({ asked: asking.challenge }))
    scope.stop()
    coming.dispatchEvent(new Event('come'))
    await answered
    expect(await kinds()).toEqual([])
  })
})

describe('a database that fails', () => {
  it('while it is looked for a voucher is opened again', async () => {
    await letIn(page, world)
    offline()
    await desk().redeem(await order())
    ;(await page.openDatabase()).close()
    expect(await page.waitsHere(await phone.draw())).toBe(true)
  })

  it('for good leads to a wait that can be put aside, and nothing is taken', async () => {
    await letIn(page, world)
    offline()
    const redeeming = desk({ waitsHere: () => Promise.reject(new DOMException('gone', 'InvalidStateError')) })
    void redeeming.redeem(await order())
    await waits(redeeming)
    expect([await kinds(), (await page.openAttempts(MERCHANT)).length]).toEqual([[], 1])
    redeeming.reset()
  })
})

describe('what runs beside every page', () => {
  it('begins once the database opens, however often it failed before', async () => {
    await letIn(page, world)
    page = await newPage()
    offline()
    vi.useFakeTimers({ now: AT, toFake: ['Date', 'setTimeout', 'clearTimeout'] })
    const opens = vi.spyOn(indexedDB, 'open').mockImplementation(() => {
      throw new DOMException('asleep', 'UnknownError')
    })
    await page.startAway()
    expect(page.book.value).toBeNull()
    await expect(page.openDatabase()).rejects.toThrow('asleep')
    opens.mockRestore()
    vi.useRealTimers()
    expect(await (await page.openDatabase()).count('identities')).toBe(1)
    await page.startAway()
    await vi.waitFor(() => expect(page.book.value).toMatchObject({ unsent: 0 }))
  })

  it('tries that again by itself', async () => {
    await letIn(page, world)
    page = await newPage()
    offline()
    const opens = vi.spyOn(indexedDB, 'open').mockImplementation(() => {
      throw new DOMException('asleep', 'UnknownError')
    })
    await page.startAway()
    opens.mockRestore()
    await vi.waitFor(() => expect(page.book.value).toMatchObject({ unsent: 0 }), 3_000)
  })

  it('asks for the county’s word again after a question that failed', async () => {
    await letIn(page, world)
    let failed = 0
    const real = IDBObjectStore.prototype.getAll
    vi.spyOn(IDBObjectStore.prototype, 'getAll').mockImplementation(function asleep(this: IDBObjectStore, ...args) {
      if (this.name !== 'identities') return real.apply(this, args)
      failed += 1
      throw new DOMException('asleep', 'InvalidStateError')
    })
    await page.hearCounty()
    const before = failed
    await page.hearCounty()
    expect([before > 0, failed > before]).toEqual([true, true])
    vi.restoreAllMocks()
  })
})

it('the draft of a bill is gone with the same stroke that keeps the attempt', async () => {
  const { halfBillOf, keepHalfBill, recallHalfBill } = await import('@/counter/half_bill')
  await keepHalfBill(OPERATOR, MERCHANT, { typed: '80', hasExcluded: false, excluded: '' })
  const begun = vi.spyOn(IDBDatabase.prototype, 'transaction')
  const redeeming = counterOf(() => Promise.reject(new Error('no device')))
  void redeeming.redeem(await order(), halfBillOf(OPERATOR, MERCHANT))
  await waits(redeeming)
  const writing = begun.mock.calls.filter(([, mode]) => mode === 'readwrite').map(([stores]) => [stores].flat())
  // A page of an earlier test may still be writing what it had learned.
  const ofBill = writing.filter((stores) => stores.includes('redemptions') || stores.includes('drafts'))
  expect(ofBill).toEqual([['redemptions', 'drafts']])
  expect(await recallHalfBill(OPERATOR, MERCHANT)).toBeUndefined()
  expect(await page.openAttempts(MERCHANT)).toHaveLength(1)
  redeeming.reset()
})
