/** Short news that needs no answer. It is shown in one place and read aloud there; nothing depends on seeing it. */

import { shallowRef } from 'vue'

export interface Toast {
  text: string
  kind: 'news' | 'problem'
}

/** Long enough to be read twice, slowly. */
const SHOWN_MS = 8000

export const toast = shallowRef<Toast | null>(null)
let ending: ReturnType<typeof setTimeout> | undefined

/** Shows good or neutral news for a while. */
export function tell(text: string): void {
  show({ text, kind: 'news' })
  ending = setTimeout(hush, SHOWN_MS)
}

/** Shows what went wrong until the person closes it: nobody has to be quick. */
export function warn(text: string): void {
  show({ text, kind: 'problem' })
}

export function hush(): void {
  clearTimeout(ending)
  toast.value = null
}

function show(next: Toast): void {
  clearTimeout(ending)
  toast.value = next
}
