/** The names of merchants that a receipt knows by their ids; each is asked for once. */

import { shallowReactive } from 'vue'
import { api, ask } from '@/api/client'
import type { MerchantAnswer } from '@/api/wire'
import { named } from '@/i18n/when'
import { t } from '../texts'

const known = shallowReactive(new Map<string, MerchantAnswer>())
const asked = new Set<string>()

/** The name, once it is here. */
export function merchantName(id: string): string {
  void meet(id)
  const merchant = known.get(id)
  return merchant ? named(merchant.name_zh, merchant.name_en) : t('history.merchant')
}

async function meet(id: string): Promise<void> {
  if (asked.has(id)) return
  asked.add(id)
  const path = { merchant_id: id }
  const answer = await ask(api.GET('/api/v1/merchants/{merchant_id}', { params: { path } }))
  if (answer.ok) known.set(id, answer.value.merchant)
  else asked.delete(id)
}
