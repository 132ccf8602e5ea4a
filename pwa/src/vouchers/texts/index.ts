/** What is said about vouchers and their rules. */

import { texts } from '@/i18n/texts'
import zh from './zh'

export const tv = texts(zh, () => import('./en'))
