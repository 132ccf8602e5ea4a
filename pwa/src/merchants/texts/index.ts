/** What is said about calls for merchants, their papers and their bank accounts. */

import { texts } from '@/i18n/texts'
import zh from './zh'

export const tm = texts(zh, () => import('./en'))
