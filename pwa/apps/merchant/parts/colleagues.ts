/** How somebody who works at the counter stands, and how the county is asked. */

import { api, ask, type Answer } from '@/api/client'
import type { CashierInvited, Colleague } from '@/api/wire'
import { momentOf } from '@/i18n/when'
import { t } from '../texts/staff'

export type Standing = 'active' | 'invited' | 'expired' | 'ended'

export const TONES = { active: 'good', invited: 'warn', expired: 'warn', ended: 'plain' } as const

export function standingOf({ state, invited_until }: Colleague): Standing {
  return state === 'invited' && invited_until === null ? 'expired' : state
}

/** When somebody was here, or how long their invitation waits for them. */
export function seenWords(one: Colleague): string {
  if (one.ended_at) return t('left', { at: momentOf(one.ended_at) })
  if (one.last_seen_at) return t('seen', { at: momentOf(one.last_seen_at) })
  return t(one.state === 'invited' ? 'seen.never' : 'seen.long-ago')
}

export function inviteAgain(staffId: string, invitationId: string): Promise<Answer<CashierInvited>> {
  const params = { path: { staff_id: staffId } }
  const body = { invitation_id: invitationId }
  return ask(api.POST('/api/v1/merchant/staff/{staff_id}/invitation', { params, body }))
}

export function endCashier(staffId: string): Promise<Answer<unknown>> {
  return ask(api.POST('/api/v1/merchant/staff/{staff_id}/end', { params: { path: { staff_id: staffId } } }))
}
