/** The texts of the parts that all apps use; each app has a catalogue of its own beside its pages. */

import zh from './catalogues/zh'
import { texts } from './texts'

export const t = texts(zh, () => import('./catalogues/en'))
export { language } from './language'
export { speak } from './texts'
