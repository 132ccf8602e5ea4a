/** What the page of paper cards says. */

import { texts } from '@/i18n/texts'
import zh from './zh'

export const tk = texts(zh, () => import('./en'))
