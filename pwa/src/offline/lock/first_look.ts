/** Is this a device with a passphrase? Asked before anything else of a counter's app; most browsers are none. */

import { recall } from '../kept'
import { isMarked } from './mark'

export async function gate(): Promise<void> {
  if (isMarked() || (await recall('keys', 'lock'))) await (await import('./gate')).passGate()
}
