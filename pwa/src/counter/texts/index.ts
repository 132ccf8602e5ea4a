/** What is said where a voucher is taken. */

import { texts } from '@/i18n/texts'
import zh from './zh'

export const tk = texts(zh, () => import('./en'))
