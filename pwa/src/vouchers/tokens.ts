/**
 * The county's signed tokens, with which this phone shows its vouchers: fetched now and then, good for a week without.
 */

import { api, ask } from '@/api/client'
import { fromBase64url, type Bytes } from '@/kernel/bytes'
import { challengeDigest, type CounterChallenge } from '@/kernel/challenge'
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

/** The text of a voucher's code right now, drawn with a counter that was never used before; needs no network. */
export async function drawCode(residentId: string, voucherId: string): Promise<string | null> {
  const kept = await keptToken(residentId, voucherId)
  return kept && Date.parse(kept.expires_at) > countyNow() ? drawWith(residentId, kept) : null
}

/**
 * The code with which this phone answers what a counter asks. Whether the token is still good is the counter's to say: this
 * phone's clock may be why it asks.
 */
export async function drawAnswer(residentId: string, voucherId: string, challenge: CounterChallenge): Promise<string | null> {
  const kept = await keptToken(residentId, voucherId)
  return kept ? drawWith(residentId, kept, await challengeDigest(challenge)) : null
}

async function keptToken(residentId: string, voucherId: string): Promise<KeptToken | undefined> {
  const tokens = await recall<readonly KeptToken[]>('wallet', tokensKey(residentId))
  return tokens?.find(({ voucher_id }) => voucher_id === voucherId)
}

async function drawWith(residentId: string, kept: KeptToken, challenge?: Bytes): Promise<string | null> {
  const [holder, token] = [await keptHolder(residentId), fromBase64url(kept.token)]
  if (!holder || !token) return null
  const counter = await advance('counters', kept.voucher_id, (before) => Math.max(before, kept.last_count) + 1)
  const drawn = { holder: holder.pair.privateKey, at: countyNow(), counter }
  return drawPresentation(token, challenge ? { ...drawn, challenge } : drawn)
}

function tokensKey(residentId: string): string {
  return `tokens ${residentId}`
}
