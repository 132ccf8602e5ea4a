/** What the conflict desk says, and what the county found about an event of a device, in words. */

import { texts } from '@/i18n/texts'
import zh from './zh'

export const tx = texts(zh, () => import('./en'))

/** The reason in words; one that was added later and has none yet is simply another reason. */
export function reasonWords(reason: string | null): string {
  if (!reason) return ''
  const key = `reason.${reason}`
  return tx(key in zh ? (key as keyof typeof zh & `reason.${string}`) : 'reason.other')
}
