/** What the station's pages say where a tablet works without the county; loaded with them. */

import { texts } from '@/i18n/texts'
import zh from './zh'

export const tw = texts(zh, () => import('./en'))
