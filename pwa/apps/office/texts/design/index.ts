/** What is said on the page of all parts. */

import { texts } from '@/i18n/texts'
import zh from './zh'

export const td = texts(zh, () => import('./en'))
