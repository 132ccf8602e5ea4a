/** Are documents and PINs told wrong at their fields, and does a card tell nothing of its owner? */

import { expect, it } from 'vitest'
import { documentDigits, identityFault } from '@/cards/document'
import { isEasyPin } from '@/cards/pin'
import { cardNumber, cardSlip, lastDay } from '@/cards/printed'

it('an identity number is told wrong by length, signs and check digit', () => {
  expect(identityFault('11010519491231002X')).toBeNull()
  expect(identityFault('110105194912310021')).toBe('check')
  expect(identityFault('11010519491231002')).toBe('length')
  expect(identityFault('1101051949123100AX')).toBe('signs')
  expect(documentDigits(' 110105 1949-1231 ００２ｘ')).toBe('11010519491231002X')
})

it('PINs that everybody tries first are told, others are not', () => {
  for (const pin of ['000000', '121212', '123456', '654321', '280280', '012345'])
    expect(isEasyPin(pin), pin).toBe(true)
  expect(isEasyPin('491231', '11010519491231002X')).toBe(true)
  for (const pin of ['280519', '907153', '491231']) expect(isEasyPin(pin), pin).toBe(false)
})

it('what is printed has the code, the number and the last day, and no more of anybody', () => {
  const card = { number: 7, code: 'XP1:ABC', issued_at: '2026-11-20T02:00:00Z', expires_at: '2027-11-20T02:00:00Z', station: '景阳驿站' }
  expect([cardNumber(card), lastDay(card)]).toEqual(['000007', '2027-11-20'])
  const { name, parts } = cardSlip(card)
  expect(name).toBe('card-000007')
  expect(parts.filter(({ kind }) => kind === 'code')).toEqual([{ kind: 'code', text: 'XP1:ABC', label: '纸质卡的码' }])
})
