/** Takes one step at the desk: a signature, the proof of money, or a turn of the wheel. */

import { api, ask, type Answer } from '@/api/client'
import type { BoardAnswer } from '@/api/wire'
import type { Act } from './steps'

export interface Particulars {
  document: string
  bank: string
  amountFen: number
  /** A note, or the reason of a pause or of sending back. */
  note: string
  scope: 'claims' | 'everything'
  deputyFor: string | null
}

export function takeStep(
  { campaign_id, version }: Pick<BoardAnswer, 'campaign_id' | 'version'>,
  act: Act,
  { document, bank, amountFen, note, scope, deputyFor }: Particulars,
): Promise<Answer<unknown>> {
  const path = { campaign_id }
  if (act === 'fund') {
    const body = { version, document_no: document, bank_voucher_no: bank, amount_fen: amountFen }
    return ask(api.POST('/api/v1/office/campaigns/{campaign_id}/funding', { params: { path }, body }))
  }
  if (act === 'run' || act === 'pause' || act === 'resume' || act === 'end') {
    const body = { turn: act, scope, ...(note ? { reason: note } : {}) }
    return ask(api.POST('/api/v1/office/campaigns/{campaign_id}/turns', { params: { path }, body }))
  }
  const body = {
    version,
    step: act,
    document_no: document || null,
    note: note || null,
    deputy_for: deputyFor,
  }
  return ask(api.POST('/api/v1/office/campaigns/{campaign_id}/signatures', { params: { path }, body }))
}
