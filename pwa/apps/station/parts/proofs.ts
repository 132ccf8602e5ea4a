/** What an operator can have seen of the person served, the surest first. */

import type { ProofKind } from '@/api/wire'

export const PROOFS = [
  'identity-card',
  'social-card',
  'station-card',
  'phone-code',
  'presence',
] as const satisfies readonly ProofKind[]

/** A document has a number, which is typed in: the county recognises the person by it. A phone is sent a code. */
export const isDocument = (proof: ProofKind): boolean => proof !== 'phone-code' && proof !== 'presence'
