/** What is said about what is open nearby. */

import { texts } from '@/i18n/texts'
import zh from './zh'

export const tn = texts(zh, () => import('./en'))
