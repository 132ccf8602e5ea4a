/** What the page says on which a caller is told why they got no voucher. */

import { texts } from '@/i18n/texts'
import zh from './zh'

export const t = texts(zh, () => import('./en'))
