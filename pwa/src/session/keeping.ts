/** Where this browser remembers who is signed in: in the clear, or under the seal of a device with a passphrase. */

import type { Me } from '@/api/wire'
import { read, remember } from '@/kernel/remembered'
import { changeStrictly, openDatabase } from '@/offline/database'

/** Where it lies in the clear. */
export const ME_KEY = 'yizhan.me'

/** Who was found under the seal, and how it is sealed from now on; `put` is null where nobody opened one. */
export const keeping: { me: Me | null; put: ((me: Me | null) => void) | null } = { me: null, put: null }

const KEPT = 'me'

/** Takes away what lies in the clear. */
export function forgetClear(): void {
  remember(ME_KEY, 'null')
  void keepMe(null)
}

/**
 * Remembers it in the clear, twice. What is small and read at once is written by browsers some seconds later: a page that
 * is killed before would find nobody signed in, and a counter without a network stands still until somebody can be.
 */
export function rememberMe(me: Me | null): void {
  const told = JSON.stringify(me)
  const isSame = told === read(ME_KEY)
  if (!isSame) remember(ME_KEY, told)
  // Whatever is remembered in the small, nobody is on the disk once nobody is signed in.
  if (!isSame || me === null) void keepMe(me)
}

async function keepMe(me: Me | null): Promise<void> {
  try {
    const database = await openDatabase()
    if (!me && (await database.get('keys', KEPT)) === undefined) return
    await changeStrictly(database, ['keys'], async (change) => {
      const keys = change.objectStore('keys')
      await (me ? keys.put(me, KEPT) : keys.delete(KEPT))
    })
  } catch {
    // A browser that refuses storage remembers as much as it does of anything.
  }
}

/** Who was signed in by what is on the disk. */
export async function keptMe(): Promise<Me | null> {
  try {
    return ((await (await openDatabase()).get('keys', KEPT)) as Me | undefined) ?? null
  } catch {
    return null
  }
}

/** Whoever it is, without what names them: all that a device of the county remembers in the clear. */
export const nameless = (me: Me): Me => ({ ...me, display_name: '', phone: null, login: null, acts_for: [] })

/** The same for what lies here from before it was a device. */
export function forgetNames(): void {
  try {
    const me = JSON.parse(read(ME_KEY) ?? 'null') as Me | null
    if (me) rememberMe(nameless(me))
  } catch {
    forgetClear()
  }
}
