import { describe, expect, it } from 'vitest'
import { nextTick } from 'vue'
import merchantEn from '../apps/merchant/texts/en'
import merchantZh from '../apps/merchant/texts/zh'
import designEn from '../apps/office/texts/design/en'
import designZh from '../apps/office/texts/design/zh'
import officeEn from '../apps/office/texts/en'
import boardEn from '../apps/office/texts/board/en'
import boardZh from '../apps/office/texts/board/zh'
import columnsEn from '../apps/office/texts/tables/en'
import columnsZh from '../apps/office/texts/tables/zh'
import callsEn from '../apps/office/texts/calls/en'
import callsZh from '../apps/office/texts/calls/zh'
import devicesEn from '../apps/office/texts/devices/en'
import devicesZh from '../apps/office/texts/devices/zh'
import conflictsEn from '../apps/office/texts/conflicts/en'
import conflictsZh from '../apps/office/texts/conflicts/zh'
import moneyEn from '../apps/office/texts/money/en'
import moneyZh from '../apps/office/texts/money/zh'
import merchantDeskEn from '../apps/office/texts/merchant/en'
import merchantDeskZh from '../apps/office/texts/merchant/zh'
import peopleEn from '../apps/office/texts/people/en'
import peopleZh from '../apps/office/texts/people/zh'
import guardEn from '../apps/office/texts/guard/en'
import guardZh from '../apps/office/texts/guard/zh'
import trailEn from '../apps/office/texts/trail/en'
import trailZh from '../apps/office/texts/trail/zh'
import settlementEn from '../apps/office/texts/settlement/en'
import settlementZh from '../apps/office/texts/settlement/zh'
import officeZh from '../apps/office/texts/zh'
import rosterEn from '../apps/office/texts/roster/en'
import rosterZh from '../apps/office/texts/roster/zh'
import answeringEn from '../apps/resident/answering/texts/en'
import answeringZh from '../apps/resident/answering/texts/zh'
import nearbyEn from '../apps/resident/nearby/texts/en'
import nearbyZh from '../apps/resident/nearby/texts/zh'
import residentEn from '../apps/resident/texts/en'
import residentZh from '../apps/resident/texts/zh'
import stationEn from '../apps/station/texts/en'
import stationZh from '../apps/station/texts/zh'
import accountEn from '../src/account/texts/en'
import accountZh from '../src/account/texts/zh'
import chartsEn from '../src/charts/texts/en'
import chartsZh from '../src/charts/texts/zh'
import awayEn from '../src/counter/away/texts/en'
import awayZh from '../src/counter/away/texts/zh'
import counterEn from '../src/counter/texts/en'
import counterZh from '../src/counter/texts/zh'
import ownEn from '../src/i18n/catalogues/en'
import ownZh from '../src/i18n/catalogues/zh'
import { language } from '../src/i18n/language'
import { fill, speak, texts } from '../src/i18n/texts'
import merchantsEn from '../src/merchants/texts/en'
import merchantsZh from '../src/merchants/texts/zh'
import applyEn from '../src/merchants/texts/apply/en'
import applyZh from '../src/merchants/texts/apply/zh'
import offlineEn from '../src/offline/texts/en'
import offlineZh from '../src/offline/texts/zh'
import outboxEn from '../src/outbox/texts/en'
import outboxZh from '../src/outbox/texts/zh'
import scanningEn from '../src/scanning/texts/en'
import scanningZh from '../src/scanning/texts/zh'
import staffEn from '../src/staff/texts/en'
import staffZh from '../src/staff/texts/zh'
import tablesEn from '../src/tables/texts/en'
import tablesZh from '../src/tables/texts/zh'
import tradeInsEn from '../src/trade_ins/texts/en'
import tradeInsZh from '../src/trade_ins/texts/zh'
import vouchersEn from '../src/vouchers/texts/en'
import vouchersZh from '../src/vouchers/texts/zh'

type Sentences = Readonly<Record<string, string>>

const CATALOGUES: [string, Sentences, Sentences][] = [
  ['every app', ownZh, ownEn],
  ['accounts', accountZh, accountEn],
  ['staff', staffZh, staffEn],
  ['the counter', counterZh, counterEn],
  ['the counter without the county', awayZh, awayEn],
  ['reading codes', scanningZh, scanningEn],
  ['answering a counter', answeringZh, answeringEn],
  ['vouchers', vouchersZh, vouchersEn],
  ['calls for merchants', merchantsZh, merchantsEn],
  ['applying', applyZh, applyEn],
  ['dossiers', tradeInsZh, tradeInsEn],
  ['tables', tablesZh, tablesEn],
  ['charts', chartsZh, chartsEn],
  ['resident', residentZh, residentEn],
  ['what is near', nearbyZh, nearbyEn],
  ['station', stationZh, stationEn],
  ['merchant', merchantZh, merchantEn],
  ['office', officeZh, officeEn],
  ['the columns of tables', columnsZh, columnsEn],
  ['the board', boardZh, boardEn],
  ['a call at the desk', callsZh, callsEn],
  ['a list at the desk', rosterZh, rosterEn],
  ['the settlement desk', moneyZh, moneyEn],
  ['a merchant at the desk', merchantDeskZh, merchantDeskEn],
  ['people and rights', peopleZh, peopleEn],
  ['how money is guarded', guardZh, guardEn],
  ['offline devices', devicesZh, devicesEn],
  ['the conflict desk', conflictsZh, conflictsEn],
  ['the trail', trailZh, trailEn],
  ['settlement of a campaign', settlementZh, settlementEn],
  ['the page of all parts', designZh, designEn],
  ['things that wait to be sent', outboxZh, outboxEn],
  ['a counter without a network', offlineZh, offlineEn],
]

const CHINESE = /\p{Script=Han}/u
const namesIn = (sentence: string): string[] =>
  [...new Set([...sentence.matchAll(/\{(\w+)/g)].map(([, name]) => name ?? ''))].toSorted()

describe.each(CATALOGUES)('the texts of %s', (_whose, zh, en) => {
  it('say in English everything that they say in Chinese, and nothing else', () => {
    expect(Object.keys(en).toSorted()).toEqual(Object.keys(zh).toSorted())
  })

  it('fill in the same values in both languages', () => {
    for (const [key, sentence] of Object.entries(zh)) expect([key, namesIn(en[key] ?? '')]).toEqual([key, namesIn(sentence)])
  })

  it('are Chinese in Chinese and hold no Chinese letters in English', () => {
    for (const sentence of Object.values(zh)) expect(sentence).toMatch(CHINESE)
    for (const sentence of Object.values(en)) expect(sentence).not.toMatch(CHINESE)
  })
})

describe('a sentence', () => {
  it('takes the values that it names', () => {
    expect(fill('还剩 {count} 张，到 {day} 为止', { count: 3, day: '6月1日' })).toBe('还剩 3 张，到 6月1日 为止')
  })

  it('is in the singular for exactly one', () => {
    const left = '{count} {count:voucher|vouchers} left'
    expect([0, 1, 2].map((count) => fill(left, { count }))).toEqual([
      '0 vouchers left',
      '1 voucher left',
      '2 vouchers left',
    ])
  })

  it('changes when the language does, and the language once its English is here', async () => {
    let arrives: (() => void) | undefined
    const line = new Promise<void>((done) => (arrives = done))
    const t = texts({ greeting: '您好，{name}' }, async () => {
      await line
      return { default: { greeting: 'Hello, {name}' } }
    })
    expect(t('greeting', { name: '王' })).toBe('您好，王')
    const changed = speak('en')
    await nextTick()
    expect([language.value, t('greeting', { name: '王' })]).toEqual(['zh', '您好，王'])
    arrives?.()
    await changed
    await nextTick()
    expect(t('greeting', { name: 'Wang' })).toBe('Hello, Wang')
    expect(document.documentElement.lang).toBe('en')
    await speak('zh')
    expect(language.value).toBe('zh')
    expect(t('greeting', { name: '王' })).toBe('您好，王')
  })
})
