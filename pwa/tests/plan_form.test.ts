import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  emptyKind,
  emptyPlan,
  emptyRound,
  publicFen,
  readCount,
  termsOf,
  type KindForm,
  type PlanForm,
} from '../apps/office/parts/plan_form'
import { faultsOf, placeOf, requestOf, type Faults } from '../apps/office/parts/plan_request'
import { bareYuan } from '@/kernel/money'

const NOW = new Date('2026-11-20T02:00:00Z')

/** A plan that is complete: fifty off two hundred, a hundred pieces in one round. */
function plan(kind: Partial<KindForm> = {}): PlanForm {
  const form = emptyPlan(NOW)
  const [first] = form.kinds
  const [round] = form.rounds
  Object.assign(form, { title_zh: ' 冬日券 ', title_en: 'Winter vouchers' })
  Object.assign(first!, { name_zh: '餐饮券', name_en: 'Meals', face: '50', minimum: '200', pieces: '100', ...kind })
  Object.assign(round!, { name_zh: '第一轮', name_en: 'Round 1', pieces: '100' })
  return form
}

function faults(form: PlanForm): string[] {
  const told = requestOf(form, null)
  return told instanceof Map ? [...(told as Faults).keys()] : []
}

function request(form: PlanForm, version: number | null = null): Exclude<ReturnType<typeof requestOf>, Faults> {
  const told = requestOf(form, version)
  expect(told).not.toBeInstanceOf(Map)
  return told as Exclude<typeof told, Faults>
}

describe('a plan that was typed', () => {
  it('is sent in fen, counts and instants of the county', () => {
    const sent = request(plan())
    expect(sent).not.toHaveProperty('version')
    expect(sent.title_zh).toBe('冬日券')
    expect(sent.kinds[0]).toMatchObject({
      face_fen: 5_000,
      minimum_spend_fen: 20_000,
      percent_bp: 0,
      fixed_price_fen: 0,
      cap_pieces: 100,
      valid_days: 7,
      hours: [],
      funding: [{ funder: 'government', share_bp: 10_000 }],
      limits: [{ most: 1, period: 'ever' }],
    })
    // Ten o'clock in the county on the day after tomorrow.
    expect(sent.rounds[0]).toMatchObject({ opens_at: '2026-11-22T02:00:00.000Z', closes_at: '2026-11-22T14:00:00.000Z' })
    expect(request(plan(), 3).version).toBe(3)
  })

  it('reads every amount to the fen', () => {
    const amount = fc.integer({ min: 1, max: 999_999_999 })
    fc.assert(
      fc.property(amount, amount, (face, minimum) => {
        const [kind] = request(plan({ face: bareYuan(face), minimum: bareYuan(minimum) })).kinds
        expect([kind?.face_fen, kind?.minimum_spend_fen]).toEqual([face, minimum])
      }),
    )
  })

  it('gives kinds and rounds ids of their own', () => {
    const kinds = Array.from({ length: 20 }, (_, nth) => emptyKind(nth + 1))
    expect(new Set(kinds.flatMap(({ code, limitRule }) => [code, limitRule])).size).toBe(40)
    expect(emptyRound('a', NOW).roundId).not.toBe(emptyRound('a', NOW).roundId)
  })
})

describe('a plan that is not complete', () => {
  it('says all that is missing at once, each under its place', () => {
    const form = emptyPlan(NOW)
    form.rounds[0]!.opensDay = ''
    expect(faults(form)).toEqual([
      '/title_zh',
      '/title_en',
      '/kinds/0/name_zh',
      '/kinds/0/name_en',
      '/kinds/0/cap_pieces',
      '/kinds/0/face_fen',
      '/rounds/0/name_zh',
      '/rounds/0/name_en',
      '/rounds/0/opens_at',
    ])
  })

  it.each([
    [{ face: '50.005' }, '/kinds/0/face_fen'],
    [{ minimum: '二百' }, '/kinds/0/minimum_spend_fen'],
    [{ pieces: '1.5' }, '/kinds/0/cap_pieces'],
    [{ pieces: '-3' }, '/kinds/0/cap_pieces'],
    [{ perPerson: '' }, '/kinds/0/limits'],
    [{ validDays: '七' }, '/kinds/0/valid_days'],
    [{ discount: 'percentage', percent: '' }, '/kinds/0/percent_bp'],
    [{ discount: 'fixed-price', fixed: 'x' }, '/kinds/0/fixed_price_fen'],
  ] as [Partial<KindForm>, string][])('%j is a fault at %s', (typed, place) => {
    expect(faults(plan(typed))).toEqual([place])
  })
})

describe('what may be left open', () => {
  it('keeps a share for stations only with a time until which it is kept', () => {
    const form = plan()
    form.rounds[0]!.stationPieces = '10'
    expect(request(form).rounds[0]).toMatchObject({ station_pieces: 10, station_until: '2026-11-22T04:00:00.000Z' })
    form.rounds[0]!.stationTime = ''
    expect(faults(form)).toEqual(['/rounds/0/station_until'])
    form.rounds[0]!.stationPieces = ''
    expect(request(form).rounds[0]).not.toHaveProperty('station_until')
  })

  it('leaves the pieces of a round open, and sends hours only as a pair', () => {
    const form = plan({ from: '09:00', until: '' })
    form.rounds[0]!.pieces = ' '
    const sent = request(form)
    expect([sent.rounds[0]?.pieces, sent.kinds[0]?.hours]).toEqual([null, []])
    expect(request(plan({ from: '09:00', until: '21:30' })).kinds[0]?.hours).toEqual([
      { from_: '09:00:00', until: '21:30:00' },
    ])
  })

  it('sends only funders that pay', () => {
    const sent = request(plan({ shares: { government: '66.67', platform: '', merchant: '33.33' } }))
    expect(sent.kinds[0]?.funding).toEqual([
      { funder: 'government', share_bp: 6_667 },
      { funder: 'merchant', share_bp: 3_333 },
    ])
  })
})

describe('while somebody types', () => {
  it('counts are whole numbers, or none', () => {
    expect(['0', '12', ' 7 ', '12345678'].map(readCount)).toEqual([0, 12, 7, 12_345_678])
    expect(['', '1.0', '-1', '+1', '1e3', '123456789', '十'].map(readCount)).toEqual(Array.from({ length: 7 }, () => null))
  })

  it('the rules are told as soon as the amounts can be read, not before', () => {
    expect(termsOf({ ...emptyKind(1), face: '50', minimum: '20x' })).toBeNull()
    expect(termsOf({ ...emptyKind(1), face: '0' })).toBeNull()
    expect(termsOf({ ...emptyKind(1), discount: 'percentage', face: '50', percent: '' })).toBeNull()
    expect(termsOf({ ...emptyKind(1), discount: 'percentage', face: '50', percent: '15' })).toMatchObject({
      face_fen: 5_000,
      minimum_spend_fen: 0,
      percent_bp: 1_500,
      per_person: 1,
      valid_days: 7,
    })
  })

  it('the public money of a kind is its pieces at the treasury’s part, ties going to the treasury', () => {
    const half = { ...emptyKind(1), face: '0.01', pieces: '3', shares: { government: '50', platform: '50', merchant: '' } }
    expect(publicFen(half)).toBe(3)
    const whole = fc.record({
      face: fc.integer({ min: 1, max: 1_000_000 }),
      share: fc.integer({ min: 0, max: 10_000 }),
      pieces: fc.integer({ min: 1, max: 100_000 }),
    })
    fc.assert(
      fc.property(whole, ({ face, share, pieces }) => {
        const shares = { government: bareYuan(share), platform: '', merchant: '' }
        const one = (BigInt(face) * BigInt(share) + 5_000n) / 10_000n
        const told = publicFen({ ...emptyKind(1), face: bareYuan(face), pieces: String(pieces), shares })
        expect(BigInt(told)).toBe(one * BigInt(pieces))
      }),
    )
  })
})

describe('a fault', () => {
  it('is told where the form has the field', () => {
    expect(placeOf('/title_zh')).toBe('活动名称')
    expect(placeOf('/kinds/1/face_fen')).toBe('第 2 种券 · 面额（元）')
    expect(placeOf('/rounds/0/opens_at')).toBe('第 1 轮发放 · 开始')
    expect(placeOf('/kinds/0/unheard-of')).toBe('第 1 种券')
  })

  it('of the county stands at the same place, in the language of the page', () => {
    const told = faultsOf([{ pointer: '/kinds/0/terms/face_fen', detail: '至少 1 分 / at least 1 fen' }])
    expect([...told]).toEqual([['/kinds/0/face_fen', '至少 1 分']])
  })
})

describe('a round by lot or by list', () => {
  const lot = { mode: 'draw', source: '七星彩', issue: '第 1 期', writing: '依次连写', digits: '7', reserves: '5' } as const

  it('is sent with its source, and typed back as it was saved', () => {
    const form = plan()
    Object.assign(form.rounds[0]!, lot, { drawnDay: '2026-11-22', drawnTime: '22:30' })
    const [sent] = request(form).rounds
    const draw = { source: '七星彩', issue: '第 1 期', writing: '依次连写', digits: 7, reserves: 5 }
    expect(sent).toMatchObject({ mode: 'draw', draw: { ...draw, published_at: '2026-11-22T14:30:00.000Z' } })
    expect(sent).not.toHaveProperty('roster')
  })

  it('names what is missing under its place', () => {
    const form = plan()
    Object.assign(form.rounds[0]!, lot, { source: '', digits: '' })
    expect(faults(form)).toEqual(['/rounds/0/draw/source', '/rounds/0/draw/digits'])
    Object.assign(form.rounds[0]!, { mode: 'roster', classes: ' ' })
    expect(faults(form)).toEqual(['/rounds/0/roster'])
    Object.assign(form.rounds[0]!, { classes: 'dibao，tekun' })
    expect(request(form).rounds[0]).toMatchObject({ mode: 'roster', roster: { classes: ['dibao', 'tekun'] } })
  })
})

describe('a kind that subsidises appliances', () => {
  it('is sent with its category, labels and days, and told in words', () => {
    const given = { appliance: 'refrigerator', levels: [2, 1], old: 'waivable', fileDays: '15' } as const
    const typed = { ...given, levels: [...given.levels] }
    const asked = { appliance: 'refrigerator', energy_levels: [1, 2], old_appliance: 'waivable', file_days: 15 }
    expect(request(plan(typed)).kinds[0]?.trade_in).toEqual(asked)
    expect(termsOf(plan(typed).kinds[0]!)?.trade_in).toEqual(asked)
    expect(request(plan()).kinds[0]).not.toHaveProperty('trade_in')
  })

  it('needs a label and its days', () => {
    expect(faults(plan({ appliance: 'television', levels: [], fileDays: '' }))).toEqual([
      '/kinds/0/trade_in/file_days',
      '/kinds/0/trade_in/energy_levels',
    ])
    expect(placeOf('/kinds/0/trade_in/energy_levels')).toBe('第 1 种券 · 以旧换新补贴的家电品类')
  })
})
