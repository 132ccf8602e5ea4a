/** What the columns of the office's tables are called. */

import { texts } from '@/i18n/texts'
import zh from './zh'

export const tc = texts(zh, () => import('./en'))
