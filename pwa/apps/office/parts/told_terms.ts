/** The terms of a planned kind in the form in which they are told to residents. */

import type { BoardAnswer } from '@/api/wire'
import type { ToldTerms } from '@/vouchers/terms_words'

export function told({ terms }: BoardAnswer['plan']['kinds'][number]): ToldTerms {
  return {
    ...terms,
    discount: terms.discount ?? 'threshold',
    per_person: terms.limits.reduce((least, { most }) => Math.min(least, most ?? 1), Number.MAX_SAFE_INTEGER),
    valid_days: terms.valid_days ?? null,
  }
}
