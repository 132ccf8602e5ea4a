/** Where this person used vouchers: asked from the county page by page, the newest kept on this phone beside the wallet. */

import { api, ask, type Answer } from '@/api/client'
import type { RedemptionItem } from '@/api/wire'
import { keep, recall } from '@/offline/kept'
import type { Kept } from '@/offline/loaded'
import { usePaged, type Paged } from '@/offline/paged'

interface KeptHistory {
  readonly redemptions: readonly RedemptionItem[]
  readonly at: number
}

interface Page {
  items: RedemptionItem[]
  next_cursor?: string | null
}

/** The newest as they were last seen at once, and as they are as soon as the county has said so. */
export function useHistory(residentId: string): Paged<RedemptionItem> {
  return usePaged(
    (cursor) => loadHistory(residentId, cursor),
    () => keptHistory(residentId),
  )
}

/** One page; the newest is kept on this phone. */
export async function loadHistory(residentId: string, cursor?: string): Promise<Answer<Page>> {
  const answer = await ask(api.GET('/api/v1/me/redemptions', { params: { query: cursor ? { cursor } : {} } }))
  if (answer.ok && !cursor) {
    await keep('wallet', keyOf(residentId), { redemptions: answer.value.items, at: Date.now() } satisfies KeptHistory)
  }
  return answer
}

export async function keptHistory(residentId: string): Promise<Kept<readonly RedemptionItem[]> | undefined> {
  const kept = await recall<KeptHistory>('wallet', keyOf(residentId))
  return kept && { value: kept.redemptions, at: new Date(kept.at) }
}

const keyOf = (residentId: string): string => `history ${residentId}`
