/** What a holder owes is told in plain words on the wallet, also without a network, and nothing where nothing was owed. */

import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { newId } from '@/kernel/ids'
import { forget } from '@/offline/kept'
import OwedCard from '../apps/resident/answering/OwedCard.vue'
import { lost, openCounty, yes, type TestCounty } from './county'

const DEBT = {
  claim_id: newId(),
  voucher_id: newId(),
  name_zh: '餐饮券',
  name_en: 'Dining voucher',
  merchant_zh: '老马豆腐',
  merchant_en: 'Lao Ma Tofu',
  used_at: '2026-11-24T02:10:00Z',
  first_zh: '老城门豆花',
  first_en: 'Old Gate Douhua',
  first_at: '2026-11-24T02:00:00Z',
  debt_fen: 50_00,
  left_fen: 25_00,
  set_off_fen: 25_00,
  state: 'open',
}

let county: TestCounty
let resident: string

beforeEach(() => {
  county = openCounty()
  resident = newId()
})
afterEach(async () => {
  await forget('wallet', `debts ${resident}`)
  vi.unstubAllGlobals()
})

async function shown(): Promise<string> {
  const card = mount(OwedCard, { props: { residentId: resident } })
  await vi.waitFor(() => expect(county.sent.length).toBeGreaterThan(0))
  await flushPromises()
  await new Promise((done) => setTimeout(done, 50))
  const text = card.text()
  card.unmount()
  return text
}

it('says which use, where and when, how much is left and how it is settled', async () => {
  county.next(yes({ items: [DEBT], left_fen: 25_00 }, 200))
  const text = await shown()
  for (const words of ['待抵扣 ¥25.00', '老城门豆花', '老马豆腐', '¥50.00', '已抵扣 ¥25.00，还剩 ¥25.00', '要联网才能用', '帮助电话'])
    expect(text).toContain(words)
  county.next(lost)
  expect(await shown()).toContain('待抵扣 ¥25.00')
})

it('says of what is settled that it is', async () => {
  county.next(yes({ items: [{ ...DEBT, state: 'forgiven', left_fen: 0, set_off_fen: 0 }], left_fen: 0 }, 200))
  const text = await shown()
  expect(text).toContain('已免除')
  expect(text).not.toContain('帮助电话')
})

it('says nothing to whoever never owed anything', async () => {
  county.next(yes({ items: [], left_fen: 0 }, 200))
  expect(await shown()).toBe('')
})
