/** What is said to whoever applies under a call for merchants, or hands in new papers. */

import { texts } from '@/i18n/texts'
import zh from './zh'

export const tp = texts(zh, () => import('./en'))
