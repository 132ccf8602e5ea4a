/** What the list of merchants and a merchant's page at the desk say. */

import { texts } from '@/i18n/texts'
import zh from './zh'

export const t = texts(zh, () => import('./en'))
