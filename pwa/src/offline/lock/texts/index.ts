/** What is said of a device's passphrase. */

import { texts } from '@/i18n/texts'
import zh from './zh'

export const tl = texts(zh, () => import('./en'))
