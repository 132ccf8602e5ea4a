/** What is said of things that wait to be sent. */

import { texts } from '@/i18n/texts'
import zh from './zh'

export const to = texts(zh, () => import('./en'))
