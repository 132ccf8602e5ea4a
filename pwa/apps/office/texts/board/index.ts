/** What the board says of the brake and of exposure; whoever opens no board loads none of it. */

import { texts } from '@/i18n/texts'
import zh from './zh'

export const tb = texts(zh, () => import('./en'))
