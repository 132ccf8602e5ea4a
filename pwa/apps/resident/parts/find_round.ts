/** One round with its campaign, from what everybody may see. */

import { api, ask, type Answer } from '@/api/client'
import { unanswered } from '@/api/problem'
import type { CampaignAnswer, RoundAnswer } from '@/api/wire'

export interface FoundRound {
  campaign: CampaignAnswer
  round: RoundAnswer
}

/** Looks in the campaign that is known to hold it, else in all of them. */
export async function findRound(roundId: string, campaignId: string): Promise<Answer<FoundRound>> {
  if (campaignId) {
    const path = { campaign_id: campaignId }
    const answer = await ask(api.GET('/api/v1/campaigns/{campaign_id}', { params: { path } }))
    return answer.ok ? pick([answer.value], roundId, answer.response) : answer
  }
  const answer = await ask(api.GET('/api/v1/campaigns', { params: { query: { limit: 100 } } }))
  return answer.ok ? pick(answer.value.items, roundId, answer.response) : answer
}

function pick(campaigns: readonly CampaignAnswer[], roundId: string, response: Response): Answer<FoundRound> {
  for (const campaign of campaigns) {
    const round = campaign.rounds.find(({ round_id }) => round_id === roundId)
    if (round) return { ok: true, value: { campaign, round }, response }
  }
  return { ok: false, problem: { ...unanswered('no-network'), reason: 'not-found', status: 404 } }
}
