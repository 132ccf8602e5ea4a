/**
 * What a person reads when the county says no, or says nothing, in the language on the screen.
 *
 * Every reason has its sentence in both languages in the county's own enumeration, and a problem carries them; here are
 * only those for answers that the county did not write: none at all, or a fault on the way.
 */

import { language, t } from '@/i18n'
import { wellSet } from '@/i18n/punctuation'
import type { Problem } from './problem'

/** One sentence; it changes when the language does. */
export function textOf(problem: Problem): string {
  if (problem.reason === 'no-network') return t('problem.no-network')
  if (problem.reason === 'too-slow') return t('problem.too-slow')
  const said = language.value === 'zh' ? wellSet(problem.title) : problem.titleEn
  return said || t(problem.status >= 500 ? 'problem.ours' : 'problem.unknown')
}
