/** Is a paper card's number read as people type it, sent with the PIN, and said to need the county? */

import { flushPromises, mount } from '@vue/test-utils'
import { expect, it, vi } from 'vitest'
import CardPinStep from '@/cards/CardPinStep.vue'
import { isOfCard, readCardNumber } from '@/cards/is_card'
import { cardSlip, typedNumber } from '@/cards/printed'
import ScanStep from '@/counter/ScanStep.vue'
import { connection } from '@/offline/connection'

/** `tests/cards/test_number.py` reads the same. */
const OURS = '012345678901'

it('a number is read as people type it, and no wrong digit passes', () => {
  for (const typed of [OURS, '0123 4567 8901', ' ０１２３-4567-8901 ']) expect(readCardNumber(typed), typed).toBe(OURS)
  const wrong = Array.from(OURS).flatMap((right, place) =>
    Array.from('0123456789')
      .filter((digit) => digit !== right)
      .map((digit) => OURS.slice(0, place) + digit + OURS.slice(place + 1)),
  )
  expect(wrong).toHaveLength(108)
  for (const typed of [...wrong, OURS.slice(1), `${OURS}0`, '', 'XP1:A', '0'.repeat(65)]) {
    expect(readCardNumber(typed), typed).toBeNull()
  }
  expect([isOfCard(OURS), isOfCard('XP1:A'), isOfCard('12345678')]).toEqual([true, true, false])
})

it('the number is printed in groups beside the code, with the serial number apart', () => {
  const card = { number: 7, code: 'XP1:ABC', typed_number: OURS, station: '景阳驿站' }
  const dated = { ...card, issued_at: '2026-11-20T02:00:00Z', expires_at: '2027-11-20T02:00:00Z' }
  expect(typedNumber(dated)).toBe('0123 4567 8901')
  const { parts } = cardSlip(dated)
  expect(parts).toContainEqual({ kind: 'text', text: '0123 4567 8901', size: 'l', bold: true })
  expect(parts).toContainEqual({ kind: 'pair', name: '编号', value: '000007' })
})

it('the field beside the camera takes a number, and tells one that cannot be right', async () => {
  const scan = mount(ScanStep, { attachTo: document.body })
  const type = async (text: string): Promise<void> => {
    await scan.get('input[inputmode="numeric"]').setValue(text)
    await scan.get('form').trigger('submit')
  }
  await type('0123 4567 8902')
  expect(scan.emitted('code')).toBeUndefined()
  expect(scan.text()).toContain('卡号请再核对一遍')
  await type('0123 4567 8901')
  expect(scan.emitted('code')).toEqual([[OURS]])
  scan.unmount()
})

it('a number goes to the county with the PIN, and without a network it is said that it needs one', async () => {
  const sent: unknown[] = []
  vi.stubGlobal('fetch', async (request: Request) => {
    sent.push(await request.json())
    const no = { reason: 'card-number-or-pin-wrong', title: '卡号或密码不对', title_en: 'not right' }
    return Response.json(no, { status: 409 })
  })
  connection.value = 'online'
  const step = mount(CardPinStep, { props: { card: OURS, billFen: 80_00, eligibleFen: 80_00 }, attachTo: document.body })
  await step.get('input').setValue('907153')
  await step.get('form').trigger('submit')
  await flushPromises()
  await vi.waitFor(() => expect(step.text()).toContain('卡号或密码不对'))
  expect(step.text()).not.toContain('还可以输')
  expect(sent).toMatchObject([{ card: OURS, pin: '907153' }])
  connection.value = 'offline'
  await vi.waitFor(() => expect(step.text()).toContain('要联网才能用卡号'))
  connection.value = 'online'
  step.unmount()
  vi.unstubAllGlobals()
})
