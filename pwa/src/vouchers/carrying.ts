/** One receipt is brought to the county, which answers the same one again and again. */

import { api, ask } from '@/api/client'

export interface Brought {
  readonly state: string
  readonly shop: { readonly zh: string; readonly en: string }
}

/** Where it stands; null where nobody answered. What the county does not take will never be taken. */
export async function bring(receipt: string): Promise<Brought | null> {
  const answer = await ask(api.POST('/api/v1/sync/receipts', { body: { receipt } }))
  if (answer.ok) return { state: answer.value.state, shop: { zh: answer.value.owner_zh, en: answer.value.owner_en } }
  const refused = answer.problem.status === 409 || answer.problem.status === 400
  return refused ? { state: 'rejected', shop: { zh: '', en: '' } } : null
}
