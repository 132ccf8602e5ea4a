/** What is said where a resident's phone answers a counter that has no network. */

import { texts } from '@/i18n/texts'
import zh from './zh'

export const tw = texts(zh, () => import('./en'))
