/** What the page of the people at the counter says. */

import { texts } from '@/i18n/texts'
import zh from './zh'

export const t = texts(zh, () => import('./en'))
