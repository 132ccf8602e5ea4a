/** What do a voucher's terms give on three bills? */

import { yuan } from '@/kernel/money'
import { decideBill, type Terms } from './rules'
import { tv } from './texts'

/** One bill of the worked example. */
export interface Example {
  readonly billFen: number
  readonly good: boolean
  /** What comes off. */
  readonly discountFen: number
  readonly text: string
  readonly why: string
}

/** What a bill of an example shows of the rule. */
export type Tells = 'short' | 'just' | 'above' | 'part' | 'cap' | 'over' | 'price' | 'fen'

/** A bill one fen too small, one that just reaches, and a larger one: nobody has to work out what a rule means. */
export function workedExamples(terms: Terms): Example[] {
  return exampleBills(terms).map(([billFen]) => exampleOf(terms, billFen))
}

/** What the terms give on one bill. */
export function exampleOf(terms: Terms, billFen: number): Example {
  const decided = decideBill(terms, terms.face_fen, { bill_fen: billFen, eligible_fen: billFen })
  const bill = yuan(billFen)
  if ('discount_fen' in decided) {
    const text = tv('example.yes', {
      bill,
      discount: yuan(decided.discount_fen),
      payable: yuan(billFen - decided.discount_fen),
    })
    return { billFen, good: true, discountFen: decided.discount_fen, text, why: '' }
  }
  if (decided.refused === 'no-discount') return { billFen, good: false, discountFen: 0, text: tv('example.nothing', { bill }), why: '' }
  const why = tv('example.too-small.why', { missing: yuan(terms.minimum_spend_fen - billFen) })
  return { billFen, good: false, discountFen: 0, text: tv('example.too-small', { bill }), why }
}

/**
 * Three bills at the places where the rule turns: the threshold where there is one; else where a percentage reaches the
 * face, where a fixed price begins and ceases to help, or where a bill is larger than the face.
 */
export function exampleBills(terms: Terms): [billFen: number, tells: Tells][] {
  const { discount, minimum_spend_fen: least, face_fen: face, percent_bp: percent, fixed_price_fen: price } = terms
  if (least > 0) {
    return [
      [least - 1, 'short'],
      [least, 'just'],
      [Math.max(least * 2, face * 2, 1000), 'above'],
    ]
  }
  const most = discount === 'fixed-price' ? price + face : percent > 0 ? Math.ceil((face * 10_000) / percent) : face + 1
  return [
    discount === 'fixed-price' ? [price, 'price'] : [Math.max(1, Math.floor(most / 2)), percent > 0 ? 'part' : 'fen'],
    [most, 'cap'],
    [most * 2, 'over'],
  ]
}
