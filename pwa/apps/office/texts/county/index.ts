/** What the pages say on which the county sets its name, colour and sign. */

import { texts } from '@/i18n/texts'
import zh from './zh'

export const t = texts(zh, () => import('./en'))
