/** What every table says. */

import { texts } from '@/i18n/texts'
import zh from './zh'

export const tb = texts(zh, () => import('./en'))
