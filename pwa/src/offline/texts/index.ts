/** What a counter without a network says, in the language on the screen. */

import { texts } from '@/i18n/texts'
import type { ChallengeCause, OfflineRefusal } from '../accepting'
import type { Flushing } from '../flusher'
import zh from './zh'

const say = texts(zh, () => import('./en'))

/** Why a voucher is not taken; every reason has its sentence, or the compiler objects. */
export function refusalWords(reason: OfflineRefusal): string {
  return say(reason)
}

/** What the holder is asked for where a code on a screen does not suffice. */
export function askingWords(why: ChallengeCause): string {
  return say(`ask.${why}`)
}

/** How the way to the county stands. */
export function flushingWords(state: Flushing): string {
  if (state.kind !== 'refused') return say(`flush.${state.kind}`)
  return say('flush.refused', { status: state.status })
}
