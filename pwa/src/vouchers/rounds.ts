/** How does a round stand at an instant, and which one of a kind matters now? Pure. */

import type { CampaignAnswer, RoundAnswer } from '@/api/wire'

export type RoundStanding = 'planned' | 'open' | 'sold-out' | 'paused' | 'closed'

/** Told by the clock, since what the county answered may be some minutes old. */
export function standingOf(round: RoundAnswer, now: number): RoundStanding {
  if (now >= Date.parse(round.closes_at) || round.state === 'closed') return 'closed'
  if (round.state === 'paused') return 'paused'
  if (now < Date.parse(round.opens_at)) return 'planned'
  return round.left > 0 || round.state === 'planned' ? 'open' : 'sold-out'
}

/** The round to show for each kind: one that is open, else the next to open, else the last one. */
export function roundOfKind(rounds: readonly RoundAnswer[], kindCode: string, now: number): RoundAnswer | undefined {
  const ofKind = rounds.filter(({ terms }) => terms.kind_code === kindCode).sort(byOpening)
  for (const wanted of ['open', 'paused', 'planned'] as const) {
    const found = ofKind.find((round) => standingOf(round, now) === wanted)
    if (found) return found
  }
  const soldOut = ofKind.filter((round) => standingOf(round, now) === 'sold-out')
  return soldOut[soldOut.length - 1] ?? ofKind[ofKind.length - 1]
}

/** The next round of the same kind that has not opened yet. */
export function roundAfter(rounds: readonly RoundAnswer[], { terms }: RoundAnswer, now: number): RoundAnswer | undefined {
  return rounds
    .filter((other) => other.terms.kind_code === terms.kind_code && standingOf(other, now) === 'planned')
    .sort(byOpening)[0]
}

/** When something of this campaign opens next, or null. */
export function nextOpening({ rounds }: CampaignAnswer, now: number): number | null {
  const coming = rounds.filter((round) => standingOf(round, now) === 'planned').map(({ opens_at }) => Date.parse(opens_at))
  return coming.length > 0 ? Math.min(...coming) : null
}

function byOpening(one: RoundAnswer, other: RoundAnswer): number {
  return Date.parse(one.opens_at) - Date.parse(other.opens_at)
}
