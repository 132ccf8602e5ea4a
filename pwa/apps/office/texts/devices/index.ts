/** What the pages of offline counters say: devices, the rules that they keep to, and the pools behind them. */

import { texts } from '@/i18n/texts'
import zh from './zh'

export const tv = texts(zh, () => import('./en'))
