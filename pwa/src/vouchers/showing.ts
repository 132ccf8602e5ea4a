/**
 * The code of one voucher on this screen: drawn at once from what the phone has, redrawn every 30 seconds, and watched
 * for the moment at which a merchant has taken it.
 */

import { onScopeDispose, shallowRef, type ShallowRef } from 'vue'
import { api, ask } from '@/api/client'
import type { Problem } from '@/api/problem'
import type { VoucherAnswer } from '@/api/wire'
import { REDRAWN_EVERY_MS } from '@/kernel/xv1'
import { syncClock } from '@/offline/county_clock'
import { receiptOn, type KeptReceipt } from './receipts'
import { drawCode, refreshTokens } from './tokens'
import { keptVoucher, loadWallet } from './wallet'

export type Showing =
  | { readonly kind: 'drawing' }
  | { readonly kind: 'code'; readonly text: string }
  /** No network, and nothing on this phone to draw from. */
  | { readonly kind: 'nothing-kept' }
  | { readonly kind: 'elsewhere' }
  /** This browser keeps no key: the county draws. */
  | { readonly kind: 'county' }
  | { readonly kind: 'used' }
  /** A counter took it without a network, and its receipt is on this phone. */
  | { readonly kind: 'used-here'; readonly receipt: KeptReceipt }
  | { readonly kind: 'not-usable' }
  | { readonly kind: 'problem'; readonly problem: Problem }

export interface Shown {
  state: ShallowRef<Showing>
  voucher: ShallowRef<VoucherAnswer | null>
  /** Makes this phone the one that shows the person's vouchers. */
  move: () => Promise<void>
}

const WATCH_EVERY_MS = 3_000
/** What the county said is final. */
const SAID = new Set<Showing['kind']>(['used', 'not-usable'])
const OVER = new Set<Showing['kind']>([...SAID, 'used-here'])
const AWAY = new Set(['no-network', 'too-slow'])

/** Shows one voucher as long as the caller lives, and keeps the whole wallet with it for a counter without a signal. */
export function useShowing(residentId: string, voucherId: string, county: () => Promise<string | undefined>): Shown {
  const state = shallowRef<Showing>({ kind: 'drawing' })
  const voucher = shallowRef<VoucherAnswer | null>(null)
  let alive = true
  onScopeDispose(() => (alive = false))
  const isOver = (): boolean => !alive || OVER.has(state.value.kind)

  async function begin(): Promise<void> {
    voucher.value = (await keptVoucher(residentId, voucherId))?.value ?? null
    const receipt = await receiptOn(residentId, voucherId)
    if (receipt) state.value = { kind: 'used-here', receipt }
    // What the phone has is shown before anybody was asked: at a counter without a signal that is all there is.
    await redraw()
    await syncClock()
    await look()
    await refresh(false)
    await loadWallet(residentId)
  }

  async function refresh(toHere: boolean): Promise<void> {
    if (toHere) state.value = { kind: 'drawing' }
    const code = await county()
    if (isOver()) return
    if (!code) {
      if (state.value.kind === 'drawing') state.value = { kind: 'nothing-kept' }
      return
    }
    const holder = await refreshTokens(residentId, code, toHere)
    if (isOver()) return
    if (holder.kind === 'elsewhere' || holder.kind === 'county') state.value = holder
    else if (holder.kind === 'here') await redraw()
    else if (state.value.kind !== 'code') state.value = AWAY.has(holder.problem.reason) ? { kind: 'nothing-kept' } : holder
  }

  async function redraw(): Promise<void> {
    if (isOver() || state.value.kind === 'elsewhere') return
    const text = await drawCode(residentId, voucherId)
    if (isOver()) return
    if (text !== null) state.value = { kind: 'code', text }
    else if (state.value.kind === 'code') state.value = { kind: 'nothing-kept' }
  }

  async function look(): Promise<void> {
    if (!alive || SAID.has(state.value.kind) || !navigator.onLine) return
    const answer = await ask(api.GET('/api/v1/me/vouchers/{voucher_id}', { params: { path: { voucher_id: voucherId } } }))
    if (!alive || !answer.ok) return
    voucher.value = answer.value
    const { state: stands } = answer.value
    if (stands !== 'issued') state.value = { kind: stands === 'redeemed' ? 'used' : 'not-usable' }
  }

  everyWhileSeen(REDRAWN_EVERY_MS, redraw)
  everyWhileSeen(WATCH_EVERY_MS, look)
  void begin()
  return { state, voucher, move: () => refresh(true) }
}

/** Acts now and then while the page is in front, and at once when it comes back there. */
function everyWhileSeen(ms: number, act: () => Promise<void>): void {
  const actIfSeen = (): void => {
    if (document.visibilityState === 'visible') void act()
  }
  const timer = setInterval(actIfSeen, ms)
  document.addEventListener('visibilitychange', actIfSeen)
  onScopeDispose(() => {
    clearInterval(timer)
    document.removeEventListener('visibilitychange', actIfSeen)
  })
}
