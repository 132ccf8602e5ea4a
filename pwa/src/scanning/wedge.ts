/** A scanner that types like a keyboard: whole codes arrive as quick strokes that end with Enter. */

import { onScopeDispose } from 'vue'

/** People do not type this quickly; scanners do not pause this long. */
const QUICK_MS = 60
const SHORTEST = 8

/** Calls `found` with each code typed by a scanner while no field has the focus, as long as the caller lives. */
export function useWedge(found: (text: string) => void): void {
  let typed = ''
  let last = 0

  function listen(event: KeyboardEvent): void {
    if (isField(event.target) || event.ctrlKey || event.metaKey || event.altKey) return
    // When the key was struck, not when a busy page came to look at it.
    if (event.timeStamp - last > QUICK_MS) typed = ''
    last = event.timeStamp
    if (event.key === 'Enter') {
      const text = typed
      typed = ''
      if (text.length < SHORTEST) return
      event.preventDefault()
      found(text)
    } else if (event.key.length === 1) {
      typed += event.key
    }
  }

  document.addEventListener('keydown', listen)
  onScopeDispose(() => document.removeEventListener('keydown', listen))
}

function isField(target: EventTarget | null): boolean {
  return target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement
}
