/** A plan's brake, its ceilings and the proofs it asks, in sentences. */

import { named } from '@/i18n/when'
import { yuan } from '@/kernel/money'
import { tradeName } from '@/vouchers/terms_words'
import { tg } from '../texts/guard'
import { t as tm } from '../texts/money'
import { BRAKE_RULES, PROOFS, USUAL, type BrakePlan, type BrakeRule, type Ceilings, type EvidenceRule } from './guard_form'

const percent = (points: number): string =>
  `${points % 100 === 0 ? String(points / 100) : (points / 100).toFixed(2)}%`

const levelOf = (rule: BrakeRule, value: number): string =>
  rule === 'merchant_pace' ? tg('brake.pace', { count: value }) : percent(value)

export function brakeWords(brake: BrakePlan | undefined): string[] {
  const plan = brake ?? USUAL
  return [
    ...BRAKE_RULES.map((rule) => ruleWords(rule, plan)),
    tg('brake.resumed', { minutes: plan.grace_minutes, rise: percent(plan.rise_bp) }),
  ]
}

function ruleWords(rule: BrakeRule, plan: BrakePlan): string {
  const limit = plan[rule]
  const name = tg(`brake.${rule}`)
  if (!limit) return tg('brake.off', { rule: name })
  const told = { rule: name, minutes: limit.minutes, warn: levelOf(rule, limit.warn) }
  const words = limit.pause
    ? tg('brake.pauses', {
        ...told,
        pause: levelOf(rule, limit.pause),
        scope: tg(limit.scope === 'claims' ? 'brake.scope.claims' : 'brake.scope.everything'),
      })
    : tg('brake.warns', told)
  return limit.least > 0 ? `${words}${named('', ' ')}${tg('brake.from', { least: limit.least })}` : words
}

export function ceilingWords(ceilings: Ceilings | undefined): string[] {
  const told = (['platform', 'merchant', 'advance'] as const).flatMap((payer) => {
    const fen = ceilings?.[`${payer}_fen`] ?? null
    return fen === null ? [] : [tg(`ceilings.is.${payer}`, { fen: yuan(fen) })]
  })
  return told.length > 0 ? told : [tg('ceilings.none')]
}

export function evidenceWords(rules: readonly EvidenceRule[]): string[] {
  if (rules.length === 0) return [tg('evidence.none')]
  const told = rules.map(({ trade, from_fen, kinds }) => {
    const values = {
      trade: trade ? tradeName(trade) : tg('evidence.trade.any'),
      kinds: PROOFS.filter((kind) => kinds.includes(kind)).map((kind) => tm(`proof.${kind}`)).join(tg('evidence.or')),
    }
    return from_fen > 0 ? tg('evidence.is', { ...values, from: yuan(from_fen) }) : tg('evidence.is.every', values)
  })
  const matched = rules.some(({ kinds }) => kinds.includes('acquirer_order'))
  return matched ? [...told, tg('evidence.matched')] : told
}
