/** In which colour is it said how a campaign stands? */

import type { CampaignState } from '@/api/wire'

export function campaignTone(state: CampaignState): 'plain' | 'good' | 'warn' | 'bad' {
  if (state === 'running') return 'good'
  return state === 'paused' ? 'bad' : state === 'in_review' ? 'warn' : 'plain'
}
