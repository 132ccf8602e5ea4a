/** Where this browser remembers who is signed in: in the clear, or under the seal of a device with a passphrase. */

import type { Me } from '@/api/wire'
import { read, remember } from '@/kernel/remembered'

/** Where it lies in the clear. */
export const ME_KEY = 'yizhan.me'

/** Who was found under the seal, and how it is sealed from now on; `put` is null where nobody opened one. */
export const keeping: { me: Me | null; put: ((me: Me | null) => void) | null } = { me: null, put: null }

/** Takes away what lies in the clear. */
export const forgetClear = (): void => remember(ME_KEY, 'null')

/** Whoever it is, without what names them: all that a device of the county remembers in the clear. */
export const nameless = (me: Me): Me => ({ ...me, display_name: '', phone: null, login: null, acts_for: [] })

/** The same for what lies here from before it was a device. */
export function forgetNames(): void {
  try {
    const me = JSON.parse(read(ME_KEY) ?? 'null') as Me | null
    if (me) remember(ME_KEY, JSON.stringify(nameless(me)))
  } catch {
    forgetClear()
  }
}
