/** Lets nobody into a page of their own before they have said who they are, and brings them back to it afterwards. */

import type { NavigationGuard, RouteLocationNormalized, Router } from 'vue-router'
import { breathe } from '@/kernel/breathing'
import { useSession } from './session'

/** Watches every change of page from now on. */
export function guard(router: Router): void {
  router.beforeEach(admit)
}

const admit: NavigationGuard = async (to) => {
  if (!to.meta.signedIn) return true
  const session = useSession()
  if (session.me) return true
  // A session may be there that this browser's memory does not know of. The page's files come meanwhile.
  if (!session.asked) {
    const found = session.find()
    await breathe()
    fetchPages(to)
    await found
    await session.recallKept()
  }
  return session.me ? true : { name: 'sign-in', query: { back: to.fullPath } }
}

function fetchPages({ matched }: RouteLocationNormalized): void {
  for (const { components } of matched) {
    const page = components?.default
    // Loaded again by the router, which then says what went wrong.
    if (isLazy(page)) page().catch(() => undefined)
  }
}

function isLazy(page: unknown): page is () => Promise<unknown> {
  return typeof page === 'function' && !('setup' in page)
}

/** Where to go after signing in: only ever a page of this app. */
export function wayBack(then: unknown): string {
  return typeof then === 'string' && /^\/(?!\/)/.test(then) ? then : '/'
}
