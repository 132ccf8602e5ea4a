/** What this person holds: asked from the county, kept on this phone for when nobody can be asked. */

import { api, ask, type Answer } from '@/api/client'
import type { VoucherAnswer } from '@/api/wire'
import { keep, recall } from '@/offline/kept'
import { useLoaded, type Kept, type Loaded } from '@/offline/loaded'

interface KeptWallet {
  readonly vouchers: readonly VoucherAnswer[]
  readonly at: number
}

const PAGE = 100
const MOST_PAGES = 5

/** The wallet as it was last seen at once, and as it is as soon as the county has said so. */
export function useWallet(residentId: string): Loaded<readonly VoucherAnswer[]> {
  return useLoaded(
    () => loadWallet(residentId),
    () => keptWallet(residentId),
  )
}

/** All vouchers, newest first; keeps them on this phone. */
export async function loadWallet(residentId: string): Promise<Answer<readonly VoucherAnswer[]>> {
  const vouchers: VoucherAnswer[] = []
  let cursor: string | undefined
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const query = { limit: PAGE, ...(cursor ? { cursor } : {}) }
    const answer = await ask(api.GET('/api/v1/me/vouchers', { params: { query } }))
    if (!answer.ok) return answer
    vouchers.push(...answer.value.items)
    cursor = answer.value.next_cursor ?? undefined
    if (!cursor) {
      await keepWallet(residentId, vouchers)
      return { ...answer, value: vouchers }
    }
  }
  await keepWallet(residentId, vouchers)
  return { ok: true, value: vouchers, response: new Response() }
}

export async function keptVoucher(residentId: string, voucherId: string): Promise<Kept<VoucherAnswer> | undefined> {
  const wallet = await keptWallet(residentId)
  const voucher = wallet?.value.find(({ voucher_id }) => voucher_id === voucherId)
  return wallet && voucher && { value: voucher, at: wallet.at }
}

async function keepWallet(residentId: string, vouchers: readonly VoucherAnswer[]): Promise<void> {
  await keep('wallet', residentId, { vouchers, at: Date.now() } satisfies KeptWallet)
}

async function keptWallet(residentId: string): Promise<Kept<readonly VoucherAnswer[]> | undefined> {
  const kept = await recall<KeptWallet>('wallet', residentId)
  return kept && { value: kept.vouchers, at: new Date(kept.at) }
}
