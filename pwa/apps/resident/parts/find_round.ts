/** One round with its campaign, from what everybody may see. */

import { api, ask, type Answer } from '@/api/client'
import { unanswered } from '@/api/problem'
import type { CampaignAnswer, RoundAnswer } from '@/api/wire'

export interface FoundRound {
  campaign: CampaignAnswer
  round: RoundAnswer
}

/** Public lists are a second old at most: a round that was just made may be missing in the first answer. */
const LIST_AGE_MS = 1_000

/** Looks in the campaign that is known to hold it, else in all of them. */
export async function findRound(roundId: string, campaignId: string): Promise<Answer<FoundRound>> {
  if (campaignId) {
    const path = { campaign_id: campaignId }
    const answer = await ask(api.GET('/api/v1/campaigns/{campaign_id}', { params: { path } }))
    return answer.ok ? pick([answer.value], roundId, answer.response) : answer
  }
  const found = await lookThrough(roundId)
  if (found.ok || found.problem.reason !== 'not-found') return found
  await new Promise((done) => setTimeout(done, LIST_AGE_MS))
  return await lookThrough(roundId)
}

async function lookThrough(roundId: string): Promise<Answer<FoundRound>> {
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
