/** What the plan says of its brake, its ceilings and the proofs it asks. */

import { texts } from '@/i18n/texts'
import zh from './zh'

export const tg = texts(zh, () => import('./en'))
