/** What is said where a code is read by a camera or from a picture. */

import { texts } from '@/i18n/texts'
import zh from './zh'

export const ts = texts(zh, () => import('./en'))
