/** What is said where something is printed. */

import { texts } from '@/i18n/texts'
import zh from './zh'

export const tp = texts(zh, () => import('./en'))
