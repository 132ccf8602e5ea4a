/** A counter whose county does not answer: it decides itself, once, says so, and nobody leaves before all was sent. */

import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope, type EffectScope } from 'vue'
import { newId } from '@/kernel/ids'
import type { Attempt } from '@/counter/redeeming'
import { letIn, MERCHANT, newPage, type Page } from './away_page'
import { AT, COUNTY, newWorld, openBrowser, OPERATOR, POLICY, allowance, type Phone, type World } from './offline_world'

/** What the county makes of a redemption: an answer, nothing, or never an end. */
type Fate = Response | 'lost' | 'hangs'

const YES = { redemption_id: 'r', bill_fen: 80_00, discount_fen: 20_00, payable_fen: 60_00, funders: [] }
const asked = (): number => sent.length

let world: World
let page: Page
let phone: Phone
let scope: EffectScope
let sent: string[]
let fate: () => Fate

function openCounty(): void {
  sent = []
  fate = () => 'lost'
  vi.stubGlobal('fetch', async (request: Request | string, init: RequestInit = {}) => {
    if (typeof request === 'string' || !request.url.endsWith('/redemptions')) throw new TypeError('Failed to fetch')
    sent.push(await request.text())
    const told = fate()
    if (told instanceof Response) return told
    if (told === 'lost') throw new TypeError('Failed to fetch')
    return new Promise<Response>((_answer, give) => {
      init.signal?.addEventListener('abort', () => give(new DOMException('given up', 'AbortError')))
    })
  })
}

const admitted = (given: Parameters<Page['takeWord']>[1] = {}): Promise<string> => letIn(page, world, given)
const open = () => scope.run(() => page.useRedeeming(async () => ({ ...page, takeAway: (order: Attempt) => page.takeAway(order, OPERATOR) })))!
const order = async (how: { voucher?: string; bill_fen?: number; code?: string } = {}) => {
  const { bill_fen = 80_00, voucher } = how
  return { merchant_id: MERCHANT, code: how.code ?? (await phone.draw(voucher ? { voucher } : {})), bill_fen, eligible_fen: bill_fen }
}
const offline = (): void => void (page.connection.value = 'offline')
const journal = async (device: string) => (await page.openDatabase()).getAll('outbox', IDBKeyRange.bound([device, 0], [device, 1e9]))

beforeEach(async () => {
  vi.useFakeTimers({ now: AT, toFake: ['Date'] })
  openBrowser()
  localStorage.setItem('yizhan.county', JSON.stringify({ code: COUNTY, demonstration: true }))
  openCounty()
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

describe('a voucher that is shown where the county does not answer', () => {
  it('is taken once, on the disk before anybody sees it, and no attempt is left to be sent again', async () => {
    const device = await admitted()
    offline()
    const redeeming = open()
    await redeeming.redeem(await order())
    expect(redeeming.state.value).toMatchObject({ kind: 'accepted', taken: { device, seq: 1, amount_fen: 20_00, bill_fen: 80_00 } })
    expect([asked(), await page.openAttempts(MERCHANT)]).toEqual([0, []])
    const [entry, ...others] = await journal(device)
    expect([entry?.kind, others]).toEqual(['REDEEM', []])
    page = await newPage()
    const { claims, ...sums } = await page.readBook()
    expect(sums).toEqual({ unsent: 1, unsentFen: 20_00, since: entry?.at })
    expect(claims).toMatchObject([{ seq: 1, state: 'waiting', operator: OPERATOR, mine: true, taken_back: false }])
  })

  it('waits three seconds for the county, and not longer', async () => {
    const device = await admitted()
    fate = () => 'hangs'
    const redeeming = open()
    const redeemed = redeeming.redeem(await order())
    await vi.waitFor(() => expect(asked()).toBe(1))
    const before = performance.now()
    await new Promise((done) => setTimeout(done, 2_500))
    expect([redeeming.state.value.kind, (await journal(device)).length]).toEqual(['sending', 0])
    await redeemed
    expect(redeeming.state.value.kind).toBe('accepted')
    expect(performance.now() - before).toBeLessThan(4_500)
  })

  it.each([502, 503, 504])('is taken where only somebody in between answers: %d', async (status) => {
    await admitted()
    fate = () => new Response('<html>', { status })
    const redeeming = open()
    await redeeming.redeem(await order())
    expect(redeeming.state.value.kind).toBe('accepted')
  })

  it('is the county’s to decide as long as it answers', async () => {
    const device = await admitted()
    const redeeming = open()
    fate = () => Response.json(YES, { status: 201 })
    await redeeming.redeem(await order())
    expect(redeeming.state.value).toEqual({ kind: 'yes', answer: YES })
    fate = () => Response.json({ reason: 'already-used', title: '用过' }, { status: 409 })
    await redeeming.redeem(await order())
    expect(redeeming.state.value).toMatchObject({ kind: 'no', problem: { reason: 'already-used' } })
    expect(await journal(device)).toEqual([])
  })

  it('is insisted on as before where this browser is no device of the county', async () => {
    const redeeming = open()
    void redeeming.redeem(await order())
    await vi.waitFor(() => expect(redeeming.state.value.kind).toBe('waiting'))
    expect(await page.openAttempts(MERCHANT)).toHaveLength(1)
    redeeming.reset()
  })
})

describe('a device that the county ended', () => {
  it.each(['device-suspended', 'device-revoked'])('takes nothing from when it hears of it: %s', async (reason) => {
    const device = await admitted()
    offline()
    page.noteRefusal(device, 'request-unsigned')
    expect((await page.standsReady({ merchant_id: MERCHANT })).ready).toBe(true)
    page.noteRefusal(device, reason)
    expect(await page.takeAway(await order(), OPERATOR)).toEqual({ kind: 'refused', reason: 'offline-not-briefed' })
    expect([(await page.standsReady({ merchant_id: MERCHANT })).ready, await journal(device)]).toEqual([false, []])
    page.noteRefusal(newId(AT), reason)
    page.noteState(device, 'active')
    expect((await page.standsReady({ merchant_id: MERCHANT })).ready).toBe(true)
  })
})

describe('a voucher that is not taken', () => {
  it.each([
    ['by its digits', { code: '52716606' }, {}, 'offline-digits'],
    ['on a bill that is too small', { bill_fen: 59_99 }, {}, 'bill-too-small'],
    ['without anything left in the allowance', {}, { allowance: allowance(1, 19_99) }, 'offline-pool'],
  ])('%s is told in red, and nothing is stored', async (_why, how, given, reason) => {
    const device = await admitted(given)
    offline()
    const redeeming = open()
    await redeeming.redeem(await order(how))
    expect(redeeming.state.value).toMatchObject({ kind: 'not-away', reason, sent: false })
    expect([await journal(device), await page.openAttempts(MERCHANT)]).toEqual([[], []])
    expect(page.wordsOf(reason as 'offline-pool')).toMatch(/\p{Script=Han}/u)
  })

  it('stays among the attempts without an answer where the county may have taken it', async () => {
    await admitted({ allowance: allowance(1, 0) })
    const redeeming = open()
    await redeeming.redeem(await order())
    expect(redeeming.state.value).toMatchObject({ kind: 'not-away', reason: 'offline-pool', sent: true })
    expect(await page.openAttempts(MERCHANT)).toHaveLength(1)
  })
})

describe('a clock that is wrong', () => {
  it('at the customer’s phone leads to a question, not to a refusal', async () => {
    await admitted()
    offline()
    const redeeming = open()
    await redeeming.redeem(await order({ code: await phone.draw({ at: AT - 10 * 60_000 }) }))
    expect(redeeming.state.value).toMatchObject({ kind: 'ask', why: 'code-stale', amount_fen: 20_00 })
  })

  it('by years at the counter is told as that, not that the voucher has ended', async () => {
    const device = await admitted()
    offline()
    const first = open()
    await first.redeem(await order())
    expect(first.state.value.kind).toBe('accepted')
    const later = await order({ voucher: newId(AT) })
    vi.setSystemTime(AT + 10 * 365 * 86_400_000)
    const redeeming = open()
    await redeeming.redeem(later)
    expect(redeeming.state.value).toMatchObject({ kind: 'not-away', reason: 'offline-clock-unsure' })
    expect(await journal(device)).toHaveLength(1)
  })
})

describe('a database that the browser closed under the page', () => {
  it('is opened again, and the voucher taken at once', async () => {
    const device = await admitted()
    offline()
    ;(await page.openDatabase()).close()
    const redeeming = open()
    await redeeming.redeem(await order())
    expect(redeeming.state.value).toMatchObject({ kind: 'accepted', taken: { device, seq: 1 } })
  })

  it('at the very moment takes nothing, and everything at the next press', async () => {
    await admitted()
    const reported = vi.fn()
    vi.stubGlobal('reportError', reported)
    const wanted = await order()
    ;(await page.openDatabase()).close()
    expect(await page.takeAway(wanted, OPERATOR)).toEqual({ kind: 'refused', reason: 'offline-not-stored' })
    expect(await page.takeAway(wanted, OPERATOR)).toMatchObject({ kind: 'taken', taken: { seq: 1 } })
    expect(await page.takeAway(wanted, OPERATOR)).toEqual({ kind: 'refused', reason: 'offline-taken-here' })
    expect(reported).toHaveBeenCalledOnce()
  })
})

describe('a disk that is full', () => {
  it('is told, and nothing of the voucher is stored', async () => {
    const device = await admitted()
    offline()
    const real = IDBObjectStore.prototype.add
    vi.spyOn(IDBObjectStore.prototype, 'add').mockImplementation(function full(this: IDBObjectStore, ...args) {
      if (this.name === 'taken') throw new DOMException('full', 'QuotaExceededError')
      return real.apply(this, args)
    })
    vi.stubGlobal('reportError', () => undefined)
    const redeeming = open()
    await redeeming.redeem(await order())
    vi.restoreAllMocks()
    expect(redeeming.state.value).toMatchObject({ kind: 'not-away', reason: 'offline-not-stored' })
    expect([await journal(device), (await page.standingOf(device)).spent.fen]).toEqual([[], 0])
  })
})

describe('a voucher that is shown twice', () => {
  it('by two presses at once, in two tabs, is one claim', async () => {
    const device = await admitted()
    offline()
    const [one, other] = [open(), open()]
    await Promise.all([one.redeem(await order()), other.redeem(await order())])
    expect([one.state.value.kind, other.state.value.kind].toSorted()).toEqual(['accepted', 'not-away'])
    expect(await journal(device)).toHaveLength(1)
  })

  it('is not given to the county either before it has the first claim', async () => {
    await admitted()
    offline()
    const redeeming = open()
    await redeeming.redeem(await order())
    page.answered()
    fate = () => Response.json(YES, { status: 201 })
    await redeeming.redeem(await order())
    expect(redeeming.state.value).toMatchObject({ kind: 'not-away', reason: 'offline-taken-here' })
    expect(asked()).toBe(0)
  })
})

describe('a claim that is taken back', () => {
  it('is an event of its own, once, and the claim counts no more', async () => {
    const device = await admitted()
    offline()
    await open().redeem(await order())
    expect(await page.takeBack({ device, seq: 1 }, '顾客不买了')).toBe('done')
    expect(await page.takeBack({ device, seq: 1 }, '顾客不买了')).toBe('over')
    expect((await journal(device)).map(({ kind }) => kind)).toEqual(['REDEEM', 'VOID'])
    const { claims, unsent, unsentFen } = await page.readBook()
    expect([claims[0]?.taken_back, unsent, unsentFen]).toEqual([true, 2, 0])
  })

  it('is no claim of another device, nor one that is not there', async () => {
    const device = await admitted()
    expect(await page.takeBack({ device, seq: 1 }, '扫错了')).toBe('over')
    expect(await page.takeBack({ device: newId(AT), seq: 1 }, '扫错了')).toBe('over')
  })
})

describe('what became of a claim', () => {
  it.each([
    ['applied', null, '下一个工作日'],
    ['conflict_paid', null, '本店照付'],
    ['conflict_unpaid', null, '不再付'],
    ['needs_review', 'operator-unknown', '核查'],
    ['noncompliant', 'over-cap', '限额'],
    ['noncompliant', 'something-new', '规则'],
    ['held_gap', null, '补传'],
  ])('%s (%s) is told in words, with what to do', async (code, reason, said) => {
    const device = await admitted()
    offline()
    await open().redeem(await order())
    await page.acknowledge(device, { epoch: 1, ack_seq: 1, durable_seq: 0, results: [{ seq: 1, code, reason }] })
    const { claims, unsent } = await page.readBook()
    expect([claims[0]?.state, unsent]).toEqual([code, 0])
    expect(page.claimWords(claims[0]!).what).toContain(said)
    if (code === 'needs_review' || code === 'noncompliant') expect(page.claimWords(claims[0]!).todo).not.toBe('')
  })

  it('turns the panel green only when the county has it', async () => {
    const device = await admitted()
    offline()
    const redeeming = open()
    await redeeming.redeem(await order())
    if (redeeming.state.value.kind !== 'accepted') throw new Error(redeeming.state.value.kind)
    const { default: AcceptedPanel } = await import('@/counter/away/AcceptedPanel.vue')
    const panel = mount(AcceptedPanel, { props: { taken: redeeming.state.value.taken }, attachTo: document.body })
    await vi.waitFor(() => expect(panel.text()).toContain('已受理·待上传'))
    expect([panel.find('.held').exists(), panel.find('.amount').text()]).toEqual([true, '¥60.00'])
    await page.acknowledge(device, { epoch: 1, ack_seq: 1, durable_seq: 0, results: [{ seq: 1, code: 'applied' }] })
    await page.countAgain()
    await flushPromises()
    expect([panel.find('.yes').exists(), panel.text().includes('县里已确认')]).toEqual([true, true])
    panel.unmount()
  })
})

it('what is left before this device has to be online is the least of all limits', async () => {
  const device = await admitted({ allowance: allowance(1, 50_00) })
  const until = (AT / 1000 - 60 + POLICY.merchant.hard_s) * 1000
  expect(page.leftOf(await page.standingOf(device))).toEqual({ fen: 50_00, claims: 40, until })
  offline()
  await open().redeem(await order())
  expect(page.leftOf(await page.standingOf(device))).toEqual({ fen: 30_00, claims: 39, until })
  expect(page.leftOf({ ...(await page.standingOf(device)), allowance: null })).toBeNull()
})

it('whoever hands the phone over is held while anything is unsent, and nothing is deleted', async () => {
  const device = await admitted()
  offline()
  await open().redeem(await order())
  const [{ default: CashierBar }, { createPinia }, { createMemoryHistory, createRouter }] = await Promise.all([
    import('@/counter/CashierBar.vue'),
    import('pinia'),
    import('vue-router'),
  ])
  localStorage.setItem('yizhan.me', JSON.stringify({ id: OPERATOR, display_name: '苟定邦', login: 'g' }))
  const none = { render: () => null }
  const routes = [{ path: '/', component: none }, { path: '/sign-in', name: 'sign-in', component: none }]
  const plugins = [createPinia(), createRouter({ history: createMemoryHistory(), routes })]
  const bar = mount(CashierBar, { global: { plugins } })
  await bar.get('button').trigger('click')
  await vi.waitFor(() => expect(bar.text()).toContain('还没有送到县里'))
  expect([bar.text().includes('苟定邦'), (await journal(device)).length]).toEqual([true, 1])
  await page.acknowledge(device, { epoch: 1, ack_seq: 1, durable_seq: 0, results: [{ seq: 1, code: 'applied' }] })
  await bar.get('button').trigger('click')
  await vi.waitFor(() => expect(bar.text()).not.toContain('苟定邦'))
  expect(await journal(device)).toHaveLength(1)
  bar.unmount()
})
