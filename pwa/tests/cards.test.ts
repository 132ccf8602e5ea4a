/** Are documents and PINs told wrong at their fields, and does a card tell nothing of its owner? */

import { flushPromises, mount } from '@vue/test-utils'
import { expect, it, vi } from 'vitest'
import CardPinStep from '@/cards/CardPinStep.vue'
import { documentDigits, identityFault } from '@/cards/document'
import { isEasyPin } from '@/cards/pin'
import { openRow, rowName } from '@/cards/home_card'
import { cardNumber, cardSlip, lastDay } from '@/cards/printed'
import { speak } from '@/i18n'
import { connection } from '@/offline/connection'

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
  const card = { number: 7, code: 'XP1:ABC', typed_number: '012345678901', issued_at: '2026-11-20T02:00:00Z', expires_at: '2027-11-20T02:00:00Z', station: '景阳驿站' }
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
  'ue/2Hz/1tNoWRZsRC7sAZAnzS78ticWo3Xp8yYQDP93dqsWxQONSa9aiivu7xcJUjG2CUQwLpMCKaGsjeEuPpHSvxMjpoE4gWue/Sk6DD+6vW+' +
  '5jcaH7ldW3lkK/Xr+/adv8cyIQild0fuT3TFu460HA6vMFgo77KL7lzveEF2hBbfo3rbL/93+o5m14nQU4x2L7SgB7+DZpfiUX2mYP3jiv/CXJ' +
  'oeQMNidDE77UjAXIiMwUR+s93HNWHpMSf5oNA+8QzqOMdH0U02/CpBsxd6J7Eb7wcjMbdTOngtAzUsZxVz1ZjaetXselVpBtVSTw/TEKp9F5Mj' +
  'fT5psIWHCfvQR2K6Ax'

it('a row opens with its own card and with no other', async () => {
  expect(await rowName(CARD)).toBe(NAME)
  const voucher = { voucher: '00000000-0000-0000-0000-000000000007', campaign: 3, terms_version: 2, domain: 1, face_fen: 5000 }
  const wanted = { person: '00000000-0000-0000-0000-000000000008', digits: '002X', vouchers: [{ ...voucher, use_from: 1_795_000_000, expires_at: 1_796_000_000 }] }
  expect(await openRow(CARD, SEALED)).toEqual(wanted)
  expect(await openRow(CARD, SEALED.replace('ue/', 'ueB'))).toBeNull()
  expect(await openRow(CARD.slice(0, -3) + '000', SEALED)).toBeNull()
  expect([await rowName('XV1:ABC'), await openRow('nothing', SEALED)]).toEqual([null, null])
})

it('asks for a PIN only where the county can be asked, and says how often it may still be typed', async () => {
  const sent: unknown[] = []
  let tries_left = 4
  vi.stubGlobal('fetch', async (request: Request) => {
    sent.push(await request.json())
    const no = { reason: 'card-pin-wrong', title: '卡或密码不对', title_en: 'The card or its PIN is not right' }
    return Response.json({ ...no, tries_left: (tries_left -= 1) }, { status: 409 })
  })
  connection.value = 'online'
  const served = { shift_id: '01999999-0000-7000-8000-0000000000aa', merchant_id: '01999999-0000-7000-8000-0000000000aa' }
  const step = mount(CardPinStep, { props: { card: 'XP1:A', billFen: 80_00, eligibleFen: 80_00, served }, attachTo: document.body })
  const type = async (): Promise<void> => {
    await step.get('input').setValue('907153')
    await step.get('form').trigger('submit')
    await flushPromises()
  }
  await type()
  await vi.waitFor(() => expect(step.text()).toContain('卡或密码不对，还可以输 3 次'))
  expect(sent).toMatchObject([{ ...served, card: 'XP1:A', pin: '907153', bill_fen: 80_00 }])
  await speak('en')
  await vi.waitFor(() => expect(step.text()).toContain('The card or its PIN is not right. 3 tries left.'))
  await speak('zh')
  connection.value = 'offline'
  await vi.waitFor(() => expect(step.text()).toContain('只能在发卡驿站的那台平板上用'))
  connection.value = 'online'
  vi.stubGlobal('fetch', async () => {
    throw new TypeError('Failed to fetch')
  })
  await type()
  await vi.waitFor(() => expect(step.text()).toContain('请等网络恢复再输密码'))
  step.unmount()
  vi.unstubAllGlobals()
})
