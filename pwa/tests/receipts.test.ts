/** A counter's receipt on a resident's phone: kept through sign-out, marking its voucher, carried until the county has it. */

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { VoucherAnswer } from '@/api/wire'
import { issueReceipt, type Receipt } from '@/kernel/receipt'
import { newId } from '@/kernel/ids'
import { newDeviceKey } from '@/kernel/keys'
import { readCounterCode } from '@/vouchers/counter_codes'
import { holdingOf } from '@/vouchers/holdings'
import { lost, no, openCounty, yes, type TestCounty } from './county'
import { letIn, newPage } from './away_page'
import { AT, COUNTY, MERCHANT, newWorld, openBrowser, OPERATOR } from './offline_world'

/** A page that was opened just now: nothing in memory, only what is on the disk. */
async function newWallet() {
  vi.resetModules()
  const [receipts, kept] = await Promise.all([import('@/vouchers/receipts'), import('@/offline/kept')])
  return { ...receipts, ...kept }
}

const RESIDENT = newId(AT)
let county: TestCounty
let receipt: Receipt
let text: string

beforeEach(async () => {
  openBrowser()
  county = openCounty()
  const eventHash = crypto.getRandomValues(new Uint8Array(32))
  receipt = { county: COUNTY, device: newId(AT), seq: 3, eventHash, voucher: newId(AT), amountFen: 20_00, time: AT / 1000 }
  text = await issueReceipt(receipt, (await newDeviceKey()).privateKey)
})
afterEach(() => vi.unstubAllGlobals())

const kept = () => ({ voucher_id: receipt.voucher, text, device: receipt.device, amount_fen: 20_00, told_at: AT, brought: false, shop: null })
const answer = (state: string) => ({ state, owner_zh: '老马豆腐', owner_en: 'Lao Ma Tofu' })

describe('a receipt on a counter’s screen', () => {
  it('is told from a question by its first signs', () => {
    expect(readCounterCode(` ${text}\n`, COUNTY)).toMatchObject({ kind: 'receipt', receipt, text })
    expect(readCounterCode(text, '110101')).toEqual({ kind: 'other', why: 'wrong-county' })
    expect(readCounterCode(text.slice(0, -2), COUNTY)).toEqual({ kind: 'other', why: 'damaged' })
    expect(readCounterCode(text.replace('XR1', 'XR2'), COUNTY)).toEqual({ kind: 'other', why: 'too-new' })
  })

  it('names the event that is in the counter’s journal, signed by its device', async () => {
    localStorage.setItem('yizhan.county', JSON.stringify({ code: COUNTY, demonstration: true }))
    vi.useFakeTimers({ now: AT, toFake: ['Date'] })
    const [page, world] = [await newPage(), await newWorld()]
    const device = await letIn(page, world)
    const order = { merchant_id: MERCHANT, redemption_id: newId(AT), code: await (await world.phone()).draw(), bill_fen: 80_00, eligible_fen: 80_00 }
    const taken = await page.takeAway(order, OPERATOR)
    if (taken.kind !== 'taken') throw new Error(taken.kind)
    const { receiptOf } = await import('@/counter/away/receipts')
    const told = readCounterCode((await receiptOf(taken.taken))!, COUNTY)
    expect(told).toMatchObject({ kind: 'receipt', receipt: { device, seq: 1, amountFen: 20_00, time: AT / 1000 } })
    expect(await receiptOf({ device, seq: 2 })).toBeNull()
    vi.useRealTimers()
  })
})

describe('a receipt on the phone', () => {
  it('is there once after the page was closed, for its own person, and after they signed out', async () => {
    const page = await newWallet()
    await page.keepReceipt(RESIDENT, kept())
    await page.keepReceipt(RESIDENT, kept())
    await page.clear('wallet')
    const later = await newWallet()
    expect(await later.receiptsOf(RESIDENT)).toEqual([kept()])
    expect(await later.receiptsOf(newId(AT))).toEqual([])
  })

  it('uses its voucher before the county knows', () => {
    const voucher = { state: 'issued', expires_at: new Date(AT + 1000).toISOString() } as VoucherAnswer
    expect([holdingOf(voucher, AT), holdingOf(voucher, AT, true)]).toEqual(['ready', 'used'])
    expect(holdingOf({ ...voucher, state: 'voided' }, AT, true)).toBe('over')
  })

  it('is brought until the county has it, and stays while its event is missing', async () => {
    const page = await newWallet()
    await page.keepReceipt(RESIDENT, kept())
    for (const ending of [lost, no(503, 'database-gone'), no(401, 'signed-out')]) {
      county.next(ending)
      await page.carry(RESIDENT)
      expect(await page.receiptsOf(RESIDENT)).toEqual([kept()])
    }
    county.next(yes(answer('waiting'), 200))
    await page.carry(RESIDENT)
    const shop = { zh: '老马豆腐', en: 'Lao Ma Tofu' }
    expect(await page.receiptsOf(RESIDENT)).toEqual([{ ...kept(), brought: true, shop }])
    expect(county.sent.at(-1)).toEqual({ path: '/api/v1/sync/receipts', body: { receipt: text } })
  })

  it.each(['arrived', 'accepted', 'rejected'])('is let go once it is %s: the county says what became of it', async (state) => {
    const page = await newWallet()
    await page.keepReceipt(RESIDENT, kept())
    county.next(yes(answer(state), 200))
    await page.carry(RESIDENT)
    expect(await page.receiptsOf(RESIDENT)).toEqual([])
  })

  it('that the county calls forged marks nothing any more', async () => {
    const page = await newWallet()
    await page.keepReceipt(RESIDENT, kept())
    county.next(no(409, 'receipt-forged'))
    await page.carry(RESIDENT)
    expect(await page.receiptsOf(RESIDENT)).toEqual([])
  })
})
