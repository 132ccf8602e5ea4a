/** What a campaign's settlement, corrections, statements and the audit pack say. */

import { texts } from '@/i18n/texts'
import zh from './zh'

export const t = texts(zh, () => import('./en'))
