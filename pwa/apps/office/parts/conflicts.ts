/** What the conflict desk does with an event of a device, and what of it stands in words. */

import { api, ask, type Answer } from '@/api/client'
import type { ConflictAnswer, EventSeen, ReceiptSeen } from '@/api/wire'
import type { Tone } from '@/tables/table'
import { tx } from '../texts/conflicts'
import zh from '../texts/conflicts/zh'
import type { DeskAct, Given } from './desk_acts'

type Code = NonNullable<ConflictAnswer['code']>

export const CODE_TONES: Record<Code, Tone> = {
  applied: 'good',
  duplicate: 'plain',
  conflict_paid: 'warn',
  conflict_unpaid: 'plain',
  noncompliant: 'bad',
  held_gap: 'plain',
  needs_review: 'warn',
}

export const codeWords = (code: Code | null): string => (code ? tx(`code.${code}`) : '')

/** An event's kind in words; what nobody could read has none. */
export function eventWords(kind: string | null): string {
  const key = `event.${kind ?? ''}`
  return tx(key in zh ? (key as keyof typeof zh & `event.${string}`) : 'event.other')
}

export function modeWords(mode: string): string {
  const known = (['online', 'rotating', 'challenge', 'paper'] as const).find((one) => one === mode)
  return known ? tx(`mode.${known}`) : ''
}

/** Accepting comes first where it is allowed; rejecting always is. What broke a rule is rejected already. */
export function decisionActs({ accept_zh, payable }: Pick<EventSeen, 'accept_zh' | 'payable'>): DeskAct[] {
  const why = { note: true, noteName: tx('decide.why') }
  if (payable) return [{ key: 'accept', text: tx('pay'), about: tx('pay.about'), ...why }]
  const reject = { key: 'reject', text: tx('reject'), about: tx('reject.about'), ...why }
  if (accept_zh !== null) return [{ ...reject, aside: true }]
  return [{ key: 'accept', text: tx('accept'), about: tx('accept.about'), ...why }, reject]
}

export function decideEvent({ device, seq }: EventSeen, act: string, { id, note }: Given): Promise<Answer<unknown>> {
  const params = { path: { device_id: device.device_id, seq } }
  const body = { decision_id: id, accept: act === 'accept', reason: note }
  return ask(api.POST('/api/v1/office/devices/{device_id}/events/{seq}/decision', { params, body }))
}

/** A receipt says nothing of the bill, so whoever accepts it reads that off the shop's own paper. */
export function receiptActs(): DeskAct[] {
  const why = { note: true, noteName: tx('decide.why') }
  return [
    { key: 'accept', text: tx('accept'), about: tx('receipts.accept'), amountName: tx('receipts.bill'), ...why },
    { key: 'reject', text: tx('reject'), about: tx('receipts.reject'), ...why },
  ]
}

export function decideReceipt({ receipt_id }: ReceiptSeen, act: string, given: Given): Promise<Answer<unknown>> {
  const params = { path: { receipt_id } }
  const { id, note, amountFen } = given
  const body = { decision_id: id, accept: act === 'accept', reason: note, bill_fen: amountFen }
  return ask(api.POST('/api/v1/office/offline-receipts/{receipt_id}/decision', { params, body }))
}
