/**
 * A bill that was half typed when the session ended or the page was left. It waits on this device for the person who
 * typed it, and is shown to nobody else; after a working day it is forgotten.
 */

import { forget, keep, recall, recallEntries, type Lying } from '@/offline/kept'

export interface HalfBill {
  readonly typed: string
  readonly hasExcluded: boolean
  readonly excluded: string
}

interface KeptBill extends HalfBill {
  readonly at: number
}

const PREFIX = 'bill '
const LASTS_MS = 12 * 60 * 60_000

/** Whose bill at whose counter: an operator types for many merchants. */
const keyOf = (personId: string, merchantId: string): string => `${PREFIX}${personId} ${merchantId}`

/** Where it lies until the bill is part of an act. */
export function halfBillOf(personId: string, merchantId: string): Lying {
  return { shelf: 'drafts', key: keyOf(personId, merchantId) }
}

/** Keeps it as it stands; with nothing typed there is nothing to keep. */
export async function keepHalfBill(personId: string, merchantId: string, bill: HalfBill): Promise<void> {
  const kept: KeptBill = { ...bill, at: Date.now() }
  if (bill.typed || bill.excluded) await keep('drafts', keyOf(personId, merchantId), kept)
  else await forgetHalfBill(personId, merchantId)
}

export async function forgetHalfBill(personId: string, merchantId: string): Promise<void> {
  await forget('drafts', keyOf(personId, merchantId))
}

/** What this person left here today; what anybody left longer ago is taken away on this occasion. */
export async function recallHalfBill(personId: string, merchantId: string): Promise<HalfBill | undefined> {
  for (const [key, kept] of await recallEntries<KeptBill>('drafts')) {
    if (key.startsWith(PREFIX) && Date.now() - kept.at > LASTS_MS) await forget('drafts', key)
  }
  const kept = await recall<KeptBill>('drafts', keyOf(personId, merchantId))
  return kept && { typed: kept.typed, hasExcluded: kept.hasExcluded, excluded: kept.excluded }
}
