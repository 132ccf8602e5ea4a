/** What people are shown of what programs write: words in their language, no ids, no fingerprints. */

import { afterEach, beforeAll, expect, it } from 'vitest'
import { particulars, stateWords } from '../apps/office/parts/audit_words'
import { placeOf } from '../apps/office/parts/plan_request'
import { deviceWords } from '../src/account/device_words'
import { changeLanguage, language } from '../src/i18n/language'
import { fill, textsReady } from '../src/i18n/texts'

const ID = '01a22765-66d9-78d0-ad0e-637cca2e83bb'

beforeAll(async () => {
  await textsReady('en')
})
afterEach(() => changeLanguage('zh'))

it('a line of the trail shows the number of the document and nothing that is for programs', () => {
  const approved = { act: 'campaign.approve', reason: null, detail: `version 1, decision ${ID} 筠演示〔2026〕1号` }
  expect(particulars(approved)).toBe('文号 筠演示〔2026〕1号')
  const print = 'b8f2840fd33a12d7fa623051069b16eca8d8195cd94f8cbe336aa02a75931979'
  const funded = { act: 'campaign.fund', reason: null, detail: `筠演示〔2026〕1号 进账单 1号 ${print}` }
  expect(particulars(funded)).toBe('文号 筠演示〔2026〕1号 进账单 1号')
  const drawn = { act: 'draw.draw', reason: null, detail: `seed 55188, 60 winners, 15 reserves, （2026）公证 12 号 ${print}` }
  expect(particulars(drawn)).toBe('文号 （2026）公证 12 号')
  const listed = { act: 'roster.import', reason: null, detail: `campaign ${ID}, 92 rows, 筠民政〔2026〕12号` }
  expect(particulars(listed)).toBe('文号 筠民政〔2026〕12号')
  expect(particulars({ act: 'draw.pass-over', reason: 'frozen', detail: 'number 7, rank 3' })).toBe('')
  expect(particulars({ act: 'campaign.review', reason: null, detail: `version 2, decision ${ID}` })).toBe('')
  expect(particulars({ act: 'voucher.redeem', reason: null, detail: `redemption ${ID}` })).toBe('')
  expect(particulars({ act: 'campaign.pause', reason: null, detail: '发现刷单' })).toBe('发现刷单')
  const paid = { act: 'settlement.pay-in', reason: null, detail: 'pay-in 100 fen, 筠投演示〔2026〕8号 进账单 18' }
  expect(particulars(paid)).toBe('¥1.00, 筠投演示〔2026〕8号 进账单 18')
  const closed = { act: 'merchants.close-store', reason: '租约到期', detail: `2: 酸汤馆新街店 words:${print}` }
  expect(particulars(closed)).toBe('租约到期 · 2: 酸汤馆新街店')
  const admitted = { act: 'merchants.admit', reason: null, detail: '双河百货店 92591527000990801Y retail' }
  expect(particulars(admitted)).toBe('双河百货店 92591527000990801Y')
})

it('a state is told as what the act is about calls it', () => {
  expect(stateWords('round.open', 'open')).toBe('领取中')
  expect(stateWords('shifts.close', 'open')).toBe('')
  expect(stateWords('campaign.run', 'running')).toBe('进行中')
  expect(stateWords('voucher.redeem', 'redeemed')).toBe('已使用')
})

it('a device is told in the language on the screen', () => {
  expect(deviceWords('其他设备')).toBe('其他设备')
  changeLanguage('en')
  expect(['其他设备', '鸿蒙 微信', 'Android 微信', 'iPhone'].map(deviceWords)).toEqual([
    'another device',
    'HarmonyOS WeChat',
    'Android WeChat',
    'iPhone',
  ])
})

it('a fault in a round is named as the round calls it', () => {
  expect(placeOf('/rounds/0/name_zh')).toBe('第 1 轮发放 · 轮次名称')
  expect(placeOf('/kinds/1/name_en')).toBe('第 2 种券 · 英文券名')
})

it('large numbers are grouped in English and left together in Chinese', () => {
  expect(language.value).toBe('zh')
  expect(fill('还剩 {left} 张', { left: 5000 }, 'zh')).toBe('还剩 5000 张')
  expect(fill('{left} {left:voucher|vouchers} left', { left: 5000 }, 'en')).toBe('5,000 vouchers left')
  expect(fill('{no}', { no: '2026' }, 'en')).toBe('2026')
})
