/**
 * What this person holds, and the tokens with which this phone shows it: asked from the county, kept for a week without.
 */

import { api, ask, type Answer } from '@/api/client'
import type { VoucherAnswer } from '@/api/wire'
import { fromBase64url } from '@/kernel/bytes'
import { drawPresentation } from '@/kernel/xv1'
import { countyNow } from '@/offline/county_clock'
import { advance, keep, recall } from '@/offline/kept'
import { useLoaded, type Kept, type Loaded } from '@/offline/loaded'
import { ensureHolder, keptHolder, type HolderState } from './holder'

export interface KeptToken {
  readonly voucher_id: string
  readonly token: string
  readonly expires_at: string
  /** The highest counter that a code of this voucher was accepted with. */
  readonly last_count: number
}

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

/** Fetches the tokens of everything that can be shown; makes sure before that this phone has the key. */
export async function refreshTokens(residentId: string, county: string, move = false): Promise<HolderState> {
  const state = await ensureHolder(residentId, county, move)
  if (state.kind !== 'here') return state
  const issued = await ask(api.POST('/api/v1/me/tokens'))
  if (!issued.ok) return { kind: 'problem', problem: issued.problem }
  await keep('wallet', tokensKey(residentId), issued.value.items)
  return state
}

/** The token of one voucher, if this phone has one that is still good. */
export async function keptToken(residentId: string, voucherId: string): Promise<KeptToken | undefined> {
  const tokens = await recall<readonly KeptToken[]>('wallet', tokensKey(residentId))
  const found = tokens?.find(({ voucher_id }) => voucher_id === voucherId)
  return found && Date.parse(found.expires_at) > countyNow() ? found : undefined
}

/** The text of a voucher's code right now, drawn with a counter that was never used before; needs no network. */
export async function drawCode(residentId: string, voucherId: string): Promise<string | null> {
  const [holder, kept] = await Promise.all([keptHolder(residentId), keptToken(residentId, voucherId)])
  const token = kept && fromBase64url(kept.token)
  if (!holder || !kept || !token) return null
  const counter = await advance('counters', voucherId, (before) => Math.max(before, kept.last_count) + 1)
  return drawPresentation(token, { holder: holder.pair.privateKey, at: countyNow(), counter })
}

async function keepWallet(residentId: string, vouchers: readonly VoucherAnswer[]): Promise<void> {
  await keep('wallet', residentId, { vouchers, at: Date.now() } satisfies KeptWallet)
}

async function keptWallet(residentId: string): Promise<Kept<readonly VoucherAnswer[]> | undefined> {
  const kept = await recall<KeptWallet>('wallet', residentId)
  return kept && { value: kept.vouchers, at: new Date(kept.at) }
}

function tokensKey(residentId: string): string {
  return `tokens ${residentId}`
}
