/** What is said about the papers of trade-in sales, by merchants' and the office's pages alike. */

import { texts } from '@/i18n/texts'
import zh from './zh'

export const tt = texts(zh, () => import('./en'))
