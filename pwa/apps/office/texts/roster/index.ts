/** What is said where a list is brought in. */

import { texts } from '@/i18n/texts'
import zh from './zh'

export const tr = texts(zh, () => import('./en'))
