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
import { mayPass } from '@/api/problem'
import { hush } from '@/design-system/toast'
import { read, remember } from '@/kernel/remembered'
import { countyNow } from '@/offline/county_clock'

const KEY = 'yizhan.me'
/** A session that was left without a network: its cookie still works, and is ended before anything else. */
const OWED = 'yizhan.sign-out'

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

  /** The end of a session that is on its way: a sign-in before it is over would be ended with it. */
  let leaving = Promise.resolve()

  whenSignedOut(() => take(null))

  /** Asks the county who is signed in. A county that cannot be reached changes nothing. */
  async function find(): Promise<Answer<unknown>> {
    const answer = await ask(api.GET('/api/v1/session'))
    if (answer.ok) {
      const now = await settled(answer.value.me)
      take(now)
      if (now) foundAt.value = countyNow()
      asked.value = true
    }
    return answer
  }

  /**
   * Ends this session, and takes from the screen what was said in it; without a network the phone forgets it all the
   * same, and ends it as soon as the county can be reached: the next person on this phone is not the one before.
   */
  function signOut(): Promise<void> {
    leaving = leave()
    return leaving
  }

  async function leave(): Promise<void> {
    const left = somebody.value
    take(null)
    ended.value = false
    hush()
    const answer = await ask(api.POST('/api/v1/sign-out'))
    if (left && !answer.ok && mayPass(answer.problem)) remember(OWED, stampOf(left))
    ended.value = false
  }

  /** Whoever the county says is here, unless it is the session that was left and could not be ended then. */
  async function settled(now: Me | null): Promise<Me | null> {
    const owed = read(OWED)
    if (!owed) return now
    const same = now !== null && stampOf(now) === owed
    const over = !same || (await ask(api.POST('/api/v1/sign-out'))).ok
    if (over) remember(OWED, '')
    return same ? null : now
  }

  function take(now: Me | null): void {
    if (me.value || now) ended.value = now === null
    somebody.value = now
    remember(KEY, JSON.stringify(now))
  }

  function suit(app: Fits): void {
    fits.value = app
  }

  return { me, foreign, ended, asked, foundAt, find, signOut, left: () => leaving, suit }
})

/** One session of one person: another sign-in of the same person ends at another instant. */
function stampOf({ id, session_expires_at }: Me): string {
  return `${id} ${session_expires_at}`
}

function recalled(): Me | null {
  try {
    return JSON.parse(read(KEY) ?? 'null') as Me | null
  } catch {
    return null
  }
}
