/** When is a place open, how far is it, and which places are shown in which order? */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { PremisesAnswer, ShopAnswer, StationAnswer } from '@/api/wire'
import { distanceM, roundedM } from '@/kernel/distance'
import { clockWords, isOpen, openingAt, type Hours } from '@/kernel/opening_hours'
import { keep } from '@/offline/kept'
import { choosePlaces, countOpen, type Wanted } from '../apps/resident/nearby/choosing'
import { keptPlaces, type Places } from '../apps/resident/nearby/places'
import { distanceWords, openingTone, openingWords } from '../apps/resident/nearby/words'

/** A clock of the county on 2026-11-24, whatever the zone of this machine. */
const at = (clock: string): number => Date.parse(`2026-11-24T${clock}:00+08:00`)
const words = (hours: Hours, clock: string): string => openingWords(openingAt(hours, at(clock)), 'shop')

const text = (minute: number): string => clockWords(minute).padStart(5, '0')

const DAY: Hours = { opens: '09:00', closes: '21:00' }
const NIGHT: Hours = { opens: '17:00', closes: '02:00' }

describe('hours in words', () => {
  it('say until when, and else when it opens next', () => {
    expect(words(DAY, '09:00')).toBe('营业中，至21:00')
    expect(words(DAY, '20:29')).toBe('营业中，至21:00')
    expect(words(DAY, '20:30')).toBe('快关门，至21:00')
    expect(words(DAY, '21:00')).toBe('明天9:00开门')
    expect(words(DAY, '08:59')).toBe('9:00开门')
    expect(words(DAY, '00:00')).toBe('9:00开门')
  })

  it('go past midnight', () => {
    expect(words(NIGHT, '16:59')).toBe('17:00开门')
    expect(words(NIGHT, '17:00')).toBe('营业中，至次日2:00')
    expect(words(NIGHT, '23:59')).toBe('营业中，至次日2:00')
    expect(words(NIGHT, '00:00')).toBe('营业中，至2:00')
    expect(words(NIGHT, '01:45')).toBe('快关门，至2:00')
    expect(words(NIGHT, '02:00')).toBe('17:00开门')
  })

  it('close at midnight or never', () => {
    for (const closes of ['24:00', '00:00']) expect(words({ opens: '08:00', closes }, '23:00')).toBe('营业中，至24:00')
    expect(words({ opens: '00:00', closes: '24:00' }, '03:00')).toBe('营业中，全天不关门')
    expect(openingWords(openingAt(DAY, at('12:00')), 'van')).toBe('开放中，至21:00')
  })

  it('never say by colour alone what the words do not', () => {
    expect(openingTone(openingAt(DAY, at('12:00')))).toBe('good')
    expect(openingTone(openingAt(DAY, at('20:45')))).toBe('warn')
    expect(openingTone(openingAt(DAY, at('22:00')))).toBe('plain')
  })

  it('agree with a walk through the day, minute by minute', () => {
    const clock = fc.integer({ min: 0, max: 24 * 60 - 1 })
    fc.assert(
      fc.property(clock, clock, clock, (opens, closes, now) => {
        fc.pre(opens !== closes)
        const opening = openingAt({ opens: text(opens), closes: text(closes) }, at(text(now)))
        // Walks from the opening; whoever meets the closing before now has missed it.
        let minute = opens
        let open = true
        while (minute !== now) {
          minute = (minute + 1) % (24 * 60)
          if (minute === closes) open = false
        }
        expect(isOpen(opening)).toBe(open)
        if (opening.kind === 'always') return
        expect((now + opening.left) % (24 * 60)).toBe(opening.clock % (24 * 60))
        expect(opening.left).toBeGreaterThan(0)
        expect(opening.left).toBeLessThanOrEqual(24 * 60)
      }),
    )
  })
})

describe('distances', () => {
  it('are as the county works them out', () => {
    const here = { latitude: 28.1733, longitude: 104.5123 }
    expect(distanceM(here, here)).toBe(0)
    // tests/places: one degree of latitude.
    expect(distanceM(here, { latitude: 29.1733, longitude: 104.5123 })).toBe(111_195)
  })

  it('are said as finely as anybody walks', () => {
    expect([0, 4, 96, 994, 995, 1_234, 9_949, 9_950, 12_400].map(roundedM)).toEqual([
      10, 10, 100, 990, 1_000, 1_200, 9_900, 10_000, 12_000,
    ])
    expect(distanceWords(348)).toBe('约 350 米')
    expect(distanceWords(2_310)).toBe('约 2.3 公里')
  })
})

const premises = (town: string, hours: Hours, lat: string | null = null): PremisesAnswer => ({
  town_code: town,
  village_code: null,
  address_zh: '正街 1 号',
  address_en: '1 Main Street',
  ...hours,
  phone: '15402000001',
  position: lat === null ? null : { lat, lon: '104.5123', precision_m: null, invented: true, source_zh: '', source_en: '', grid_code: '' },
})
const shop = (name: string, told: PremisesAnswer, changes: Partial<ShopAnswer> = {}): ShopAnswer => ({
  store_id: name,
  number: 1,
  name_zh: name,
  name_en: name,
  merchant_id: `m-${name}`,
  merchant_zh: name,
  merchant_en: name,
  trade: 'retail',
  trade_zh: '零售',
  trade_en: 'Retail',
  voucher_town_code: told.town_code,
  lists: [],
  premises: told,
  ...changes,
})
const station = (name: string, told: PremisesAnswer, merchant: string | null = null): StationAnswer => ({
  station_id: name,
  kind: 'fixed',
  name_zh: name,
  name_en: name,
  state: 'open',
  demonstration: true,
  premises: told,
  merchant_id: merchant,
  attended: true,
})

const [MINE, FAR] = ['511527100', '511527210']
const places: Places = {
  towns: [],
  shops: [
    shop('丙店', premises(FAR, DAY, '28.2')),
    shop('乙店', premises(MINE, NIGHT, '28.3')),
    shop('甲店', premises(FAR, DAY)),
    shop('丁店分店', premises(MINE, DAY), { merchant_zh: '丁店', trade: 'catering', voucher_town_code: FAR, lists: ['call'] }),
  ],
  stations: [station('景阳驿站', premises(MINE, DAY, '28.18')), station('村店驿站', premises(FAR, NIGHT), 'm-丙店')],
}
const plain: Wanted = { at: at('12:00'), town: '', here: null, what: '', openOnly: false, terms: null }
const shown = (wanted: Partial<Wanted>): string[] =>
  choosePlaces(places, { ...plain, ...wanted }).map(({ name_zh }) => name_zh)
const anywhere = { discount: 'threshold', face_fen: 1, minimum_spend_fen: 0, percent_bp: 0, fixed_price_fen: 0 } as const
const terms = { ...anywhere, trades: [], towns: [], merchants: [], lists: [], weekdays: [], hours: [] }

describe('what is shown', () => {
  it('begins with the own town, then with what is open, then by name', () => {
    expect(shown({})).toEqual(['丙店', '丁店', '甲店', '景阳驿站', '村店驿站', '乙店'])
    expect(shown({ town: MINE })).toEqual(['丁店', '景阳驿站', '乙店', '丙店', '甲店', '村店驿站'])
    expect(shown({ town: MINE, at: at('23:00') })).toEqual(['乙店', '丁店', '景阳驿站', '村店驿站', '丙店', '甲店'])
  })

  it('begins with the nearest where the phone may say where it is; what has no position comes last', () => {
    const here = { latitude: 28.1733, longitude: 104.5123 }
    expect(shown({ here, town: MINE })).toEqual(['景阳驿站', '丙店', '乙店', '丁店', '甲店', '村店驿站'])
    const [first] = choosePlaces(places, { ...plain, here })
    expect([first!.metres, first!.invented]).toEqual([745, true])
  })

  it('is what was asked for', () => {
    expect(shown({ what: 'station' })).toEqual(['景阳驿站', '村店驿站'])
    expect(shown({ what: 'catering' })).toEqual(['丁店'])
    expect(shown({ openOnly: true, at: at('23:00') })).toEqual(['村店驿站', '乙店'])
    expect(countOpen(choosePlaces(places, plain))).toEqual({ shops: 3, stations: 1 })
  })

  it('takes the voucher: the merchant\u2019s own town counts, and a station is the shop that it is', () => {
    expect(shown({ terms: [] })).toEqual([])
    expect(shown({ terms: [terms] })).toEqual(['丙店', '丁店', '甲店', '村店驿站', '乙店'])
    expect(shown({ terms: [{ ...terms, towns: [MINE] }] })).toEqual(['乙店'])
    expect(shown({ terms: [{ ...terms, lists: ['call'] }] })).toEqual(['丁店'])
    expect(shown({ terms: [{ ...terms, merchants: ['m-丙店'] }, { ...terms, trades: ['catering'] }] })).toEqual([
      '丙店',
      '丁店',
      '村店驿站',
    ])
  })
})

it('a list that was seen is shown for a day without a network, and not longer', async () => {
  const [day, now] = [24 * 3600 * 1000, Date.now()]
  await keep('seen', 'nearby', { places: {}, at: now - day + 60_000 })
  expect((await keptPlaces())?.at.getTime()).toBe(now - day + 60_000)
  await keep('seen', 'nearby', { places: {}, at: now - day })
  expect(await keptPlaces()).toBeUndefined()
})
