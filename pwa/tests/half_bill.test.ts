import { afterEach, expect, it, vi } from 'vitest'
import { forgetHalfBill, keepHalfBill, recallHalfBill } from '@/counter/half_bill'
import { newId } from '@/kernel/ids'
import { recallEntries } from '@/offline/kept'

const BILL = { typed: '123.4', hasExcluded: true, excluded: '20' }

afterEach(() => vi.useRealTimers())

it('a half-typed bill waits for its own person, at its own counter', async () => {
  const [own, other, shop] = [newId(), newId(), newId()]
  await keepHalfBill(own, shop, BILL)
  expect(await recallHalfBill(own, shop)).toEqual(BILL)
  expect(await recallHalfBill(other, shop)).toBeUndefined()
  expect(await recallHalfBill(own, newId())).toBeUndefined()
  await forgetHalfBill(own, shop)
  expect(await recallHalfBill(own, shop)).toBeUndefined()
})

it('a bill that was cleared is not kept', async () => {
  const [own, shop] = [newId(), newId()]
  await keepHalfBill(own, shop, BILL)
  await keepHalfBill(own, shop, { typed: '', hasExcluded: false, excluded: '' })
  expect(await recallHalfBill(own, shop)).toBeUndefined()
})

it("yesterday's bill is forgotten, whoever looks", async () => {
  const [own, other, shop] = [newId(), newId(), newId()]
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 13 * 60 * 60_000 })
  await keepHalfBill(own, shop, BILL)
  vi.useRealTimers()
  expect(await recallHalfBill(other, shop)).toBeUndefined()
  expect((await recallEntries('drafts')).map(([key]) => key)).not.toContain(`bill ${own} ${shop}`)
})
