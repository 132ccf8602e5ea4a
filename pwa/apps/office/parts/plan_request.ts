/** What the county takes of a plan, or everything in it that is not there yet, each under its place in the plan. */

import type { FieldProblem } from '@/api/problem'
import type { PlanRequest } from '@/api/wire'
import { readYuan } from '@/kernel/money'
import { named } from '@/i18n/when'
import { FUNDERS } from '@/vouchers/funding'
import { t } from '../texts'
import { tg } from '../texts/guard'
import { BRAKE_RULES, guardRequest, usualGuard } from './guard_form'
import { instantOf, readCount, tradeInOf, type KindForm, type PlanForm, type RoundForm } from './plan_form'

type RoundRequest = PlanRequest['rounds'][number]

/** Problems by their place, as JSON pointers into the request: `/kinds/0/face_fen`. */
export type Faults = ReadonlyMap<string, string>

class Reader {
  readonly faults = new Map<string, string>()

  fault(at: string, told: string): void {
    this.faults.set(at, told)
  }

  text(at: string, value: string): string {
    if (value.trim() === '') this.faults.set(at, t('form.need.text'))
    return value.trim()
  }

  amount(at: string, value: string, otherwise?: number): number {
    const fen = value.trim() === '' ? otherwise : readYuan(value)
    if (fen === null || fen === undefined) this.faults.set(at, t('form.need.amount'))
    return fen ?? 0
  }

  count(at: string, value: string, otherwise?: number): number {
    const count = value.trim() === '' ? otherwise : readCount(value)
    if (count === null || count === undefined) this.faults.set(at, t('form.need.count'))
    return count ?? 0
  }

  moment(at: string, day: string, time: string): string {
    const instant = instantOf(day, time)
    if (instant === null) this.faults.set(at, t('form.need.moment'))
    return instant ?? ''
  }
}

/** The request, or the faults that stand in its way. */
export function requestOf(form: PlanForm, version: number | null): PlanRequest | Faults {
  const reader = new Reader()
  const request: PlanRequest = {
    ...(version === null ? {} : { version }),
    title_zh: reader.text('/title_zh', form.title_zh),
    title_en: reader.text('/title_en', form.title_en),
    summary_zh: form.summary_zh.trim(),
    summary_en: form.summary_en.trim(),
    notice_no: form.notice_no.trim(),
    department: form.department.trim(),
    complaint_phone: form.complaint_phone.trim(),
    money_path: form.money_path,
    refund_policy: form.refund_policy,
    ...guardRequest(reader, form.guard ?? usualGuard(), form.money_path === 'advanced'),
    kinds: form.kinds.map((kind, nth) => kindRequest(reader, kind, `/kinds/${nth}`)),
    rounds: form.rounds.map((round, nth) => roundRequest(reader, round, `/rounds/${nth}`)),
  }
  return reader.faults.size > 0 ? reader.faults : request
}

/** The county's own faults under the same places; it says each in both languages. */
export function faultsOf(fields: readonly FieldProblem[]): Faults {
  return new Map(
    fields.map(({ pointer, detail }) => {
      const [zh = '', en = ''] = detail.split(' / ')
      return [pointer.replace('/terms/', '/'), named(zh, en)]
    }),
  )
}

const LABELS = {
  title_zh: 'form.title_zh',
  title_en: 'form.title_en',
  notice_no: 'form.notice_no',
  complaint_phone: 'form.complaint_phone',
  name_zh: 'form.kind.name_zh',
  name_en: 'form.kind.name_en',
  cap_pieces: 'form.kind.pieces',
  face_fen: 'form.kind.face',
  minimum_spend_fen: 'form.kind.minimum',
  percent_bp: 'form.kind.percent',
  fixed_price_fen: 'form.kind.fixed',
  funding: 'form.kind.funding',
  limits: 'form.kind.per-person',
  valid_days: 'form.kind.valid-days',
  trade_in: 'form.kind.appliance',
  opens_at: 'form.round.opens',
  closes_at: 'form.round.closes',
  pieces: 'form.round.pieces',
  station_pieces: 'form.round.station',
  station_until: 'form.round.station-until',
  draw: 'form.round.draw',
  roster: 'form.round.classes',
} as const

/** Where a fault is, as the form calls it: 第 2 种券 · 面额（元）. */
export function placeOf(pointer: string): string {
  const guarded = guardPlace(pointer)
  if (guarded) return guarded
  const [, list, nth, field] = /^\/(?:(kinds|rounds)\/(\d+)\/?)?(\w*)/.exec(pointer) ?? []
  const part = list && t(list === 'kinds' ? 'form.kind' : 'form.round', { number: Number(nth) + 1 })
  const label = list === 'rounds' && (field === 'name_zh' || field === 'name_en')
    ? t(`form.round.${field}`)
    : field && field in LABELS ? t(LABELS[field as keyof typeof LABELS]) : ''
  return [part, label].filter(Boolean).join(' · ')
}

/** 预警熔断 · 退款比例, 消费凭证 · 第 2 条要求; nothing for the other parts of a plan. */
function guardPlace(pointer: string): string {
  const [, part, field = ''] = /^\/(brake|ceilings|evidence)(?:\/(\w+))?/.exec(pointer) ?? []
  if (!part) return ''
  const rule = BRAKE_RULES.find((one) => one === field)
  const payer = (['platform', 'merchant', 'advance'] as const).find((one) => `${one}_fen` === field)
  const label = rule
    ? tg(`brake.${rule}`)
    : payer ? tg(`ceilings.${payer}`) : part === 'brake' ? tg('brake.again') : ''
  const nth = part === 'evidence' && field ? tg('evidence.rule', { number: Number(field) + 1 }) : ''
  return [tg(part as 'brake' | 'ceilings' | 'evidence'), label, nth].filter(Boolean).join(' · ')
}

function kindRequest(reader: Reader, kind: KindForm, at: string): PlanRequest['kinds'][number] {
  const isPercentage = kind.discount === 'percentage'
  const isFixed = kind.discount === 'fixed-price'
  return {
    code: kind.code,
    name_zh: reader.text(`${at}/name_zh`, kind.name_zh),
    name_en: reader.text(`${at}/name_en`, kind.name_en),
    cap_pieces: reader.count(`${at}/cap_pieces`, kind.pieces),
    face_fen: reader.amount(`${at}/face_fen`, kind.face),
    discount: kind.discount,
    minimum_spend_fen: reader.amount(`${at}/minimum_spend_fen`, kind.minimum, 0),
    percent_bp: isPercentage ? reader.amount(`${at}/percent_bp`, kind.percent) : 0,
    fixed_price_fen: isFixed ? reader.amount(`${at}/fixed_price_fen`, kind.fixed) : 0,
    trades: kind.trades,
    towns: kind.towns,
    lists: kind.lists ?? [],
    merchants: [],
    weekdays: kind.weekdays,
    hours: kind.from && kind.until ? [{ from_: `${kind.from}:00`, until: `${kind.until}:00` }] : [],
    groups: kind.groups,
    funding: FUNDERS.map((funder) => ({
      funder,
      share_bp: reader.amount(`${at}/funding`, kind.shares[funder], 0),
    })).filter(({ share_bp }) => share_bp > 0),
    limits: [{ rule_id: kind.limitRule, most: reader.count(`${at}/limits`, kind.perPerson), period: 'ever' }],
    claim_level: 1,
    redeem_level: 1,
    valid_days: reader.count(`${at}/valid_days`, kind.validDays),
    ...(kind.subject.trim() ? { subject_code: kind.subject.trim() } : {}),
    ...tradeInRequest(reader, kind, `${at}/trade_in`),
  }
}

function tradeInRequest(reader: Reader, kind: KindForm, at: string): Pick<PlanRequest['kinds'][number], 'trade_in'> {
  const asked = tradeInOf(kind)
  if (!asked) return {}
  reader.count(`${at}/file_days`, kind.fileDays ?? '')
  if (asked.energy_levels.length === 0) reader.faults.set(`${at}/energy_levels`, t('form.need.choice'))
  return { trade_in: asked }
}

function roundRequest(reader: Reader, round: RoundForm, at: string): PlanRequest['rounds'][number] {
  const stationPieces = reader.count(`${at}/station_pieces`, round.stationPieces, 0)
  return {
    round_id: round.roundId,
    kind_code: round.kindCode,
    name_zh: reader.text(`${at}/name_zh`, round.name_zh),
    name_en: reader.text(`${at}/name_en`, round.name_en),
    mode: round.mode,
    opens_at: reader.moment(`${at}/opens_at`, round.opensDay, round.opensTime),
    closes_at: reader.moment(`${at}/closes_at`, round.closesDay, round.closesTime),
    pieces: round.pieces.trim() === '' ? null : reader.count(`${at}/pieces`, round.pieces),
    station_pieces: stationPieces,
    ...(stationPieces > 0
      ? { station_until: reader.moment(`${at}/station_until`, round.opensDay, round.stationTime) }
      : {}),
    ...(round.mode === 'draw' ? { draw: drawRequest(reader, round, `${at}/draw`) } : {}),
    ...(round.mode === 'roster' ? { roster: { classes: classesOf(reader, round, `${at}/roster`) } } : {}),
  }
}

function drawRequest(reader: Reader, round: RoundForm, at: string): NonNullable<RoundRequest['draw']> {
  return {
    source: reader.text(`${at}/source`, round.source),
    issue: reader.text(`${at}/issue`, round.issue),
    writing: reader.text(`${at}/writing`, round.writing),
    digits: reader.count(`${at}/digits`, round.digits),
    published_at: reader.moment(`${at}/published_at`, round.drawnDay, round.drawnTime),
    reserves: reader.count(`${at}/reserves`, round.reserves, 0),
  }
}

function classesOf(reader: Reader, round: RoundForm, at: string): string[] {
  return reader.text(at, round.classes).split(/[\s,，、]+/).filter(Boolean)
}
