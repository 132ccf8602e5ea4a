/** A campaign's plan as somebody types it, and what the county takes. Amounts are text until they are fen; no floats. */

import type { Appliance, BoardAnswer, DiscountKind, Funder, OldAppliance, PlanRequest, RoundMode } from '@/api/wire'
import { newId } from '@/kernel/ids'
import { countyInstant, formDay } from '@/kernel/instants'
import { readYuan } from '@/kernel/money'
import type { ToldTerms } from '@/vouchers/terms_words'
import { FUNDERS, type Share } from '@/vouchers/funding'
import { guardOf, usualGuard, type GuardForm } from './guard_form'

export interface KindForm {
  code: string
  name_zh: string
  name_en: string
  discount: DiscountKind
  face: string
  minimum: string
  percent: string
  fixed: string
  pieces: string
  perPerson: string
  validDays: string
  trades: string[]
  towns: string[]
  /** Calls for merchants, one of whose lists a merchant must be on; a draft of before has none. */
  lists?: string[]
  weekdays: number[]
  from: string
  until: string
  groups: string[]
  shares: Record<Funder, string>
  subject: string
  /** Of a kind that subsidises appliances (以旧换新); an empty category, or a draft of before, means none. */
  appliance?: Appliance | ''
  levels?: number[]
  old?: OldAppliance
  fileDays?: string
  /** The id of its limit per person, kept through all versions. */
  limitRule: string
}

export interface RoundForm {
  roundId: string
  kindCode: string
  name_zh: string
  name_en: string
  opensDay: string
  opensTime: string
  closesDay: string
  closesTime: string
  pieces: string
  stationPieces: string
  stationTime: string
  mode: RoundMode
  /** Of a round by lot: where the seed comes from, and how many reserves. */
  source: string
  issue: string
  writing: string
  digits: string
  drawnDay: string
  drawnTime: string
  reserves: string
  /** Of a round by list: the classes that it is for, as they stand in the list. */
  classes: string
}

export interface PlanForm {
  title_zh: string
  title_en: string
  summary_zh: string
  summary_en: string
  notice_no: string
  department: string
  complaint_phone: string
  money_path: NonNullable<PlanRequest['money_path']>
  refund_policy: NonNullable<PlanRequest['refund_policy']>
  /** Brake, ceilings and proofs; a draft of before has none. */
  guard?: GuardForm
  kinds: KindForm[]
  rounds: RoundForm[]
}

/** A bill that somebody tried beside the rules, or null where it follows them; no part of the plan. */
export type TriedBill = string | null

type Plan = BoardAnswer['plan']

const NO_TRADE_IN = { appliance: '', old: 'not-asked', fileDays: '30' } as const

export function emptyKind(number: number): KindForm {
  return {
    code: `kind-${number}-${newId().slice(-6)}`,
    name_zh: '',
    name_en: '',
    discount: 'threshold',
    face: '',
    minimum: '',
    percent: '',
    fixed: '',
    pieces: '',
    perPerson: '1',
    validDays: '7',
    trades: [],
    towns: [],
    lists: [],
    weekdays: [],
    from: '',
    until: '',
    groups: [],
    shares: { government: '100', platform: '', merchant: '' },
    subject: '',
    ...NO_TRADE_IN,
    limitRule: newId(),
  }
}

/** A round that opens at ten on the day after tomorrow, as rounds do. */
export function emptyRound(kindCode: string, now: Date): RoundForm {
  const day = formDay(new Date(now.getTime() + 2 * 24 * 3600 * 1000))
  return {
    roundId: newId(),
    kindCode,
    name_zh: '',
    name_en: '',
    opensDay: day,
    opensTime: '10:00',
    closesDay: day,
    closesTime: '22:00',
    pieces: '',
    stationPieces: '',
    stationTime: '12:00',
    mode: 'rush',
    source: '',
    issue: '',
    writing: '',
    digits: '',
    drawnDay: day,
    drawnTime: '22:30',
    reserves: '',
    classes: '',
  }
}

/** One round for each kind that has none, at the times of the first one, with all its pieces. */
export function roundsForAll({ kinds, rounds }: PlanForm, now: Date): RoundForm[] {
  return kinds.map((kind) => {
    const round = rounds.find(({ kindCode }) => kindCode === kind.code) ?? {
      ...(rounds[0] ?? emptyRound(kind.code, now)),
      roundId: newId(),
      kindCode: kind.code,
      name_zh: '',
      name_en: '',
      pieces: '',
    }
    return {
      ...round,
      name_zh: round.name_zh || `第一轮 ${kind.name_zh}`.trim(),
      name_en: round.name_en || `Round 1: ${kind.name_en}`.trim(),
      pieces: round.pieces || kind.pieces,
    }
  })
}

export function emptyPlan(now: Date): PlanForm {
  const kind = emptyKind(1)
  return {
    title_zh: '',
    title_en: '',
    summary_zh: '',
    summary_en: '',
    notice_no: '',
    department: '',
    complaint_phone: '',
    money_path: 'prepaid',
    refund_policy: 'a',
    guard: usualGuard(),
    kinds: [kind],
    rounds: [emptyRound(kind.code, now)],
  }
}

/** The form of a plan that was saved. */
export function formOf(plan: Plan): PlanForm {
  return {
    title_zh: plan.title_zh,
    title_en: plan.title_en,
    summary_zh: plan.summary_zh,
    summary_en: plan.summary_en,
    notice_no: plan.notice_no,
    department: plan.department,
    complaint_phone: plan.complaint_phone,
    money_path: plan.money_path ?? 'prepaid',
    refund_policy: plan.refund_policy ?? 'a',
    guard: guardOf(plan),
    kinds: plan.kinds.map(kindForm),
    rounds: plan.rounds.map(roundForm),
  }
}

function kindForm({ code, name_zh, name_en, cap_pieces, subject_code, terms }: Plan['kinds'][number]): KindForm {
  const share = (funder: Funder): string => {
    const found = terms.funding.find((one) => one.funder === funder)
    return found ? typed(found.share_bp) : ''
  }
  return {
    code,
    name_zh,
    name_en,
    discount: terms.discount ?? 'threshold',
    face: typed(terms.face_fen),
    minimum: terms.minimum_spend_fen > 0 ? typed(terms.minimum_spend_fen) : '',
    percent: terms.percent_bp > 0 ? typed(terms.percent_bp) : '',
    fixed: terms.fixed_price_fen > 0 ? typed(terms.fixed_price_fen) : '',
    pieces: String(cap_pieces),
    perPerson: String(terms.limits[0]?.most ?? 1),
    validDays: terms.valid_days ? String(terms.valid_days) : '',
    trades: [...terms.trades],
    towns: [...terms.towns],
    lists: [...(terms.lists ?? [])],
    weekdays: [...terms.weekdays],
    from: terms.hours[0]?.from_.slice(0, 5) ?? '',
    until: terms.hours[0]?.until.slice(0, 5) ?? '',
    groups: [...terms.groups],
    shares: { government: share('government'), platform: share('platform'), merchant: share('merchant') },
    subject: subject_code ?? '',
    ...tradeInForm(terms),
    limitRule: terms.limits[0]?.rule_id ?? newId(),
  }
}

function tradeInForm({ trade_in: asked }: Plan['kinds'][number]['terms']) {
  if (!asked) return NO_TRADE_IN
  return {
    appliance: asked.appliance,
    levels: [...(asked.energy_levels ?? [1, 2])],
    old: asked.old_appliance ?? 'not-asked',
    fileDays: String(asked.file_days ?? 30),
  }
}

/** What a kind says of trade-in, as far as it can be read; null for any other kind. */
export function tradeInOf({ appliance, levels, old, fileDays }: KindForm) {
  if (!appliance) return null
  return {
    appliance,
    energy_levels: (levels ?? [1, 2]).toSorted(),
    old_appliance: old ?? 'not-asked',
    file_days: readCount(fileDays ?? '') ?? 0,
  }
}

function roundForm(round: Plan['rounds'][number]): RoundForm {
  const [opens, closes] = [new Date(round.opens_at), new Date(round.closes_at)]
  return {
    roundId: round.round_id,
    kindCode: round.kind_code,
    name_zh: round.name_zh,
    name_en: round.name_en,
    opensDay: formDay(opens),
    opensTime: formTime(opens),
    closesDay: formDay(closes),
    closesTime: formTime(closes),
    pieces: round.pieces === null ? '' : String(round.pieces),
    stationPieces: round.station_pieces > 0 ? String(round.station_pieces) : '',
    stationTime: round.station_until ? formTime(new Date(round.station_until)) : '12:00',
    mode: round.mode ?? 'rush',
    ...lotForm(round, closes),
  }
}

function lotForm({ draw, roster }: Plan['rounds'][number], closes: Date) {
  const drawn = draw ? new Date(draw.published_at) : closes
  return {
    source: draw?.source ?? '',
    issue: draw?.issue ?? '',
    writing: draw?.writing ?? '',
    digits: draw ? String(draw.digits) : '',
    drawnDay: formDay(drawn),
    drawnTime: draw ? formTime(drawn) : '22:30',
    reserves: draw && draw.reserves > 0 ? String(draw.reserves) : '',
    classes: roster?.classes.join(' ') ?? '',
  }
}

/** The terms of a kind as far as they can be read already, for rules in words and worked examples; else null. */
export function termsOf(kind: KindForm): ToldTerms | null {
  const face = readYuan(kind.face)
  const minimum = kind.minimum === '' ? 0 : readYuan(kind.minimum)
  const percent = kind.discount === 'percentage' ? readYuan(kind.percent) : 0
  const fixed = kind.discount === 'fixed-price' ? readYuan(kind.fixed) : 0
  if (!face || minimum === null || percent === null || fixed === null) return null
  return {
    discount: kind.discount,
    face_fen: face,
    minimum_spend_fen: minimum,
    percent_bp: percent,
    fixed_price_fen: fixed,
    trades: kind.trades,
    towns: kind.towns,
    merchants: [],
    lists: kind.lists ?? [],
    weekdays: kind.weekdays,
    hours: kind.from && kind.until ? [{ from_: kind.from, until: kind.until }] : [],
    groups: kind.groups,
    per_person: readCount(kind.perPerson) ?? 0,
    valid_days: readCount(kind.validDays),
    trade_in: tradeInOf(kind),
  }
}

/** Who pays, where the shares are typed and together the whole; else null. */
export function fundingOf({ shares }: KindForm): Share[] | null {
  const read = FUNDERS.map((funder) => ({ funder, share_bp: readYuan(shares[funder] || '0') ?? Number.NaN }))
  const whole = read.reduce((sum, { share_bp }) => sum + share_bp, 0)
  return whole === 10_000 ? read.filter(({ share_bp }) => share_bp > 0) : null
}

/** The public money that a kind sets aside: its pieces at the treasury's part of the face. */
export function publicFen(kind: KindForm): number {
  const [face, share, pieces] = [readYuan(kind.face), readYuan(kind.shares.government || '0'), readCount(kind.pieces)]
  if (!face || share === null || !pieces) return 0
  // Ties go to the treasury, as in the county's own split of a face.
  return Math.floor((face * share + 5_000) / 10_000) * pieces
}

export function readCount(text: string): number | null {
  return /^\d{1,8}$/.test(text.trim()) ? Number(text.trim()) : null
}

export function instantOf(day: string, time: string): string | null {
  return countyInstant(day, time)?.toISOString() ?? null
}

function typed(fen: number): string {
  return fen % 100 === 0 ? String(fen / 100) : (fen / 100).toFixed(2)
}

function formTime(at: Date): string {
  return new Date(at.getTime() + 8 * 3600 * 1000).toISOString().slice(11, 16)
}
