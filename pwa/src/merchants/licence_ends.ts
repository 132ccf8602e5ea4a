/** How soon does a licence end? A warning begins when the county's own does: a month before. */

import { daysLeft } from './dossier'
import { tp } from './texts/apply'

export const WARNED_DAYS = 30

/** What to say beside a licence that ends soon, or has ended. */
export function endOf(validUntil: string, now: number): { tone: 'warn' | 'bad'; text: string } | null {
  const days = daysLeft(validUntil, now)
  if (days > WARNED_DAYS) return null
  if (days < 0) return { tone: 'bad', text: tp('ends.over') }
  return { tone: 'warn', text: days === 0 ? tp('ends.today') : tp('ends.days', { days }) }
}
