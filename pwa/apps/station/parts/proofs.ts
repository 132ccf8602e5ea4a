/** What an operator can have seen of the person served, the surest first. */

import type { ProofKind } from '@/api/wire'

export const PROOFS = [
  'identity-card',
  'social-card',
  'station-card',
  'phone-code',
  'presence',
] as const satisfies readonly ProofKind[]
