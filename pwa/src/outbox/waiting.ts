/**
 * Everything on this device that the county has not answered, and every form that was left half filled: what it is,
 * since when, and where one goes on with it. What belongs to another account is counted and not shown.
 */

import type { RouteLocationRaw } from 'vue-router'
import type { Me } from '@/api/wire'
import type { Attempt } from '@/counter/redeeming'
import type { AppName } from '@/kernel/app_name'
import { madeAt } from '@/kernel/ids'
import { recallAll, recallEntries } from '@/offline/kept'
import type { OpenClaim } from '@/vouchers/claiming'

export interface WaitingAct {
  readonly id: string
  readonly what: 'claim' | 'entry' | 'entitlement' | 'redemption'
  readonly at: Date
  readonly billFen?: number
  readonly to: RouteLocationRaw
}

export interface HalfForm {
  readonly key: string
  readonly what: 'plan' | 'application' | 'bill'
  readonly name: string
  readonly to: RouteLocationRaw
}

export interface Waiting {
  readonly acts: readonly WaitingAct[]
  readonly others: number
  readonly forms: readonly HalfForm[]
}

const WHAT = { claims: 'claim', entries: 'entry', entitlements: 'entitlement' } as const

/** What waits, as whoever is signed in to this app may see it; the longest waiting first. */
export async function findWaiting(app: AppName, me: Me | null): Promise<Waiting> {
  const [claims, attempts, drafts] = await Promise.all([
    recallAll<OpenClaim>('claims'),
    recallAll<Attempt>('redemptions'),
    recallEntries<Readonly<Record<string, unknown>>>('drafts'),
  ])
  const own = [
    ...claims.filter((claim) => isOwnClaim(claim, app, me)).map((claim) => claimed(claim, app)),
    ...attempts.filter((attempt) => isOwnAttempt(attempt, app, me)).map((attempt) => attempted(attempt, app)),
  ]
  return {
    acts: own.toSorted((one, other) => one.at.getTime() - other.at.getTime()),
    others: claims.length + attempts.length - own.length,
    forms: drafts.flatMap(([key, value]) => halfForm(key, value, app, me)),
  }
}

function isOwnClaim({ resident_id, assisted }: OpenClaim, app: AppName, me: Me | null): boolean {
  if (!me) return false
  return app === 'resident' ? !assisted && resident_id === me.id : app === 'station' && assisted !== undefined
}

function isOwnAttempt({ merchant_id, assisted }: Attempt, app: AppName, me: Me | null): boolean {
  if (!me) return false
  return app === 'merchant' ? !assisted && merchant_id === me.merchant_id : app === 'station' && assisted !== undefined
}

function claimed({ claim_id, round_id, door = 'claims' }: OpenClaim, app: AppName): WaitingAct {
  const to = app === 'station' ? { name: 'serve' } : { name: 'round', params: { id: round_id } }
  return { id: claim_id, what: WHAT[door], at: madeAt(claim_id), to }
}

function attempted({ redemption_id, bill_fen }: Attempt, app: AppName): WaitingAct {
  const to = { name: app === 'station' ? 'serve' : 'home' }
  return { id: redemption_id, what: 'redemption', at: madeAt(redemption_id), billFen: bill_fen, to }
}

/** The keys are those of `apps/office/parts/drafts.ts`, `merchants/ApplyTo.vue` and `counter/half_bill.ts`. */
function halfForm(key: string, value: Readonly<Record<string, unknown>>, app: AppName, me: Me | null): HalfForm[] {
  const [what, ...rest] = key.split(' ')
  if (what === 'plan' && app === 'office') {
    const [campaign = 'new'] = rest
    const form = (value['form'] ?? {}) as { title_zh?: string }
    const to = campaign === 'new' ? { name: 'new' } : { name: 'edit', params: { id: campaign } }
    return [{ key, what, name: form.title_zh ?? '', to }]
  }
  if (what === 'bill' && app === 'merchant' && rest[0] === me?.id) {
    return [{ key, what, name: typeof value['typed'] === 'string' ? value['typed'] : '', to: { name: 'home' } }]
  }
  const [applicant, call = ''] = rest
  if (what !== 'apply' || applicant !== me?.id || app === 'office' || app === 'station') return []
  const to = { name: 'apply', params: { id: call } }
  return [{ key, what: 'application', name: typeof value['nameZh'] === 'string' ? value['nameZh'] : '', to }]
}
