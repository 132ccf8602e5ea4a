/** Moments in the language on the screen, seen from now. */

import {
  clockSeconds,
  clockTime,
  dateWords,
  dayWords,
  momentWords,
  untilWords,
  weekdayWords,
} from '@/kernel/instants'
import { countyNow } from '@/offline/county_clock'
import { language } from './language'
import { wellSet } from './punctuation'

const now = (): Date => new Date(countyNow())

/** 明天 10:00 */
export const momentOf = (at: string): string => momentWords(new Date(at), now(), language.value)
/** 明天, 11月24日 */
export const dayOf = (at: string): string => dayWords(new Date(at), now(), language.value)
/** 11月24日, also where it is today. */
export const dateOf = (at: string): string => dateWords(new Date(at), now(), language.value)
/** 明天 10:00:05, where a second decides. */
export const secondOf = (at: string): string => `${dayOf(at)} ${clockSeconds(new Date(at))}`
/** 10:00 */
export const timeOf = (at: string): string => clockTime(new Date(at))
/** The last day on which something is good. */
export const untilOf = (end: string): string => untilWords(new Date(end), now(), language.value)
/** 周一; 0 is Monday. */
export const weekdayOf = (weekday: number): string => weekdayWords(weekday, language.value)

/** The one of two names or sentences that the person reads. */
export const named = (zh: string, en: string): string => (language.value === 'zh' ? wellSet(zh) : en || wellSet(zh))
