/**
 * Signing out, also without a network: the cookie still works then, so the session is ended before anything else as soon
 * as the county can be reached. The next person on a shared phone is not the one before.
 */

import { api, ask } from '@/api/client'
import { mayPass } from '@/api/problem'
import type { Me } from '@/api/wire'
import { read, remember } from '@/kernel/remembered'

const KEY = 'yizhan.sign-out'

/** The end of a session that is on its way: a sign-in before it is over would be ended with it. */
let leaving: Promise<void> = Promise.resolve()

export const left = (): Promise<void> => leaving

/** Ends whosever session it is, now or as soon as that can be done. */
export function endSession(whose: Me | null): Promise<void> {
  leaving = end(whose)
  return leaving
}

async function end(whose: Me | null): Promise<void> {
  const answer = await ask(api.POST('/api/v1/sign-out'))
  if (whose && !answer.ok && mayPass(answer.problem)) remember(KEY, stampOf(whose))
}

/** Whoever the county says is here, unless it is the session that was left and could not be ended then. */
export async function unlessLeft(now: Me | null): Promise<Me | null> {
  const owed = read(KEY)
  if (!owed) return now
  const same = now !== null && stampOf(now) === owed
  const over = !same || (await ask(api.POST('/api/v1/sign-out'))).ok
  if (over) remember(KEY, '')
  return same ? null : now
}

/** Whether it is a session that was left here and could not be ended yet. */
export const isLeft = (me: Me): boolean => read(KEY) === stampOf(me)

/** The session of this stamp is ended as soon as the county can be asked; until then nobody is taken to be it. */
export function oweEnd(stamp: string): void {
  remember(KEY, stamp)
}

/** One session of one person: another sign-in of the same person ends at another instant. */
export function stampOf({ id, session_expires_at }: Me): string {
  return `${id} ${session_expires_at}`
}
