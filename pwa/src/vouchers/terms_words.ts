/** What do a voucher's terms mean in plain words? */

import type { Appliance, KindAnswer, TradeIn } from '@/api/wire'
import { bareYuan, grouped, yuan } from '@/kernel/money'
import { language } from '@/i18n'
import { momentOf, named, untilOf, weekdayOf } from '@/i18n/when'
import type { Terms } from './rules'
import { tv } from './texts'

/** The terms of a kind as far as they are told to people. */
export interface ToldTerms extends Terms {
  readonly groups: readonly string[]
  readonly per_person: number
  readonly valid_days: number | null
  /** Of a kind that subsidises appliances; kept terms of before had none. */
  readonly trade_in?: TradeIn | null
}

/** What a voucher can be limited to; a merchant belongs to one of them. */
export const TRADES = ['catering', 'retail', 'appliance', 'tourism', 'farm'] as const
/** Who a campaign can be for; residents belong to any number of them. */
export const GROUPS = ['elder', 'low_income', 'new_resident', 'visitor'] as const

/** The categories of appliances that a trade-in campaign may subsidise. */
export const APPLIANCES = [
  'refrigerator',
  'washing-machine',
  'television',
  'air-conditioner',
  'computer',
  'water-heater',
  'cooktop',
  'range-hood',
  'microwave-oven',
  'water-purifier',
  'dishwasher',
  'rice-cooker',
] as const satisfies readonly Appliance[]

export const applianceName = (appliance: Appliance): string => tv(`appliance.${appliance}`)

export function tradeName(code: string): string {
  const known = TRADES.find((trade) => trade === code)
  return tv(known ? `trade.${known}` : 'trade.other')
}

export function groupName(code: string): string {
  const known = GROUPS.find((group) => group === code)
  return tv(known ? `group.${known}` : 'group.other')
}

const REDEMPTIONS = ['accepted', 'confirmed', 'reversed'] as const

/** How a redemption stands. */
export function redemptionState(code: string): string {
  const known = REDEMPTIONS.find((state) => state === code)
  return tv(known ? `redemption.${known}` : 'redemption.other')
}

/** 满2000减200, and 200 off 2,000: grouped as each language writes it. */
function figure(fen: number): string {
  const [whole = '', rest] = bareYuan(fen).split('.')
  const written = language.value === 'en' ? grouped(whole) : whole
  return rest ? `${written}.${rest}` : written
}

/** 满 200 元减 50 元 */
export function discountWords(terms: Terms): string {
  const face = figure(terms.face_fen)
  const minimum = figure(terms.minimum_spend_fen)
  if (terms.discount === 'fixed-price') {
    return tv('discount.fixed-price', { price: figure(terms.fixed_price_fen), face })
  }
  if (terms.discount === 'percentage') {
    const rate = rateWords(terms.percent_bp)
    return terms.minimum_spend_fen > 0
      ? tv('discount.percentage.minimum', { minimum, rate, face })
      : tv('discount.percentage', { rate, face })
  }
  return terms.minimum_spend_fen > 0
    ? tv('discount.threshold', { minimum, face })
    : tv('discount.threshold.none', { face })
}

/** Every condition as a sentence, in the order in which they bind; `townName` tells the name of a town's code. */
export function termsInWords(terms: ToldTerms, townName: (code: string) => string): string[] {
  const said = [
    ...tradeInWords(terms.trade_in),
    terms.minimum_spend_fen > 0
      ? tv('rule.minimum', { minimum: yuan(terms.minimum_spend_fen) })
      : tv('rule.nothing-excluded'),
    terms.trades.length > 0 ? tv('rule.trades', { trades: listed(terms.trades.map(tradeName)) }) : tv('rule.trades.all'),
  ]
  if (terms.merchants.length > 0) said.push(tv('rule.merchants', { count: terms.merchants.length }))
  if (terms.lists && terms.lists.length > 0) said.push(tv('rule.lists'))
  if (terms.towns.length > 0) said.push(tv('rule.towns', { towns: listed(terms.towns.map(townName)) }))
  if (terms.weekdays.length > 0) said.push(tv('rule.weekdays', { days: listed(terms.weekdays.map(weekdayOf)) }))
  if (terms.hours.length > 0) said.push(tv('rule.hours', { hours: listed(terms.hours.map(hoursWords)) }))
  if (terms.groups.length > 0) said.push(tv('rule.groups', { groups: listed(terms.groups.map(groupName)) }))
  if (terms.per_person > 0) said.push(tv('rule.per-person', { count: terms.per_person }))
  if (terms.valid_days !== null) said.push(tv('rule.valid-days', { count: terms.valid_days }))
  said.push(tv('rule.one-per-bill'))
  return said
}

/** What a campaign tells of a kind beyond its terms: from when until when it can be used, and who pays. */
export function kindInWords(kind: KindAnswer | undefined): string[] {
  if (!kind) return []
  const parts = kind.funding.map(({ funder, share_bp }) => `${tv(`funder.${funder}`)} ${share_bp / 100}%`)
  return [
    ...(kind.use_from ? [tv('rule.use-from', { at: momentOf(kind.use_from) })] : []),
    ...(kind.use_until ? [tv('rule.use-until', { until: untilOf(kind.use_until) })] : []),
    tv('rule.funding', { funders: listed(parts) }),
  ]
}

function tradeInWords(asked: TradeIn | null | undefined): string[] {
  if (!asked) return []
  const levels = listed((asked.energy_levels ?? [1, 2]).map(String))
  const old = asked.old_appliance ?? 'not-asked'
  return [
    tv('rule.trade-in', { appliance: applianceName(asked.appliance), levels }),
    ...(old === 'not-asked' ? [] : [tv(`rule.old.${old}`)]),
    tv('rule.papers', { count: asked.file_days ?? 30 }),
  ]
}

function hoursWords({ from_, until }: { readonly from_: string; readonly until: string }): string {
  return `${from_.slice(0, 5)}–${until.slice(0, 5)}`
}

function listed(words: readonly string[]): string {
  return words.join(named('、', ', '))
}

/** 15 % off; Chinese shops say what is paid, in tenths: 8.5 折. */
function rateWords(percentBp: number): string {
  return String(language.value === 'zh' ? (10_000 - percentBp) / 1000 : percentBp / 100)
}
