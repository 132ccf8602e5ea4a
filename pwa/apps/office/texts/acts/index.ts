/** What was done, as the audit trail is read. */

import { texts } from '@/i18n/texts'
import zh from './zh'

const say = texts(zh, () => import('./en'))

/** The act in words; one that was added later and has none yet is simply another act. */
export function actWords(act: string): string {
  return say(act in zh ? (act as keyof typeof zh) : 'other')
}
