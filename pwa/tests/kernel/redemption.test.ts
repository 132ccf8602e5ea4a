// @vitest-environment node
import { describe, expect, test } from 'vitest'
import { decideRedemption, type Bill, type Counter, type Terms, type VoucherFacts } from '@/vouchers/rules'
import { paidBy, type Share } from '@/vouchers/funding'
import { vectorsOf, type Vector } from './vectors'

type Wire<T> = Omit<T, 'use_from' | 'expires_at' | 'terms'> & { use_from: string; expires_at: string }

function decided(vector: Vector): unknown {
  const voucher = vector['voucher'] as Wire<VoucherFacts>
  return decideRedemption(
    {
      ...voucher,
      terms: vector['terms'] as Terms,
      use_from: Date.parse(voucher.use_from),
      expires_at: Date.parse(voucher.expires_at),
    },
    vector['bill'] as Bill,
    vector['counter'] as Counter,
    Date.parse(String(vector['at'])),
  )
}

describe('the phone decides a redemption as the county does', () => {
  test.each(vectorsOf('redemption', 'decide'))('%s', (_, vector) => {
    const { reason, discount_fen } = vector
    expect(decided(vector)).toEqual(reason === undefined ? { discount_fen } : { refused: reason })
  })
})

describe('the phone splits a discount among its funders as the county does', () => {
  test.each(vectorsOf('redemption', 'split'))('%s', (_, vector) => {
    const paid = paidBy(vector['funding'] as Share[], Number(vector['face_fen']), Number(vector['discount_fen']))
    expect(Object.fromEntries(paid)).toEqual(vector['paid_fen'])
  })
})
