/**
 * What a counter that takes vouchers by itself is made of: the deciding, and all that it may have to show afterwards.
 *
 * Loaded as a whole or not at all. A claim whose panel did not come would be on the disk, and nobody would see it.
 */

import type { AwayCounter } from './redeeming'

export const PANELS = {
  accepted: () => import('./away/AcceptedPanel.vue'),
  ask: () => import('./away/AskPanel.vue'),
  no: () => import('./away/NotAwayPanel.vue'),
} as const

/** Whoever serves answers for what is taken; rejects where any part of it cannot be loaded. */
export async function loadAway(operator: string, panels: readonly (() => Promise<unknown>)[] = Object.values(PANELS)): Promise<AwayCounter> {
  const [{ standsReady, takeAway, waitsHere }] = await Promise.all([import('./away/taking'), ...panels.map((load) => load())])
  return { standsReady: (order) => standsReady(order), waitsHere, takeAway: (order, asked) => takeAway(order, operator, asked) }
}
