/** Do the three bills beside a rule stand where it turns, and is it told who pays each fen of what comes off? */

import { mount } from '@vue/test-utils'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import ExampleBills from '../apps/office/parts/ExampleBills.vue'
import { emptyKind, fundingOf, termsOf, type KindForm } from '../apps/office/parts/plan_form'
import { exampleBills, workedExamples } from '../src/vouchers/examples'
import { paidBy } from '../src/vouchers/funding'

function kind(typed: Partial<KindForm>): KindForm {
  return { ...emptyKind(1), face: '50', ...typed }
}

const of = (government: string, platform: string, merchant: string) =>
  fundingOf(kind({ shares: { government, platform, merchant } }))
const told = (typed: Partial<KindForm>) => exampleBills(termsOf(kind(typed))!)

describe('the bills', () => {
  it('of a threshold are a fen below it, just at it, and well above', () => {
    expect(told({ minimum: '200' })).toEqual([
      [19_999, 'short'],
      [20_000, 'just'],
      [40_000, 'above'],
    ])
    expect(workedExamples(termsOf(kind({ minimum: '200' }))!).map(({ text }) => text)).toEqual([
      '¥199.99 不能用',
      '¥200.00 减 ¥50.00，付 ¥150.00',
      '¥400.00 减 ¥50.00，付 ¥350.00',
    ])
  })

  it('of a percentage are below, at and above what its face allows', () => {
    const percentage = { discount: 'percentage', percent: '15' } as const
    expect(told(percentage)).toEqual([
      [16_667, 'part'],
      [33_334, 'cap'],
      [66_668, 'over'],
    ])
    expect(workedExamples(termsOf(kind(percentage))!).map(({ discountFen }) => discountFen)).toEqual([2_500, 5_000, 5_000])
  })

  it('of a fixed price are at it, where the face is used up, and above', () => {
    expect(told({ discount: 'fixed-price', fixed: '99' })).toEqual([
      [9_900, 'price'],
      [14_900, 'cap'],
      [29_800, 'over'],
    ])
  })

  it('without a threshold show that a fen at least is paid', () => {
    expect(workedExamples(termsOf(kind({}))!).map(({ billFen, discountFen }) => [billFen, discountFen])).toEqual([
      [2_500, 2_499],
      [5_001, 5_000],
      [10_002, 5_000],
    ])
  })
})

describe('who pays', () => {
  it('is told once the shares are the whole, by no more than two decimals', () => {
    expect(of('60', '', '40')).toEqual([
      { funder: 'government', share_bp: 6000 },
      { funder: 'merchant', share_bp: 4000 },
    ])
    expect([of('60', '', '30'), of('', '', ''), of('x', '', '100')]).toEqual([null, null, null])
  })

  it('adds up to what comes off, for every share, face and discount', () => {
    const shares = fc.tuple(fc.integer({ min: 1, max: 9_998 }), fc.integer({ min: 1, max: 9_998 })).filter(([a, b]) => a + b < 10_000)
    fc.assert(
      fc.property(shares, fc.integer({ min: 1, max: 10 ** 12 }), fc.integer({ min: 0, max: 10_000 }), ([a, b], face, part) => {
        const discount = Math.floor((face / 10_000) * part)
        const paid = paidBy(
          [
            { funder: 'merchant', share_bp: 10_000 - a - b },
            { funder: 'government', share_bp: a },
            { funder: 'platform', share_bp: b },
          ],
          face,
          discount,
        )
        expect([...paid.keys()]).toEqual(['government', 'platform', 'merchant'])
        expect([...paid.values()].reduce((sum, fen) => sum + fen, 0)).toBe(discount)
        expect(Math.min(...paid.values())).toBeGreaterThanOrEqual(0)
      }),
    )
  })
})

it('the bills follow the rule until somebody types one, and tell who pays which fen', async () => {
  const typed = kind({ minimum: '200', shares: { government: '60', platform: '', merchant: '40' } })
  const bills = mount(ExampleBills, { props: { terms: termsOf(typed)!, funding: fundingOf(typed) } })
  expect(bills.text()).toContain('账单 1（元）：差一分到门槛')
  expect(bills.text()).toContain('¥199.99 不能用 还差 ¥0.01')
  expect(bills.text()).toContain('谁出：财政 ¥30.00 · 商家 ¥20.00')
  await bills.findAll('input')[2]!.setValue('333.33')
  await bills.setProps({ terms: termsOf(kind({ minimum: '300' }))! })
  expect(bills.findAll('input').map(({ element }) => element.value)).toEqual(['299.99', '300.00', '333.33'])
  await bills.setProps({ funding: null })
  expect(bills.text()).not.toContain('谁出：')
  expect(bills.text()).toContain('出资比例合计是 100，这里才能算出谁出多少。')
})
