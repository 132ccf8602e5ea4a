/**
 * Who is signed in on this phone, as this app sees it?
 *
 * The cookie is out of the program's sight, so the county is asked; what it said is remembered, so that a wallet opens
 * without a network. One browser holds one session: somebody who signs in as a merchant is no resident any more, and an
 * app treats a session of another kind as none.
 */

import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import { api, ask, whenSignedOut, type Answer } from '@/api/client'
import type { Me } from '@/api/wire'
import { hush } from '@/design-system/toast'
import { read } from '@/kernel/remembered'
import { countyNow } from '@/offline/county_clock'
import { clear } from '@/offline/kept'
import { isDevice, isMarked } from '@/offline/lock/mark'
import { forgetClear, keeping, keptMe, ME_KEY, nameless, rememberMe } from './keeping'
import { endSession, isLeft, unlessLeft } from './owed'

export type Fits = (me: Me) => boolean

export const useSession = defineStore('session', () => {
  /** Whoever is signed in, fit for this app or not. */
  const somebody = shallowRef<Me | null>(recalled())
  const fits = shallowRef<Fits>(() => true)
  /** Whether the county itself has answered since this page was opened. */
  const asked = shallowRef(false)
  /** When it did, by its own clock. */
  const foundAt = shallowRef<number | null>(null)

  const me = computed(() => (somebody.value && fits.value(somebody.value) ? somebody.value : null))
  /** Somebody is signed in here, but for another app. */
  const foreign = computed(() => somebody.value !== null && me.value === null)

  /** The county ended the session, not the person: they are told so where they sign in again. */
  const ended = shallowRef(false)

  whenSignedOut(() => take(null))

  /** Asks the county who is signed in. A county that cannot be reached changes nothing. */
  async function find(): Promise<Answer<unknown>> {
    const answer = await ask(api.GET('/api/v1/session'))
    if (answer.ok) {
      const now = await unlessLeft(answer.value.me)
      take(now)
      if (now) foundAt.value = countyNow()
      asked.value = true
    }
    return answer
  }

  /** Where the county was not reached: whoever the disk knows of, should this browser have been killed since. */
  async function recallKept(): Promise<void> {
    const kept = asked.value ? null : await stillKept()
    if (!asked.value && !somebody.value) somebody.value = kept
  }

  /**
   * Ends this session and takes from the screen what was said in it; the phone forgets it, and what it kept of the
   * person's vouchers, also without a network.
   */
  async function signOut(): Promise<void> {
    const whose = somebody.value
    take(null)
    hush()
    ended.value = false
    await Promise.all([clear('wallet'), endSession(whose)])
    ended.value = false
  }

  function take(now: Me | null): void {
    if (me.value || now) ended.value = now === null
    somebody.value = now
    writeDown(now)
  }

  const suit = (app: Fits): void => void (fits.value = app)

  return { me, foreign, ended, asked, foundAt, find, recallKept, signOut, suit }
})

function writeDown(now: Me | null): void {
  keeping.put?.(now)
  // A device with a passphrase writes nothing of a person down in the clear, whichever app is open.
  if (isMarked()) forgetClear()
  else rememberMe(now && isDevice() ? nameless(now) : now)
}

async function stillKept(): Promise<Me | null> {
  const kept = isMarked() ? null : await keptMe()
  return kept && !isLeft(kept) ? kept : null
}

function recalled(): Me | null {
  if (isMarked()) return keeping.me
  try {
    return JSON.parse(read(ME_KEY) ?? 'null') as Me | null
  } catch {
    return null
  }
}
