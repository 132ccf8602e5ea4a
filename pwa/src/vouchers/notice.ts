/** Where everybody reads what became of a campaign's public money: a page that needs no program, outside the apps. */
import { display } from '@/design-system/display'
import { language } from '@/i18n'

const UNPUBLISHED = new Set(['draft', 'in_review'])

/** The address of a campaign's public notice, in the language of the app and in letters as large. */
export function noticeOf(campaignId: string): string {
  const asked = new URLSearchParams()
  if (language.value === 'en') asked.set('lang', 'en')
  if (display.text !== 'standard') asked.set('text', 'elder')
  const query = asked.toString()
  return `/notice/campaigns/${campaignId}${query && `?${query}`}`
}

/** Whether a campaign has a notice: from its approval on. */
export function isPublished(state: string): boolean {
  return !UNPUBLISHED.has(state)
}
