/** What is said where a counter takes vouchers without the county. */

import { texts } from '@/i18n/texts'
import zh from './zh'

export const ta = texts(zh, () => import('./en'))
