/** Which step does a campaign wait for, whose is it, and what does it need? Pure; the county decides again. */

import type { BoardAnswer, CampaignState, DecisionAnswer, Me } from '@/api/wire'

export const ACTS = [
  'submit',
  'review',
  'approve',
  'send-back',
  'fund',
  'run',
  'pause',
  'resume',
  'end',
] as const
export type Act = (typeof ACTS)[number]
export type Signer = 'office' | 'reviewer' | 'approver'

export interface Step {
  /** What can be done now, the most likely first. */
  readonly acts: readonly Act[]
  /** Whose step it is. */
  readonly signer: Signer
  /** Whether this person may take it. */
  readonly mine: boolean
}

const OFFICE_ACTS: Partial<Record<CampaignState, readonly Act[]>> = {
  draft: ['submit'],
  approved: ['fund'],
  funded: ['run'],
  running: ['pause', 'end'],
  paused: ['resume', 'end'],
}

/** What comes next for this campaign, as seen by one person; null when it is over. */
export function nextStep(board: Pick<BoardAnswer, 'state' | 'decisions' | 'version'>, me: Me | null): Step | null {
  if (board.state === 'in_review') {
    const signed = sinceSubmitted(board)
    const signer = signed.some(({ step }) => step === 'review') ? 'approver' : 'reviewer'
    const mine = holds(me, signer) && !signed.some(({ staff_id }) => staff_id === me?.id)
    return { acts: [signer === 'reviewer' ? 'review' : 'approve', 'send-back'], signer, mine }
  }
  const acts = OFFICE_ACTS[board.state]
  if (!acts) return null
  // Whoever handed the plan in does not prove its money too.
  const drafted = board.decisions.some(({ step, staff_id }) => step === 'submit' && staff_id === me?.id)
  return { acts, signer: 'office', mine: holds(me, 'office') && !(board.state === 'approved' && drafted) }
}

/** In whose stead this person signs, where they hold the post as a deputy. */
export function deputyFor(me: Me | null, signer: Signer): string | null {
  return me?.acts_for.find(({ role }) => role === signer)?.principal_id ?? null
}

function sinceSubmitted({ decisions, version }: Pick<BoardAnswer, 'decisions' | 'version'>): readonly DecisionAnswer[] {
  const signed = decisions.filter((decision) => decision.version === version)
  const last = signed.map(({ step }) => step).lastIndexOf('submit')
  return signed.slice(Math.max(0, last))
}

function holds(me: Me | null, signer: Signer): boolean {
  return me?.roles.includes(signer) ?? false
}
