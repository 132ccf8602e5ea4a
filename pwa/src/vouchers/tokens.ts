/**
 * The county's signed tokens, with which this phone shows its vouchers: fetched now and then, good for a week without.
 */

import { api, ask } from '@/api/client'
import { fromBase64url } from '@/kernel/bytes'
import { drawPresentation } from '@/kernel/xv1'
import { countyNow } from '@/offline/county_clock'
import { advance, keep, recall } from '@/offline/kept'
import { ensureHolder, keptHolder, type HolderState } from './holder'

interface KeptToken {
  readonly voucher_id: string
  readonly token: string
  readonly expires_at: string
  /** The highest counter that a code of this voucher was accepted with. */
  readonly last_count: number
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
async function keptToken(residentId: string, voucherId: string): Promise<KeptToken | undefined> {
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

function tokensKey(residentId: string): string {
  return `tokens ${residentId}`
}
