/** What everybody reads about their own account. */

import { texts } from '@/i18n/texts'
import zh from './zh'

export const ta = texts(zh, () => import('./en'))
