/** What a folded part of a plan says of itself, so that it is found among the others. */

import { townName } from '@/county/towns'
import { momentOf, named, untilOf } from '@/i18n/when'
import { applianceName, discountWords, groupName, tradeName } from '@/vouchers/terms_words'
import { t } from '../texts'
import { instantOf, readCount, termsOf, type KindForm, type RoundForm } from './plan_form'
import type { Faults } from './plan_request'

const pieces = (typed: string): string[] => {
  const count = readCount(typed)
  return count === null ? [] : [t('form.line.pieces', { count })]
}
const listed = (names: string[]): string[] => (names.length > 0 ? [names.join(named('、', ', '))] : [])

/** 满 200 元减 50 元, 100 张, 餐饮、零售, 筠连镇: as far as it is typed; what is not limited is not told. */
export function kindLine(kind: KindForm): string[] {
  const terms = termsOf(kind)
  return [
    terms ? discountWords(terms) : t('form.line.unfinished'),
    ...pieces(kind.pieces),
    ...(kind.appliance ? [applianceName(kind.appliance)] : []),
    ...listed(kind.trades.map(tradeName)),
    ...listed(kind.towns.map(townName)),
    ...listed(kind.groups.map(groupName)),
  ]
}

/** 满200减50 餐饮券, 抢券, 11月22日 10:00, 到 22:00, 100 张 */
export function roundLine(round: RoundForm, kinds: readonly KindForm[]): string[] {
  const nth = kinds.findIndex(({ code }) => code === round.kindCode)
  const kind = kinds[nth]
  const opens = instantOf(round.opensDay, round.opensTime)
  const closes = instantOf(round.closesDay, round.closesTime)
  return [
    ...(kind ? [named(kind.name_zh, kind.name_en) || t('form.kind', { number: nth + 1 })] : []),
    t(`form.round.mode.${round.mode}`),
    ...(opens ? [t('form.line.opens', { at: momentOf(opens) })] : []),
    ...(closes ? [t('form.line.closes', { at: untilOf(closes) })] : []),
    ...pieces(round.pieces),
  ]
}

/** The places in its list of the kinds, or of the rounds, that have something to mend. */
export function wrongIn(list: 'kinds' | 'rounds', faults: Faults): ReadonlySet<number> {
  const found = [...faults.keys()].flatMap((at) => at.match(RegExp(`^/${list}/(\\d+)`))?.[1] ?? [])
  return new Set(found.map(Number))
}
