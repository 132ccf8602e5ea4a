/**
 * Does somebody sit before this page? A board that renews itself must not keep a session alive that nobody uses.
 */

import { onScopeDispose, shallowRef, type ShallowRef } from 'vue'

/** Shorter than the half hour after which the county ends a session of the staff. */
const STILL_MS = 20 * 60 * 1000
const SIGNS = ['pointerdown', 'pointermove', 'keydown', 'scroll'] as const

export interface Watched {
  watched: ShallowRef<boolean>
  goOn: () => void
}

/** Acts now and then, as long as the page is in front and somebody moved lately. */
export function everyWhileWatched(ms: number, act: () => void): Watched {
  const watched = shallowRef(true)
  let moved = Date.now()
  const goOn = (): void => {
    moved = Date.now()
    watched.value = true
  }
  const step = (): void => {
    watched.value = Date.now() - moved < STILL_MS
    if (watched.value && document.visibilityState === 'visible') act()
  }
  const timer = setInterval(step, ms)
  for (const sign of SIGNS) document.addEventListener(sign, goOn, { passive: true })
  onScopeDispose(() => {
    clearInterval(timer)
    for (const sign of SIGNS) document.removeEventListener(sign, goOn)
  })
  return { watched, goOn }
}
