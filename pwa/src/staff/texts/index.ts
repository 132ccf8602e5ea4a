/** What staff read when they sign in and out. */

import { texts } from '@/i18n/texts'
import zh from './zh'

export const ts = texts(zh, () => import('./en'))
