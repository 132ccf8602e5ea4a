/** Where this browser remembers who is signed in: in the clear, or under the seal of a device with a passphrase. */

import type { Me } from '@/api/wire'
import { remember } from '@/kernel/remembered'

/** Where it lies in the clear. */
export const ME_KEY = 'yizhan.me'

/** Who was found under the seal, and how it is sealed from now on; `put` is null where nobody opened one. */
export const keeping: { me: Me | null; put: ((me: Me | null) => void) | null } = { me: null, put: null }

/** Takes away what lies in the clear. */
export const forgetClear = (): void => remember(ME_KEY, 'null')
