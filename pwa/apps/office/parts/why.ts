/** What is asked for somebody who calls, and how the answer reads. */

import { api, ask, type Answer } from '@/api/client'
import type { ExplainedRound, ExplanationAnswer } from '@/api/wire'
import { named, secondOf } from '@/i18n/when'
import { newId } from '@/kernel/ids'
import { groupName } from '@/vouchers/terms_words'
import { t } from '../texts/why'

type Against = ExplainedRound['now'][number]

export interface Question {
  readonly phone: string
  readonly campaign: string
  readonly round: string
}

const LEVELS = ['level.0', 'level.1', 'level.2', 'level.3'] as const

export const levelName = (level: number): string => t(LEVELS[level] ?? 'level.0')
export const groupNames = (groups: readonly string[]): string => [...new Set(groups.map(groupName))].join(t('between'))

/** Asks with one id as long as the question is the same, so that a lost answer is no second look. */
export function asking(): (question: Question) => Promise<Answer<ExplanationAnswer>> {
  let before = ''
  let id = ''
  return async ({ phone, campaign, round }) => {
    const now = [phone, campaign, round].join(' ')
    if (now !== before || !id) id = newId()
    before = now
    const about = { ...(campaign ? { campaign_id: campaign } : {}), ...(round ? { round_id: round } : {}) }
    const answer = await ask(api.POST('/api/v1/office/residents/explain', { body: { look_id: id, phone, consent: true, ...about } }))
    if (answer.ok) id = ''
    return answer
  }
}

/** One thing that stands, or stood, against a claim. */
export function againstWords(against: Against, round: ExplainedRound, now = true): string {
  if (against === 'level-too-low') return t('against.level-too-low', { level: levelName(round.claim_level) })
  if (against === 'outside-groups') return t('against.outside-groups', { groups: groupNames(round.groups) })
  if (against === 'sold-out' && now && round.left_at_station > 0)
    return t('against.sold-out.station', { count: round.left_at_station })
  return t(`against.${against}`)
}

/** 09:00:07 起: 已领完 */
export function spanWords({ since, until }: { since: string; until: string | null }): string {
  return until ? t('earlier.span', { since: secondOf(since), until: secondOf(until) }) : t('earlier.since', { since: secondOf(since) })
}

export const saidWords = (reason: { words_zh: string; words_en: string }): string => named(reason.words_zh, reason.words_en)
