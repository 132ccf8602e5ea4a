/**
 * Does this browser belong to a device with a passphrase? Then nothing of a person is written down in the clear.
 *
 * The mark is small and read at once, by every app of the origin; whether a passphrase opens anything is `lock.ts`'s.
 */

import { read, remember } from '@/kernel/remembered'

const KEY = 'yizhan.lock'

export const isMarked = (): boolean => read(KEY) === '1'
export const mark = (): void => remember(KEY, '1')
