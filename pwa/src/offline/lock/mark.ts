/**
 * Does this browser belong to a device with a passphrase, or to any device of the county? Then nothing of a person is
 * written down in the clear.
 *
 * The marks are small and read at once, by every app of the origin; whether a passphrase opens anything is `lock.ts`'s.
 */

import { read, remember } from '@/kernel/remembered'

const KEY = 'yizhan.lock'
/** How a device stood by the county when last it said so; `device_note.ts` writes it. */
export const NOTED = 'yizhan.device'

export const isMarked = (): boolean => read(KEY) === '1'
export const mark = (): void => remember(KEY, '1')

/** Somebody enrolled this browser: it may be lost with what it keeps, with a passphrase or without. */
export const isDevice = (): boolean => isMarked() || read(NOTED) !== null
