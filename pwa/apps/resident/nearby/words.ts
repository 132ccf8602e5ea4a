/** How hours and distances are said. */

import { named } from '@/i18n/when'
import { roundedM } from '@/kernel/distance'
import { clockWords, type Opening } from '@/kernel/opening_hours'
import type { Place } from './choosing'
import type { TownName } from './places'
import { tn } from './texts'

/** Less than this before closing, nobody should set out without knowing. */
const SOON_MINUTES = 30

/** 营业中，至21:00; 9:00开门 */
export function openingWords(opening: Opening, kind: Place['kind']): string {
  const serves = kind === 'shop' ? 'open' : 'serves'
  if (opening.kind === 'always') return tn(`${serves}.always`)
  const clock = clockWords(opening.clock)
  if (opening.kind === 'closed') return tn(opening.tomorrow ? 'opens.tomorrow' : 'opens', { clock })
  if (opening.left <= SOON_MINUTES) return tn('closes.soon', { clock })
  return tn(opening.tomorrow ? `${serves}.tomorrow` : serves, { clock })
}

export function openingTone(opening: Opening): 'good' | 'warn' | 'plain' {
  if (opening.kind === 'closed') return 'plain'
  return opening.kind === 'open' && opening.left <= SOON_MINUTES ? 'warn' : 'good'
}

/** 约 2.3 公里 */
export function distanceWords(metres: number): string {
  const rounded = roundedM(metres)
  return rounded < 1000 ? tn('metres', { metres: rounded }) : tn('kilometres', { kilometres: rounded / 1000 })
}

export function placeName({ name_zh, name_en }: Place): string {
  return named(name_zh, name_en)
}

export function townOf(towns: readonly TownName[], code: string): string {
  const town = towns.find((one) => one.code === code)
  return town ? named(town.name_zh, town.name_en) : tn('town.other')
}
