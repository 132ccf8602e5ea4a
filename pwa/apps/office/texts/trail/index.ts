/** What the trail tells of, and how one thing is found in it. */

import { texts } from '@/i18n/texts'
import zh from './zh'

export const tt = texts(zh, () => import('./en'))
