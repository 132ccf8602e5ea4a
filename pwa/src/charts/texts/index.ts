/** What every chart says. */

import { texts } from '@/i18n/texts'
import zh from './zh'

export const tg = texts(zh, () => import('./en'))
