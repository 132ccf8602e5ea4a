/**
 * What a person reads when the county says no: the reason in their language, and what they can do about it.
 *
 * The texts of every reason come from the county's own enumeration (`reasons.gen.json`, made by `make generate`); they
 * are loaded when the first refusal needs them. Where that file cannot be loaded, the county's own `title` is shown.
 */

import { shallowRef } from 'vue'
import { language } from '@/i18n/language'
import { t } from '@/i18n'
import type { Problem } from './problem'

type ReasonTexts = Readonly<Record<string, { readonly zh: string; readonly en: string }>>

const loaded = shallowRef<ReasonTexts>({})

/** One sentence for this problem, in the language on the screen; it changes when the language does. */
export function textOf(problem: Problem): string {
  if (problem.reason === 'no-network') return t('problem.no-network')
  if (problem.reason === 'too-slow') return t('problem.too-slow')
  const known = loaded.value[problem.reason]
  if (known) return known[language.value]
  void load()
  return problem.title || t(problem.status >= 500 ? 'problem.ours' : 'problem.unknown')
}

/** Loads the texts before they are needed: an app does so once its first page stands. */
export async function load(): Promise<void> {
  try {
    loaded.value = (await import('./reasons.gen.json')).default
  } catch {
    // Without a network the texts that travel with the answers have to do.
  }
}
