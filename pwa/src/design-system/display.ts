/**
 * How does this person want to see the pages: light or dark, and how large?
 *
 * The choice is kept on this phone and holds for all four apps. `tokens.css` reads it from the attributes of `<html>`.
 */

import { reactive, watch } from 'vue'
import { read, remember } from '@/kernel/remembered'

export const SCHEMES = ['auto', 'light', 'dark'] as const
export type Scheme = (typeof SCHEMES)[number]

/** `elder` is 长辈版: text of at least 18 points and targets of 60; `elder-large` has text of 30. */
export const TEXT_SIZES = ['standard', 'elder', 'elder-large'] as const
export type TextSize = (typeof TEXT_SIZES)[number]

const SCHEME_KEY = 'yizhan.scheme'
const TEXT_KEY = 'yizhan.text'

/** What is chosen now; a change shows at once and is remembered. */
export const display = reactive({
  scheme: oneOf(SCHEMES, read(SCHEME_KEY), 'auto') as Scheme,
  text: oneOf(TEXT_SIZES, read(TEXT_KEY), 'standard') as TextSize,
})

/** Whether this person has already answered the offer of 长辈版, either way. */
export function hasChosenText(): boolean {
  return read(TEXT_KEY) !== null
}

/** Remembers the size, also where it stays as it was: the offer is made once. */
export function chooseText(size: TextSize): void {
  display.text = size
  remember(TEXT_KEY, size)
}

/** Shows the choice on this document from now on, and follows the phone between day and night. */
export function showDisplay(root: HTMLElement = document.documentElement): void {
  const night = matchMedia('(prefers-color-scheme: dark)')
  const paint = (): void => {
    root.dataset.scheme = display.scheme === 'auto' ? (night.matches ? 'dark' : 'light') : display.scheme
    root.dataset.text = display.text
  }
  night.addEventListener('change', paint)
  watch(
    display,
    () => {
      paint()
      remember(SCHEME_KEY, display.scheme)
    },
    { flush: 'sync' },
  )
  paint()
}

function oneOf<const All extends readonly string[]>(all: All, found: string | null, otherwise: All[number]): All[number] {
  return all.find((value) => value === found) ?? otherwise
}
