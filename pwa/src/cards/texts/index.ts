/** What is said about paper cards. */

import { texts } from '@/i18n/texts'
import zh from './zh'

export const tc = texts(zh, () => import('./en'))
