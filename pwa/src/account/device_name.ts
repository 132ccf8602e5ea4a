/** A random name that this phone keeps, so that one phone with many numbers counts once; it says nothing about it. */

import { toBase64url } from '@/kernel/bytes'
import { read, remember } from '@/kernel/remembered'

const KEY = 'yizhan.device'

export function deviceName(): string {
  const kept = read(KEY)
  if (kept) return kept
  const name = toBase64url(crypto.getRandomValues(new Uint8Array(24)))
  remember(KEY, name)
  return name
}
