/** Are documents and PINs told wrong at their fields, and does a card tell nothing of its owner? */

import { expect, it } from 'vitest'
import { documentDigits, identityFault } from '@/cards/document'
import { isEasyPin } from '@/cards/pin'
import { openRow, rowName } from '@/cards/home_card'
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

/** A row that the county sealed for this card (`tests/cards/test_home.py` has the same). */
const CARD =
  'XP1:NWGSLKC 42J88QM+6B+AHI7BF96700Z2Q65A IJIFJM20%200000000001T0AMDK4OEF3WBKYAK$Y9490 IJ00077E88G000' +
  '000300FD0588UWI.J4T3MO0EN59RHUT:RHYA4OJ6XL6NKK 8+MKQCQ$AFH01A67Y23VMMTOIF:H4TJLCOEDANCDG:A4$N649C.29J0K 2*1'
const NAME = '250a98eab382f2bc11114ebdc919ae135e3b4db7b6c69865961a70d203340520'
const SEALED =
  '06jAHtwYDgTl0E1yTuyFSGcXuHfvk6YHbj7zYR6pyWSl9vWh+bAX2JOslknRiPoIUbUdw7lYyCWBBrlSQvTWL72aQHu/oW4KpJodDORg4GeF/q' +
  'pf+Wl4PGtwNQDHq05vw0LM7fCsfuJs1XBfRvxZdUQf0LhnN/ku9qEZjLQqE5Gb491jEBbGF3iUcXFcslKclOPFbPrYPTutzh82RBkuiCGV373c' +
  'yxXwCL+CU2IXdHODtl8Ll3oQLzZsjze2ZOPcYT67a447fbLif7CTr3MF5x1bc/ok'

it('a row opens with its own card and with no other', async () => {
  expect(await rowName(CARD)).toBe(NAME)
  const voucher = { voucher: '00000000-0000-0000-0000-000000000007', campaign: 3, terms_version: 2, domain: 1, face_fen: 5000 }
  const wanted = { digits: '002X', vouchers: [{ ...voucher, use_from: 1_795_000_000, expires_at: 1_796_000_000 }] }
  expect(await openRow(CARD, SEALED)).toEqual(wanted)
  expect(await openRow(CARD, SEALED.replace('06j', '07j'))).toBeNull()
  expect(await openRow(CARD.slice(0, -3) + '000', SEALED)).toBeNull()
  expect([await rowName('XV1:ABC'), await openRow('nothing', SEALED)]).toEqual([null, null])
})
