/** What somebody typed of a plan and has not saved: it survives a closed tab, an ended session and a power cut. */

import { forget, keep, recall } from '@/offline/kept'
import type { PlanForm } from './plan_form'

export interface Draft {
  campaignId: string
  /** The version it was read at; null for a plan that was never saved. */
  version: number | null
  form: PlanForm
}

/** `of` is the campaign that is being changed, or null for a new one. */
export function recallDraft(of: string | null): Promise<Draft | undefined> {
  return recall<Draft>('drafts', keyOf(of))
}

export function keepDraft(of: string | null, draft: Draft): Promise<void> {
  return keep('drafts', keyOf(of), draft)
}

export function forgetDraft(of: string | null): Promise<void> {
  return forget('drafts', keyOf(of))
}

function keyOf(campaign: string | null): string {
  return `plan ${campaign ?? 'new'}`
}
