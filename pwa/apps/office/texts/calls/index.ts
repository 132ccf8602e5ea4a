/** What is said where a published call is kept: its versions, its list, what is recorded for somebody. */

import { texts } from '@/i18n/texts'
import zh from './zh'

export const tc = texts(zh, () => import('./en'))
