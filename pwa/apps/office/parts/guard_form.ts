/** A plan's brake, its ceilings and the proofs it asks, as somebody types them. Percentages and yuan are text; no floats. */

import type { BoardAnswer, PlanRequest } from '@/api/wire'
import { readYuan } from '@/kernel/money'
import { tg } from '../texts/guard'

export const BRAKE_RULES = ['burn_rate', 'merchant_share', 'refund_rate', 'merchant_pace'] as const
export type BrakeRule = (typeof BRAKE_RULES)[number]
export const PROOFS = ['acquirer_order', 'e_invoice', 'till_receipt', 'photo'] as const

type Plan = BoardAnswer['plan']
export type BrakePlan = NonNullable<Plan['brake']>
type BrakeLimit = NonNullable<BrakePlan['burn_rate']>
export type Ceilings = NonNullable<Plan['ceilings']>
export type EvidenceRule = Plan['evidence'][number]

export interface LimitForm {
  on: boolean
  warn: string
  pause: string
  minutes: string
  least: string
  scope: 'claims' | 'everything'
}

export interface ProofForm {
  trade: string
  from: string
  kinds: string[]
}

export interface GuardForm {
  limits: Record<BrakeRule, LimitForm>
  grace: string
  rise: string
  platform: string
  merchant: string
  advance: string
  proofs: ProofForm[]
}

/** The county's own defaults; a test compares them with its description. */
export const USUAL: BrakePlan = {
  burn_rate: { warn: 1_000, pause: 3_000, minutes: 10, least: 100, scope: 'everything' },
  merchant_share: { warn: 3_000, pause: 6_000, minutes: 1_440, least: 300, scope: 'everything' },
  refund_rate: { warn: 1_000, pause: 3_000, minutes: 1_440, least: 100, scope: 'claims' },
  merchant_pace: { warn: 60, pause: 300, minutes: 1, least: 0, scope: 'everything' },
  grace_minutes: 60,
  rise_bp: 2_500,
}

/** What is in force of a plan; whatever it does not say is as usual. */
export const usualGuard = (): GuardForm => guardOf({})

export function guardOf({ brake, ceilings, evidence }: Partial<Pick<Plan, 'brake' | 'ceilings' | 'evidence'>>): GuardForm {
  const plan = brake ?? USUAL
  return {
    limits: {
      burn_rate: limitForm('burn_rate', plan.burn_rate),
      merchant_share: limitForm('merchant_share', plan.merchant_share),
      refund_rate: limitForm('refund_rate', plan.refund_rate),
      merchant_pace: limitForm('merchant_pace', plan.merchant_pace),
    },
    grace: String(plan.grace_minutes),
    rise: typed(plan.rise_bp),
    platform: amount(ceilings?.platform_fen),
    merchant: amount(ceilings?.merchant_fen),
    advance: amount(ceilings?.advance_fen),
    proofs: (evidence ?? []).map(({ trade, from_fen, kinds }) => ({
      trade: trade ?? '',
      from: from_fen > 0 ? typed(from_fen) : '',
      kinds: [...kinds],
    })),
  }
}

/** A rule that was switched off shows the usual values once it is switched on. */
function limitForm(rule: BrakeRule, limit: BrakeLimit | null): LimitForm {
  const told = limit ?? USUAL[rule]!
  const level = (value: number): string => (rule === 'merchant_pace' ? String(value) : typed(value))
  return {
    on: limit !== null,
    warn: level(told.warn),
    pause: told.pause === null || told.pause === undefined ? '' : level(told.pause),
    minutes: String(told.minutes),
    least: String(told.least),
    scope: told.scope ?? 'everything',
  }
}

/** What the plan's reader collects faults with. */
interface Reading {
  count: (at: string, value: string, otherwise?: number) => number
  amount: (at: string, value: string, otherwise?: number) => number
  fault: (at: string, told: string) => void
}

export type Guarding = Required<Pick<PlanRequest, 'brake' | 'ceilings' | 'evidence'>>

/** What the county takes; `advanced` is whether the plan's money path knows an advance. */
export function guardRequest(reader: Reading, form: GuardForm, advanced: boolean): Guarding {
  const ceiling = (at: string, value: string): number | null =>
    value.trim() === '' ? null : reader.amount(`/ceilings/${at}`, value)
  return {
    brake: {
      burn_rate: limitRequest(reader, 'burn_rate', form.limits.burn_rate),
      merchant_share: limitRequest(reader, 'merchant_share', form.limits.merchant_share),
      refund_rate: limitRequest(reader, 'refund_rate', form.limits.refund_rate),
      merchant_pace: limitRequest(reader, 'merchant_pace', form.limits.merchant_pace),
      grace_minutes: reader.count('/brake/grace_minutes', form.grace),
      rise_bp: percent(reader, '/brake/rise_bp', form.rise),
    },
    ceilings: {
      platform_fen: ceiling('platform_fen', form.platform),
      merchant_fen: ceiling('merchant_fen', form.merchant),
      advance_fen: advanced ? ceiling('advance_fen', form.advance) : null,
    },
    evidence: form.proofs.map(({ trade, from, kinds }, nth) => {
      if (kinds.length === 0) reader.fault(`/evidence/${nth}/kinds`, tg('evidence.kinds.need'))
      return { trade: trade || null, from_fen: reader.amount(`/evidence/${nth}/from_fen`, from, 0), kinds }
    }),
  }
}

function limitRequest(reader: Reading, rule: BrakeRule, form: LimitForm): BrakeLimit | null {
  if (!form.on) return null
  const level = (at: 'warn' | 'pause'): number =>
    rule === 'merchant_pace' ? reader.count(`/brake/${rule}/${at}`, form[at]) : percent(reader, `/brake/${rule}/${at}`, form[at])
  return {
    warn: level('warn'),
    pause: form.pause.trim() === '' ? null : level('pause'),
    minutes: reader.count(`/brake/${rule}/minutes`, form.minutes),
    least: reader.count(`/brake/${rule}/least`, form.least, 0),
    scope: form.scope,
  }
}

/** Basis points, which are to a percentage what fen are to yuan. */
function percent(reader: Reading, at: string, value: string): number {
  const points = readYuan(value.replace(/[%％]/g, ''))
  if (points === null) reader.fault(at, tg('need.percent'))
  return points ?? 0
}

const amount = (fen: number | null | undefined): string => (fen === null || fen === undefined ? '' : typed(fen))

function typed(hundredths: number): string {
  return hundredths % 100 === 0 ? String(hundredths / 100) : (hundredths / 100).toFixed(2)
}
