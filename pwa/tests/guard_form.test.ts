/** The brake, the ceilings and the proofs of a plan: typed, sent, read again, and told in sentences. */

import { describe, expect, it } from 'vitest'
import { guardOf, USUAL, usualGuard } from '../apps/office/parts/guard_form'
import { brakeWords, ceilingWords, evidenceWords } from '../apps/office/parts/guard_words'
import { emptyPlan, type PlanForm } from '../apps/office/parts/plan_form'
import { placeOf, requestOf } from '../apps/office/parts/plan_request'
import description from '../../fixtures/openapi.json'

const NOW = new Date('2026-11-20T02:00:00Z')

function plan(): PlanForm {
  const form = emptyPlan(NOW)
  Object.assign(form, { title_zh: '冬日券', title_en: 'Winter' })
  Object.assign(form.kinds[0]!, { name_zh: '餐饮券', name_en: 'Meals', face: '50', minimum: '200', pieces: '100' })
  Object.assign(form.rounds[0]!, { name_zh: '第一轮', name_en: 'Round 1', pieces: '100' })
  return form
}

const places = (form: PlanForm): string[] => {
  const told = requestOf(form, null)
  return told instanceof Map ? [...told.keys()] : []
}

describe('what guards a plan', () => {
  it('is as the county has it where nobody changes it', () => {
    expect(USUAL).toEqual(description.components.schemas.BrakePlan.default)
    expect(requestOf(plan(), null)).toMatchObject({
      brake: USUAL,
      ceilings: { platform_fen: null, merchant_fen: null, advance_fen: null },
      evidence: [],
    })
  })

  it('is sent in basis points and fen, and read again as it was typed', () => {
    const form = plan()
    const guard = usualGuard()
    Object.assign(guard.limits.burn_rate, { warn: '7.5', pause: '', minutes: '5' })
    guard.limits.refund_rate.on = false
    guard.platform = '12300.50'
    guard.advance = '5000'
    guard.proofs = [{ trade: 'catering', from: '200', kinds: ['e_invoice', 'till_receipt'] }]
    form.guard = guard
    const sent = requestOf(form, null) as Exclude<ReturnType<typeof requestOf>, ReadonlyMap<string, string>>
    expect(sent.brake?.burn_rate).toEqual({ warn: 750, pause: null, minutes: 5, least: 100, scope: 'everything' })
    expect(sent.brake?.refund_rate).toBeNull()
    // Without an advance in the money path there is none to limit.
    expect(sent.ceilings).toEqual({ platform_fen: 1_230_050, merchant_fen: null, advance_fen: null })
    expect(sent.evidence).toEqual([{ trade: 'catering', from_fen: 20_000, kinds: ['e_invoice', 'till_receipt'] }])
    form.money_path = 'advanced'
    expect(requestOf(form, null)).toMatchObject({ ceilings: { advance_fen: 500_000 } })
    const again = guardOf(sent as unknown as Parameters<typeof guardOf>[0])
    expect([again.limits.burn_rate.warn, again.limits.burn_rate.pause, again.platform]).toEqual(['7.50', '', '12300.50'])
    expect([again.limits.refund_rate.on, again.limits.refund_rate.warn]).toEqual([false, '10'])
    expect(again.proofs).toEqual(guard.proofs)
  })

  it('says what cannot be read, each under its place and in the words of the form', () => {
    const form = plan()
    const guard = usualGuard()
    guard.limits.burn_rate.warn = '十'
    guard.limits.merchant_pace.pause = '1.5'
    guard.merchant = 'x'
    guard.rise = ''
    guard.proofs = [{ trade: '', from: '', kinds: [] }]
    form.guard = guard
    expect(places(form)).toEqual([
      '/brake/burn_rate/warn',
      '/brake/merchant_pace/pause',
      '/brake/rise_bp',
      '/ceilings/merchant_fen',
      '/evidence/0/kinds',
    ])
    expect(places(form).map(placeOf)).toEqual([
      '预警熔断 · 消耗速度',
      '预警熔断 · 单一商户频次',
      '预警熔断 · 人恢复以后',
      '上限 · 商家让利最多（元）',
      '消费凭证 · 第 1 条要求',
    ])
  })

})

describe('what guards a plan, in sentences', () => {
  it('tells brake, ceilings and proofs', () => {
    expect(brakeWords(undefined)[0]).toBe(
      '消耗速度：最近 10 分钟达到 10% 就预警，达到 30% 就自动暂停（领取和核销都停）。满 100 笔才看。',
    )
    expect(brakeWords({ ...USUAL, merchant_pace: null })[3]).toBe('单一商户频次：不看。')
    expect(ceilingWords(undefined)).toEqual(['没有约定上限。'])
    expect(ceilingWords({ platform_fen: 0, merchant_fen: null, advance_fen: null })).toEqual(['平台补贴最多 ¥0.00。'])
    expect(evidenceWords([])).toEqual(['没有要求：不看凭证也付款。'])
    expect(evidenceWords([{ trade: null, from_fen: 0, kinds: ['photo', 'acquirer_order'] }])).toEqual([
      '所有行业，每一笔：收单订单号 或 照片。',
      '收单订单号还要和收单机构的流水对上，才付款。',
    ])
  })
})
